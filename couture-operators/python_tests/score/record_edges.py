"""Writes the tasks and edges of folders of DAG files as a real Airflow reads them.

Run by an interpreter that has Airflow installed and its database made: ``python record_edges.py FOLDER...``; the answer goes to
standard output. The files ``data/edges_*.json`` were made so; no test runs this program.
"""

import json
import logging
import os
import sys


def main(folders):
    """Prints ``{file: {"dags": {dag_id: {task: [upstream, ...]}}, "error": text or null}}``; subDAGs are DAGs of their parent's file."""
    try:
        from airflow.dag_processing.dagbag import DagBag

        options = {}
    except ImportError:
        from airflow.models.dagbag import DagBag

        options = {"include_examples": False}
    logging.disable(logging.CRITICAL)
    answer = {}
    for folder in folders:
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".py") or name == "__init__.py":
                continue
            bag = DagBag(os.path.join(folder, name), **options)
            tasks = {
                dag_id: {task_id: sorted(task.upstream_task_ids) for task_id, task in sorted(dag.task_dict.items())}
                for dag_id, dag in sorted(bag.dags.items())
            }
            errors = [text.strip().split("\n")[-1] for text in bag.import_errors.values()]
            answer[name] = {"dags": tasks, "error": errors[0] if errors else None}
    json.dump(answer, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main(sys.argv[1:])
