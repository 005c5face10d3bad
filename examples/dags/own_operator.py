"""An operator that we wrote ourselves, imported from a module beside this file; its tasks are made in a loop."""

from datetime import datetime

from airflow import DAG
from airflow.operators.python_operator import PythonOperator
from gauges import GaugeOperator

GAUGES = ["pier", "mole", "buoy"]

dag = DAG("own_operator", default_args={"owner": "harbour", "start_date": datetime(2026, 1, 1)}, schedule_interval=None)


def highest(ti, **kwargs):
    """Which gauge is highest?"""
    readings = ti.xcom_pull(task_ids=["read_" + gauge for gauge in GAUGES])
    return max(readings, key=lambda reading: (reading["height"], reading["gauge"]))["gauge"]


compare = PythonOperator(task_id="compare", python_callable=highest, provide_context=True, dag=dag)

for gauge in GAUGES:
    GaugeOperator(task_id="read_" + gauge, gauge=gauge, dag=dag) >> compare
