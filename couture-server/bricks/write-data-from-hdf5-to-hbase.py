from airflow.operators.python import PythonOperator


def write_data_from_hdf5_to_hbase(hdf5_file, key_set, columns, host, table, batch=1_000):
    """`columns` names the data set of each HBase column; all data sets are as long as that of the row keys."""
    import h5py
    import happybase

    def encoded(value):
        return value if isinstance(value, bytes) else str(value).encode()

    connection = happybase.Connection(host)
    try:
        with h5py.File(hdf5_file, "r") as source:
            length = len(source[key_set])
            for start in range(0, length, batch):
                keys = source[key_set][start : start + batch]
                values = {column: source[name][start : start + batch] for column, name in columns.items()}
                with connection.table(table).batch(batch_size=batch) as puts:
                    for at, key in enumerate(keys):
                        puts.put(encoded(key), {column.encode(): encoded(value[at]) for column, value in values.items()})
            print(f"{length} rows of {hdf5_file} were written to {table}")
    finally:
        connection.close()


hdf5_to_hbase = PythonOperator(
    task_id="write_data_from_hdf5_to_hbase",
    python_callable=write_data_from_hdf5_to_hbase,
    op_kwargs={
        "hdf5_file": "/data/items.h5",
        "key_set": "row_key",
        "columns": {"d:name": "d:name", "d:price": "d:price"},
        "host": "localhost",
        "table": "items",
    },
    dag=dag,
)
