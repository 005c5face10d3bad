"""Python values as canonical JSON and text: the same whatever the hash seed, the clock and the machine."""

import datetime as dt
import enum
import math
from typing import Any

from couture.model.base_operator import BaseOperator
from couture.model.xcom_arg import XComArg

MAX_DEPTH = 50


def class_mark(value: Any) -> str:
    """`<Foo>` for what has no text of its own that would be the same tomorrow."""
    return f"<{type(value).__name__}>"


def callable_name(value: Any) -> str:
    inner = getattr(value, "func", None)
    if inner is not None and not hasattr(value, "__qualname__"):
        return f"partial({callable_name(inner)})"
    return getattr(value, "__qualname__", None) or getattr(value, "__name__", None) or class_mark(value)


def to_json(value: Any, depth: int = 0) -> Any:
    """The value in JSON's types; what JSON cannot hold becomes text."""
    if depth > MAX_DEPTH:
        return "..."
    if value is None or isinstance(value, (bool, str)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, enum.Enum):
        return to_json(value.value, depth + 1)
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**64 else str(int(value))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {key if isinstance(key, str) else to_text(key): to_json(it, depth + 1) for key, it in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((to_json(it, depth + 1) for it in value), key=lambda it: (type(it).__name__, repr(it)))
    if isinstance(value, (list, tuple)):
        return [to_json(it, depth + 1) for it in value]
    return to_text(value, depth)


def is_plain(value: Any, depth: int = 0) -> bool:
    """Whether JSON holds it without a loss."""
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(it, depth + 1) for key, it in value.items())
    if isinstance(value, (list, tuple)):
        return all(is_plain(it, depth + 1) for it in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, bool) or value is None:
        return True
    return isinstance(value, str) or (type(value) is int and abs(value) < 2**63)


def to_text(value: Any, depth: int = 0) -> str:
    """The value as people read it in Python."""
    if isinstance(value, str):
        return str(value)
    return _repr(value, depth)


def _repr(value: Any, depth: int) -> str:
    if depth > MAX_DEPTH:
        return "..."
    if isinstance(value, enum.Enum):
        return _repr(value.value, depth + 1)
    if isinstance(value, XComArg):
        return str(value)
    if isinstance(value, (str, bytes, int, float, complex, type(None))):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_repr(key, depth + 1)}: {_repr(it, depth + 1)}" for key, it in value.items()) + "}"
    if isinstance(value, (set, frozenset)):
        inner = sorted(_repr(it, depth + 1) for it in value)
        return "{" + ", ".join(inner) + "}" if inner else "set()"
    if isinstance(value, tuple):
        inner = ", ".join(_repr(it, depth + 1) for it in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return "[" + ", ".join(_repr(it, depth + 1) for it in value) + "]"
    return _other(value)


def _other(value: Any) -> str:
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value)
    if isinstance(value, BaseOperator):
        return repr(value)
    if isinstance(value, type) or callable(value):
        return callable_name(value)
    if isinstance(value, (dt.tzinfo,)):
        return str(value)
    name = type(value).__name__
    if name in ("PosixPath", "WindowsPath", "PurePosixPath", "Decimal", "UUID", "Version", "relativedelta"):
        return str(value)
    if hasattr(value, "uri") and hasattr(value, "name"):
        return f"{name}({value.name!r})"
    return class_mark(value)
