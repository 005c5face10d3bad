from airflow.operators.python import PythonOperator


def write_data_from_hbase_to_hdf5(host, table, columns, hdf5_file, batch=10_000):
    """Writes the row keys, and each column, as a data set of texts of equal length."""
    import h5py
    import happybase

    text = h5py.string_dtype()
    connection = happybase.Connection(host)
    try:
        with h5py.File(hdf5_file, "w") as target:
            names = ["row_key", *columns]
            sets = {name: target.create_dataset(name, shape=(0,), maxshape=(None,), dtype=text, chunks=True) for name in names}
            rows = []

            def flush():
                start = len(sets["row_key"])
                for at, name in enumerate(names):
                    sets[name].resize((start + len(rows),))
                    sets[name][start:] = [row[at] for row in rows]
                rows.clear()

            for key, cells in connection.table(table).scan(columns=[name.encode() for name in columns], batch_size=1_000):
                rows.append([key.decode(), *(cells.get(name.encode(), b"").decode() for name in columns)])
                if len(rows) >= batch:
                    flush()
            flush()
            print(f"{len(sets['row_key'])} rows of {table} were written to {hdf5_file}")
    finally:
        connection.close()


hbase_to_hdf5 = PythonOperator(
    task_id="write_data_from_hbase_to_hdf5",
    python_callable=write_data_from_hbase_to_hdf5,
    op_kwargs={"host": "localhost", "table": "items", "columns": ["d:name", "d:price"], "hdf5_file": "/data/items.h5"},
    dag=dag,
)
