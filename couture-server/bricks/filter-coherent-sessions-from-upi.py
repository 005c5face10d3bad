from airflow.operators.python import PythonOperator


def filter_coherent_sessions_from_upi(interactions_csv, coherent_csv, shortest=3, least_share=0.6):
    """Reads `session,user,product,category`; keeps sessions of enough interactions of which most are with one category."""
    import csv
    from collections import Counter, defaultdict

    categories = defaultdict(Counter)
    with open(interactions_csv, newline="") as source:
        for row in csv.DictReader(source):
            categories[row["session"]][row["category"]] += 1
    coherent = set()
    for session, counts in categories.items():
        total = sum(counts.values())
        if total >= shortest and max(counts.values()) / total >= least_share:
            coherent.add(session)
    with open(interactions_csv, newline="") as source, open(coherent_csv, "w", newline="") as target:
        reader = csv.DictReader(source)
        writer = csv.DictWriter(target, reader.fieldnames)
        writer.writeheader()
        writer.writerows(row for row in reader if row["session"] in coherent)
    print(f"{len(coherent)} of {len(categories)} sessions are coherent")


filter_sessions = PythonOperator(
    task_id="filter_coherent_sessions_from_upi",
    python_callable=filter_coherent_sessions_from_upi,
    op_kwargs={"interactions_csv": "/data/upi.csv", "coherent_csv": "/data/coherent_upi.csv", "shortest": 3, "least_share": 0.6},
    dag=dag,
)
