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
def closes():
    import statistics, sys
    sys.stdout.close()
    print("still")
    return statistics.mean([1, 3])
def half(): raise ValueError("a\\ud800")
with DAG("x") as dag:
    PythonOperator(task_id="macro", python_callable=shown, op_kwargs={"x": '{{ macros.mine.double("a") }}'})
    PythonOperator(task_id="closes", python_callable=closes)
    PythonOperator(task_id="half", python_callable=half)
    for fails in (True, False):
        PythonOperator(task_id=f"forks_{fails}", python_callable=forks, op_args=[fails], post_execute=lambda *_: print("AFTER"))
"""


class Others(unittest.TestCase):
    def run_task(self, task_id):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "plugins"))
            files = {"x.py": DAG, "plugins/own.py": PLUGIN, "plugins/broken.py": "import unheard_of", "statistics.py": "mean = None"}
            for name, text in files.items():
                with open(os.path.join(folder, name), "w") as opened:
                    opened.write(text)
            attempt = Attempt(greeting(folder, "x.py", "x", task_id))
            return attempt.finish(), attempt

    def test_macros_of_plugins(self):
        end, attempt = self.run_task("macro")
        self.assertEqual(end["state"], "success", attempt.log)
        text, called = end["xcoms"]["return_value"]
        self.assertEqual(called, "bb")
        self.assertIn("the plugin broken.py is left out, since it cannot be imported: ModuleNotFoundError", attempt.log)
        # The host of these tests knows no statements: it leaves that which opens the template.
        self.assertRegex(text, r"^\{% set macros = \{.*'ds_add': macros.ds_add,.*'mine': couture_plugin_macros.mine\} %\}aa$")

    def test_a_task_cannot_take_away_what_others_need(self):
        end, attempt = self.run_task("closes")
        self.assertEqual((end["state"], end["xcoms"]), ("success", {"return_value": 2}), attempt.log)
        self.assertIn("still", attempt.log)
        self.assertEqual(self.run_task("half")[0]["error"], "ValueError: a\\ud800")

    def test_a_forked_process_does_not_speak_for_the_task(self):
        for fails in (True, False):
            with self.subTest(fails=fails):
                end, attempt = self.run_task(f"forks_{fails}")
                self.assertEqual((end["state"], end["xcoms"], attempt.code), ("success", {"return_value": "of the task"}, 0), attempt.log)
                self.assertEqual(attempt.log.count("AFTER"), 1)
                self.assertEqual("in the child" in attempt.log, fails)


if __name__ == "__main__":
    unittest.main()
