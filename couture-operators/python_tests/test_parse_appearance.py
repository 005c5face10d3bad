"""What people see of a DAG, and what they are asked for, is in its document."""

import unittest

from parse_host import parsed

SHOWN = """
from datetime import datetime
from airflow.sdk import DAG, AssetAlias, Asset, Label, TaskGroup, task
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator

class Coloured(EmptyOperator):
    ui_color, ui_fgcolor = "#123456", "white"

with DAG("shown", schedule=None, dag_display_name="Shown ☀", doc_md="# The DAG") as dag:
    a = BashOperator(task_id="a", bash_command="true", task_display_name="First", doc_md="**a**")
    b = Coloured(task_id="b", outlets=[AssetAlias("some"), Asset("s3://x")])
    with TaskGroup("outer", tooltip="what it is for", ui_color="red", group_display_name="Outer group"):
        with TaskGroup("inner"):
            c = EmptyOperator(task_id="c")

    @task
    def d(): pass

    a >> Label("best") >> b
    b >> Label("worst") >> c
    c >> d()
"""

PARAMS = """
from airflow import DAG
from airflow.models.param import Param
dag = DAG("asking", schedule={schedule}, params={{{params}}})
"""


class Shown(unittest.TestCase):
    def test_names_colours_labels_and_groups_are_kept(self):
        found = parsed(SHOWN)
        self.assertIsNone(found["error"])
        dag = found["dags"][0]
        self.assertEqual((dag["dag_display_name"], dag["doc_md"]), ("Shown ☀", "# The DAG"))
        self.assertEqual(
            dag["edge_labels"],
            [{"from": "a", "to": "b", "label": "best"}, {"from": "b", "to": "outer.inner.c", "label": "worst"}],
        )
        self.assertEqual(
            dag["groups"],
            [
                {"group_id": "outer", "label": "Outer group", "tooltip": "what it is for", "ui_color": "red"},
                {"group_id": "outer.inner", "parent": "outer", "label": "inner"},
            ],
        )
        tasks = {task["task_id"]: task for task in dag["tasks"]}
        first = tasks["a"]
        self.assertEqual((first["operator"]["type"], first["operator_class"]), ("bash", "BashOperator"))
        self.assertEqual((first["task_display_name"], first["doc_md"], first["ui_color"]), ("First", "**a**", "#f0ede4"))
        self.assertEqual((tasks["b"]["operator_class"], tasks["b"]["ui_color"], tasks["b"]["ui_fgcolor"]), ("Coloured", "#123456", "white"))
        self.assertEqual(tasks["b"]["outlets"], [{"name": "some", "alias": True}, "s3://x"])
        self.assertEqual(tasks["d"]["operator_class"], "@task")
        self.assertNotIn("task_display_name", tasks["d"])


class Params(unittest.TestCase):
    def test_what_a_param_must_be_like_is_kept_in_the_order_of_the_file(self):
        params = "'z': Param(3, type='integer', maximum=5, title='Zed'), 'b': Param(type='string', description='who'), 'a': 1"
        dag = parsed(PARAMS.format(schedule=None, params=params))["dags"][0]
        self.assertEqual(dag["params"], {"z": 3, "b": None, "a": 1})
        self.assertEqual(
            dag["param_specs"],
            [
                {"name": "z", "schema": {"type": "integer", "maximum": 5, "title": "Zed"}},
                {"name": "b", "description": "who", "schema": {"type": "string"}, "required": True},
                {"name": "a"},
            ],
        )
        self.assertNotIn("param_specs", parsed(PARAMS.format(schedule=None, params="'a': 1"))["dags"][0])

    def test_a_schedule_needs_defaults_that_fit(self):
        cases = {
            "'n': Param(type='integer')": "param 'n' cannot do without a run's conf",
            "'n': Param('x', type='integer')": "'x' is not of type 'integer'",
        }
        for params, expected in cases.items():
            with self.subTest(params):
                found = parsed(PARAMS.format(schedule="'@daily'", params=params))
                self.assertIn(expected, found["error"]["reason"])
                self.assertEqual(found["dags"], [])
                # By hand, a run's conf may do what the default does not.
                self.assertIsNone(parsed(PARAMS.format(schedule=None, params=params))["error"])

    def test_what_is_not_checked_is_told(self):
        found = parsed(PARAMS.format(schedule=None, params="'n': Param(1, **{'$ref': '#/x'})"))
        self.assertIn("$ref of its schema is not checked", found["warnings"][0])
