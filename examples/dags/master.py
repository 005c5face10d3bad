"""A master DAG: it runs other DAGs, each if a condition holds, and hands them what they need.

``skip_survey`` is a SkippableDagOperator whose condition does not hold: the other DAG is not run and the task is skipped. A DagOperator
whose condition does not hold starts nothing and succeeds, so ``never_survey`` does not keep ``publish`` from running.
"""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash_operator import BashOperator
from airflow.operators.dag_operator import DagOperator, SkippableDagOperator
from airflow.operators.dummy_operator import DummyOperator

default_args = {"owner": "harbour", "start_date": datetime(2026, 2, 2), "depends_on_past": False}


def run_if_wanted(context, dag_run_obj):
    """Runs the other DAG with a message, or not at all."""
    if context["params"]["wanted"]:
        dag_run_obj.payload = {"message": context["params"]["message"]}
        return dag_run_obj


survey = DAG("survey", default_args=default_args, schedule_interval=None)
measure = BashOperator(
    task_id="measure",
    bash_command='echo "{{ dag_run.conf["message"] if dag_run and dag_run.conf else "nobody asked" }}"',
    dag=survey,
)

dag = DAG("master", default_args=default_args, schedule_interval=None)

run_survey = DagOperator(
    task_id="run_survey",
    run_dag_id="survey",
    python_callable=run_if_wanted,
    params={"wanted": True, "message": "The water is low today"},
    dag=dag,
)

never_survey = DagOperator(
    task_id="never_survey",
    run_dag_id="survey",
    python_callable=run_if_wanted,
    params={"wanted": False, "message": ""},
    dag=dag,
)

skip_survey = SkippableDagOperator(
    task_id="skip_survey",
    run_dag_id="survey",
    python_callable=run_if_wanted,
    params={"wanted": False, "message": ""},
    dag=dag,
)

publish = DummyOperator(task_id="publish", trigger_rule="none_failed", dag=dag)

run_survey >> never_survey >> publish
run_survey >> skip_survey >> publish
