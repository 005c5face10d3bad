"""What people see of a DAG, and what a run of it must be given."""

from airflow.sdk import DAG, Param, task
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

with DAG(
    "asking",
    schedule=None,
    dag_display_name="Asks for things",
    params={"who": Param(type="string", minLength=2), "times": Param(2, type="integer", maximum=3)},
) as asking:
    BashOperator(task_id="says", bash_command="echo {{ params.who }} {{ params.times }} {{ task.task_type }}", task_display_name="It says")

    @task
    def counts(params=None):
        print("counted", params["who"], params["times"])

    counts()

with DAG("not_asking", schedule=None) as not_asking:
    TriggerDagRunOperator(task_id="triggers", trigger_dag_id="asking", conf={"who": 7})
