"""Measures, fails once, and tells; for the tests of the page."""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.utils.edgemodifier import Label
from airflow.utils.task_group import TaskGroup


def measure():
    print("\033[32mthe water stands at 42 cm\033[0m")
    print("WARNING - it rises")
    return {"height": 42, "unit": "cm", "gauges": ["pier", "mole"]}


with DAG(
    "harbour",
    description="Measures the water of the harbour",
    start_date=datetime(2026, 1, 1),
    schedule=None,
    catchup=False,
    tags=["tests"],
    params={"unit": "cm", "loud": True},
):
    first = PythonOperator(task_id="measure", python_callable=measure)
    with TaskGroup("tell") as tell:
        BashOperator(task_id="on_paper", bash_command="echo paper")
        BashOperator(task_id="on_air", bash_command="sleep 1; echo air")
    flaky = BashOperator(task_id="flaky", bash_command='echo "try {{ ti.try_number }}"; test "{{ ti.try_number }}" -gt 1')
    done = BashOperator(task_id="done", bash_command="echo done")
    first >> Label("every hour") >> tell >> done
    first >> flaky >> done
