"""The part of `dateutil`, `dateutil.parser` and `dateutil.tz` that DAG files use."""

import datetime as _dt
from typing import Any

from couture.fallback import relativedelta  # noqa: F401
from couture.model.dates import from_iso as _from_iso
from couture.model.dates import parse_timezone as _parse_timezone

UTC = _dt.timezone.utc


def parse(text: str, **_: Any) -> _dt.datetime:
    """ISO text as a date and time."""
    return _from_iso(text)


isoparse = parse


def gettz(name: str = "UTC") -> _dt.tzinfo:
    return _parse_timezone(name)


def tzutc() -> _dt.tzinfo:
    return UTC


class parser:  # noqa: N801
    """`dateutil.parser`."""

    parse = staticmethod(parse)
    isoparse = staticmethod(parse)


class tz:  # noqa: N801
    """`dateutil.tz`."""

    UTC = UTC
    gettz = staticmethod(gettz)
    tzutc = staticmethod(tzutc)
