"""Values that one task leaves for another: returned, pushed under a name, pulled in all ways. ``read_prices`` prints its whole context."""

from datetime import datetime
from pprint import pprint

from airflow import DAG
from airflow.operators.python_operator import PythonOperator

dag = DAG("xcom_between_tasks", default_args={"owner": "harbour", "start_date": datetime(2026, 1, 1)}, schedule_interval=None)


def parse_prices(**kwargs):
    """What is returned is pushed as ``return_value``."""
    kwargs["ti"].xcom_push(key="fish", value={"cod": 7, "sole": 19})
    return "prices were parsed"


def read_prices(**kwargs):
    """Pulls what the task before it left, under whichever key came last, and prints the context."""
    ti = kwargs["ti"]
    latest = ti.xcom_pull(key=None, task_ids="parse_prices")
    print("From the task before:")
    print(latest)
    pprint(kwargs)
    return sorted(kwargs)


def give():
    """A plain function can return a value, too."""
    return [3, 1, 2]


def take(task_instance, **kwargs):
    """All forms of xcom_pull."""
    return {
        "one": task_instance.xcom_pull(task_ids="give"),
        "several": list(task_instance.xcom_pull(task_ids=["give", "parse_prices"])),
        "by_key": task_instance.xcom_pull(task_ids="parse_prices", key="fish"),
        "of_nobody": task_instance.xcom_pull(task_ids="nobody"),
        "of_dag": task_instance.xcom_pull(task_ids="give", dag_id="xcom_between_tasks"),
    }


opr_parse_prices = PythonOperator(task_id="parse_prices", python_callable=parse_prices, provide_context=True, dag=dag)
opr_read_prices = PythonOperator(task_id="read_prices", python_callable=read_prices, provide_context=True, dag=dag)
opr_give = PythonOperator(task_id="give", python_callable=give, dag=dag)
opr_take = PythonOperator(task_id="take", python_callable=take, provide_context=True, dag=dag)

opr_parse_prices >> opr_read_prices
[opr_parse_prices, opr_give] >> opr_take
