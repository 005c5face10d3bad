"""The import lines that most Couture DAGs begin with, and one task."""

# Imported although not all are used: ruff and flake8 are told so.
# ruff: noqa: F401
# flake8: noqa
from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators import (
    CoutureDaskYarnOperator,
    CoutureJupyterOperator,
    CouturePySparkOperator,
    CoutureSparkOperator,
    CoutureTensorflowOperator,
)
from airflow.operators.dag_operator import DagOperator, SkippableDagOperator
from airflow.operators.dagrun_operator import TriggerDagRunOperator

app_name = "CodeView"

default_args = {
    "owner": "harbour",
    "depends_on_past": False,
    "start_date": datetime(2026, 4, 15),
    "retries": 0,
}

schedule = None
dag = DAG("code_view", default_args=default_args, catchup=False, schedule_interval=schedule)

load_charts = CoutureSparkOperator(
    task_id="load_charts",
    app_name=app_name,
    class_path="org.example.charts.Load",
    code_artifact="charts_2.12-1.0.jar",
    application_arguments=[],
    dag=dag,
    description="This task came from a code brick, and its name was changed to what it does here",
)
