"""What becomes of good and bad files."""

import json
import os
import unittest
import zipfile

from parse_host import Folder

GOOD = """
from airflow import DAG
from airflow.operators.empty import EmptyOperator
from datetime import datetime
with DAG("good", start_date=datetime(2026, 1, 1), schedule="@daily") as dag:
    EmptyOperator(task_id="a") >> [EmptyOperator(task_id="b"), EmptyOperator(task_id="c")]
"""
BAD = {
    "while True: pass": "took longer than",
    "found = []\nwhile True: found.append(bytearray(1 << 20))": "MemoryError",
    "import sys; sys.exit(3)": "SystemExit: the file called sys.exit(3)",
    "import os; os._exit(4)": "exit code 4",
    "import ctypes; ctypes.string_at(0)": "SIGSEGV",
    "import os\nif os.fork() == 0:\n    os.setsid()\n    while True: pass\nos._exit(0)": "exit code 0",
    "def f(:": "SyntaxError",
    "raise ValueError('two\\nlines')": "ValueError: two lines",
    "import os\nfor fd in range(3, 50):\n    try: os.close(fd)\n    except OSError: pass": "ended the process",
}


class BadFiles(unittest.TestCase):
    def test_each_is_an_error_and_the_parser_goes_on(self):
        with Folder({"good.py": GOOD}) as folder:
            for text, expected in BAD.items():
                with self.subTest(text):
                    folder.write("x.py", "# airflow dag\n" + text)
                    found = folder.parse(timeout_s=2 if "True: pass" in text and "fork" not in text else 60)
                    self.assertIn(expected, found["error"]["reason"])
                    self.assertEqual(found["dags"], [])
                    self.assertEqual([dag["dag_id"] for dag in folder.parse("good.py")["dags"]], ["good"])

    def test_an_error_names_the_authors_line_and_only_their_frames(self):
        text = "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\ndag = DAG('d')\nBashOperator('positional')\n"
        with Folder({"x.py": text}) as folder:
            error = folder.parse()["error"]
        self.assertEqual(error["line"], 4)
        self.assertNotIn("couture/model", error["traceback"])
        self.assertIn("BashOperator('positional')", error["traceback"])

    def test_long_errors_are_cut(self):
        cases = ("raise ValueError('x' * (1 << 20))", "x = '" + "x" * 100_000 + "' +", "1 / 0; x = '" + "x" * 100_000 + "'")
        for text in (*cases, "import warnings\nwarnings.warn('x' * (1 << 20))\n1 / 0"):
            with self.subTest(text[:40]), Folder({"x.py": "# airflow dag\n" + text}) as folder:
                found = folder.parse()
                self.assertLess(len(json.dumps([found["error"], found["warnings"]])), 10_000)
                self.assertRegex(found["error"]["reason"], "ValueError|SyntaxError|ZeroDivisionError")

    def test_much_output_is_kept_in_part(self):
        with Folder({"x.py": GOOD + "\nfor _ in range(100): print('x' * (1 << 20))"}) as folder:
            found = folder.parse()
        self.assertEqual(len(found["dags"]), 1)
        self.assertLess(len(found["output"]), 70_000)
        self.assertIn("more bytes", found["output"])

    def test_a_bad_dag_does_not_hide_the_good_one(self):
        cases = {
            "a = DAG('bad', start_date=None)\nx, y = [EmptyOperator(task_id=it, dag=a) for it in 'xy']\nx >> y\ny >> x": "x >> y >> x",
            "other = DAG('good', start_date=None)": "the id 'good': one with the tasks a, b, c and one without tasks",
        }
        for text, expected in cases.items():
            with self.subTest(text), Folder({"x.py": GOOD + text}) as folder:
                found = folder.parse()
                self.assertIn(expected, found["error"]["reason"])
                self.assertEqual([dag["dag_id"] for dag in found["dags"]], ["good"])


