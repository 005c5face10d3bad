"""Whatever a user can name, says something that must never run; for the tests of the page."""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.utils.edgemodifier import Label

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'{{7*7}}"


def tell():
    print(EVIL)
    print("\033]0;" + EVIL + "\007\033[31m" + EVIL + "\033[0m")
    return {EVIL: EVIL, "list": [EVIL]}


with DAG(
    "hostile",
    description=EVIL,
    doc_md=EVIL + "\n\n[click](javascript:alert(3))",
    start_date=datetime(2026, 1, 1),
    schedule=None,
    catchup=False,
    tags=["<b>tag</b>"],
    default_args={"owner": "<i>owner</i>"},
    params={"evil": EVIL},
):
    one = PythonOperator(task_id="tell", python_callable=tell, doc_md=EVIL)
    two = BashOperator(task_id="echo", bash_command="echo '<script>alert(4)</script>'", env={"A": EVIL})
    one >> Label("<u>label</u>") >> two
