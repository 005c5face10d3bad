"""The parts of the score that decide something by themselves."""

import unittest

from .cases import load
from .comparison import misses
from .dates import neighbours, parse
from .expansion import elements
from .local_runner import Outcome
from .rendering import OldMoment
from .trigger_rules import decide


class TriggerRules(unittest.TestCase):
    """A few rows of Airflow's table, above all where the dialects differ."""

    def test_rules(self):
        cases = [
            ("all_success", [], "1.10", "run"),
            ("all_success", ["success", None], "1.10", None),
            ("all_success", ["skipped", None], "1.10", "skipped"),
            ("all_success", ["skipped", "failed"], "1.10", "upstream_failed"),
            ("one_success", ["failed", "failed"], "1.10", "skipped"),
            ("one_success", ["failed", "failed"], "2", "upstream_failed"),
            ("one_success", ["skipped", "skipped"], "2", "skipped"),
            ("one_success", ["success", None], "2", "run"),
            ("one_failed", ["failed", None], "2", "run"),
            ("none_failed", ["skipped", "success"], "2", "run"),
            ("none_failed_min_one_success", ["skipped", "skipped"], "2", "skipped"),
            ("none_skipped", ["failed", "success"], "1.10", "run"),
            ("all_done", ["failed", None], "1.10", None),
            ("dummy", [None], "1.10", "run"),
        ]
        for rule, states, dialect, expected in cases:
            with self.subTest(rule=rule, states=states, dialect=dialect):
                self.assertEqual(decide(rule, states, dialect), expected)


class Dates(unittest.TestCase):
    """The dates around a tick."""

    def test_neighbours(self):
        cases = [
            ("@daily", "2021-03-05T00:00:00+00:00", "2021-03-04T00:00:00+00:00", "2021-03-06T00:00:00+00:00"),
            ("@weekly", "2021-03-07T00:00:00+00:00", "2021-02-28T00:00:00+00:00", "2021-03-14T00:00:00+00:00"),
            ("30 6 * * 1-5", "2021-03-05T06:30:00+00:00", "2021-03-04T06:30:00+00:00", "2021-03-08T06:30:00+00:00"),
            ({"delta_ms": 21_600_000}, "2021-03-05T00:00:00+00:00", "2021-03-04T18:00:00+00:00", "2021-03-05T06:00:00+00:00"),
        ]
        for schedule, at, before, after in cases:
            with self.subTest(schedule=schedule):
                self.assertEqual([moment.isoformat() for moment in neighbours(schedule, parse(at))], [before, after])
        self.assertEqual(neighbours(None, parse("2021-03-05T00:00:00Z")), (None, None))


class Cases(unittest.TestCase):
    """What was measured is read whole."""

    def test_counts(self):
        for version, count in [("1.10.15", 61), ("2.10.5", 36), ("3.3.2", 52), ("probe 2", 34)]:
            with self.subTest(version=version):
                self.assertEqual(len(load(version)), count)

    def test_differences_of_dialect_2(self):
        (case,) = [case for case in load("probe 2") if case.dag_id == "p_branch_returns_none"]
        self.assertEqual((case.dagrun_state, case.tasks), ("success", {"b": "success", "x": "skipped", "y": "skipped"}))

    def test_alternatives(self):
        (case,) = [case for case in load("1.10.15") if case.dag_id == "example_branch_operator"]
        self.assertEqual(len(case.alternatives), 3)
        other = case.alternatives[1]
        self.assertEqual(misses(case, Outcome(other.dagrun_state, other.tasks, {}, {}, {}, [])), [])
        self.assertNotEqual(misses(case, Outcome("failed", other.tasks, {}, {}, {}, [])), [])


class Small(unittest.TestCase):
    """Elements of mapped tasks, and dates as text."""

    def test_elements(self):
        task = {"expand": [{"list": [1, 2]}, {"output": "a"}]}
        self.assertEqual(elements(task, lambda _: {"k": "v"}), [[1, ["k", "v"]], [2, ["k", "v"]]])
        self.assertEqual(elements({"expand": {"list": [7]}}, None), [7])

    def test_old_dates(self):
        at = OldMoment.of("2021-03-07T00:00:00+00:00", True)
        self.assertEqual((str(at), at.day_of_week, at.int_timestamp), ("2021-03-07T00:00:00+00:00", 0, 1615075200))


if __name__ == "__main__":
    unittest.main()
