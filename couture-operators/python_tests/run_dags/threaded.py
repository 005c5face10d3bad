"""A file whose import starts a thread."""

import threading
import time

from airflow import DAG

threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
dag = DAG("threaded", schedule=None)
