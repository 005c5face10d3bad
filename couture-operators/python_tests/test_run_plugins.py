"""Attempts whose file is not alone: plugins, and processes that a task forks."""

import os
import tempfile
import unittest

from run_host import Attempt, greeting

PLUGIN = (
    "from airflow.plugins_manager import AirflowPlugin\ndef double(x): return x * 2\n"
    "class P(AirflowPlugin):\n    name = 'mine'\n    macros = [double]\n"
)
DAG = """
import os
from airflow import DAG
from airflow.operators.python import PythonOperator
def shown(x, macros): return [x, macros.mine.double("b")]
def forks(fails):
    if os.fork() == 0:
        if fails:
            raise ValueError("in the child")
        return "of the child"
    os.wait()
    return "of the task"
with DAG("x") as dag:
    PythonOperator(task_id="macro", python_callable=shown, op_kwargs={"x": '{{ macros.mine.double("a") }}'})
    for fails in (True, False):
        PythonOperator(task_id=f"forks_{fails}", python_callable=forks, op_args=[fails], post_execute=lambda *_: print("AFTER"))
"""


class Others(unittest.TestCase):
    def run_task(self, task_id):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "plugins"))
            for name, text in {"x.py": DAG, "plugins/own.py": PLUGIN}.items():
                with open(os.path.join(folder, name), "w") as opened:
                    opened.write(text)
            attempt = Attempt(greeting(folder, "x.py", "x", task_id))
            return attempt.finish(), attempt

    def test_macros_of_plugins(self):
        end, attempt = self.run_task("macro")
        self.assertEqual(end["state"], "success", attempt.log)
        text, called = end["xcoms"]["return_value"]
        self.assertEqual(called, "bb")
        # The host of these tests knows no statements: it leaves that which opens the template.
        self.assertRegex(text, r"^\{% set macros = \{.*'ds_add': macros.ds_add,.*'mine': couture_plugin_macros.mine\} %\}aa$")

    def test_a_forked_process_does_not_speak_for_the_task(self):
        for fails in (True, False):
            with self.subTest(fails=fails):
                end, attempt = self.run_task(f"forks_{fails}")
                self.assertEqual((end["state"], end["xcoms"], attempt.code), ("success", {"return_value": "of the task"}, 0), attempt.log)
                self.assertEqual(attempt.log.count("AFTER"), 1)
                self.assertEqual("in the child" in attempt.log, fails)


if __name__ == "__main__":
    unittest.main()
