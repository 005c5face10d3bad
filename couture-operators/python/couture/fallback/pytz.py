"""The part of `pytz` that DAG files use."""

import datetime as _dt
import zoneinfo as _zoneinfo

from couture.model.dates import parse_timezone as _parse_timezone

UTC = utc = _dt.timezone.utc
# Too old for libraries that use the real one where there is one: they go on without.
__version__ = "0"


class UnknownTimeZoneError(KeyError):
    """No zone has this name."""


class _Zone(_dt.tzinfo):
    """A zone that can be given to datetimes with `localize`, as pytz wants it."""

    def __init__(self, name: str):
        self.zone = name
        self._inner = _zoneinfo.ZoneInfo(name)

    def localize(self, value: _dt.datetime, is_dst: bool = False) -> _dt.datetime:
        return value.replace(tzinfo=self)

    def normalize(self, value: _dt.datetime) -> _dt.datetime:
        return value.astimezone(self)

    def utcoffset(self, value):
        return self._inner.utcoffset(value)

    def dst(self, value):
        return self._inner.dst(value)

    def tzname(self, value):
        return self._inner.tzname(value)

    def fromutc(self, value):
        return self._inner.fromutc(value.replace(tzinfo=self._inner)).replace(tzinfo=self)

    def __str__(self) -> str:
        return self.zone

    def __deepcopy__(self, memo):
        return self


def timezone(name: str) -> _dt.tzinfo:
    if name.upper() == "UTC":
        return utc
    try:
        return _Zone(name)
    except _zoneinfo.ZoneInfoNotFoundError:
        raise UnknownTimeZoneError(name) from None


def FixedOffset(minutes: int) -> _dt.tzinfo:  # noqa: N802
    return _parse_timezone(minutes * 60)
