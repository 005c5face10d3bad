"""Callbacks: of tasks that skip themselves, what they are told, and notifiers."""

import sys
import unittest
from types import SimpleNamespace
from unittest import mock

from run_host import PACKAGES, Answers
from test_run_attempt import run

BEGUN, QUEUED = "2021-01-03T00:00:01+00:00", "2021-01-03T00:00:00+00:00"


def known():
    made = Answers()
    made.names["run_dates"] = {"queued_at": QUEUED, "start_date": BEGUN}
    return made


class Callbacks(unittest.TestCase):
    def check(self, task_id, state, log, without="nothing at all", **more):
        with self.subTest(task=task_id):
            answers = known()
            end, attempt = run("callbacks.py", task_id, answers, **more)
            self.assertEqual(end["state"], state, attempt.log)
            self.assertIn(log, attempt.log)
            self.assertNotIn(without, attempt.log)
            return answers

    def call(self, of, name, log, index=0, **facts):
        wanted = {"of": of, "dag_id": "callbacks", "task_id": "told", "name": name, "index": index, "facts": facts}
        return self.check("told", "success", log, do="callback", callback=wanted)

    def test_who_skips_itself_is_told_so(self):
        for task_id in ("skips", "command", "sensor"):
            self.check(task_id, "skipped", f"skipped by itself: {task_id} -1 skipped True 2021-01-01")
        self.check("skips", "skipped", "on_skipped_callback failed, which changes nothing")
        self.check("commands", "skipped", "skipped by itself: commands 1 skipped", map_index=1, element="exit 99")
        self.check("commands", "success", "Running command", "skipped by itself", map_index=0, element="true")
        self.check("goes", "success", "Done", "skipped by itself")

    def test_moments(self):
        run_times = "2021-01-03 00:00:00+00:00 2021-01-03 00:00:01+00:00"
        own = {"start_date": "2021-01-03T00:00:02Z", "end_date": "2021-01-03T00:00:04.5Z", "at": "2021-01-03T00:00:05Z"}
        own_times = "2021-01-03 00:00:02+00:00 2021-01-03 00:00:04.500000+00:00 2.5"
        self.call("task", "on_success_callback", f"times {own_times} {run_times}", kind="success", task_id="told", **own)
        times = f"times None 2021-01-03 00:00:05+00:00 None {run_times}"
        self.call("dag", "on_success_callback", times, kind="run_success", at=own["at"])

    def test_a_run_is_told_of_by_one_of_its_task_instances(self):
        def row(task_id, state, end, **more):
            dates = {"start_date": "2021-01-03T00:00:00Z", "end_date": end}
            return {"task_id": task_id, "map_index": -1, "try_number": 2, "state": state, **dates, **more}

        rows = [
            row("skips", None, None),
            row("command", "failed", "2021-01-03T00:00:02Z"),
            row("goes", "failed", "2021-01-03T00:00:03Z"),
            row("asks", "success", "2021-01-03T00:00:04Z"),
            row("gone", "failed", "2021-01-03T00:00:05Z"),
        ]
        cases = [
            ("on_failure_callback", 1, "run_failure", rows, "chosen goes 2 failed 3.0 try=2"),
            ("on_success_callback", 1, "run_success", rows, "chosen asks 2 success 4.0 try=2"),
            ("on_failure_callback", 1, "run_failure", rows[:1], "chosen seen 1 failed None try=1"),
        ]
        for name, index, kind, known_rows, log in cases:
            facts = {"kind": kind, "reason": "x", "at": "2021-01-03T00:00:09Z"}
            wanted = {"of": "dag", "dag_id": "callbacks", "name": name, "index": index, "facts": facts}
            with self.subTest(kind=kind, log=log):
                answers = known()
                answers.names["task_instances"] = known_rows
                _, attempt = run("callbacks.py", "skips", answers, do="callback", callback=wanted)
                self.assertIn(log, attempt.log)

    def test_notifiers_are_rendered(self):
        told = {"kind": "failure", "task_id": "told", "exception": "no disk {{ ds }}"}
        self.call("task", "on_failure_callback", "noted 2021-01-01 bar: no disk {{ ds }} plain True", **told)
        answers = self.call("task", "on_failure_callback", "noted no template plain True", index=1, **told)
        self.assertEqual(answers.asked, [])
        self.call("dag", "on_failure_callback", "noted 2021-01-01: timed out plain True", kind="run_failure", reason="timed out")
        misses = [{"dag_id": "callbacks", "task_id": "a", "execution_date": "2021-01-01T00:00:00Z"}]
        late = "noted a on D ['late', \"[('callbacks', 'a', '2021-01-01T00:00:00+00:00')]\"] True"
        answers = self.call("dag", "sla_miss_callback", late, kind="sla_miss", task_list="a on D", slas=misses)
        self.assertFalse(answers.asked[0]["render"]["keep"])
        self.check("told", "success", "noted before 2021-01-01 plain True")

    def asked(self, answers=None, **more):
        end, attempt = run("callbacks.py", "asks", answers or known(), **more)
        self.assertEqual(end["state"], "success", attempt.log)
        return end["xcoms"]["return_value"]

    def test_a_task_asks_for_the_moments_of_its_run(self):
        self.assertEqual(self.asked()[1:], ["2021-01-03 00:00:00+00:00", "2021-01-03 00:00:01+00:00", None])
        self.assertEqual(self.asked(Answers())[1:], ["None", "None", None])

    def test_the_address_of_the_log(self):
        where = "dags/callbacks/grid?run=manual__2021-01-01T00%3A00%3A00%2B00%3A00&task=asks"
        self.assertEqual(self.asked()[0], f"http://localhost:8080/{where}&tab=log&try=1")
        found = self.asked(base_url="https://c.example/flow/", map_index=2, try_number=3)[0]
        self.assertEqual(found, f"https://c.example/flow/{where}&map=2&tab=log&try=3")

    def test_the_environment_tells_the_address_where_the_greeting_does_not(self):
        sys.path.insert(0, PACKAGES)
        from couture.run.task_instance import TaskInstance

        run = SimpleNamespace(dag_id="d", run_id="r", logical_date=None, base_url=None)
        with mock.patch.dict("os.environ", {"COUTURE_BASE_URL": "http://c:9/"}):
            for run.base_url, expected in ((None, "http://c:9"), ("http://own", "http://own")):
                found = TaskInstance(None, run, {"task_id": "a b", "dialect": "2"}).log_url
                self.assertEqual(found, f"{expected}/dags/d/grid?run=r&task=a%20b&tab=log&try=1")

    def test_task_instances_of_the_run(self):
        answers, begun = known(), {"start_date": "2021-01-03T00:00:02Z", "end_date": "2021-01-03T00:00:04Z", "try_number": 1}
        answers.names["task_instances"] = [
            {"task_id": "skips", "map_index": -1, "try_number": 0, "state": None, "start_date": None, "end_date": None},
            {"task_id": "commands", "map_index": 0, "state": "success", **begun},
            {"task_id": "commands", "map_index": 1, "state": "skipped", **begun},
        ]
        end, attempt = run("callbacks.py", "seen", answers)
        seen = [["skips", -1, None, None], ["commands", 0, "success", 2.0], ["commands", 1, "skipped", 2.0]]
        self.assertEqual(end["xcoms"]["return_value"], seen, attempt.log)


if __name__ == "__main__":
    unittest.main()
