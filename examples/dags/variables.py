"""Variables: values that a DAG finds by name and may set. They are kept on the server and can be changed there."""

from datetime import datetime

from airflow import DAG
from airflow.models import Variable
from airflow.operators.python_operator import PythonOperator

# Read while the file is parsed: a change of the variable changes the DAG.
berths = Variable.get("berths", default_var=None)
count = int(berths) if berths else 2

dag = DAG("variables", default_args={"owner": "harbour", "start_date": datetime(2026, 1, 1)}, schedule_interval=None)


def write():
    """Sets one variable as text, one as JSON."""
    Variable.set("harbour_master", "Ines")
    Variable.set("harbour_hours", {"open": 6, "close": 22}, serialize_json=True)


def read():
    """Gets them; a variable that is not there gives the default, or a KeyError."""
    master = Variable.get("harbour_master")
    hours = Variable.get("harbour_hours", deserialize_json=True)
    nothing = Variable.get("harbour_nothing", default_var=None)
    try:
        Variable.get("harbour_nothing")
    except KeyError:
        print("there is no such variable")
    return [master, hours, nothing]


set_them = PythonOperator(task_id="set_them", python_callable=write, dag=dag)
get_them = PythonOperator(task_id="get_them", python_callable=read, dag=dag)

for n in range(count):
    berth = PythonOperator(task_id="berth_%d" % (n + 1), python_callable=print, op_args=["berth", n + 1], dag=dag)
    get_them >> berth

set_them >> get_them
