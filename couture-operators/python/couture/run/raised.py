"""An exception that one process raises and another one is told of: its class, its values, and the frames of the user's code."""

import base64
import pickle
import sys
from types import TracebackType
from typing import Any, List, Optional, Tuple

from . import log

MAX_BYTES = 64 << 10
MAX_FRAMES = 50


def described(error: BaseException) -> Optional[dict]:
    """The exception in JSON; nothing where its class could not be found again."""
    kind = type(error)
    if "<locals>" in kind.__qualname__ or _class(kind.__module__, kind.__qualname__) is not kind:
        return None
    fields = {name: packed for name, value in vars(error).items() if (packed := _packed(value)) is not None}
    arguments = [_packed(value) or _packed(repr(value)) for value in error.args]
    return {
        "module": kind.__module__,
        "class": kind.__qualname__,
        "args": arguments,
        "fields": fields,
        "frames": _frames(error.__traceback__),
    }


def restored(told: Any) -> Optional[BaseException]:
    """The exception again, of its own class, with a traceback that shows the user's frames; nothing where that cannot be."""
    try:
        kind = _class(told["module"], told["class"])
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            return None
        arguments = tuple(_unpacked(text) for text in told["args"])
        # Without its __init__, which may want others than those that it has kept.
        error = kind.__new__(kind, *arguments)
        error.args = arguments
        vars(error).update({name: _unpacked(text) for name, text in told["fields"].items()})
        return error.with_traceback(_traceback(told["frames"]))
    except Exception:
        return None


def _class(module: str, name: str) -> Any:
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _packed(value: Any) -> Optional[str]:
    try:
        data = pickle.dumps(value)
    except Exception:
        return None
    return base64.b64encode(data).decode() if len(data) <= MAX_BYTES else None


def _unpacked(text: str) -> Any:
    # It comes from a task of the same file, which could do here whatever it likes in any case.
    return pickle.loads(base64.b64decode(text))


def _frames(trace: Optional[TracebackType]) -> List[Tuple[str, str, int]]:
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if not log.is_own(code.co_filename):
            found.append((code.co_filename, code.co_name, trace.tb_lineno))
        trace = trace.tb_next
    return found[-MAX_FRAMES:]


def _traceback(frames: List[Any]) -> Optional[TracebackType]:
    """A traceback of frames at these places: each is that of code which does nothing but raise there."""
    trace = None
    for file, name, line in reversed(frames):
        source = "\n" * (int(line) - 1) + "raise LookupError"
        code = compile(source, str(file), "exec").replace(co_name=str(name))
        try:
            exec(code, {"__name__": "raised"})
        except LookupError as error:
            own = error.__traceback__
            # The first frame is this function's.
            inner = own.tb_next if own is not None else None
            if inner is not None:
                # Of no instruction: the place in the line would be that of the code made here.
                trace = TracebackType(trace, inner.tb_frame, -1, inner.tb_lineno)
    return trace
