from airflow.operators.python import PythonOperator


def determine_interacted_bricks_for_each_user(interactions_csv, bricks_csv, users_csv):
    """Reads `user,product` and `product,brick`; writes `user,brick,interactions`, for each user the most frequent first."""
    import csv
    from collections import Counter, defaultdict

    with open(bricks_csv, newline="") as source:
        brick_of = {row["product"]: row["brick"] for row in csv.DictReader(source)}
    counts, unknown = defaultdict(Counter), 0
    with open(interactions_csv, newline="") as source:
        for row in csv.DictReader(source):
            brick = brick_of.get(row["product"])
            if brick is None:
                unknown += 1
            else:
                counts[row["user"]][brick] += 1
    with open(users_csv, "w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["user", "brick", "interactions"])
        for user in sorted(counts):
            for brick, count in sorted(counts[user].items(), key=lambda pair: (-pair[1], pair[0])):
                writer.writerow([user, brick, count])
    print(f"{len(counts)} users; {unknown} interactions were with products of no brick")


determine_bricks = PythonOperator(
    task_id="determine_interacted_bricks_for_each_user",
    python_callable=determine_interacted_bricks_for_each_user,
    op_kwargs={"interactions_csv": "/data/upi.csv", "bricks_csv": "/data/bricks.csv", "users_csv": "/data/bricks_of_users.csv"},
    dag=dag,
)
