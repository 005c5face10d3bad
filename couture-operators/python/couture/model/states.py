"""Names of states and rules."""

from enum import Enum, IntEnum


class Text(str, Enum):
    """An enum whose members are their texts."""

    def __str__(self) -> str:
        return self.value


class TaskInstanceState(Text):
    REMOVED = "removed"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    RESTARTING = "restarting"
    FAILED = "failed"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    UPSTREAM_FAILED = "upstream_failed"
    SKIPPED = "skipped"
    DEFERRED = "deferred"


class DagRunState(Text):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


class DagRunType(Text):
    BACKFILL_JOB = "backfill"
    SCHEDULED = "scheduled"
    MANUAL = "manual"
    DATASET_TRIGGERED = "dataset_triggered"
    ASSET_TRIGGERED = "asset_triggered"

    @staticmethod
    def from_run_id(run_id: str) -> "DagRunType":
        return next((kind for kind in DagRunType if run_id.startswith(f"{kind.value}__")), DagRunType.MANUAL)


class State:
    """All states in one place, as plain texts where they are such in Airflow 1.10."""

    NONE = None
    REMOVED = TaskInstanceState.REMOVED
    SCHEDULED = TaskInstanceState.SCHEDULED
    QUEUED = TaskInstanceState.QUEUED
    RUNNING = TaskInstanceState.RUNNING
    SUCCESS = TaskInstanceState.SUCCESS
    FAILED = TaskInstanceState.FAILED
    UP_FOR_RETRY = TaskInstanceState.UP_FOR_RETRY
    UP_FOR_RESCHEDULE = TaskInstanceState.UP_FOR_RESCHEDULE
    UPSTREAM_FAILED = TaskInstanceState.UPSTREAM_FAILED
    SKIPPED = TaskInstanceState.SKIPPED
    DEFERRED = TaskInstanceState.DEFERRED
    SHUTDOWN = "shutdown"

    task_states = (None, *TaskInstanceState)
    dag_states = (DagRunState.QUEUED, DagRunState.SUCCESS, DagRunState.RUNNING, DagRunState.FAILED)
    finished = frozenset({SUCCESS, FAILED, SKIPPED, UPSTREAM_FAILED, REMOVED})
    unfinished = frozenset({None, SCHEDULED, QUEUED, RUNNING, UP_FOR_RETRY, UP_FOR_RESCHEDULE, DEFERRED})
    failed_states = frozenset({FAILED, UPSTREAM_FAILED})
    success_states = frozenset({SUCCESS, SKIPPED})


class TriggerRule(Text):
    """When a task runs."""

    ALL_SUCCESS = "all_success"
    ALL_FAILED = "all_failed"
    ALL_DONE = "all_done"
    ONE_SUCCESS = "one_success"
    ONE_FAILED = "one_failed"
    ONE_DONE = "one_done"
    NONE_FAILED = "none_failed"
    NONE_FAILED_OR_SKIPPED = "none_failed_or_skipped"
    NONE_SKIPPED = "none_skipped"
    DUMMY = "dummy"
    ALWAYS = "always"
    NONE_FAILED_MIN_ONE_SUCCESS = "none_failed_min_one_success"
    ALL_SKIPPED = "all_skipped"
    ALL_DONE_SETUP_SUCCESS = "all_done_setup_success"

    @classmethod
    def is_valid(cls, rule: str) -> bool:
        return str(rule) in cls._value2member_map_

    @classmethod
    def all_triggers(cls):
        return {rule.value for rule in cls}


class WeightRule(Text):
    """Which weights are added to a task's own."""

    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"
    ABSOLUTE = "absolute"

    @classmethod
    def is_valid(cls, rule: str) -> bool:
        return str(rule) in {it.value for it in cls}

    @classmethod
    def all_weight_rules(cls):
        return {rule.value for rule in cls}


class WeekDay(IntEnum):
    """Monday is 1, Sunday 7."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7

    @classmethod
    def get_weekday_number(cls, week_day_str: str) -> int:
        name = week_day_str.upper()
        if name not in cls.__members__:
            raise AttributeError(f"{week_day_str!r} is no day of the week; write Monday to Sunday")
        return cls[name]

    @classmethod
    def convert(cls, day) -> int:
        return cls.get_weekday_number(day) if isinstance(day, str) else day

    @classmethod
    def validate_week_day(cls, week_day):
        """The days named, as a set."""
        if isinstance(week_day, (str, WeekDay)):
            week_day = {week_day}
        if not isinstance(week_day, (set, list, tuple, dict)):
            raise TypeError(f"week_day is {week_day!r}; give a day, or a list of days")
        return {cls.convert(day) for day in week_day}
