"""Values of an operator's arguments as fields of an operator that needs no Python."""

import datetime as dt
from typing import Any

from couture.model.xcom_arg import xcom_args_in
from couture.parse.values import is_plain


class NotNative(Exception):
    """The task has something that only Python can do."""


def plain(value: Any) -> Any:
    """What JSON holds as it is."""
    if not is_plain(value) or any(True for _ in xcom_args_in(value)):
        raise NotNative
    return list(value) if isinstance(value, (tuple, set)) else value


def text_list(value: Any) -> Any:
    """A list of texts, or nothing."""
    if value is None:
        return None
    if isinstance(value, (str, dict)) or not hasattr(value, "__iter__") or not all(isinstance(it, str) for it in value):
        raise NotNative
    return list(value) or None


def seconds(value: Any) -> Any:
    """A timedelta or a number as seconds."""
    if isinstance(value, dt.timedelta):
        value = value.total_seconds()
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
        raise NotNative
    return int(value) if float(value).is_integer() else value


def nothing(value: Any) -> None:
    """Refuses any value."""
    if value is not None:
        raise NotNative
