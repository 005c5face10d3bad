"""Goes well; for the tests of the page."""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("green", start_date=datetime(2026, 1, 1), schedule=None, catchup=False, tags=["tests"]):
    BashOperator(task_id="begin", bash_command="echo begin") >> [
        BashOperator(task_id="left", bash_command="sleep 0.5; echo left"),
        BashOperator(task_id="right", bash_command="sleep 1; echo right"),
    ] >> BashOperator(task_id="end", bash_command="echo end")
