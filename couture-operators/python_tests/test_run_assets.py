"""What tasks are told of the changes of assets."""

import os
import unittest

from parse_host import parsed
from run_host import Answers, Attempt, greeting

DAGS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run_dags")
URI = "s3://lake/raw/orders.csv"
RUN = {
    "dag_id": "producer",
    "run_id": "r1",
    "run_type": "scheduled",
    "conf": {"k": 1},
    "state": "success",
    "logical_date": "2021-01-01T00:00:00Z",
    "data_interval_start": "2021-01-01T00:00:00Z",
    "data_interval_end": "2021-01-02T00:00:00Z",
    "start_date": "2021-01-02T00:00:01Z",
    "end_date": None,
}


def event(n, run=None):
    return {
        "name": "raw_orders",
        "uri": URI,
        "asset_extra": {"team": "x"},
        "timestamp": f"2021-01-02T00:00:{n % 60:02}Z",
        "extra": {"n": n},
        "source_dag_id": "producer" if run else None,
        "source_task_id": "make" if run else None,
        "source_run_id": "r1" if run else None,
        "source_map_index": -1,
        "source_dag_run": run,
    }


class Installation(Answers):
    def __init__(self, count=1203):
        super().__init__()
        self.names["triggering_asset_events"] = {"raw_orders": [event(1, RUN), event(2)]}
        self.events = {"raw_orders": [event(n) for n in range(count)]}

    def on_asset_events(self, what, _):
        events = self.events.get(what["asset"], [])
        found = events[what["offset"] : what["offset"] + min(what["limit"], 500)]
        return {"total": len(events), "events": found}


class Changes(unittest.TestCase):
    def value(self, task_id, answers=None):
        answers = answers or Installation()
        attempt = Attempt(greeting(DAGS, "assets.py", "assets", task_id), answers)
        end = attempt.finish()
        self.assertEqual(end["state"], "success", f"{end} {attempt.log}")
        return end["xcoms"].get("return_value"), answers

    def failed(self, task_id):
        attempt = Attempt(greeting(DAGS, "assets.py", "assets", task_id), Installation())
        return attempt.finish()["error"]

    def test_what_started_the_run_is_found_by_the_asset_its_name_and_its_uri(self):
        found, _ = self.value("triggered")
        self.assertEqual(
            found,
            {
                "found": [2, 2, 2, 2, 2, 2],
                "in": [True, True, True, False, False],
                "keys": [["raw_orders", URI]],
                "uris": [URI],
                "get": None,
                "asset": ["raw_orders", URI, URI, {"team": "x"}, True],
                "first": ["producer", "make", "r1", -1, {"n": 1}, "2021-01-02T00:00:01+00:00"],
                "run": ["r1", "producer", "2021-01-01T00:00:00+00:00", "2021-01-01T00:00:00+00:00", "2021-01-02T00:00:00+00:00", {"k": 1}],
                "no run": None,
            },
        )
        self.assertIn("KeyError", self.failed("unknown_trigger"))

    def test_the_installations_error_is_no_empty_answer(self):
        answers = Installation()
        del answers.names["triggering_asset_events"]
        attempt = Attempt(greeting(DAGS, "assets.py", "assets", "triggered"), answers)
        self.assertIn("is not known here", attempt.finish()["error"])

    def test_the_changes_of_an_inlet_are_a_sequence(self):
        found, answers = self.value("inlets")
        self.assertEqual(
            found,
            {
                "count": 1203,
                "last": 1202,
                "slice": [1200, 1201, 1202],
                "in order": True,
                "found": [1203, 1203, 1203, 1203],
                "empty": [0, [], False],
                "keys": ["raw_orders", "none", "some"],
            },
        )
        self.assertEqual(answers.asked[1], {"asset_events": {"asset": "raw_orders", "offset": 1000, "limit": 500}})

    def test_what_is_no_inlet_is_an_error(self):
        self.assertIn("is no inlet of task stranger; name it in its inlets", self.failed("stranger"))
        self.assertIn("the events of the asset alias 'some' are not told apart", self.failed("aliased"))
        self.assertIn("asset 'none' has 0 events, and none at -1", self.failed("nothing"))


class Documents(unittest.TestCase):
    def test_the_uris_of_what_a_dag_waits_for_are_in_its_document(self):
        known = [{"name": "a", "uri": "s3://a", "extra": {"k": 1}}]
        for schedule, expected in [
            ("A", known),
            ("[A, Asset('b')]", known),
            ("A | Asset('b')", known),
            ("AssetOrTimeSchedule(timetable=CronTriggerTimetable('0 0 * * *', timezone='UTC'), assets=[A])", known),
            ("Asset('b')", None),
            ("'@daily'", None),
        ]:
            text = (
                "from airflow.sdk import DAG, Asset\nfrom airflow.timetables.assets import AssetOrTimeSchedule\n"
                "from airflow.timetables.trigger import CronTriggerTimetable\n"
                f"A = Asset('a', uri='s3://a', extra={{'k': 1}})\ndag = DAG('d', schedule={schedule})\n"
            )
            with self.subTest(schedule=schedule):
                found = parsed(text)
                self.assertIsNone(found["error"])
                self.assertEqual(found["dags"][0].get("known_assets"), expected)


if __name__ == "__main__":
    unittest.main()
