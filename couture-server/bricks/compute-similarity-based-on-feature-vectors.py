from airflow.operators.python import PythonOperator


def compute_similarity_based_on_feature_vectors(vectors_csv, similar_csv, most=10):
    """Reads `item,number,number,...`; writes `item,similar_item,score`, the most similar first."""
    import csv
    import heapq
    import math

    units = {}
    with open(vectors_csv, newline="") as source:
        for row in csv.reader(source):
            vector = [float(value) for value in row[1:]]
            length = math.sqrt(sum(value * value for value in vector))
            if length:
                units[row[0]] = [value / length for value in vector]
    with open(similar_csv, "w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["item", "similar_item", "score"])
        for item, own in sorted(units.items()):
            scores = ((sum(a * b for a, b in zip(own, vector)), other) for other, vector in units.items() if other != item)
            for score, other in heapq.nsmallest(most, scores, key=lambda pair: (-pair[0], pair[1])):
                writer.writerow([item, other, f"{score:.4f}"])


compute_similarity = PythonOperator(
    task_id="compute_similarity_based_on_feature_vectors",
    python_callable=compute_similarity_based_on_feature_vectors,
    op_kwargs={"vectors_csv": "/data/vectors.csv", "similar_csv": "/data/similar_items.csv", "most": 10},
    dag=dag,
)
