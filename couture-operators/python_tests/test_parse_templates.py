"""Template files beside a DAG file are part of its version."""

import unittest

from parse_host import Folder

DAG = """
from airflow import DAG
from airflow.models import BaseOperator
from airflow.operators.bash import BashOperator

class Query(BaseOperator):
    template_fields, template_ext = ("sql",), (".sql",)
    def __init__(self, sql, **kwargs):
        super().__init__(**kwargs)
        self.sql = sql

with DAG("d", schedule=None, template_searchpath=["more"]) as dag:
    BashOperator(task_id="plain", bash_command="run.sh")
    BashOperator(task_id="including", bash_command="outer.sh")
    BashOperator(task_id="missing", bash_command="nowhere.sh")
    BashOperator(task_id="text", bash_command="echo run.sh; true")
    Query(task_id="query", sql=["q.sql", "SELECT 1"])
"""
FILES = {
    "sub/x.py": DAG,
    "sub/run.sh": "echo {{ ds }}\n./other.sh",
    "sub/outer.sh": "{% include 'inner.sh' %}\n",
    "more/inner.sh": "echo inner\n",
    "more/q.sql": "SELECT 2\n",
    "sub/unused.sql": "SELECT 3\n",
}


class TemplateFiles(unittest.TestCase):
    def test_they_are_in_the_document_or_in_the_bundle(self):
        with Folder(FILES) as folder:
            found = folder.parse("sub/x.py")
            self.assertIsNone(found["error"])
            tasks = {task["task_id"]: task["operator"] for task in found["dags"][0]["tasks"]}
            self.assertEqual(tasks["plain"], {"type": "bash", "bash_command": "echo {{ ds }}\n./other.sh\n"})
            self.assertEqual(tasks["including"]["type"], "python", "it reads another file when it is rendered")
            self.assertEqual(tasks["missing"]["bash_command"], "nowhere.sh")
            self.assertEqual(tasks["text"]["bash_command"], "echo run.sh; true")
            self.assertEqual(found["modules"], ["more/inner.sh", "more/q.sql", "sub/outer.sh", "sub/run.sh", "sub/x.py"])
            before = found["bundle"]
            folder.write("more/inner.sh", "echo changed\n")
            self.assertNotEqual(folder.parse("sub/x.py")["bundle"], before)

    def test_big_files_stay_files(self):
        with Folder({**FILES, "sub/run.sh": "# " + "x" * (1 << 17)}) as folder:
            task = folder.parse("sub/x.py")["dags"][0]["tasks"][0]
        self.assertEqual(task["operator"]["type"], "python")
