from airflow.operators.python import PythonOperator


def generate_buckets_from_a_numerical_feature(source_csv, target_csv, feature, buckets=10):
    """Adds the column `<feature>_bucket`: 0 for the smallest values, and so on; empty where there is no number."""
    import bisect
    import csv
    import math

    def number(text):
        try:
            value = float(text)
        except ValueError:
            return None
        return value if math.isfinite(value) else None

    with open(source_csv, newline="") as source:
        values = sorted(value for row in csv.DictReader(source) if (value := number(row[feature])) is not None)
    edges = sorted({values[len(values) * at // buckets] for at in range(1, buckets)}) if values else []
    with open(source_csv, newline="") as source, open(target_csv, "w", newline="") as target:
        reader = csv.DictReader(source)
        writer = csv.DictWriter(target, [*reader.fieldnames, f"{feature}_bucket"])
        writer.writeheader()
        for row in reader:
            value = number(row[feature])
            row[f"{feature}_bucket"] = "" if value is None else bisect.bisect_right(edges, value)
            writer.writerow(row)
    print(f"buckets of {feature} begin at {edges}")


generate_buckets = PythonOperator(
    task_id="generate_buckets_from_a_numerical_feature",
    python_callable=generate_buckets_from_a_numerical_feature,
    op_kwargs={"source_csv": "/data/items.csv", "target_csv": "/data/items_in_buckets.csv", "feature": "price", "buckets": 10},
    dag=dag,
)
