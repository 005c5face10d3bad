"""`macros`, in callables: as in templates."""

import datetime as _dt
import json  # noqa: F401
import time  # noqa: F401
import uuid  # noqa: F401
from datetime import datetime, timedelta  # noqa: F401
from random import random  # noqa: F401
from typing import Any, Optional


def ds_add(ds: str, days: int) -> str:
    """The date `days` after ds."""
    if not days:
        return str(ds)
    return (datetime.strptime(str(ds), "%Y-%m-%d") + timedelta(days=days)).strftime("%Y-%m-%d")


def ds_format(ds: str, input_format: str, output_format: str) -> str:
    """A date in another form."""
    return datetime.strptime(str(ds), input_format).strftime(output_format)


def datetime_diff_for_humans(dt: Any, since: Optional[_dt.datetime] = None) -> str:
    """How long ago, such as `2 days ago`."""
    now = since or _dt.datetime.now(_dt.timezone.utc)
    seconds = abs((now - dt).total_seconds())
    units = (("year", 31536000), ("month", 2592000), ("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60))
    unit, size = next(((unit, size) for unit, size in units if seconds >= size), ("second", 1))
    count = int(seconds // size)
    text = f"{count} {unit}{'' if count == 1 else 's'}"
    is_past = dt <= now
    if since is not None:
        return f"{text} {'before' if is_past else 'after'}"
    return f"{text} ago" if is_past else f"in {text}"


def __getattr__(name: str) -> Any:
    if name == "dateutil":
        import dateutil

        return dateutil
    if name == "hive":
        raise AttributeError("macros.hive asks a Hive metastore, which there is none of here")
    from types import SimpleNamespace

    from couture.model import plugin_macros

    offered = {} if name.startswith("__") else plugin_macros.offered()
    if name in offered:
        return SimpleNamespace(**offered[name])
    raise AttributeError(f"there is no macro {name!r}")
