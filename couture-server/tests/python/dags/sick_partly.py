"""One dag of airflow is right and one is wrong."""

import datetime

from airflow.operators.empty import EmptyOperator

from airflow import DAG

right = DAG("partly_right", start_date=datetime.datetime(2026, 1, 1), schedule=None)

with DAG("partly_wrong", start_date=datetime.datetime(2026, 1, 1), schedule=None) as wrong:
    a, b = EmptyOperator(task_id="a"), EmptyOperator(task_id="b")
    a >> b >> a
