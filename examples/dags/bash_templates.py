"""Bash commands with templates: parameters, macros, loops, a variable, a file of their own and one that is included."""

import os
from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.bash_operator import BashOperator

folder = os.path.dirname(os.path.abspath(__file__))

dag = DAG(
    "bash_templates",
    start_date=datetime(2026, 4, 1),
    schedule_interval="0 6 * * *",
    catchup=False,
    dagrun_timeout=timedelta(minutes=10),
    params={"greeting": "Good morning", "place": "quay"},
    template_searchpath=[os.path.join(folder, "templates")],
    user_defined_macros={"harbour": "Vigo", "twice": lambda n: n * 2},
    user_defined_filters={"shout": lambda text: text.upper() + "!"},
    default_args={"owner": "harbour"},
)

run_this = BashOperator(task_id="run_this", bash_command="echo 1", dag=dag)

parameters = BashOperator(
    task_id="parameters",
    bash_command='echo "{{ params.greeting }} from the {{ params.place }}"',
    params={"place": "lighthouse"},
    xcom_push=True,
    dag=dag,
)

dates = BashOperator(
    task_id="dates",
    bash_command='echo "{{ ds }} {{ macros.ds_add(ds, 7) }} {{ (execution_date - macros.timedelta(hours=1)).isoformat() }}"',
    xcom_push=True,
    dag=dag,
)

loop = BashOperator(
    task_id="loop",
    bash_command="{% for n in range(3) %}echo {{ n }} {{ twice(n) }}\n{% endfor %}",
    xcom_push=True,
    dag=dag,
)

of_our_own = BashOperator(
    task_id="of_our_own",
    bash_command='echo "{{ harbour | shout }} {{ var.value.get("harbour_keeper", "nobody") }}"',
    xcom_push=True,
    dag=dag,
)

environment = BashOperator(
    task_id="environment",
    bash_command='echo "$DAY $AIRFLOW_CTX_TASK_ID"',
    env={"DAY": "{{ ds }}"},
    xcom_push=True,
    dag=dag,
)

file = BashOperator(task_id="file", bash_command="greeting.sh", xcom_push=True, dag=dag)
part = BashOperator(task_id="part", bash_command='{% include "signature.txt" %}', xcom_push=True, dag=dag)

run_this >> [parameters, dates, loop] >> file
run_this >> [of_our_own, environment] >> part
