"""What a task raises reaches its callbacks as it was; what templates do beside giving texts."""

import os
import unittest

from run_host import Answers, Attempt, greeting

DAGS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run_dags")


def run(task_id, answers=None, **more):
    attempt = Attempt(greeting(DAGS, "raising.py", "raising", task_id, **more), answers)
    return attempt.finish(), attempt.log, attempt.answers


class Raised(unittest.TestCase):
    def call_back(self, raised, text="OwnError: code 7"):
        facts = {"kind": "failure", "task_id": "fails", "exception": text, "try_number": 1, "raised": raised}
        wanted = {"of": "task", "dag_id": "raising", "task_id": "fails", "name": "on_failure_callback", "index": 0, "facts": facts}
        end, log, _ = run("fails", do="callback", callback=wanted)
        self.assertEqual(end, {"state": "success"}, log)
        return log

    def test_the_callback_gets_the_files_own_exception(self):
        end, _, _ = run("fails")
        self.assertEqual((end["error"], end["exception"]["class"]), ("OwnError: code 7", "OwnError"))
        log = self.call_back(end["exception"])
        self.assertIn("told True code 7 7 try less", log)
        self.assertIn('raising.py", line 20, in fails\n    raise OwnError(7, hint="try less")\nunusual', log)
        self.assertNotIn("couture/", log)

    def test_what_cannot_be_restored_is_told_by_its_text(self):
        for raised in (None, {}, {"module": "gone", "class": "Gone", "args": [], "fields": {}, "frames": []}):
            with self.subTest(raised):
                self.assertIn("told False OwnError: code 7 None None", self.call_back(raised))
        self.assertIn("AirflowTaskTimeout", self.call_back(None, "ran longer than its execution_timeout of 1s"))

    def test_nobody_is_told_where_nobody_asks(self):
        self.assertNotIn("exception", run("unheard")[0])


class Assets(unittest.TestCase):
    def test_an_alias_is_told_with_what_it_stands_for(self):
        end, log, _ = run("changes")
        self.assertEqual(end.get("asset_extras"), {"some": {}, "s3://y": {"rows": 2}, "named": {"rows": 3}}, log)


class Giving(Answers):
    """Its templates have given an XCom."""

    def on_render(self, what, call):
        answer = super().on_render(what, call)
        return {**answer, "xcoms": {"by_template": what["fields"]}} if what.get("keep", True) else answer


class Templates(unittest.TestCase):
    def test_only_the_tasks_own_fields_are_kept_and_xcoms_are_given(self):
        end, log, answers = run("passing", Giving())
        self.assertEqual(end["state"], "success", log)
        given = {"field": "field {{ ds }}"}
        self.assertEqual(end["xcoms"], {"by_template": given, "return_value": ["field 2021-01-01", "own 2021-01-01", given]})
        kept = [ask["render"].get("keep", True) for ask in answers.asked if "render" in ask]
        self.assertEqual(kept, [True, False])
