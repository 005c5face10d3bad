"""Tasks that fail in every way."""

import datetime
import os
import signal
import sys
import time

from airflow.exceptions import AirflowFailException
from airflow.operators.python import PythonOperator

from airflow import DAG

with DAG("failing", start_date=datetime.datetime(2026, 1, 1), schedule=None) as failing:

    def raises():
        raise ValueError("no such luck")

    def retried(ti):
        if ti.try_number == 1:
            raise RuntimeError("first")
        print("second")

    def final():
        raise AirflowFailException("for good")

    def killed():
        print("my last words", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    def segfault():
        import ctypes

        ctypes.string_at(0)

    def prints():
        for _ in range(100):
            sys.stdout.write("x" * 1023 + "\n" * 1)
            sys.stdout.write(("y" * 1023 + "\n") * 1023)

    def no_json():
        return object()

    def slow():
        time.sleep(600)

    soon = datetime.timedelta(milliseconds=10)
    PythonOperator(task_id="raises", python_callable=raises)
    PythonOperator(task_id="retried", python_callable=retried, retries=1, retry_delay=soon)
    PythonOperator(task_id="final", python_callable=final, retries=3, retry_delay=soon)
    PythonOperator(task_id="exits", python_callable=lambda: sys.exit(3))
    PythonOperator(task_id="leaves", python_callable=lambda: os._exit(4))
    PythonOperator(task_id="leaves_well", python_callable=lambda: os._exit(0))
    PythonOperator(task_id="killed", python_callable=killed)
    PythonOperator(task_id="segfault", python_callable=segfault)
    PythonOperator(task_id="prints", python_callable=prints)
    PythonOperator(task_id="no_json", python_callable=no_json)
    PythonOperator(task_id="slow", python_callable=slow, execution_timeout=datetime.timedelta(seconds=1))
