"""Moments of the context: datetimes with the methods that DAG files know from pendulum.

Where the file has imported pendulum itself, the context holds pendulum's own. Otherwise these: the standard library's datetime, with
the part of pendulum's interface that DAG files use.
"""

import calendar
import datetime as dt
import sys
from typing import Any, Optional

_UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century")


class Span(dt.timedelta):
    """The time between two moments."""

    def in_seconds(self) -> int:
        return int(self.total_seconds())

    def in_minutes(self) -> int:
        return int(self.total_seconds() // 60)

    def in_hours(self) -> int:
        return int(self.total_seconds() // 3600)

    def in_days(self) -> int:
        return int(self.total_seconds() // 86400)

    def in_weeks(self) -> int:
        return self.in_days() // 7

    def total_minutes(self) -> float:
        return self.total_seconds() / 60

    def total_hours(self) -> float:
        return self.total_seconds() / 3600

    def total_days(self) -> float:
        return self.total_seconds() / 86400


class Moment(dt.datetime):
    """A datetime under the rules of dialect 2: Monday is day 0, and its text has a space between date and time."""

    SEPARATOR = " "

    @classmethod
    def of(cls, moment: dt.datetime) -> "Moment":
        zone = moment.tzinfo or dt.timezone.utc
        return cls(
            moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond, zone, fold=moment.fold
        )

    def __str__(self) -> str:
        return self.isoformat(self.SEPARATOR)

    def __repr__(self) -> str:
        parts = (self.year, self.month, self.day, self.hour, self.minute, self.second)
        return f"DateTime({', '.join(map(str, parts))}, tzinfo=Timezone('{self.timezone_name}'))"

    def __sub__(self, other: Any) -> Any:
        found = super().__sub__(other)
        return Span(found.days, found.seconds, found.microseconds) if isinstance(found, dt.timedelta) else found

    def __format__(self, form: str) -> str:
        return self.strftime(form) if "%" in form else (self.format(form) if form else str(self))

    def __reduce_ex__(self, protocol: Any) -> Any:
        return (type(self).of, (dt.datetime.fromisoformat(self.isoformat()),))

    @property
    def timezone_name(self) -> str:
        return getattr(self.tzinfo, "key", None) or self.tzname() or "UTC"

    @property
    def timezone(self) -> Optional[dt.tzinfo]:
        return self.tzinfo

    tz = timezone

    @property
    def int_timestamp(self) -> int:
        return int(self.timestamp() // 1)

    @property
    def float_timestamp(self) -> float:
        return self.timestamp()

    @property
    def day_of_week(self) -> int:
        return self.weekday()

    @property
    def day_of_year(self) -> int:
        return self.timetuple().tm_yday

    @property
    def week_of_year(self) -> int:
        return self.isocalendar()[1]

    @property
    def week_of_month(self) -> int:
        return (self.day + self.replace(day=1).weekday() - 1) // 7 + 1

    @property
    def days_in_month(self) -> int:
        return calendar.monthrange(self.year, self.month)[1]

    @property
    def quarter(self) -> int:
        return (self.month - 1) // 3 + 1

    def add(
        self,
        years: int = 0,
        months: int = 0,
        weeks: float = 0,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        microseconds: float = 0,
    ) -> "Moment":
        """Later by that much; a day that the month has not becomes its last."""
        month = self.year * 12 + self.month - 1 + years * 12 + months
        year, month = month // 12, month % 12 + 1
        day = min(self.day, calendar.monthrange(year, month)[1])
        moved = self.replace(year=year, month=month, day=day)
        return moved + dt.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds)

    def subtract(self, **amounts: float) -> "Moment":
        return self.add(**{unit: -amount for unit, amount in amounts.items()})

    def in_timezone(self, tz: Any) -> "Moment":
        from couture.model.dates import parse_timezone

        return self.astimezone(parse_timezone(tz))

    in_tz = in_timezone

    def naive(self) -> "Moment":
        return self.replace(tzinfo=None)

    def to_date_string(self) -> str:
        return self.strftime("%Y-%m-%d")

    def to_time_string(self) -> str:
        return self.strftime("%H:%M:%S")

    def to_datetime_string(self) -> str:
        return self.strftime("%Y-%m-%d %H:%M:%S")

    def to_iso8601_string(self) -> str:
        text = self.isoformat()
        return text[:-6] + "Z" if text.endswith("+00:00") else text

    to_rfc3339_string = dt.datetime.isoformat

    def start_of(self, unit: str) -> "Moment":
        """The first moment of the second, minute, hour, day, week, month, quarter or year that it is in."""
        if unit not in _UNITS:
            raise ValueError(f"{unit!r} is no unit: one of {', '.join(_UNITS)}")
        order = _UNITS.index(unit)
        changes: "dict[str, int]" = {"microsecond": 0}
        changes.update({name: 0 for name in ("second", "minute", "hour")[:order]})
        if order >= _UNITS.index("month"):
            changes["day"] = 1
        if unit == "quarter":
            changes["month"] = self.quarter * 3 - 2
        elif order >= _UNITS.index("year"):
            changes["month"] = 1
        if unit == "decade":
            changes["year"] = self.year - self.year % 10
        elif unit == "century":
            changes["year"] = self.year - (self.year - 1) % 100
        begin = self.replace(**changes)
        return begin - dt.timedelta(days=self.weekday()) if unit == "week" else begin

    def end_of(self, unit: str) -> "Moment":
        """The last microsecond of that unit."""
        begin = self.start_of(unit)
        steps = {"quarter": {"months": 3}, "decade": {"years": 10}, "century": {"years": 100}}
        return begin.add(**steps.get(unit, {unit + "s": 1})) - dt.timedelta(microseconds=1)

    def diff(self, other: Optional[dt.datetime] = None, abs: bool = True) -> Span:  # noqa: A002
        span = (other or self.now(self.tzinfo)) - self
        found = -span if abs and span < dt.timedelta() else span
        return Span(found.days, found.seconds, found.microseconds)

    def is_future(self) -> bool:
        return self > dt.datetime.now(self.tzinfo)

    def is_past(self) -> bool:
        return self < dt.datetime.now(self.tzinfo)

    def format(self, form: str) -> str:  # noqa: A003
        """The text by a pattern such as `YYYY-MM-DD HH:mm:ss`."""
        import re

        return re.sub(
            r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DDDD|DD|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|SSSSSS|SSS|A|ZZ|Z|zz|X|Q|E", self._token, form
        )

    def _token(self, match: Any) -> str:
        token = match.group(0)
        if token.startswith("["):
            return match.group(1)
        plain = {
            "YYYY": "%Y",
            "YY": "%y",
            "MMMM": "%B",
            "MMM": "%b",
            "MM": "%m",
            "DD": "%d",
            "dddd": "%A",
            "ddd": "%a",
            "HH": "%H",
            "hh": "%I",
            "mm": "%M",
            "ss": "%S",
            "SSSSSS": "%f",
            "A": "%p",
            "ZZ": "%z",
            "DDDD": "%j",
        }
        if token in plain:
            return self.strftime(plain[token])
        offset = self.strftime("%z")
        rest = {
            "M": self.month,
            "D": self.day,
            "H": self.hour,
            "h": self.hour % 12 or 12,
            "m": self.minute,
            "s": self.second,
            "SSS": f"{self.microsecond // 1000:03}",
            "Z": f"{offset[:3]}:{offset[3:]}",
            "zz": self.timezone_name,
            "X": self.int_timestamp,
            "Q": self.quarter,
            "E": self.isoweekday(),
        }
        return str(rest[token])


class OldMoment(Moment):
    """A datetime under the rules of dialect 1.10: Sunday is day 0, and its text is ISO 8601 with a `T`."""

    SEPARATOR = "T"

    def __repr__(self) -> str:
        return f"<Pendulum [{self.isoformat()}]>"

    @property
    def day_of_week(self) -> int:
        return self.isoweekday() % 7


def moment(value: Any, is_old: bool) -> Any:
    """The context's form of a moment: of ISO text or a datetime. None stays None."""
    if value is None:
        return None
    if isinstance(value, str):
        from couture.model.dates import parse

        value = parse(value)
    pendulum = sys.modules.get("pendulum")
    if pendulum is not None and hasattr(pendulum, "instance"):
        return pendulum.instance(value)
    return (OldMoment if is_old else Moment).of(value)
