"""What tasks leave behind, and what is told of how they end."""

import os
import subprocess
import time
import traceback
from datetime import timedelta

from airflow.sdk import DAG, task
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator


class OwnError(Exception):
    """Of this file alone."""


def fails():
    raise OwnError("no such luck")


def told(context):
    error = context["exception"]
    print("told of", type(error) is OwnError, error, "in", traceback.extract_tb(error.__traceback__)[-1].name)


def run_told(context):
    print("the run is told of:", context["reason"])


with DAG("lasting", schedule=None, on_failure_callback=run_told) as lasting:

    @task
    def leaves():
        program = subprocess.Popen(["sleep", "1000"], start_new_session=True)
        copy = os.fork()
        if copy == 0:
            os.setsid()
            time.sleep(1000)
            os._exit(0)
        while os.getsid(copy) != copy:
            time.sleep(0.01)
        return [program.pid, copy]

    leaves()
    BashOperator(task_id="bash_leaves", bash_command="setsid sleep 1000 >/dev/null 2>&1 & echo $!")
    PythonOperator(task_id="fails", python_callable=fails, on_failure_callback=told)
    PythonOperator(task_id="slow", python_callable=lambda: time.sleep(1000), execution_timeout=timedelta(seconds=10))
    BashOperator(task_id="slow_bash", bash_command="sleep 1000", execution_timeout=timedelta(seconds=1))
    shown = "{{ conf.get('core', 'parallelism') }}"
    gives = BashOperator(task_id="gives", bash_command="echo {{ ti.xcom_push(key='by_bash', value=[1]) }} " + shown)
    python_gives = PythonOperator(task_id="python_gives", python_callable=print, op_args=["{{ ti.xcom_push('by_python', ds) }} " + shown])

    @task
    def takes(ti=None):
        print("taken", ti.xcom_pull(task_ids="gives", key="by_bash"), ti.xcom_pull(task_ids="python_gives", key="by_python"))

    [gives, python_gives] >> takes()
