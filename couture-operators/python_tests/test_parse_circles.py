"""Files that import each other are told as such, with all of them."""

import unittest

from parse_host import Folder

FIRST = "from airflow import DAG\nimport other\ndag = DAG('first', schedule=None)\nTEXT = other.NAME\n"
SECOND = "from airflow import DAG\nfrom x import TEXT\nNAME = 'n'\ndag = DAG('second', schedule=None)\n"


class Circles(unittest.TestCase):
    def check(self, files, file, line, words):
        with Folder(files) as folder:
            error = folder.parse(file)["error"]
        self.assertEqual(error["line"], line, error)
        for word in words:
            self.assertIn(word, error["reason"])
        self.assertIn("Traceback", error["traceback"])

    def test_two_dag_files(self):
        files = {"x.py": FIRST, "other.py": SECOND}
        self.check(files, "x.py", 2, ["circular import: x.py (line 2) imports other.py (line 2) imports x.py", "a module of its own"])
        self.check(files, "other.py", 2, ["circular import: other.py (line 2) imports x.py (line 2) imports other.py (line 2)"])

    def test_two_helpers(self):
        files = {
            "x.py": "from airflow import DAG\nfrom pkg.a import A\ndag = DAG('x', schedule=None)\n",
            "pkg/__init__.py": "",
            "pkg/a.py": "from pkg.b import B\nA = 1\n",
            "pkg/b.py": "\nfrom pkg.a import A\nB = 2\n",
        }
        self.check(files, "x.py", 2, ["circular import: x.py (line 2) imports pkg/a.py (line 1) imports pkg/b.py (line 2), which needs"])

    def test_another_missing_name_is_no_circle(self):
        with Folder({"x.py": "from airflow import DAG\nfrom helper import NOTHING\n", "helper.py": ""}) as folder:
            reason = folder.parse()["error"]["reason"]
        self.assertNotIn("circular", reason)
        self.assertIn("cannot import name 'NOTHING'", reason)
