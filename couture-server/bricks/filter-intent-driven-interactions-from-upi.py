from airflow.operators.python import PythonOperator


def filter_intent_driven_interactions_from_upi(interactions_csv, intended_csv, strong=("cart", "purchase"), least_views=2):
    """Reads `user,product,event`; keeps what users did with products that they saw more than once, or took a strong step with."""
    import csv
    from collections import Counter

    views, intended = Counter(), set()
    with open(interactions_csv, newline="") as source:
        for row in csv.DictReader(source):
            pair = row["user"], row["product"]
            views[pair] += 1
            if row["event"] in strong or views[pair] >= least_views:
                intended.add(pair)
    with open(interactions_csv, newline="") as source, open(intended_csv, "w", newline="") as target:
        reader = csv.DictReader(source)
        writer = csv.DictWriter(target, reader.fieldnames)
        writer.writeheader()
        writer.writerows(row for row in reader if (row["user"], row["product"]) in intended)
    print(f"{len(intended)} of {len(views)} pairs of user and product are driven by intent")


filter_interactions = PythonOperator(
    task_id="filter_intent_driven_interactions_from_upi",
    python_callable=filter_intent_driven_interactions_from_upi,
    op_kwargs={"interactions_csv": "/data/upi.csv", "intended_csv": "/data/intended_upi.csv", "least_views": 2},
    dag=dag,
)
