from airflow.hooks.base_hook import BaseHook
from airflow.operators.python import PythonOperator


def write_data_from_oracle_to_hdf5(conn_id, query, hdf5_file, batch=10_000):
    """Writes each column as a data set: numbers as numbers, with NaN for NULL, all else as text."""
    import h5py
    import numpy
    import oracledb

    connection = BaseHook.get_connection(conn_id)
    dsn = f"{connection.host}:{connection.port or 1521}/{connection.schema}"
    with oracledb.connect(user=connection.login, password=connection.password, dsn=dsn) as database:
        with database.cursor() as cursor, h5py.File(hdf5_file, "w") as target:
            cursor.arraysize = batch
            cursor.execute(query)
            columns = []
            for name, kind in ((column[0], column[1]) for column in cursor.description):
                is_number = kind == oracledb.DB_TYPE_NUMBER
                dtype = numpy.float64 if is_number else h5py.string_dtype()
                columns.append((target.create_dataset(name, shape=(0,), maxshape=(None,), dtype=dtype, chunks=True), is_number))
            count = 0
            while rows := cursor.fetchmany(batch):
                for at, (column, is_number) in enumerate(columns):
                    column.resize((count + len(rows),))
                    empty = float("nan") if is_number else ""
                    values = [empty if row[at] is None else row[at] for row in rows]
                    column[count:] = values if is_number else [str(value) for value in values]
                count += len(rows)
            print(f"{count} rows were written to {hdf5_file}")


oracle_to_hdf5 = PythonOperator(
    task_id="write_data_from_oracle_to_hdf5",
    python_callable=write_data_from_oracle_to_hdf5,
    op_kwargs={"conn_id": "oracle_default", "query": "SELECT id, name, price FROM items", "hdf5_file": "/data/items.h5"},
    dag=dag,
)
