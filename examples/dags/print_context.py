"""Python tasks: one prints everything that it is told about its run, the others take arguments and sleep a little."""

import time
from datetime import datetime
from pprint import pprint

from airflow import DAG
from airflow.operators.python_operator import PythonOperator

dag = DAG("print_context", default_args={"owner": "harbour", "start_date": datetime(2026, 1, 1)}, schedule_interval=None)


def print_context(ds, **kwargs):
    """Prints the context; what is returned becomes an XCom."""
    pprint(kwargs)
    print(ds)
    return "The context was printed on %s" % ds


def wait(seconds):
    """Does nothing for some time."""
    time.sleep(seconds)
    return seconds


run_this = PythonOperator(task_id="print_the_context", provide_context=True, python_callable=print_context, dag=dag)

for n in range(3):
    task = PythonOperator(task_id="wait_%d" % n, python_callable=wait, op_kwargs={"seconds": n / 10}, dag=dag)
    run_this >> task