class Documents(unittest.TestCase):
    TEXT = """
from airflow import DAG
from airflow.models import Variable
from airflow.operators.python import PythonOperator
from datetime import datetime
import os, helper
tags = {"one", "two", "three", "four"}
with DAG("d", start_date=datetime(2026, 1, 1), schedule=None, tags=tags, params={"x": {"c", "a", "b"}}) as dag:
    kwargs = {"s": {"p", "q", "r"}, "f": helper.f, "o": object()}
    tasks = [PythonOperator(task_id=name, python_callable=helper.f, op_kwargs=kwargs) for name in sorted(tags)]
    tasks[0] >> set(tasks[1:])
    Variable.get("there"), Variable.get("missing", None), os.environ.get("NAME"), open(os.path.dirname(__file__) + "/data.txt").read()
"""

    def test_the_same_file_gives_the_same_bytes_whatever_the_hash_seed(self):
        texts = set()
        for seed in ("0", "1", "42", "4711"):
            with Folder({"x.py": self.TEXT, "helper.py": "def f(): pass", "data.txt": "1"}, PYTHONHASHSEED=seed) as folder:
                folder.parser.variables["there"] = "1"
                found = folder.parse()
                self.assertIsNone(found["error"])
                texts.add(json.dumps([found["dags"], found["bundle"]]))
        self.assertEqual(len(texts), 1)
        self.assertIn("<object>", texts.pop())

    def test_what_was_read_is_told(self):
        with Folder({"x.py": self.TEXT, "helper.py": "def f(): pass", "data.txt": "1"}) as folder:
            folder.parser.variables["there"] = "1"
            found = folder.parse()
            self.assertEqual(found["modules"], ["helper.py", "x.py"])
            inputs = found["inputs"]
            self.assertEqual(inputs["variables"], {"there": True, "missing": False})
            self.assertIn("NAME", inputs["environment"])
            self.assertEqual(inputs["files"], [os.path.join(folder.root, "data.txt")])
            before = found["bundle"]
            folder.write("helper.py", "def f(): return 1")
            self.assertNotEqual(folder.parse()["bundle"], before)

    def test_a_helper_module_is_not_run_for_itself(self):
        with Folder({"helper.py": "raise ValueError"}) as folder:
            found = folder.parse("helper.py")
        self.assertEqual((found["dags"], found["error"]), ([], None))

    def test_a_zip_file_holds_dags_and_their_modules(self):
        with Folder({}) as folder:
            with zipfile.ZipFile(os.path.join(folder.root, "x.zip"), "w") as made:
                made.writestr("first.py", GOOD + "import inner")
                made.writestr("inner.py", "raise_nothing = 1")
            found = folder.parse("x.zip")
        self.assertIsNone(found["error"])
        self.assertEqual([dag["dag_id"] for dag in found["dags"]], ["good"])
        self.assertEqual(found["modules"], ["x.zip"])

    def test_start_dates_of_the_clock_are_named(self):
        cases = {
            "from datetime import datetime\nstart = datetime.now()": "is the time at which the file is read",
            "from airflow.utils.dates import days_ago\nstart = days_ago(2)": "is made by the clock",
        }
        for text, expected in cases.items():
            with self.subTest(text), Folder({"x.py": f"from airflow import DAG\n{text}\ndag = DAG('moving', start_date=start)"}) as folder:
                warnings = folder.parse()["warnings"]
                self.assertTrue(any("moving" in it and expected in it for it in warnings), warnings)

    def test_plugins_whose_macros_are_used_are_modules(self):
        plugin = (
            "from airflow.plugins_manager import AirflowPlugin\ndef double(x): return x * 2\n"
            "class P(AirflowPlugin):\n    name = 'mine'\n    macros = [double]\n"
        )
        cases = {
            "{{ macros.mine.double('a') }}": ("python", ["plugins/own.py", "x.py"]),
            "a.sh": ("python", ["a.sh", "plugins/own.py", "x.py"]),
            "{{ macros.ds_add(ds, 1) }}": ("bash", ["x.py"]),
        }
        for command, expected in cases.items():
            text = (
                "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n"
                f"with DAG('d') as dag:\n    BashOperator(task_id='t', bash_command={command!r})"
            )
            files = {"x.py": text, "plugins/own.py": plugin, "a.sh": "echo {{ macros.mine.double(1) }}"}
            with self.subTest(command), Folder(files) as folder:
                found = folder.parse()
                self.assertIsNone(found["error"])
                self.assertEqual((found["dags"][0]["tasks"][0]["operator"]["type"], found["modules"]), expected)

    def test_plugins_offer_operators(self):
        plugin = (
            "from airflow.plugins_manager import AirflowPlugin\nfrom airflow.models import BaseOperator\n"
            "class Mine(BaseOperator): pass\nclass P(AirflowPlugin):\n    name = 'mine'\n    operators = [Mine]\n"
        )
        text = (
            "from airflow import DAG\nfrom airflow.operators import Mine as a\nfrom airflow.operators.mine import Mine as b\n"
            "from own import Mine as c\nassert a is b is c\nwith DAG('d') as dag:\n    a(task_id='t')"
        )
        with Folder({"x.py": text, "plugins/own.py": plugin}) as folder:
            found = folder.parse()
        self.assertIsNone(found["error"])
        self.assertEqual(found["modules"], ["plugins/own.py", "x.py"])
        self.assertEqual(found["dags"][0]["tasks"][0]["operator"]["class"], "Mine")


if __name__ == "__main__":
    unittest.main()
