"""The two operators for TensorFlow programs."""

from datetime import datetime

from airflow import DAG
from airflow.operators import CoutureTensorflowOperator, TensorflowOperator

code_artifact = "gulls.py"
input_dir = "/srv/harbour/photos/"
processed_dir = "/srv/harbour/gulls/"

dag = DAG("tensorflow_checks", default_args={"owner": "harbour", "start_date": datetime(2026, 5, 4)}, schedule_interval=None)

check_photos = TensorflowOperator(
    task_id="check_photos",
    code_artifact="check_photos.py",
    application_arguments="",
    dag=dag,
    description="Are the photos readable?",
)

find_gulls = CoutureTensorflowOperator(
    dag=dag,
    task_id="find_gulls",
    method_id="find_gulls",
    code_artifact=code_artifact,
    input_base_dir_path=input_dir,
    output_base_dir_path=processed_dir,
    output_filenames_dict={"boxes": "boxes.csv"},
    input_filenames_dict={"photos": "list.csv"},
    method_args_dict={"batch": 16},
    description="Where in each photo is a gull?",
)

check_photos >> find_gulls
