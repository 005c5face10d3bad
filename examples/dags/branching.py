"""A branch, a short circuit, a task that skips itself, and the trigger rules that bring the ways together again."""

from datetime import datetime

from airflow import DAG
from airflow.exceptions import AirflowSkipException
from airflow.operators.dummy_operator import DummyOperator
from airflow.operators.python_operator import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from airflow.utils.trigger_rule import TriggerRule

args = {"owner": "harbour", "start_date": datetime(2026, 1, 1)}


def skip():
    """Ends the task as skipped."""
    raise AirflowSkipException("no ship today")


def fail():
    """Ends the task as failed."""
    raise ValueError("the rope is torn")


with DAG("branching", default_args=args, schedule_interval=None) as dag:
    choose = BranchPythonOperator(task_id="choose", python_callable=lambda: "by_sea")
    by_sea, by_land = [DummyOperator(task_id=name) for name in ("by_sea", "by_land")]
    arrive = DummyOperator(task_id="arrive", trigger_rule=TriggerRule.ONE_SUCCESS)
    only_both = DummyOperator(task_id="only_both")
    choose >> [by_sea, by_land] >> arrive
    [by_sea, by_land] >> only_both

with DAG("short_circuit", default_args=args, schedule_interval=None) as stop:
    go_on = ShortCircuitOperator(task_id="go_on", python_callable=lambda: True)
    stop_here = ShortCircuitOperator(task_id="stop_here", python_callable=lambda: False)
    go_on >> DummyOperator(task_id="runs")
    stop_here >> DummyOperator(task_id="does_not") >> DummyOperator(task_id="nor_this", trigger_rule=TriggerRule.ALL_DONE)

with DAG("trigger_rules", default_args=args, schedule_interval=None) as rules:
    good = DummyOperator(task_id="good")
    bad = PythonOperator(task_id="bad", python_callable=fail)
    skipped = PythonOperator(task_id="skipped", python_callable=skip)
    for rule in ("all_success", "all_failed", "all_done", "one_success", "one_failed", "none_failed", "none_skipped", "dummy"):
        [good, bad] >> DummyOperator(task_id="good_bad_" + rule, trigger_rule=rule)
        [good, skipped] >> DummyOperator(task_id="good_skipped_" + rule, trigger_rule=rule)
