"""A Dask job on YARN."""

from datetime import datetime

from airflow import DAG
from airflow.operators import CoutureDaskYarnOperator

app_name = "LogBooks"

dag = DAG("dask_cleaning", default_args={"owner": "harbour", "start_date": datetime(2026, 5, 4)}, schedule_interval=None)

clean_log_books = CoutureDaskYarnOperator(
    task_id="clean_log_books",
    method_id="clean_log_books",
    app_name=app_name,
    code_artifact="log_books.py",
    input_base_dir_path="/srv/harbour/raw/",
    output_base_dir_path="/srv/harbour/clean/",
    input_filenames_dict={"books": "books.csv"},
    output_filenames_dict={"books": "books.parquet"},
    method_args_dict={"drop": ["twice", "empty"]},
    dag=dag,
    description="Drop lines that are empty or were written twice",
)
