raise ValueError("no file")  # airflow dag
