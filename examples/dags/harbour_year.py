"""A year of the harbour: Spark and Dask jobs, DAGs inside of a DAG and runs of other DAGs, imported as code bricks import them."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.example_dags.subdags.subdag import subdag
from airflow.operators import CoutureDaskYarnOperator, CouturePySparkOperator, CoutureSparkOperator
from airflow.operators.dag_operator import DagOperator, SkippableDagOperator
from airflow.operators.dagrun_operator import TriggerDagRunOperator
from airflow.operators.dummy_operator import DummyOperator
from airflow.operators.subdag_operator import SubDagOperator

app_name = "HarbourYear"

args = {
    "owner": "harbour",
    "start_date": datetime(2026, 1, 1),
    "depends_on_past": False,
    "retry_delay": timedelta(seconds=30),
}

schedule = None
dag = DAG("harbour_year", default_args=args, schedule_interval=schedule)

begin = DummyOperator(task_id="begin", dag=dag)

spring = SubDagOperator(task_id="spring", subdag=subdag("harbour_year", "spring", args), dag=dag)
autumn = SubDagOperator(task_id="autumn", subdag=subdag("harbour_year", "autumn", args), dag=dag)

count_ships = CoutureSparkOperator(
    task_id="count_ships",
    app_name=app_name,
    class_path="org.example.harbour.CountShips",
    code_artifact="harbour.jar",
    application_arguments=[],
    dag=dag,
    description="",
)

clean_logs = CoutureDaskYarnOperator(
    task_id="clean_logs",
    method_id="clean_logs",
    app_name=app_name,
    code_artifact="logs.py",
    dag=dag,
    description="Drop what was written twice",
)

rank_quays = CouturePySparkOperator(
    task_id="rank_quays",
    method_id="rank_quays",
    app_name=app_name,
    code_artifact="quays.py",
    dag=dag,
    description="The busiest quay first",
)

run_survey = DagOperator(task_id="run_survey", run_dag_id="survey", dag=dag)
survey_again = SkippableDagOperator(task_id="survey_again", run_dag_id="survey", dag=dag)
start_survey = TriggerDagRunOperator(task_id="start_survey", trigger_dag_id="survey", dag=dag)

begin >> spring >> [count_ships, clean_logs] >> autumn
autumn >> rank_quays >> run_survey >> [survey_again, start_survey]
