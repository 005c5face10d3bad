"""Reads gauges, corrects and publishes them; for the pictures of the README."""

from datetime import datetime

from airflow import DAG
from airflow.decorators import task
from airflow.operators.bash import BashOperator
from airflow.operators.dag_operator import DagOperator
from airflow.operators.empty import EmptyOperator
from airflow.utils.edgemodifier import Label
from airflow.utils.task_group import TaskGroup

PAUSE = 'sleep {{ dag_run.conf.get("seconds", 0.2) }}'
GAUGES = ["pier", "mole", "buoy"]


def always(context, dag_run_obj):
    return dag_run_obj


survey = DAG("survey_the_coast", start_date=datetime(2026, 1, 1), schedule="@weekly", catchup=False, tags=["harbour"])
BashOperator(task_id="measure", bash_command="echo measured", dag=survey) >> BashOperator(task_id="draw", bash_command="echo drawn", dag=survey)

with DAG(
    "tides",
    description="Reads the gauges of the harbour every hour, corrects what they say and publishes the tide table",
    start_date=datetime(2026, 1, 1),
    schedule="@hourly",
    catchup=False,
    tags=["harbour", "hourly"],
    default_args={"owner": "harbour"},
):
    with TaskGroup("read", tooltip="The gauges, one task each") as read:
        for gauge in GAUGES:
            BashOperator(task_id=gauge, bash_command=PAUSE + f"; echo the {gauge} is read")

    @task
    def heights():
        print("\033[1mheights of the last hour\033[0m")
        for gauge, height in zip(GAUGES, (412, 398, 431)):
            print(f"\033[32mINFO\033[0m  {gauge:<6} {height} cm")
        print("\033[33mWARNING\033[0m the buoy drifts: 12 m from its place")
        return {"pier": 412, "mole": 398, "buoy": 431}

    @task.branch
    def is_high(ti=None):
        return "warn" if ti.xcom_pull(task_ids="heights")["buoy"] > 400 else "rest"

    correct = BashOperator(task_id="correct", bash_command=PAUSE + '; test -z "{{ dag_run.conf.get("broken", "") }}"')
    coast = DagOperator(task_id="survey_the_coast", run_dag_id="survey_the_coast", python_callable=always)
    choice = is_high()
    warn, rest = BashOperator(task_id="warn", bash_command="echo high water"), EmptyOperator(task_id="rest")
    with TaskGroup("publish") as publish:
        BashOperator(task_id="table", bash_command=PAUSE, trigger_rule="none_failed")
        BashOperator(task_id="map", bash_command=PAUSE, trigger_rule="none_failed")
        BashOperator(task_id="radio", bash_command="echo on air", trigger_rule="none_failed")
    told = heights()
    read >> told >> correct >> choice
    read >> coast >> publish
    choice >> Label("high water") >> warn >> publish
    choice >> Label("low water") >> rest >> publish
