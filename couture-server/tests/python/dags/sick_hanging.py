"""A dag file of airflow that never ends."""

while True:
    pass
