"""A loop over a CSV file: another DAG is run for every two of its rows, and is told which."""

import os
from datetime import datetime

from airflow import DAG
from airflow.operators import CoutureLoopableBatchOperator, CoutureTensorflowOperator
from airflow.operators.dag_operator import DagOperator
from airflow.operators.dagrun_operator import TriggerDagRunOperator

default_args = {
    "owner": "harbour",
    "depends_on_past": False,
    "start_date": datetime(2026, 4, 15),
    "retries": 0,
}

schedule = None
dag = DAG("recordings_in_batches", default_args=default_args, catchup=False, schedule_interval=schedule)

metadata_file = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recordings", "hydrophones.csv")

all_recordings = CoutureLoopableBatchOperator(
    dag=dag,
    run_dag_id="recordings",
    task_id="all_recordings",
    batch_size=2,
    batch_offset=0,
    metadata_file=metadata_file,
)

of_spring = CoutureLoopableBatchOperator(
    dag=dag,
    run_dag_id="recordings",
    task_id="of_spring",
    filter_by="season",
    filter_values=["spring"],
    metadata_file=metadata_file,
)

tell = TriggerDagRunOperator(task_id="tell", trigger_dag_id="survey", dag=dag)
report = DagOperator(task_id="report", run_dag_id="survey", dag=dag)

all_recordings >> of_spring >> [tell, report]

# What is run for each batch.
target = DAG("recordings", default_args=default_args, catchup=False, schedule_interval=None)

cut_sound = CoutureTensorflowOperator(
    dag=target,
    task_id="cut_sound",
    method_id="cut_sound",
    code_artifact="sound.py",
    input_base_dir_path="/srv/harbour/sound/",
    output_base_dir_path="/srv/harbour/sound/",
    input_filenames_dict={
        "input_file_pattern": "recording_id/raw/name",
    },
    output_filenames_dict={
        "output_file_pattern": "recording_id/cut/basename.wav",
    },
    method_args_dict={
        "processing_method": "parallel",
        "num_cpu_cores": 2,
        "argument_filter": {
            "metadata_df": '{{dag_run.conf["metadata_df"]}}',
        },
        "input_file_extensions": [".flac"],
        "sample_rate": 48000,
    },
    description="Cut out what is louder than the sea",
)
