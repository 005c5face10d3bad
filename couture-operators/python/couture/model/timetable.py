"""Schedules that are more than a text."""

import datetime as dt
from typing import Any, Dict, Optional

from couture.model.asset import AssetAll, BaseAsset
from couture.model.dates import CRON_PRESETS, parse_timezone, zone_name


class Timetable:
    """Says when a DAG runs. `wire()` is what the installation is told; nothing for timetables of the user's own."""

    description = ""
    periodic = True
    can_be_scheduled = True
    asset_condition: Optional[BaseAsset] = None
    timezone: Any = None
    # What to do instead, where the timetable is not supported.
    advice = "use a cron expression, a timedelta or assets"

    @property
    def summary(self) -> str:
        return type(self).__name__

    def wire(self) -> Any:
        raise NotImplementedError

    def serialize(self) -> Dict[str, Any]:
        return {}

    @classmethod
    def deserialize(cls, data):
        return cls()


class NullTimetable(Timetable):
    can_be_scheduled = False

    def wire(self):
        return None


class OnceTimetable(Timetable):
    def wire(self):
        return "@once"


class ContinuousTimetable(Timetable):
    def wire(self):
        return "@continuous"


def _zone(timezone: Any):
    return parse_timezone(timezone) if timezone is not None else None


class CronDataIntervalTimetable(Timetable):
    """Runs at the end of the interval between two times of a cron expression."""

    def __init__(self, cron: str, timezone: Any):
        self.expression, self.timezone = CRON_PRESETS.get(cron, cron), _zone(timezone)

    def wire(self):
        return {"cron": self.expression, "timezone": zone_name(self.timezone)}


class CronTriggerTimetable(Timetable):
    """Runs at the times of a cron expression, each about that moment (or the interval before it)."""

    def __init__(self, cron: str, *, timezone: Any, interval: Any = dt.timedelta(), run_immediately: Any = False):
        self.expression, self.timezone = CRON_PRESETS.get(cron, cron), _zone(timezone)
        self.interval, self.run_immediately = interval, run_immediately

    def wire(self):
        made = {"cron_trigger": self.expression, "timezone": zone_name(self.timezone)}
        if self.interval:
            made["interval_ms"] = delta_ms(self.interval)
        return made


class DeltaDataIntervalTimetable(Timetable):
    """Runs at the end of intervals of one length."""

    def __init__(self, delta: Any):
        self.delta = self._delta = delta

    def wire(self):
        return {"delta_ms": delta_ms(self.delta)}


class DeltaTriggerTimetable(DeltaDataIntervalTimetable):
    """As the other one; its data interval is taken to be the time between two runs."""

    def __init__(self, delta: Any, *, interval: Any = dt.timedelta()):
        super().__init__(delta)
        self.interval = interval


class AssetTriggeredTimetable(NullTimetable):
    def __init__(self, assets: Any):
        self.asset_condition = as_condition(assets)


class AssetOrTimeSchedule(Timetable):
    """Runs by time, and whenever assets have changed."""

    def __init__(self, *, timetable: Timetable, assets: Any = None, datasets: Any = None):
        self.timetable = timetable
        self.asset_condition = as_condition(assets if assets is not None else datasets)
        self.timezone = timetable.timezone

    def wire(self):
        return self.timetable.wire()


class EventsTimetable(Timetable):
    """Runs at a list of dates."""

    advice = "use a cron expression, or let something trigger it at those dates through the API"

    def __init__(self, event_dates, restrict_to_events: bool = False, presorted: bool = False, description: Optional[str] = None):
        self.event_dates = sorted(event_dates)


class MultipleCronTriggerTimetable(Timetable):
    """Runs at the times of several cron expressions."""

    def __init__(self, *crons: str, timezone: Any, interval: Any = dt.timedelta(), run_immediately: Any = False):
        self.crons, self.timezone, self.interval = crons, _zone(timezone), interval

    @property
    def advice(self) -> str:
        return f"write the times as one cron expression, or make a DAG for each of {' and '.join(map(repr, self.crons))}"

    def wire(self):
        if len(self.crons) != 1:
            raise NotImplementedError
        return CronTriggerTimetable(self.crons[0], timezone=self.timezone, interval=self.interval).wire()


class DataInterval:
    """From one moment to another."""

    def __init__(self, start, end):
        self.start, self.end = start, end

    @classmethod
    def exact(cls, at):
        return cls(at, at)

    def __eq__(self, other):
        return isinstance(other, DataInterval) and (self.start, self.end) == (other.start, other.end)

    def __hash__(self):
        return hash((self.start, self.end))


class DagRunInfo:
    """A run, and when it is due."""

    def __init__(self, run_after, data_interval):
        self.run_after, self.data_interval = run_after, data_interval

    @classmethod
    def exact(cls, at):
        return cls(at, DataInterval.exact(at))

    @classmethod
    def interval(cls, start, end):
        return cls(end, DataInterval(start, end))

    @property
    def logical_date(self):
        return self.data_interval.start


class TimeRestriction:
    def __init__(self, earliest, latest, catchup):
        self.earliest, self.latest, self.catchup = earliest, latest, catchup


def as_condition(assets: Any) -> BaseAsset:
    """A list of assets means all of them."""
    if isinstance(assets, BaseAsset):
        return assets
    return AssetAll(*assets)


def delta_ms(delta: Any) -> int:
    """The length of a timedelta, or of a relativedelta without months and years, in milliseconds."""
    if isinstance(delta, (int, float)):
        return round(delta * 1000)
    if isinstance(delta, dt.timedelta):
        return delta // dt.timedelta(milliseconds=1)
    if getattr(delta, "months", 0) or getattr(delta, "years", 0):
        raise ValueError(f"schedule {delta!r} has months or years, whose lengths differ; use a cron expression")
    parts = {name: getattr(delta, name, 0) for name in ("days", "hours", "minutes", "seconds", "microseconds")}
    return dt.timedelta(**parts) // dt.timedelta(milliseconds=1)
