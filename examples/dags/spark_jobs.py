"""The two operators for Spark jobs in Java or Scala: one takes a list of arguments, the other paths and settings, as one JSON text."""

from datetime import datetime

from airflow import DAG
from airflow.operators import CoutureSparkOperator, SparkOperator

app_name = "Currents"

dag = DAG("spark_jobs", default_args={"owner": "harbour", "start_date": datetime(2026, 5, 4)}, schedule_interval=None)

load_currents = SparkOperator(
    task_id="load_currents",
    method_id="run_task",
    app_name=app_name,
    class_path="org.example.currents.Load",
    code_artifact="currents_2.12-1.0.jar",
    application_arguments=["--day", "{{ ds }}"],
    dag=dag,
    description="""This task came from a code brick,
and its name was changed
to what it does here""",
)

sort_currents = CoutureSparkOperator(
    task_id="sort_currents",
    method_id="sort_currents",
    app_name=app_name,
    class_path="org.example.currents.Sort",
    code_artifact="currents_2.12-1.0.jar",
    input_base_dir_path="/srv/harbour/raw/",
    output_base_dir_path="/srv/harbour/sorted/",
    output_filenames_dict={"currents_file": "currents.parquet"},
    input_filenames_dict={"currents_file": "currents.csv"},
    method_args_dict={"order": "by speed"},
    dag=dag,
    description="Sort by speed",
)

load_currents >> sort_currents
