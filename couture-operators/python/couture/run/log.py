"""What an attempt prints: `print`, `logging` and bytes written straight to the descriptors, in the order in which they came."""

import io
import select
import sys
from types import TracebackType
from typing import Any, List, Optional

_is_set_up = False
FORMAT = "[%(filename)s:%(lineno)d] %(levelname)s - %(message)s"


class _Output(io.FileIO):
    """A descriptor that may become a file or a pipe at any time, as it does in a forked attempt: nobody ever seeks in it.

    The text layer writes to it without a buffered writer between, whose lock a signal handler that prints could not take.
    """

    def write(self, data: Any) -> int:
        left = memoryview(data).cast("B")
        count = len(left)
        while left:
            written = super().write(left)
            if written is None:
                # Somebody has made the descriptor non-blocking.
                select.select([], [self], [])
            else:
                left = left[written:]
        return count

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError(29, "Illegal seek")


class _Stream(io.TextIOWrapper):
    """One that a task cannot close: what is printed later still has a place."""

    def close(self) -> None:
        self.flush()


def setup() -> None:
    """Makes stdout and stderr UTF-8 and flushed at each line, and sends `logging` to stdout, from INFO on."""
    global _is_set_up
    if _is_set_up:
        return
    _is_set_up = True
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        raw = _Output(descriptor, "w", closefd=False)
        stream = _Stream(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    import logging

    class ToStdout(logging.StreamHandler):
        """Follows sys.stdout where a task redirects it."""

        def __init__(self) -> None:
            logging.Handler.__init__(self)

        @property
        def stream(self) -> Any:
            return sys.stdout

    root = logging.getLogger()
    handler = ToStdout()
    handler.setFormatter(logging.Formatter(FORMAT))
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def flush() -> None:
    """Writes out what is buffered."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass


def is_own(filename: str) -> bool:
    """Whether this source file is Couture's own, and so of no interest to the user."""
    return filename.startswith(_own_prefixes())


def _own_prefixes() -> "tuple[str, ...]":
    import os

    base = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return (os.path.join(base, "couture", ""), os.path.join(base, "airflow", ""), "<frozen runpy>", "<frozen importlib")


def trimmed(kind: type, error: BaseException, trace: Optional[TracebackType]) -> str:
    """The traceback of an exception and of those it came from, without Couture's own frames. At most 100,000 characters."""
    import traceback

    whole = traceback.TracebackException(kind, error, trace)
    seen: List[int] = []
    left = [whole]
    while left:
        one = left.pop()
        if one is None or id(one) in seen:
            continue
        seen.append(id(one))
        users = [frame for frame in one.stack if not is_own(frame.filename)]
        one.stack = traceback.StackSummary.from_list(users)
        left += [one.__cause__, one.__context__]
        left += list(getattr(one, "exceptions", None) or [])
    text = "".join(whole.format())
    if not whole.stack and text.startswith("Traceback"):
        text = text.partition("\n")[2]
    if len(text) > 100_000:
        text = text[:50_000] + "\n…\n" + text[-50_000:]
    return text


def one_line(error: BaseException) -> str:
    """`ExceptionType: message`, in one line of at most 2,000 characters."""
    try:
        message = " ".join(str(error).split())
    except Exception:
        message = "(its text cannot be made)"
    name = type(error).__name__
    # A text may hold halves of surrogate pairs, which cannot be told.
    return (f"{name}: {message}" if message else name)[:2000].encode("utf-8", "backslashreplace").decode()
