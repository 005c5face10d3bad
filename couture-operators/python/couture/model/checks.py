"""Arguments of DAGs and tasks, checked and brought into one form."""

import datetime as dt
import re
from typing import Any, List, Optional

from couture.exceptions import AirflowException
from couture.model import dates

KEY = re.compile(r"[\w.-]+\Z")


def check_key(key: Any, kind: str, limit: int = 250) -> None:
    """Refuses an id that no installation could hold."""
    if not isinstance(key, str):
        raise TypeError(f"The {kind} has to be a string and is {type(key)}: {key!r}")
    if len(key) > limit:
        raise AirflowException(f"The {kind} has to be less than {limit} characters, not {len(key)}")
    if not KEY.match(key):
        raise AirflowException(f"The {kind} ({key!r}) has to be made of alphanumeric characters, dashes, dots, and underscores exclusively")


def as_timedelta(value: Any, name: str) -> Optional[dt.timedelta]:
    """A number means seconds."""
    if value is None or isinstance(value, dt.timedelta):
        return value
    if isinstance(value, (int, float)):
        return dt.timedelta(seconds=value)
    raise TypeError(f"{name} is {value!r}; use a timedelta, or a number of seconds")


def as_list(value: Any) -> List[Any]:
    """Nothing, one or many, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


def moment(value: Any, dag) -> Optional[dt.datetime]:
    if value is None:
        return None
    if isinstance(value, str):
        value = dates.from_iso(value)
    if not isinstance(value, dt.datetime):
        if isinstance(value, dt.date):
            value = dt.datetime(value.year, value.month, value.day)
        else:
            raise TypeError(f"a date is {value!r}; use a datetime")
    if value.tzinfo is not None:
        return value
    zone = dag.timezone if dag is not None else None
    return dates.make_aware(value, zone) if zone is not None else value


def datasets(value: Any) -> List[Any]:
    """1.10 had them in a dictionary, under `datasets`."""
    if isinstance(value, dict):
        return list(value.get("datasets") or [])
    return as_list(value)
