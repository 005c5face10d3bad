"""The two operators for PySpark jobs, with a list of arguments and with paths and settings."""

from datetime import datetime

from airflow import DAG
from airflow.operators import CouturePySparkOperator, PySparkOperator

app_name = "Waves"

dag = DAG("pyspark_statistics", default_args={"owner": "harbour", "start_date": datetime(2026, 5, 4)}, schedule_interval=None)

count_waves = PySparkOperator(
    task_id="count_waves",
    method_id="count_waves",
    app_name=app_name,
    code_artifact="waves.py",
    application_arguments=[],
    dag=dag,
    description="Count waves",
)

measure_waves = CouturePySparkOperator(
    task_id="measure_waves",
    method_id="measure_waves",
    app_name=app_name,
    code_artifact="waves.py",
    input_base_dir_path="/srv/harbour/raw/",
    output_base_dir_path="/srv/harbour/waves/",
    output_filenames_dict={"heights": "heights.parquet"},
    input_filenames_dict={"buoys": "buoys.csv"},
    method_args_dict={"unit": "metre"},
    dag=dag,
    description="Mean height, by buoy and hour",
)

count_waves >> measure_waves
