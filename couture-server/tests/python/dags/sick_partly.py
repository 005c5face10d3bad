"""One dag of airflow is right and the file is wrong."""

import datetime

from airflow import DAG

right = DAG("partly_right", start_date=datetime.datetime(2026, 1, 1), schedule=None)
raise KeyError("after it")
