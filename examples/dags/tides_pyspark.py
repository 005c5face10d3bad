"""Two PySpark jobs, one after the other: fetch the readings of the tide gauges, then draw a history from them."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators import CouturePySparkOperator

app_name = "Tides"

default_args = {
    "owner": "harbour",
    "depends_on_past": False,
    "start_date": datetime(2026, 1, 5),
    "retries": 1,
    "retry_delay": timedelta(minutes=2),
}

schedule = None
dag = DAG("tides_pyspark", default_args=default_args, catchup=False, schedule_interval=schedule)

fetch_readings = CouturePySparkOperator(
    task_id="fetch_readings",
    method_id="fetch_readings",
    app_name=app_name,
    code_artifact="readings.py",
    dag=dag,
    description="Copy the readings of all gauges into the cluster",
)

draw_history = CouturePySparkOperator(
    task_id="draw_history",
    method_id="draw_history",
    app_name=app_name,
    code_artifact="history.py",
    dag=dag,
    description="One row for each gauge and day",
)

fetch_readings >> draw_history
