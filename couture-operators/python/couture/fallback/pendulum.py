"""The part of `pendulum` that DAG files use, with the standard library alone."""

import datetime as _dt
import zoneinfo as _zoneinfo
from typing import Any

from couture.model import dialect as _dialect
from couture.model.dates import from_iso as _from_iso
from couture.model.dates import parse_timezone as _parse_timezone
from couture.run.moment import Moment as DateTime
from couture.run.moment import OldMoment as Pendulum
from couture.run.moment import Span as Duration

Date = _dt.date
Time = _dt.time
Timezone = _zoneinfo.ZoneInfo
Interval = Period = Duration
UTC = _dt.timezone.utc
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
__version__ = "3.0.0"


def _kind() -> type:
    return Pendulum if _dialect.is_old() else DateTime


def datetime(
    year: int,
    month: int,
    day: int,
    hour: int = 0,
    minute: int = 0,
    second: int = 0,
    microsecond: int = 0,
    tz: Any = UTC,
    fold: int = 1,
    **_: Any,
) -> DateTime:
    zone = _parse_timezone(tz) if tz is not None else None
    return _kind()(year, month, day, hour, minute, second, microsecond, zone, fold=fold if zone is not None and zone is not UTC else 0)


create = datetime


def local(*args: int, **kwargs: Any) -> DateTime:
    return datetime(*args, **kwargs)


def naive(*args: int, **kwargs: Any) -> DateTime:
    return datetime(*args, tz=None, **kwargs)


def instance(value: _dt.datetime, tz: Any = UTC) -> DateTime:
    return _kind().of(value if value.tzinfo is not None else value.replace(tzinfo=_parse_timezone(tz)))


def now(tz: Any = None) -> DateTime:
    return _kind().of(_dt.datetime.now(_parse_timezone(tz or UTC)))


def today(tz: Any = None) -> DateTime:
    return now(tz).replace(hour=0, minute=0, second=0, microsecond=0)


def yesterday(tz: Any = None) -> DateTime:
    return today(tz) - _dt.timedelta(days=1)


def tomorrow(tz: Any = None) -> DateTime:
    return today(tz) + _dt.timedelta(days=1)


def utcnow() -> DateTime:
    return now(UTC)


def from_timestamp(timestamp: float, tz: Any = UTC) -> DateTime:
    return _kind().of(_dt.datetime.fromtimestamp(timestamp, _parse_timezone(tz)))


def from_format(text: str, form: str, tz: Any = UTC) -> DateTime:
    pairs = (("YYYY", "%Y"), ("MM", "%m"), ("DD", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"), ("SSSSSS", "%f"), ("ZZ", "%z"))
    for token, directive in pairs:
        form = form.replace(token, directive)
    return instance(_dt.datetime.strptime(text, form), tz)


def parse(text: str, tz: Any = UTC, **_: Any) -> DateTime:
    return instance(_from_iso(text), tz)


def timezone(name: Any = "UTC") -> _dt.tzinfo:
    return _parse_timezone(name)


def duration(
    days: float = 0,
    seconds: float = 0,
    microseconds: float = 0,
    milliseconds: float = 0,
    minutes: float = 0,
    hours: float = 0,
    weeks: float = 0,
    years: int = 0,
    months: int = 0,
) -> Duration:
    return Duration(days + 365 * years + 30 * months, seconds, microseconds, milliseconds, minutes, hours, weeks)


def date(year: int, month: int, day: int) -> _dt.date:
    return _dt.date(year, month, day)


def time(hour: int, minute: int = 0, second: int = 0, microsecond: int = 0) -> _dt.time:
    return _dt.time(hour, minute, second, microsecond)


def interval(start: _dt.datetime, end: _dt.datetime) -> Duration:
    span = end - start
    return Duration(span.days, span.seconds, span.microseconds)


period = interval


def local_timezone() -> _dt.tzinfo:
    return UTC


class tz:  # noqa: N801
    """`pendulum.tz`."""

    UTC = UTC
    timezone = staticmethod(timezone)
    local_timezone = staticmethod(local_timezone)
    fixed_timezone = staticmethod(_parse_timezone)
