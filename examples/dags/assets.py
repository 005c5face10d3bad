"""DAGs that are run by data: when one has written an asset, the other is run. In the manner of Airflow 3."""

from airflow.sdk import DAG, Asset, task

tide_table = Asset("file:///srv/harbour/tide_table.csv")

with DAG(dag_id="assets_write", schedule=None):

    @task(outlets=[tide_table])
    def write_table():
        """Writes the asset."""
        print("the table is written")

    write_table()

with DAG(dag_id="assets_read", schedule=[tide_table]):

    @task
    def read_table():
        """Runs whenever the asset was written."""
        print("the table is read")

    read_table()
