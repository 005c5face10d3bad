"""Functions that run in another Python, for tests of attempts."""

import os
import sys
from datetime import datetime

from airflow import DAG
from airflow.decorators import task
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonVirtualenvOperator, ExternalPythonOperator, PythonVirtualenvOperator

OTHER = os.environ.get("OTHER_PYTHON", sys.executable)

with DAG("others", schedule=None, start_date=datetime(2021, 1, 1)) as dag:

    def inside(a, ds, logical_date, b=2):
        import sys

        print("inside", flush=True)
        return {
            "a": a,
            "b": b,
            "ds": ds,
            "year": logical_date.year,
            "is_venv": sys.prefix != sys.base_prefix,
            "args": virtualenv_string_args,
        }  # noqa: F821

    def skips():
        from airflow.exceptions import AirflowSkipException

        raise AirflowSkipException("nothing to do")

    def fails():
        raise ValueError("inside out")

    def chooses():
        return "x"

    PythonVirtualenvOperator(task_id="venv", python_callable=inside, requirements=[], op_args=["{{ ds }}"], string_args=["s"])
    PythonVirtualenvOperator(task_id="skips", python_callable=skips, requirements=[])
    PythonVirtualenvOperator(task_id="fails", python_callable=fails, requirements=[], system_site_packages=False)
    PythonVirtualenvOperator(task_id="lambda", python_callable=lambda: 1)
    ExternalPythonOperator(task_id="external", python=OTHER, python_callable=inside, op_args=[1], op_kwargs={"b": [1]})
    ExternalPythonOperator(task_id="nowhere", python="/no/such/python", python_callable=chooses)
    branch = BranchPythonVirtualenvOperator(task_id="branch", python_callable=chooses, requirements=[])
    branch >> [EmptyOperator(task_id="x"), EmptyOperator(task_id="y")]

    @task.virtualenv(requirements=[], multiple_outputs=False)
    def decorated(n):
        return n + 1

    decorated(41)
