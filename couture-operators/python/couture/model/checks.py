"""Arguments of DAGs and tasks, checked and brought into one form."""

import datetime as dt
import importlib
import re
from typing import Any, List, Optional

from couture.exceptions import AirflowException
from couture.model import dates
from couture.model.states import WeightRule

KEY = re.compile(r"[\w.-]+\Z")


def check_key(key: Any, kind: str, limit: int = 250) -> None:
    """Refuses an id that no installation could hold."""
    if not isinstance(key, str):
        raise TypeError(f"{kind} is {key!r}; give a text")
    if len(key) > limit:
        raise AirflowException(f"{kind} {key[:40]!r}... has {len(key)} characters; at most {limit} are allowed")
    if not KEY.match(key):
        raise AirflowException(f"{kind} is {key!r}; use only letters, digits, `-`, `_` and `.`")


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


def weight_rule(rule: Any, task_id: str) -> Any:
    """A rule's name, or an object of the author's own; a text with dots names its class."""
    if not isinstance(rule, str):
        return rule
    rule = str(rule)
    if WeightRule.is_valid(rule):
        return rule
    module, dot, name = rule.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)() if dot else _unknown_weight(rule, task_id)
    except (ImportError, AttributeError):
        return _unknown_weight(rule, task_id)


def _unknown_weight(rule: str, task_id: str) -> Any:
    raise AirflowException(f"weight_rule of task {task_id} is {rule!r}; use absolute, downstream or upstream")


def datasets(value: Any) -> List[Any]:
    """1.10 had them in a dictionary, under `datasets`."""
    if isinstance(value, dict):
        return list(value.get("datasets") or [])
    return as_list(value)
