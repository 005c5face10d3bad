"""Never runs; for the tests of the page."""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("idle", start_date=datetime(2026, 1, 1), schedule=None, catchup=False, tags=["tests"]):
    BashOperator(task_id="wait", bash_command="echo wait") >> BashOperator(task_id="rest", bash_command="echo rest")
