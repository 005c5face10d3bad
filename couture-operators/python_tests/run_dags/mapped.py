"""Mapped tasks with outputs among the arguments that all instances share, for tests of attempts."""

from datetime import datetime

from airflow import DAG
from airflow.decorators import task, task_group
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.utils.task_group import TaskGroup

with DAG("mapped", schedule=None, start_date=datetime(2021, 1, 1)) as dag:

    @task
    def one():
        return 1

    @task(multiple_outputs=True)
    def parts():
        return {"x": "ex"}

    @task
    def numbers():
        return [1, 2]

    @task
    def add(a, b):
        return [a, b]

    @task
    def shown(v, a):
        return [v, a]

    @task_group
    def group(v, a):
        shown(v, a)

    o, p, n = one(), parts(), numbers()
    add.partial(a=o).expand(b=[1, 2, 3])
    add.override(task_id="of_task").partial(a=o).expand(b=n)
    add.override(task_id="of_key").partial(a=p["x"]).expand(b=[1, 2])
    add.override(task_id="deep").partial(a=[{"k": o}, "{{ ds }}"]).expand(b=[1, 2])
    add.override(task_id="by_kwargs").partial(a=o).expand_kwargs([{"b": 5}])
    doubled = add.override(task_id="doubled").partial(a=1).expand(b=n)
    add.override(task_id="of_mapped").partial(a=doubled).expand(b=[1])
    BashOperator.partial(task_id="shell", env={"X": p["x"]}).expand(bash_command=["echo $X", "echo 2 $X"])
    PythonOperator.partial(task_id="call", python_callable=lambda a, b: [a, b], op_kwargs={"b": o}).expand(op_args=[[7], [8]])
    PythonOperator.partial(task_id="call_by_kwargs", python_callable=lambda b: b, op_kwargs={"b": o}).expand_kwargs([{"retries": 1}])
    with TaskGroup("in"):
        add.override(task_id="side").partial(a=o).expand(b=[1])
    group.partial(a=o).expand(v=n)
