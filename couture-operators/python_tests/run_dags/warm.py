"""Tasks for tests of the warm parent."""

import os
import random
import signal
import sys
import time

from airflow import DAG
from airflow.operators.python import PythonOperator

state = {"count": 0}


def looks():
    return {
        "pid": [os.getpid(), os.getpgid(0), os.getsid(0)],
        "parent": os.getppid(),
        "cwd": os.getcwd(),
        "only": os.environ["ONLY"],
        "names": sorted(os.environ),
        "stdin": sys.stdin.read(),
        "term": callable(signal.getsignal(signal.SIGTERM)),
    }


def changes():
    state["count"] += 1
    return state["count"]


def waits():
    print("begun", flush=True)
    time.sleep(60)


def prints():
    print("a")
    os.write(1, b"b\n")


def fails():
    raise ValueError("boom")


with DAG("warm", schedule=None) as dag:
    for function in (looks, changes, waits, prints, fails):
        PythonOperator(task_id=function.__name__, python_callable=function)
    PythonOperator(task_id="noop", python_callable=lambda: None)
    PythonOperator(task_id="draws", python_callable=random.random)
    PythonOperator(task_id="crashes", python_callable=lambda: os.kill(os.getpid(), signal.SIGSEGV))
    PythonOperator(task_id="leaves", python_callable=lambda: os._exit(5))
