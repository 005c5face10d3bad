"""Service level agreements: what is told when a task is late, fails, is tried again or succeeds."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.bash_operator import BashOperator


def tell_late(dag, task_list, blocking_task_list, slas, blocking_tis):
    """Called with the tasks that are late and those that they wait for."""
    print("late:", task_list, "because of:", blocking_task_list)


def tell_end(context):
    """Called with the context of the task."""
    print("ended:", context["task_instance"].task_id, context.get("exception"))


dag = DAG(
    "late_tasks",
    default_args={
        "owner": "harbour",
        "start_date": datetime(2026, 6, 1),
        "email": ["harbour@example.com"],
        "on_failure_callback": tell_end,
        "on_success_callback": tell_end,
        "on_retry_callback": tell_end,
    },
    schedule_interval="@hourly",
    catchup=False,
    sla_miss_callback=tell_late,
)

soon = BashOperator(task_id="soon", bash_command="true", sla=timedelta(minutes=30), dag=dag)
later = BashOperator(task_id="later", bash_command="sleep 1", sla=timedelta(minutes=45), dag=dag)

soon >> later
