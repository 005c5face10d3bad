"""An exception as people want to read it: one line, the line of the file, and the frames of their own code."""

import os
import traceback
from typing import Any, Dict, List

MAX_TEXT = 20_000
MAX_LINE = 2_000
_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_NAMES = os.path.join(os.path.dirname(_OURS), "airflow")


def complaint(error: BaseException, root: str, file: str) -> Dict[str, Any]:
    """What is told of the error; `line` is one of the DAG file, if it comes from there."""
    line = f"{type(error).__name__}: {_one_line(error)}"[:MAX_LINE]
    path = os.path.join(root, file)
    if isinstance(error, SyntaxError) and error.filename:
        same = os.path.realpath(error.filename) == os.path.realpath(path)
        text = "".join(_cut(it) for it in traceback.format_exception_only(type(error), error))
        return {"reason": line, "line": error.lineno if same else None, "traceback": text[:MAX_TEXT]}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_ours(frame.filename)]
    lines = [frame.lineno for frame in frames if frame.filename == path or os.path.realpath(frame.filename) == os.path.realpath(path)]
    if _is_circular(error):
        line, lines = _circle(frames, root, line), lines[:1]
    shown = traceback.format_list(frames[-30:])
    text = "Traceback (most recent call last):\n" + "".join(map(_cut, shown)) + line if shown else line
    return {"reason": line, "line": lines[-1] if lines else None, "traceback": text[:MAX_TEXT]}


def _is_circular(error: BaseException) -> bool:
    return isinstance(error, (ImportError, AttributeError)) and "partially initialized module" in str(error)


def _circle(frames: List[traceback.FrameSummary], root: str, line: str) -> str:
    """Which files import each other: the one that fails last is not the only one to blame."""
    real_root = os.path.join(os.path.realpath(root), "")
    places = []
    for frame in frames:
        name = os.path.realpath(frame.filename)
        if name.startswith(real_root) and (not places or places[-1][0] != name):
            places.append((name, frame.lineno))
    if len(places) < 2:
        return line
    told = " imports ".join(f"{name[len(real_root) :]} (line {number})" for name, number in places)
    return f"circular import: {told}, which needs what is not there yet; put what both need into a module of its own ({line})"[:MAX_LINE]


def _cut(text: str) -> str:
    """A long line of the author's code in part."""
    return text if len(text) <= MAX_LINE else f"{text[:MAX_LINE]} ...\n"


def _one_line(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # an exception of the user's may have a __str__ that fails
        text = ""
    if isinstance(error, MemoryError) and not text:
        text = "the file took more memory than it may while it was read"
    if isinstance(error, SystemExit):
        text = f"the file called sys.exit({error.code!r})"
    return " ".join(text.split())


def _is_ours(path: str) -> bool:
    inner = path.startswith("<frozen")
    return inner or path.startswith((_OURS + os.sep, _NAMES + os.sep))
