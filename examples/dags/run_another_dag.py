# flake8: noqa
"""A task that runs another DAG, by its id, and waits for its end."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.dag_operator import DagOperator

args = {
    "owner": "harbour",
    "start_date": datetime(2026, 2, 2),
    "depends_on_past": False,
}

schedule = None
dag = DAG("run_another_dag", default_args=args, schedule_interval=schedule)

draw_report = DagOperator(
    task_id="draw_report",
    dag=dag,
    run_dag_id="tide_report",
)
