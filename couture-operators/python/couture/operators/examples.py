"""What DAG files import from Airflow's own examples."""

import datetime as dt
from typing import Any, Dict

from couture.model.dag import DAG
from couture.model.records import PriorityWeightStrategy
from couture.model.timetable import CronTriggerTimetable
from couture.operators.empty import EmptyOperator


def subdag(parent_dag_name: str, child_dag_name: str, args: Dict[str, Any]) -> DAG:
    """A daily DAG of five tasks that do nothing, under the id of a sub-DAG."""
    args = dict(args)
    start = args.get("start_date") or dt.datetime(2021, 1, 1, tzinfo=dt.timezone.utc)
    made = DAG(f"{parent_dag_name}.{child_dag_name}", default_args=args, start_date=start, schedule_interval="@daily")
    for number in range(1, 6):
        EmptyOperator(task_id=f"{child_dag_name}-task-{number}", default_args=args, dag=made)
    return made


class AfterWorkdayTimetable(CronTriggerTimetable):
    """Runs at midnight (UTC) after each Monday to Friday, for that day; holidays are not known."""

    def __init__(self) -> None:
        super().__init__("0 0 * * 2-6", timezone="UTC", interval=dt.timedelta(days=1))


class DecreasingPriorityStrategy(PriorityWeightStrategy):
    """Three for the first try, and less for each further one."""

    def get_weight(self, ti: Any) -> int:
        return max(1, 4 - (ti.try_number or 0))


def print_stuff() -> None:
    """Prints a word, to have something to call."""
    print("annotated!")
