"""Branches by date, by day of the week, and of the user's own."""

import datetime as dt
from typing import Any, Iterable, Optional, Union

from couture.exceptions import AirflowException
from couture.model.base_operator import BaseOperator
from couture.model.states import WeekDay
from couture.operators.skip import SkipMixin, follow


class BaseBranchOperator(BaseOperator, SkipMixin):
    """A branch: a subclass defines `choose_branch`, which names the tasks to go on with."""

    inherits_from_skipmixin = True

    def choose_branch(self, context: Any) -> Union[str, Iterable[str], None]:
        raise NotImplementedError(f"{type(self).__name__} has no choose_branch()")

    def execute(self, context: Any) -> Any:
        chosen = self.choose_branch(context)
        follow(context["ti"], chosen)
        return None if context["ti"].is_old else chosen


def _listed(ids: Any) -> list:
    return [ids] if isinstance(ids, str) else list(ids)


class BranchDateTimeOperator(BaseBranchOperator):
    """Goes one way while now is between two bounds, else the other. A bound without a date is of the same day."""

    def __init__(
        self,
        *,
        follow_task_ids_if_true: Any,
        follow_task_ids_if_false: Any,
        target_lower: Union[dt.datetime, dt.time, None],
        target_upper: Union[dt.datetime, dt.time, None],
        use_task_logical_date: bool = False,
        use_task_execution_date: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if target_lower is None and target_upper is None:
            raise AirflowException("BranchDateTimeOperator has neither target_lower nor target_upper; give one or both")
        self.target_lower, self.target_upper = target_lower, target_upper
        self.follow_task_ids_if_true, self.follow_task_ids_if_false = follow_task_ids_if_true, follow_task_ids_if_false
        self.use_task_logical_date = use_task_logical_date or use_task_execution_date

    def choose_branch(self, context: Any) -> Any:
        now = context["execution_date"] if self.use_task_logical_date else dt.datetime.now(dt.timezone.utc)
        zone = getattr(self.dag, "timezone", None) or dt.timezone.utc
        lower, upper = _bounds(self.target_lower, self.target_upper, now, zone)
        holds = (lower is None or lower <= now) and (upper is None or now <= upper)
        return _listed(self.follow_task_ids_if_true if holds else self.follow_task_ids_if_false)


def _bounds(lower: Any, upper: Any, now: dt.datetime, zone: Any) -> "tuple[Optional[dt.datetime], Optional[dt.datetime]]":
    from couture.model.dates import make_aware

    def moment(bound: Any) -> Optional[dt.datetime]:
        if bound is None:
            return None
        if isinstance(bound, dt.time):
            bound = dt.datetime.combine(now.date(), bound)
        return bound if bound.tzinfo is not None else make_aware(bound, zone)

    low, high = moment(lower), moment(upper)
    if low is not None and high is not None and isinstance(upper, dt.time) and high < low:
        high += dt.timedelta(days=1)
    return low, high


class BranchDayOfWeekOperator(BaseBranchOperator):
    """Goes one way on some days of the week, else the other."""

    def __init__(
        self,
        *,
        follow_task_ids_if_true: Any,
        follow_task_ids_if_false: Any,
        week_day: Any,
        use_task_logical_date: bool = False,
        use_task_execution_day: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.follow_task_ids_if_true, self.follow_task_ids_if_false = follow_task_ids_if_true, follow_task_ids_if_false
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date or use_task_execution_day
        self._week_day_num = WeekDay.validate_week_day(week_day)

    def choose_branch(self, context: Any) -> Any:
        zone = getattr(self.dag, "timezone", None) or dt.timezone.utc
        now = context["execution_date"] if self.use_task_logical_date else dt.datetime.now(zone)
        is_day = now.isoweekday() in self._week_day_num
        return _listed(self.follow_task_ids_if_true if is_day else self.follow_task_ids_if_false)
