"""A first DAG: default arguments, a schedule of one day, a bash task and a Spark job."""

# DAG is what holds the tasks.
from datetime import datetime, timedelta

from airflow import DAG

# Operators are what the tasks do.
from airflow.operators import CoutureSparkOperator
from airflow.operators.bash_operator import BashOperator

default_args = {
    "owner": "harbour",
    "depends_on_past": False,
    "start_date": datetime(2026, 3, 1),
    "email": ["harbour@example.com"],
    "email_on_failure": False,
    "email_on_retry": False,
    "retries": 1,
}

dag = DAG("tides_daily", default_args=default_args, schedule_interval=timedelta(days=1), catchup=False)

show_date = BashOperator(
    task_id="show_date",
    bash_command="date --utc +%F",
    dag=dag,
    description="Show today's date",
)

find_extremes = CoutureSparkOperator(
    task_id="find_extremes",
    method_id="find_extremes",
    dag=dag,
    app_name="Tides",
    class_path="org.example.tides.Extremes",
    code_artifact="tides.jar",
    description="",
)

show_date >> find_extremes
