"""The score: how much of what Airflow's own example DAGs do, Couture does, too."""
