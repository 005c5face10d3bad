"""Sensors, callbacks and what is done when a task is ended."""

import datetime
import pathlib
import time

from airflow.models import BaseOperator
from airflow.sensors.python import PythonSensor
from airflow.operators.python import PythonOperator

from airflow import DAG



def note(context):
    ti = context["ti"]
    pathlib.Path(context["dag_run"].conf["notes"]).joinpath(ti.task_id).write_text(type(context.get("exception")).__name__)


class Sleeper(BaseOperator):
    def execute(self, context):
        self.notes = pathlib.Path(context["dag_run"].conf["notes"])
        self.notes.joinpath("asleep").write_text("")
        time.sleep(600)

    def on_kill(self):
        self.notes.joinpath("killed").write_text("on_kill")


with DAG("waiting", start_date=datetime.datetime(2026, 1, 1), schedule=None) as waiting:

    def there(dag_run, **_):
        count = pathlib.Path(dag_run.conf["notes"], "pokes")
        pokes = int(count.read_text()) + 1 if count.exists() else 1
        count.write_text(str(pokes))
        return pokes == 3

    def fails():
        raise ValueError("told")

    PythonSensor(task_id="sensor", python_callable=there, mode="reschedule", poke_interval=0.05)
    PythonOperator(task_id="fails", python_callable=fails, on_failure_callback=note)
    PythonOperator(task_id="succeeds", python_callable=lambda: None, on_success_callback=note)

with DAG("killing", start_date=datetime.datetime(2026, 1, 1), schedule=None) as killing:
    Sleeper(task_id="sleeper")
