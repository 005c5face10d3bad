"""What is said of names for the instances of mapped tasks."""

import unittest

from parse_host import parsed

DAG = """
from airflow.sdk import DAG, task, task_group
from airflow.providers.standard.operators.bash import BashOperator

with DAG("d", schedule=None) as dag:
    @task(map_index_template="{{ label }}")
    def named(n): pass

    @task(map_index_template="{{ label }}")
    def single(): pass

    @task
    def numbered(n): pass

    @task_group
    def group(n):
        BashOperator(task_id="inner", bash_command=f"echo {n}", map_index_template="{{ n }}")

    named.expand(n=[1, 2])
    numbered.expand(n=[1, 2])
    single()
    group.expand(n=[1, 2])
    BashOperator.partial(task_id="bash", map_index_template="{{ task.bash_command }}").expand(bash_command=["a", "b"])
"""


class MapIndexTemplate(unittest.TestCase):
    def test_one_that_is_not_shown_is_warned_of(self):
        found = parsed(DAG)
        self.assertIsNone(found["error"])
        told = [it for it in found["warnings"] if "map_index_template" in it]
        tasks = sorted(it.split("of task ")[1].split(" is")[0] for it in told)
        self.assertEqual(tasks, ["bash", "group.inner", "named"])
        self.assertIn("its instances are shown by number", told[0])


if __name__ == "__main__":
    unittest.main()
