from airflow.operators.python import PythonOperator


def compute_similarity_based_on_latent_features(vectors_csv, similar_csv, most=10):
    """Reads `item,number,...` as the brick for latent features writes it; writes `item,similar_item,distance`, the nearest first."""
    import csv
    import heapq
    import math

    with open(vectors_csv, newline="") as source:
        vectors = {row[0]: [float(value) for value in row[1:]] for row in csv.reader(source) if row}
    with open(similar_csv, "w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["item", "similar_item", "distance"])
        for item, own in sorted(vectors.items()):
            distances = ((math.dist(own, vector), other) for other, vector in vectors.items() if other != item)
            for distance, other in heapq.nsmallest(most, distances):
                writer.writerow([item, other, f"{distance:.4f}"])


compute_similarity = PythonOperator(
    task_id="compute_similarity_based_on_latent_features",
    python_callable=compute_similarity_based_on_latent_features,
    op_kwargs={"vectors_csv": "/data/latent_features.csv", "similar_csv": "/data/similar_items.csv", "most": 10},
    dag=dag,
)
