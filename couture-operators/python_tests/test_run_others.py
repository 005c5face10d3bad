"""Functions that run in another Python."""

import os
import unittest

from test_run_attempt import run


class Others(unittest.TestCase):
    def check(self, task_id, expected, log=""):
        with self.subTest(task=task_id):
            end, attempt = run("others.py", task_id)
            self.assertEqual({key: end[key] for key in expected}, expected, attempt.log)
            self.assertIn(log, attempt.log)

    def test_virtual_environments(self):
        inside = {"a": "2021-01-01", "b": 2, "ds": "2021-01-01", "year": 2021, "is_venv": True, "args": ["s"]}
        self.check("venv", {"state": "success", "xcoms": {"return_value": inside}}, "inside\nDone")
        self.check("skips", {"state": "skipped", "reason": "nothing to do"})
        self.check("fails", {"state": "failed", "retryable": True}, "ValueError: inside out")
        self.check("branch", {"decision": {"follow": ["x"]}, "xcoms": {"return_value": "x"}})
        self.check("decorated", {"xcoms": {"return_value": 42}})
        self.check("lambda", {"state": "failed"}, "must be written with `def`")

    def test_pythons_that_are_there(self):
        self.check("nowhere", {"error": "AirflowException: '/no/such/python' is no Python: give the whole path of one that can be run"})
        inside = {"a": 1, "b": [1], "ds": "2021-01-01", "year": 2021, "is_venv": False, "args": []}
        self.check("external", {"xcoms": {"return_value": inside}})


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    unittest.main()
