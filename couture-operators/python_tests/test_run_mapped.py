"""Attempts of mapped tasks that share another task's output."""

import unittest

from run_host import Answers
from test_run_attempt import run


class SharedOutputs(unittest.TestCase):
    def test_they_are_looked_up_when_the_instance_runs(self):
        cases = [
            ("add", 2, [1, 2]),
            ("of_task", 2, [1, 2]),
            ("of_key", 2, ["ex", 2]),
            ("deep", 2, [[{"k": 1}, "2021-01-01"], 2]),
            ("by_kwargs", {"b": 5}, [1, 5]),
            ("of_mapped", 1, [["m0", "m1"], 1]),
            ("shell", "echo 2 $X", "2 ex"),
            ("call", [8], [8, 1]),
            ("call_by_kwargs", {"retries": 1}, 1),
            ("in.side", 1, [1, 1]),
            ("group.shown", 2, [2, 1]),
        ]
        for task_id, element, expected in cases:
            with self.subTest(task=task_id):
                known = Answers()
                known.xcoms = {"one": {"return_value": 1}, "parts": {"x": "ex"}, "doubled": {"return_value": {0: "m0", 1: "m1"}}}
                end, attempt = run("mapped.py", task_id, known, map_index=1, element=element)
                self.assertEqual((end.get("xcoms") or {}).get("return_value"), expected, attempt.log)


if __name__ == "__main__":
    unittest.main()
