"""The operator that goes on only in the latest scheduled run."""

import datetime as dt
from typing import Any

from couture.model.base_operator import BaseOperator
from couture.operators.skip import SkipMixin, skip_after


class LatestOnlyOperator(BaseOperator, SkipMixin):
    """Goes on where now is in the interval after the run's own; a run that was asked for goes on always.

    Otherwise the direct downstream tasks are skipped; in dialect 1.10 all of them, whatever their trigger rules.
    """

    ui_color = "#e9ffdb"

    def execute(self, context: Any) -> None:
        run, ti = context["dag_run"], context["ti"]
        if run.external_trigger or run.run_type == "manual":
            print("a run that somebody asked for: going on")
            return
        begin, end = _window(context)
        if begin is None or end is None:
            print("the last run of the schedule: going on")
            return
        now = dt.datetime.now(dt.timezone.utc)
        if begin < now <= end:
            print(f"now, {now}, is between {begin} and {end}: going on")
            return
        print(f"now, {now}, is not between {begin} and {end}: skipping what comes after")
        skip_after(ti, ti.is_old)


def _window(context: Any) -> "tuple[Any, Any]":
    """The interval after the run's own. Its end is taken to be as far from its begin as that from the run's date."""
    begin = context.get("next_execution_date") or context.get("data_interval_end")
    if begin is None:
        return None, None
    length = begin - context["execution_date"]
    return (begin, begin + length) if length else (None, None)
