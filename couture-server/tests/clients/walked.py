"""The DAG that the clients walk."""

from airflow import DAG
from airflow.models.param import Param
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator

with DAG(
    "walked", schedule=None, tags=["walk"], params={"size": Param(3, type="integer", minimum=1)}, start_date=None
):
    give = PythonOperator(task_id="give", python_callable=lambda params: params["size"])
    take = BashOperator(task_id="take", bash_command="echo took {{ ti.xcom_pull(task_ids='give') }}")
    give >> take

# It never runs by itself, and a warning says so.
idle = DAG("idle", schedule="@daily")
