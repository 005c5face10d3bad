from airflow.operators.python import PythonOperator


def generate_latent_features_for_items(ratings_csv, vectors_csv, features=8, rounds=30, rate=0.02, weight=0.05, seed=1):
    """Reads `user,item,rating`; writes `item,number,...`, found by stochastic gradient descent."""
    import csv
    import random

    with open(ratings_csv, newline="") as source:
        ratings = [(row["user"], row["item"], float(row["rating"])) for row in csv.DictReader(source)]
    if not ratings:
        raise ValueError(f"{ratings_csv} holds no ratings")
    chance = random.Random(seed)
    mean = sum(rating for _, _, rating in ratings) / len(ratings)

    def vectors(names):
        return {name: [chance.gauss(0, 0.1) for _ in range(features)] for name in sorted(set(names))}

    users, items = vectors(user for user, _, _ in ratings), vectors(item for _, item, _ in ratings)
    for number in range(rounds):
        chance.shuffle(ratings)
        squares = 0.0
        for user, item, rating in ratings:
            p, q = users[user], items[item]
            error = rating - mean - sum(a * b for a, b in zip(p, q))
            squares += error * error
            for at in range(features):
                p[at], q[at] = p[at] + rate * (error * q[at] - weight * p[at]), q[at] + rate * (error * p[at] - weight * q[at])
        print(f"round {number + 1}: root of the mean square error {(squares / len(ratings)) ** 0.5:.4f}")
    with open(vectors_csv, "w", newline="") as target:
        csv.writer(target).writerows([item, *(f"{value:.6f}" for value in vector)] for item, vector in items.items())


generate_latent_features = PythonOperator(
    task_id="generate_latent_features_for_items",
    python_callable=generate_latent_features_for_items,
    op_kwargs={"ratings_csv": "/data/ratings.csv", "vectors_csv": "/data/latent_features.csv", "features": 8},
    dag=dag,
)
