"""The part of `dateutil.relativedelta` that DAG files use."""

import calendar
import datetime as dt
from typing import Any


class relativedelta:  # noqa: N801
    """A distance between dates that may have months and years; names in the singular set a field instead."""

    _PLURAL = ("years", "months", "days", "hours", "minutes", "seconds", "microseconds")
    _SINGULAR = ("year", "month", "day", "hour", "minute", "second", "microsecond")

    def __init__(self, dt1: Any = None, dt2: Any = None, weeks: float = 0, **parts: Any):
        for name in self._PLURAL:
            setattr(self, name, parts.pop(name, 0))
        self.days += 7 * weeks
        for name in self._SINGULAR:
            setattr(self, name, parts.pop(name, None))
        self.weekday = parts.pop("weekday", None)
        if parts or dt1 is not None or dt2 is not None or self.weekday is not None:
            raise NotImplementedError("install python-dateutil for differences of dates and for weekdays")

    def _moved(self, value: Any, sign: int) -> Any:
        changes = {name: getattr(self, name) for name in self._SINGULAR if getattr(self, name) is not None}
        value = value.replace(**{name: it for name, it in changes.items() if hasattr(value, name)})
        month = value.year * 12 + value.month - 1 + sign * (self.years * 12 + self.months)
        year, month = month // 12, month % 12 + 1
        value = value.replace(year=year, month=month, day=min(value.day, calendar.monthrange(year, month)[1]))
        rest = dt.timedelta(days=self.days, hours=self.hours, minutes=self.minutes, seconds=self.seconds, microseconds=self.microseconds)
        return value + sign * rest

    def __radd__(self, value: Any) -> Any:
        return self._moved(value, 1)

    __add__ = __radd__

    def __rsub__(self, value: Any) -> Any:
        return self._moved(value, -1)

    def __neg__(self) -> "relativedelta":
        return relativedelta(**{name: -getattr(self, name) for name in self._PLURAL})

    def __repr__(self) -> str:
        parts = [f"{name}={getattr(self, name):+}" for name in self._PLURAL if getattr(self, name)]
        return f"relativedelta({', '.join(parts)})"
