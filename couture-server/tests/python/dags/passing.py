"""Values that pass from task to task, branches, skips and mapped tasks."""

import datetime

from airflow.decorators import dag, task
from airflow.exceptions import AirflowSkipException
from airflow.models import Variable
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator

from airflow import DAG

from shared.numbers import double

START = datetime.datetime(2026, 1, 1)

with DAG("passing", start_date=START, schedule=None) as passing:

    def push(ti, **_):
        ti.xcom_push(key="extra", value={"a": [1, 2.5, None, "ü"]})
        return double(21)

    def several(ti, **_):
        for key, value in [("z", 1), ("b", 2), ("y", 3), ("z", 4), ("a", 5)]:
            ti.xcom_push(key=key, value=value)

    def pull(ti, **_):
        assert ti.xcom_pull(task_ids="several", key=None) == 5
        assert ti.xcom_pull(task_ids=["several", "nothing", "push"], key=None) == [5, 2, 3, 4, {"a": [1, 2.5, None, "ü"]}, 42]
        assert ti.xcom_pull(task_ids="push") == 42
        assert ti.xcom_pull(task_ids="push", key="extra") == {"a": [1, 2.5, None, "ü"]}
        assert ti.xcom_pull(task_ids="nothing") is None
        print("pulled all")

    pushes = [PythonOperator(task_id="push", python_callable=push), PythonOperator(task_id="several", python_callable=several)]
    pulls = [
        PythonOperator(task_id="pull", python_callable=pull),
        BashOperator(task_id="tell", bash_command="echo {{ ti.xcom_pull(task_ids='several', key=None) }}newest"),
    ]
    for task_that_pulls in pulls:
        pushes >> task_that_pulls

with DAG("choosing", start_date=START, schedule=None) as choosing:
    branch = BranchPythonOperator(task_id="branch", python_callable=lambda: "left")
    left, right = EmptyOperator(task_id="left"), EmptyOperator(task_id="right")
    join = EmptyOperator(task_id="join", trigger_rule="none_failed_min_one_success")
    branch >> [left, right] >> join

    def skip():
        raise AirflowSkipException("nothing to do")

    PythonOperator(task_id="skip", python_callable=skip) >> EmptyOperator(task_id="after_skip")
    ShortCircuitOperator(task_id="short", python_callable=lambda: False) >> EmptyOperator(task_id="after_short")


@dag(start_date=START, schedule=None)
def mapping():
    @task
    def numbers():
        return [1, 2, 3]

    @task
    def square(number):
        return number * number

    @task
    def total(squares):
        assert sorted(squares) == [1, 4, 9], squares
        print("total", sum(squares))

    total(square.expand(number=numbers()))


mapping()

with DAG(
    "looking",
    start_date=START,
    schedule=None,
    params={"greeting": "hello"},
    user_defined_macros={"shout": lambda text: text.upper() + "!", "year_of": lambda at: at.year},
    user_defined_filters={"twice": lambda text: text * 2},
) as looking:

    def look(text, number, **context):
        assert text == "HELLO! 2026 abab 2026-01-31", text
        assert Variable.get("region") == "north"
        assert Variable.get("missing", default_var="none") == "none"
        assert number == 7
        Variable.set("written", "by a task")
        assert Variable.get("written") == "by a task"
        from airflow.hooks.base import BaseHook

        connection = BaseHook.get_connection("api")
        assert (connection.host, connection.password) == ("example.com", "hunter22")
        print("the password is", connection.password)
        assert context["ds"] == "2026-01-31", context["ds"]
        assert context["params"]["greeting"] == "hello"

    PythonOperator(
        task_id="look",
        python_callable=look,
        op_kwargs={
            "text": "{{ shout(params.greeting) }} {{ year_of(execution_date) }} {{ 'ab' | twice }} {{ ds }}",
            "number": 7,
        },
    )
    BashOperator(task_id="bash", bash_command="echo {{ shout('from bash') }}")
