from airflow.operators.python import PythonOperator


def compute_similarity_based_on_attributes(items_csv, similar_csv, most=10):
    """Reads `item,attribute,attribute,...`; writes `item,similar_item,score`, the most similar first."""
    import csv
    from collections import defaultdict

    attributes, items_of = {}, defaultdict(set)
    with open(items_csv, newline="") as source:
        for row in csv.reader(source):
            if row:
                attributes[row[0]] = {value.strip() for value in row[1:] if value.strip()}
                for value in attributes[row[0]]:
                    items_of[value].add(row[0])
    with open(similar_csv, "w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["item", "similar_item", "score"])
        for item, own in sorted(attributes.items()):
            others = set().union(*(items_of[value] for value in own)) - {item}
            scores = [(len(own & attributes[other]) / len(own | attributes[other]), other) for other in others]
            for score, other in sorted(scores, key=lambda pair: (-pair[0], pair[1]))[:most]:
                writer.writerow([item, other, f"{score:.4f}"])


compute_similarity = PythonOperator(
    task_id="compute_similarity_based_on_attributes",
    python_callable=compute_similarity_based_on_attributes,
    op_kwargs={"items_csv": "/data/items.csv", "similar_csv": "/data/similar_items.csv", "most": 10},
    dag=dag,
)
