"""Notebooks as tasks: one with a parameter, every ten days, and one every five minutes as a notebook page schedules it."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators import CoutureJupyterOperator

default_args = {
    "owner": "harbour",
    "depends_on_past": False,
    "start_date": datetime(2026, 1, 1),
    "email": ["harbour@example.com"],
    "email_on_failure": False,
    "email_on_retry": False,
    "retries": 1,
    "retry_delay": timedelta(minutes=5),
}

dag = DAG("tide_report", default_args=default_args, schedule_interval=timedelta(days=10), catchup=False)

# The names are paths in the common workspace.
draw = CoutureJupyterOperator(
    task_id="draw",
    input_notebook="tides.ipynb",
    output_notebook="tides_drawn.ipynb",
    parameters={"height": 3},
    dag=dag,
)

often = DAG("tide_report_often", default_args=default_args, schedule_interval="*/5 * * * *", catchup=False)
draw_often = CoutureJupyterOperator(
    task_id="draw",
    input_notebook="tides.ipynb",
    output_notebook="tides_now.ipynb",
    parameters={},
    dag=often,
)
