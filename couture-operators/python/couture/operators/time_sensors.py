"""Sensors that wait for a moment, a time of day, or a day of the week."""

import datetime as dt
from typing import Any, Union

from couture.model.dates import make_aware, parse
from couture.model.states import WeekDay
from couture.operators.sensor import BaseSensorOperator, _since

_UTC = dt.timezone.utc


class DateTimeSensor(BaseSensorOperator):
    """Waits for a moment: a datetime, or a text (a template) that names one."""

    template_fields = ("target_time",)

    def __init__(self, *, target_time: Union[str, dt.datetime], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(target_time, dt.datetime):
            target_time = target_time.isoformat()
        if not isinstance(target_time, str):
            raise TypeError(f"target_time is {target_time!r}; give a datetime, or a text that names one")
        self.target_time = target_time

    def poke(self, context: Any) -> bool:
        print(f"Checking if the time ({self.target_time}) has come")
        return dt.datetime.now(_UTC) >= parse(self.target_time)


class TimeSensor(BaseSensorOperator):
    """Waits for a time of day, in the DAG's time zone, of the day on which the waiting began."""

    def __init__(self, *, target_time: dt.time, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_time = target_time

    def poke(self, context: Any) -> bool:
        zone = getattr(self.dag, "timezone", None) or _UTC
        day = _since(context).astimezone(zone).date()
        target = dt.datetime.combine(day, self.target_time)
        target = target if target.tzinfo is not None else make_aware(target, zone)
        print(f"Checking if the time ({self.target_time}) has come")
        return dt.datetime.now(_UTC) >= target


class TimeDeltaSensor(BaseSensorOperator):
    """Waits for a time after the end of the run's data interval."""

    def __init__(self, *, delta: dt.timedelta, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.delta = delta

    def poke(self, context: Any) -> bool:
        run = context["dag_run"]
        target = (run.data_interval_end or run.logical_date) + self.delta
        print(f"Checking if the time ({target}) has come")
        return dt.datetime.now(_UTC) > target


class DayOfWeekSensor(BaseSensorOperator):
    """Waits for days of the week, in UTC."""

    def __init__(self, *, week_day: Any, use_task_logical_date: bool = False, use_task_execution_day: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date or use_task_execution_day
        self._week_day_num = WeekDay.validate_week_day(week_day)

    def poke(self, context: Any) -> bool:
        now = context["execution_date"] if self.use_task_logical_date else dt.datetime.now(_UTC)
        return now.isoweekday() in self._week_day_num


class DateTimeSensorAsync(DateTimeSensor):
    """The same; a waiting sensor has no process anyway."""

    def __init__(
        self, *, start_from_trigger: bool = False, trigger_kwargs: Any = None, end_from_trigger: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)


class TimeSensorAsync(TimeSensor):
    """The same; a waiting sensor has no process anyway."""

    def __init__(
        self, *, start_from_trigger: bool = False, trigger_kwargs: Any = None, end_from_trigger: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)


class TimeDeltaSensorAsync(TimeDeltaSensor):
    """The same; a waiting sensor has no process anyway."""

    def __init__(self, *, end_from_trigger: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)


class WaitSensor(BaseSensorOperator):
    """Waits for some time from its begin on."""

    def __init__(self, *, time_to_wait: Union[dt.timedelta, float], deferrable: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.time_to_wait = time_to_wait if isinstance(time_to_wait, dt.timedelta) else dt.timedelta(minutes=time_to_wait)
        self.poke_interval = min(self.poke_interval, max(self.time_to_wait.total_seconds(), 0.1))

    def poke(self, context: Any) -> bool:
        return dt.datetime.now(_UTC) >= _since(context) + self.time_to_wait
