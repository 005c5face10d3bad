"""Callbacks of tasks and runs, for tests of attempts."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.exceptions import AirflowSkipException
from airflow.notifications.basenotifier import BaseNotifier
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.sensors.python import PythonSensor


class Note(BaseNotifier):
    template_fields = ("words", "plain")

    def __init__(self, words, plain="plain"):
        super().__init__()
        self.words, self.plain = words, plain

    def notify(self, context):
        print("noted", self.words, self.plain, self.context is context)


def skipped(context):
    ti = context["ti"]
    print("skipped by itself:", ti.task_id, ti.map_index, ti.state, ti.duration >= 0, context["ds"])


def broken(context):
    raise ValueError("bad callback")


def times(context):
    ti, run = context["ti"], context["dag_run"]
    print("times", ti.start_date, ti.end_date, ti.duration, run.queued_at, run.start_date)


def chosen(context):
    ti = context["ti"]
    print("chosen", ti.task_id, ti.try_number, ti.state, ti.duration, ti.log_url.rpartition("&")[2])


def skip():
    raise AirflowSkipException("not today")


def seen(dag_run):
    return [[ti.task_id, ti.map_index, ti.state, ti.duration] for ti in dag_run.get_task_instances()]


with DAG(
    "callbacks",
    schedule=None,
    start_date=datetime(2021, 1, 1),
    default_args={"on_skipped_callback": [broken, skipped]},
    on_success_callback=[times, chosen],
    on_failure_callback=[Note("{{ ds }}: {{ reason }}"), chosen],
    sla_miss_callback=Note("{{ task_list }}", ["late", "{{ slas }}"]),
    user_defined_macros={"word": "bar"},
) as dag:
    PythonOperator(task_id="skips", python_callable=skip)
    BashOperator(task_id="command", bash_command="exit 99")
    BashOperator.partial(task_id="commands").expand(bash_command=["true", "exit 99"])
    PythonSensor(task_id="sensor", python_callable=lambda: False, timeout=0, soft_fail=True)
    PythonOperator(task_id="goes", python_callable=lambda: 1)
    PythonOperator(
        task_id="told",
        python_callable=lambda: 1,
        on_success_callback=times,
        on_failure_callback=[Note("{{ ds }} {{ word }}: {{ exception }}"), Note("no template")],
        on_execute_callback=Note("before {{ ds }}"),
        retry_delay=timedelta(),
    )
    PythonOperator(
        task_id="asks",
        python_callable=lambda ti, dag_run: [ti.log_url, str(dag_run.queued_at), str(dag_run.start_date), ti.end_date],
    )
    PythonOperator(task_id="seen", python_callable=seen)
