"""Tasks under the rules of dialect 1.10, for tests of attempts."""

import sys
import time
from datetime import datetime

from airflow import DAG
from airflow.operators import CoutureSparkOperator
from airflow.operators.bash_operator import BashOperator
from airflow.operators.dagrun_operator import TriggerDagRunOperator
from airflow.operators.dummy_operator import DummyOperator
from airflow.operators.latest_only_operator import LatestOnlyOperator
from airflow.operators.python_operator import BranchPythonOperator, PythonOperator, ShortCircuitOperator


class OldBash(BashOperator):
    """A subclass runs in Python."""


def shown(*args, **kwargs):
    return {"args": list(args), "kwargs": {key: value for key, value in kwargs.items() if key in ("a", "b", "ds", "templates_dict")}}


def printed(**kwargs):
    print(kwargs)
    return [
        sorted(kwargs),
        str(kwargs["execution_date"]),
        kwargs["execution_date"].day_of_week,
        repr(kwargs["ti"]),
        repr(kwargs["dag_run"]),
    ]


def pulls(ti, **_):
    return {
        "list": ti.xcom_pull(task_ids=["a", "missing"]),
        "one": ti.xcom_pull(task_ids="a"),
        "key": ti.xcom_pull(task_ids="a", key="zzz"),
    }


def conditional(context, order):
    if context["params"]["go"]:
        order.payload = {"message": context["params"]["message"]}
        return order


def swallows():
    try:
        print("begun", flush=True)
        time.sleep(60)
    finally:
        print("cleaned up")


with DAG("old", start_date=datetime(2021, 1, 1), schedule_interval="@daily") as dag:
    PythonOperator(task_id="plain", python_callable=shown, op_args=[1, "{{ ds }}"], op_kwargs={"a": "{{ ds }}", "b": 3})
    PythonOperator(
        task_id="context",
        python_callable=shown,
        provide_context=True,
        op_kwargs={"a": 1, "ds": "overridden"},
        templates_dict={"x": "{{ ds }}"},
    )
    PythonOperator(task_id="without", python_callable=lambda ds: ds)
    PythonOperator(task_id="printed", python_callable=printed, provide_context=True)
    PythonOperator(task_id="pulls", python_callable=pulls, provide_context=True)
    PythonOperator(task_id="sys_exit_0", python_callable=lambda: sys.exit(0))
    PythonOperator(task_id="swallows", python_callable=swallows)
    none = BranchPythonOperator(task_id="none", python_callable=lambda: None)
    branch = BranchPythonOperator(task_id="branch", python_callable=lambda: "x")
    short = ShortCircuitOperator(task_id="short", python_callable=lambda: False)
    latest = LatestOnlyOperator(task_id="latest")
    x = DummyOperator(task_id="x")
    for it in (none, branch, short, latest):
        it >> x
    OldBash(task_id="bash", bash_command="echo hi", xcom_push=True)
    OldBash(task_id="bash_quiet", bash_command="echo hi")
    OldBash(task_id="bash_99", bash_command="exit 99")
    TriggerDagRunOperator(task_id="triggers", trigger_dag_id="other", python_callable=conditional, params={"go": True, "message": "hello"})
    TriggerDagRunOperator(task_id="declines", trigger_dag_id="other", python_callable=conditional, params={"go": False})
    CoutureSparkOperator(task_id="spark", method_id="m", app_name="a", class_path="c", code_artifact="j", description="d")
