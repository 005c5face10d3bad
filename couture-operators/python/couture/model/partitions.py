"""Names of Airflow 3 that DAG files may use and that change nothing here: partitions, retry policies, deadlines."""

import datetime as dt
from enum import Enum
from typing import Any, Optional

from couture.model.asset import BaseAsset
from couture.model.timetable import CronTriggerTimetable, NullTimetable, as_condition

NEVER_EXPIRE = None


class _Kept:
    """Takes its arguments and keeps them."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.arguments = (args, kwargs)

    def __class_getitem__(cls, item: Any) -> Any:
        return cls


class PartitionMapper(_Kept):
    """From a partition's key to another one."""


class Direction(Enum):
    """On which side of a window its key is."""

    FORWARD = "forward"
    BACKWARD = "backward"


class Window(_Kept):
    """A span of time of partitions."""

    Direction = Direction


class WaitPolicy(_Kept):
    """Which partitions are waited for."""


for _name in (
    "AllowedKeyMapper ChainMapper FanOutMapper FixedKeyMapper IdentityMapper ProductMapper RollupMapper StartOfDayMapper "
    "StartOfHourMapper StartOfMonthMapper StartOfQuarterMapper StartOfWeekMapper StartOfYearMapper"
).split():
    globals()[_name] = type(_name, (PartitionMapper,), {"__module__": __name__})
for _name in "DayWindow HourWindow MonthWindow QuarterWindow SegmentWindow WeekWindow YearWindow".split():
    globals()[_name] = type(_name, (Window,), {"__module__": __name__})
for _name in "MinimumCount WaitForAll".split():
    globals()[_name] = type(_name, (WaitPolicy,), {"__module__": __name__})


class CronPartitionTimetable(CronTriggerTimetable):
    """Runs at the times of a cron expression; the partition's key is not given."""

    def __init__(self, cron: str, *, timezone: Any = "UTC", **_: Any):
        super().__init__(cron, timezone=timezone)


class PartitionedAssetTimetable(NullTimetable):
    """Runs when the assets have changed; their partitions are not told apart."""

    def __init__(self, *, assets: Any, **_: Any):
        self.asset_condition: Optional[BaseAsset] = as_condition(assets)


class PartitionedAtRuntime(NullTimetable):
    """The task says which partition it wrote; that is not told apart."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.arguments = (args, kwargs)


class RetryAction(Enum):
    RETRY = "retry"
    FAIL = "fail"
    DEFAULT = "default"


class RetryDecision(_Kept):
    """What becomes of a failure."""


class RetryPolicy(_Kept):
    """Decides on retries; `retries` and `retry_delay` alone count here."""


class ExceptionRetryPolicy(RetryPolicy):
    """By the exception's class."""


class RetryRule(_Kept):
    """One rule of it."""


class DeadlineAlert(_Kept):
    """What is done when a run is late."""


class DeadlineReference(_Kept):
    """From when a deadline counts."""

    DAGRUN_LOGICAL_DATE = "dagrun_logical_date"
    DAGRUN_QUEUED_AT = "dagrun_queued_at"

    @staticmethod
    def FIXED_DATETIME(moment: dt.datetime) -> Any:  # noqa: N802
        return moment

    @staticmethod
    def AVERAGE_RUNTIME(*args: Any, **kwargs: Any) -> Any:  # noqa: N802
        return (args, kwargs)


class AsyncCallback(_Kept):
    """A callback of a deadline."""


class SyncCallback(_Kept):
    """A callback of a deadline."""
