"""Dates and time zones, with the standard library alone."""

import datetime as dt
from typing import Any, Optional

from couture.model import context

utc = dt.timezone.utc


def parse_timezone(name: Any) -> dt.tzinfo:
    """The zone of a name such as `Europe/Berlin`, or of an offset in seconds."""
    if isinstance(name, dt.tzinfo):
        return name
    if isinstance(name, (int, float)):
        return dt.timezone(dt.timedelta(seconds=name))
    if name.upper() in ("UTC", "Z", "GMT", "ETC/UTC"):
        return utc
    import zoneinfo

    return zoneinfo.ZoneInfo(name)


def zone_name(zone: Optional[dt.tzinfo]) -> str:
    """The name by which everybody knows the zone; `UTC` for those without one."""
    if zone is None:
        return "UTC"
    for attribute in ("key", "name", "zone"):
        name = getattr(zone, attribute, None)
        if isinstance(name, str) and (("/" in name) or name.isalpha()):
            return name
    return "UTC"


def is_localized(value: dt.datetime) -> bool:
    return value.utcoffset() is not None


def is_naive(value: dt.datetime) -> bool:
    return value.utcoffset() is None


def utcnow() -> dt.datetime:
    return dt.datetime.now(tz=utc)


def utc_epoch() -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=utc)


def make_aware(value: Optional[dt.datetime], timezone: Any = None) -> Optional[dt.datetime]:
    """The moment at which a clock in the zone shows `value`."""
    if value is None:
        return None
    zone = parse_timezone(timezone or utc)
    if is_localized(value):
        raise ValueError(f"{value} has a time zone already; make_aware() is for datetimes without one")
    if hasattr(zone, "localize"):
        return zone.localize(value)
    return value.replace(tzinfo=zone)


def make_naive(value: dt.datetime, timezone: Any = None) -> dt.datetime:
    """What a clock in the zone shows at that moment."""
    if is_naive(value):
        raise ValueError(f"{value} has no time zone; make_naive() is for datetimes with one")
    return value.astimezone(parse_timezone(timezone or utc)).replace(tzinfo=None)


def convert_to_utc(value: Optional[dt.datetime]) -> Optional[dt.datetime]:
    """The same moment in UTC; a naive one is in UTC already."""
    if not value:
        return value
    return value.replace(tzinfo=utc) if is_naive(value) else value.astimezone(utc)


def datetime(*args, **kwargs) -> dt.datetime:
    """`datetime.datetime`, in UTC where no zone is given."""
    kwargs.setdefault("tzinfo", utc)
    return dt.datetime(*args, **kwargs)


def parse(text: str, timezone: Any = None, *, strict: bool = False) -> dt.datetime:
    """A moment from ISO text."""
    value = from_iso(text)
    return value if is_localized(value) else make_aware(value, timezone or utc)


def from_iso(text: str) -> dt.datetime:
    """ISO text as a date and time, with or without a zone."""
    text = text.strip()
    if text.endswith(("Z", "z")):
        text = text[:-1] + "+00:00"
    head, dot, rest = text.partition(".")
    if dot:
        digits = len(rest) - len(rest.lstrip("0123456789"))
        text = head + "." + rest[:digits][:6].ljust(6, "0") + rest[digits:]
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in ("%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%S%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H"):
        try:
            return dt.datetime.strptime(text, form)
        except ValueError:
            continue
    raise ValueError(f"{text!r} is not a date such as 2026-01-31T08:00:00+00:00")


def coerce_datetime(value: Optional[dt.datetime], tz: Any = None) -> Optional[dt.datetime]:
    if value is None:
        return None
    return make_aware(value, tz) if is_naive(value) else value


def days_ago(n: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0) -> dt.datetime:
    """That time of the day, n days ago in UTC."""
    context.clock_was_asked = True
    today = utcnow().replace(hour=hour, minute=minute, second=second, microsecond=microsecond)
    return today - dt.timedelta(days=n)


def date_range(start_date, end_date=None, num=None, delta=None):
    """The moments from start to end, `delta` apart."""
    if not delta:
        return []
    if end_date and num:
        raise ValueError("date_range() got end_date and num; keep one of them")
    step = delta if isinstance(delta, dt.timedelta) else None
    if step is None:
        raise ValueError("date_range takes a timedelta; cron expressions are not evaluated in DAG files")
    found = []
    while (end_date is not None and start_date <= end_date) or (end_date is None and len(found) < abs(num or 1)):
        found.append(start_date)
        start_date = start_date + step
    return found


def round_time(dt_value, delta, start_date=None):
    """The moment on the grid of `delta` from `start_date` that is nearest."""
    start = start_date or utc_epoch()
    if is_naive(dt_value):
        start = start.replace(tzinfo=None)
    return start + round((dt_value - start) / delta) * delta


def infer_time_unit(time_seconds_arr) -> str:
    if not time_seconds_arr:
        return "hours"
    longest = max(time_seconds_arr)
    return next((unit for limit, unit in ((120, "seconds"), (7200, "minutes"), (172800, "hours")) if longest <= limit), "days")


def scale_time_units(time_seconds_arr, unit: str):
    scale = {"minutes": 60, "hours": 3600, "days": 86400}.get(unit, 1)
    return [seconds / scale for seconds in time_seconds_arr]


def parse_execution_date(text: str) -> dt.datetime:
    return parse(text)


CRON_PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
}
