"""Attempts: what a task does becomes the end that it means."""

import os
import signal
import time
import unittest

from run_host import Answers, Attempt, greeting

DAGS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run_dags")


def answers():
    made = Answers()
    made.variables = {"text": "hello", "gone": "x"}
    made.connections = {
        "db": [
            {
                "conn_id": "db",
                "conn_type": "postgres",
                "host": "h",
                "schema": "s",
                "login": "l",
                "password": "p w",
                "port": 5432,
                "extra": '{"a":"b"}',
            }
        ]
    }
    made.xcoms = {"a": {"return_value": {"r": 1}, "k": "kk"}, "b": {"k": 7}, "mapped": {"return_value": {0: "m0", 1: "m1"}}}
    return made


def run(file, task_id, known=None, **more):
    dag_id = file[:-3]
    attempt = Attempt(greeting(DAGS, file, dag_id, task_id, "1.10" if dag_id == "old" else "2", **more), known or answers())
    end = attempt.finish()
    return end, attempt


class Ends(unittest.TestCase):
    def check(self, file, task_id, expected, log=(), **more):
        with self.subTest(file=file, task=task_id):
            end, attempt = run(file, task_id, **more)
            self.assertEqual({key: end[key] for key in expected}, expected, attempt.log)
            self.assertEqual(attempt.code, 0)
            for text in log:
                self.assertIn(text, attempt.log)
            self.assertNotIn("couture/run/", attempt.log)
            return end

    def success(self, file, task_id, value, log=(), **more):
        return self.check(file, task_id, {"state": "success", "xcoms": {"return_value": value}}, log, **more)

    def failed(self, file, task_id, error, retryable=True, log=(), **more):
        return self.check(file, task_id, {"state": "failed", "error": error, "retryable": retryable}, log, **more)

    def test_values(self):
        self.check("new.py", "noop", {"state": "success", "xcoms": {}})
        self.success("new.py", "returns", {"a": [1, 2.5, None, True, "é"], "b": {"1": "2021-01-01T00:00:00"}})
        self.success("new.py", "falsy", "")
        self.check("new.py", "unpushed", {"state": "success", "xcoms": {}})
        self.success("new.py", "decimal", [1.5, 3, 60.0])
        self.check("new.py", "outputs", {"state": "success", "xcoms": {"a": 1, "b": [2], "return_value": {"a": 1, "b": [2]}}})
        self.check("new.py", "pushes", {"xcoms": {"k": [1, [2]], "return_value": [1, [2]]}})

    def test_failures(self):
        self.failed("new.py", "raises", "ValueError: boom", log=["new.py", "in throw", "ValueError: boom"])
        self.failed("new.py", "chained", "RuntimeError: outer", log=["ValueError: inner", "direct cause"])
        self.failed("new.py", "fails", "AirflowFailException: for good", retryable=False)
        self.failed("new.py", "times_out", "AirflowTaskTimeout: too long")
        self.failed("new.py", "sys_exit", "the task called sys.exit(3)")
        self.check("new.py", "sys_exit_0", {"state": "success"})
        self.failed("old.py", "sys_exit_0", "the task called sys.exit(0)")
        self.failed("new.py", "interrupted", "KeyboardInterrupt")
        self.failed("new.py", "undefined", "AirflowException: a template could not be rendered: 'nothing' is undefined")
        self.failed("new.py", "late", "TaskDeferralError: TimeDeltaTrigger did not fire within 0.02 s")
        self.failed("old.py", "without", "TypeError: <lambda>() missing 1 required positional argument: 'ds'")
        self.failed("new.py", "absent", "DAG 'new' of new.py has no task 'absent' any more", retryable=False)
        self.failed("broken.py", "a", "failed to import broken.py: ValueError: no file", log=["broken.py", "line 1"])
        reason = "CoutureSparkOperator cannot run yet: this release has nothing that submits its jobs"
        self.failed("old.py", "spark", f"AirflowFailException: {reason}", retryable=False)
        end, attempt = run("new.py", "os_exit")
        self.assertIsNone(end)
        self.assertEqual(attempt.code, 4)

    def test_what_json_cannot_hold(self):
        whose = "XCom 'return_value' of task"
        self.failed("new.py", "unjson", f"{whose} 'unjson'.deep[1] is of type object, which JSON cannot hold")
        self.failed(
            "new.py",
            "bytes",
            f"{whose} 'bytes' is of type bytes, which JSON cannot hold: decode it to a text, or write a file and give its path",
        )
        self.failed("new.py", "nan", f"{whose} 'nan' is the float nan, which JSON has not: give None or a text instead")
        end = self.check("new.py", "huge", {"state": "failed", "retryable": False})
        self.assertIn("the biggest is 'return_value'", end["error"])

    def test_skips_and_decisions(self):
        self.check("new.py", "skips", {"state": "skipped", "reason": "not today"})
        self.check("new.py", "branch", {"decision": {"follow": ["x", "group.first"]}, "xcoms": {"return_value": ["x", "group"]}})
        self.check("new.py", "choosing", {"decision": {"follow": ["x"]}})
        self.check("new.py", "nowhere", {"decision": {"follow": []}})
        self.failed("new.py", "unknown", "AirflowException: the branch named 'nope', which the DAG has not; name tasks of this DAG")
        self.check("new.py", "short", {"decision": "skip_all", "xcoms": {"return_value": []}})
        self.check("new.py", "direct", {"decision": "skip_direct"})
        self.assertNotIn("decision", self.success("new.py", "going", "go"))
        self.check("new.py", "downstream", {"state": "success", "decision": {"follow": ["group.first", "x"]}})
        self.check("old.py", "branch", {"decision": {"follow": ["x"]}, "xcoms": {}})
        self.check("old.py", "short", {"decision": "skip_all", "xcoms": {}})
        self.assertEqual(self.check("old.py", "none", {"state": "failed"})["error"][:9], "TypeError")
        self.assertNotIn("decision", self.check("old.py", "latest", {"state": "success"}))
        # Its day is over by years.
        self.check("old.py", "latest", {"decision": "skip_all"}, run_type="scheduled")

    def test_sensors(self):
        self.success("new.py", "counts", 3)
        end = self.check("new.py", "counts_once", {"state": "deferred"})
        self.assertTrue(5 < end["after_s"] <= 7.01, end)
        end = self.check("new.py", "sensor", {"state": "deferred"})
        self.assertTrue(45 < end["after_s"] <= 50.01, end)
        end = self.check("new.py", "sensor", {"state": "deferred"}, waited={"since": _ago(40), "pokes": 1})
        self.assertTrue(10 < end["after_s"] <= 20.01, end)
        self.check("new.py", "sensor", {"state": "failed", "retryable": False}, waited={"since": "2021-01-01T00:00:00Z", "pokes": 9})
        self.check("new.py", "soft", {"state": "skipped"})
        self.check("new.py", "hard", {"state": "failed", "retryable": False})
        end = self.check("new.py", "backoff", {"state": "deferred"}, waited={"since": _ago(600), "pokes": 5})
        self.assertTrue(470 <= end["after_s"] <= 960, end)
        self.check("new.py", "silent", {"state": "deferred"})
        self.check("new.py", "never", {"state": "skipped"})
        end = self.check("new.py", "reschedules", {"state": "deferred"})
        self.assertTrue(90 < end["after_s"] <= 100, end)

    def test_templates_and_arguments(self):
        self.success("new.py", "templates", {"x": "2021-01-01 42 bar 2021-01-01! closed 1"})
        self.success("new.py", "hooked", ["2021-01-01", {"k": ["2021-01-01", 1]}], log=["pre 2021-01-01\n", "post ["])
        self.success("new.py", "query", ["select 2021-01-01", "2021-01-01", "{{ ds }}", 1, ["2021-01-01", 2], "tuple", "set"])
        self.success("new.py", "renders", ["2021-01-01", {"k": "bar"}, 1])
        self.success("new.py", "xcom_args", [{"r": 1}, [7, "2021-01-01"]])
        self.success("new.py", "positional", [1, 2, [3], ["templates_dict", "ti"]])
        self.success("new.py", "deferring", [3, {"n": 2}, "2021-01-01"])
        self.success("new.py", "add", [7, "2021-01-01"], map_index=1, element=2)
        self.success("new.py", "shell", "done", log=["2021-01-01\n"])
        self.success("new.py", "bash", "2021-01-01", map_index=0, element="echo a; echo {{ ds }}")
        self.check("new.py", "bash", {"state": "skipped"}, map_index=1, element="echo no; exit 99")
        self.failed(
            "new.py",
            "bash",
            "AirflowException: bash command failed: exit code 7",
            map_index=2,
            element="exit 7",
        )
        self.success("old.py", "plain", {"args": [1, "2021-01-01"], "kwargs": {"a": "2021-01-01", "b": 3}})
        self.success("old.py", "context", {"args": [], "kwargs": {"a": 1, "ds": "overridden", "templates_dict": {"x": "2021-01-01"}}})
        self.success("old.py", "bash", "hi")
        self.check("old.py", "bash_quiet", {"state": "success", "xcoms": {}})
        self.check("old.py", "bash_99", {"state": "failed"})

    def test_rendered_fields_are_told(self):
        known = answers()
        run("old.py", "plain", known)
        self.assertEqual(known.rendered, {"templates_dict": None, "op_args": [1, "2021-01-01"], "op_kwargs": {"a": "2021-01-01", "b": 3}})
        known = answers()
        run("new.py", "noop", known)
        self.assertEqual(known.asked, [])

    def test_assets(self):
        self.check("new.py", "tells", {"xcoms": {"return_value": "told"}, "asset_extras": {"s3://there": {"rows": 3, "day": "2021-01-01"}}})

        extras = {"named": {"by": "name"}, "some": {}, "found": {"rows": 1}}
        self.check("new.py", "stands_for", {"state": "success", "asset_extras": extras})

    def test_what_the_installation_does_not_know(self):
        self.success("new.py", "pendulum", [True, "{"])

    def test_xcom_pull(self):
        self.success(
            "new.py",
            "pulls",
            {
                "one": {"r": 1},
                "key": "kk",
                "many": [{"r": 1}],
                "missing": None,
                "default": 5,
                "mapped": ["m0", "m1"],
                "one of mapped": "m1",
                "two of mapped": ["m1", "m0"],
                "any": {"r": 1},
                "any key": "kk",
                "every key": [{"r": 1}, "kk"],
                "dag": None,
            },
        )
        self.success("old.py", "pulls", {"list": [{"r": 1}, None], "one": {"r": 1}, "key": None})

    def test_variables_and_connections(self):
        self.success(
            "new.py",
            "values",
            {
                "text": "hello",
                "json": {"a": 1},
                "default": None,
                "uri": "postgres://l:p%20w@h:5432/s?a=b",
                "extra": {"a": "b"},
                "kind": True,
                "var": "hello",
                "var_json": 1,
                "conn": "h",
            },
        )

    def test_runs_of_other_dags(self):
        known = answers()
        self.check("new.py", "trigger", {"state": "success", "xcoms": {"trigger_run_id": "trig__1"}}, known=known)
        self.assertIn(
            {"trigger_dag_run": {"dag_id": "other", "run_id": None, "conf": {"a": "2021-01-01"}, "logical_date": None}}, known.asked
        )
        known = answers()
        self.check("old.py", "triggers", {"state": "success"}, known=known, params={"go": True, "message": "hello"})
        self.assertEqual(known.asked[-1]["trigger_dag_run"]["conf"], {"message": "hello"})
        known = answers()
        self.check("old.py", "declines", {"state": "success", "xcoms": {}}, known=known, params={"go": False})
        self.assertEqual(known.runs, {})

    def test_context(self):
        self.success(
            "new.py",
            "names",
            [
                "2021-01-01",
                "20210101T000000",
                "2021-01-01 00:00:00+00:00",
                "2021-01-02T00:00:00+00:00",
                {"p": 1},
                "manual__2021-01-01T00:00:00+00:00",
                {"c": 2},
                "new__names__20210101",
                "2020-12-31",
                "2021-01-02",
                "2021-01-06",
                4,
                "2021-02-01",
                "2021-01-01",
            ],
            params={"p": 1},
            conf={"c": 2},
        )
        end, _ = run("old.py", "printed")
        keys, date, weekday, ti, run_text = end["xcoms"]["return_value"]
        seeds = (
            "dag ds next_ds owner prev_ds ds_nodash ts ts_nodash yesterday_ds yesterday_ds_nodash tomorrow_ds tomorrow_ds_nodash END_DATE "
            "end_date dag_run run_id execution_date prev_execution_date next_execution_date latest_date params tables task "
            "task_instance ti task_instance_key_str test_mode var inlets outlets templates_dict"
        )
        self.assertEqual(set(seeds.split()) - set(keys), set())
        self.assertEqual((date, weekday), ("2021-01-01T00:00:00+00:00", 5))
        self.assertEqual(ti, "<TaskInstance: old.printed 2021-01-01T00:00:00+00:00 [running]>")
        self.assertEqual(
            run_text, "<DagRun old @ 2021-01-01T00:00:00+00:00: manual__2021-01-01T00:00:00+00:00, externally triggered: True>"
        )

    def test_output_is_in_order(self):
        end, attempt = run("new.py", "speaks")
        self.assertEqual(end["state"], "success")
        self.assertRegex(
            attempt.log, r"\Aone\n\[new.py:\d+\] INFO - two\nthree\nfour\nfive\nsix\n\[new.py:\d+\] WARNING - seven 7\neightDone"
        )

    def test_callbacks(self):
        facts = {"kind": "failure", "task_id": "called_back", "exception": "boom", "try_number": 2, "at": "2021-01-02T00:00:00Z"}

        def callback(of, name, index=0, **facts):
            return {"of": of, "dag_id": "new", "task_id": "called_back", "name": name, "index": index, "facts": facts}

        def check(expected, log, wanted):
            self.check("new.py", "called_back", expected, [log], do="callback", callback=wanted)

        ok = {"state": "success"}
        check(
            ok, "callback called_back failed AirflowException('boom') None 2021-01-01", callback("task", "on_failure_callback", 1, **facts)
        )
        check({"state": "failed", "error": "ValueError: bad callback"}, "bad callback", callback("task", "on_success_callback"))
        check({"state": "failed", "retryable": False}, "", callback("task", "on_retry_callback"))
        check(
            ok,
            "failed None timed out 2021-01-01",
            callback("dag", "on_failure_callback", kind="run_failure", reason="timed out", task_id=None),
        )
        told = {
            "task_list": "a on D",
            "blocking_task_list": "b on D",
            "slas": [{"dag_id": "new", "task_id": "a", "execution_date": "2021-01-01T00:00:00Z"}],
            "blocking_tis": [{"dag_id": "new", "task_id": "b"}],
        }
        check(
            ok, "missed new a on D b on D [('new', 'a', '2021-01-01T00:00:00+00:00')] ['b']", callback("dag", "sla_miss_callback", **told)
        )

    def test_term(self):
        def check(file, task_id, error, *log):
            known = answers()
            attempt = Attempt(greeting(DAGS, file, file[:-3], task_id, "1.10" if file == "old.py" else "2"), known)
            deadline = time.monotonic() + 20
            while b"begun" not in _log_so_far(attempt) and time.monotonic() < deadline:
                time.sleep(0.01)
            os.killpg(attempt.process.pid, signal.SIGTERM)
            end = attempt.finish()
            self.assertEqual((end["state"], end["error"], end["retryable"], attempt.code), ("failed", error, True, 0), attempt.log)
            for text in log:
                self.assertIn(text, attempt.log)
            return known

        known = check("new.py", "killable", "AirflowTaskTerminated: the task was told to end (TERM)", "on_kill was called")
        self.assertEqual(known.variables["killed"], "yes")
        check("old.py", "swallows", "AirflowException: the task was told to end (TERM)", "cleaned up")

    def test_a_lost_supervisor(self):
        attempt = Attempt(greeting(DAGS, "new.py", "new", "values"))
        attempt.mine.close()
        self.assertEqual(attempt.process.wait(timeout=20), 1)
        attempt._reader.join()
        attempt.folder.cleanup()


def _log_so_far(attempt):
    return bytes(attempt.output)


def _ago(seconds):
    from datetime import datetime, timedelta, timezone

    return (datetime.now(timezone.utc) - timedelta(seconds=seconds)).isoformat()


if __name__ == "__main__":
    unittest.main()
