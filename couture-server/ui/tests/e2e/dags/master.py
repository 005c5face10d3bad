"""A DAG that runs another one; for the tests of the page."""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash_operator import BashOperator
from airflow.operators.dag_operator import DagOperator

default_args = {"owner": "harbour", "start_date": datetime(2026, 2, 2)}

survey = DAG("survey", default_args=default_args, schedule_interval=None)
BashOperator(task_id="measure", bash_command="echo measured", dag=survey) >> BashOperator(task_id="draw", bash_command="echo drawn", dag=survey)


def always(context, dag_run_obj):
    return dag_run_obj


master = DAG("master", default_args=default_args, schedule_interval=None)
DagOperator(task_id="run_survey", run_dag_id="survey", python_callable=always, dag=master) >> BashOperator(
    task_id="publish", bash_command="echo published", dag=master
)
