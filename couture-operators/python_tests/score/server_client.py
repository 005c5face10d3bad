"""Runs DAGs on a running Couture server, through its command line and REST, and reads how they ended."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from .local_runner import Outcome

ENDED = ("success", "failed")


class ServerClient:
    """A server at `url` whose DAGs folder is `dags_folder`, asked with the program `couture`."""

    def __init__(self, url, dags_folder, couture, patience_s=120):
        self.url = url.rstrip("/")
        self.dags_folder = Path(dags_folder)
        self.couture = couture
        self.patience_s = patience_s

    def install(self, folder, name):
        """Puts a folder of DAG files into the server's, in one step. Files are then `name/file.py`."""
        shutil.copytree(folder, self.dags_folder / (".incoming-" + name))
        os.replace(self.dags_folder / (".incoming-" + name), self.dags_folder / name)

    def remove(self, name):
        """Takes a folder of DAG files away again; the server drops their DAGs."""
        shutil.rmtree(self.dags_folder / name)

    def get(self, path, missing=None):
        """A JSON answer of the REST interface; `missing` where there is nothing."""
        try:
            with urllib.request.urlopen(self.url + "/api/v2" + path, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return missing
            raise

    def command(self, *arguments):
        """One command of the command line, its JSON answer. Raises RuntimeError with what it said."""
        program = [self.couture, "-o", "json", "--server", self.url]
        done = subprocess.run([*program, *arguments], capture_output=True, timeout=60)
        if done.returncode:
            raise RuntimeError("couture %s: %s" % (" ".join(arguments), done.stderr.decode(errors="replace").strip()))
        text = done.stdout.decode()
        return json.loads(text) if text.strip() else None

    def wait_for(self, find, what):
        """Asks again and again until `find` gives something. Raises TimeoutError."""
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            found = find()
            if found:
                return found
            time.sleep(0.1)
        raise TimeoutError("waited %d s for %s" % (self.patience_s, what))

    def import_errors(self):
        """The files that the server could not read."""
        return self.get("/importErrors")["import_errors"]

    def run(self, case):
        """Runs the case, whose folder is installed, and gives the outcome.

        While a DAG is not paused, the scheduler makes the runs that its start date asks for, too: at most `max_active_runs`, since it is
        paused again at the end.
        """
        self.wait_for(lambda: self.is_defined(case), "DAG " + case.dag_id)
        for other in case.before:
            self.command("dags", "unpause", other)
            self.finish(other, self.trigger(other, case.logical_date, {}, "before-" + case.id))
            self.command("dags", "pause", other)
        unpaused = [case.dag_id] + [expected["dag_id"] for expected in case.caused if self.get(self.dag(expected["dag_id"]))]
        known = {run["dag_run_id"] for run in self.runs(case.dag_id)}
        for dag_id in unpaused:
            self.command("dags", "unpause", dag_id)
        try:
            run_id = self.fill(case, known) if case.run_type == "scheduled" else None
            if run_id is None:
                run_id = self.trigger(case.dag_id, case.logical_date, case.conf, "score-" + case.id)
            run = self.finish(case.dag_id, run_id, case.dagrun_state)
            return self.outcome(case, run)
        finally:
            for dag_id in unpaused:
                self.command("dags", "pause", dag_id)

    def is_defined(self, case):
        """Whether the server knows the DAG by the case's file; one of this name may have been there before."""
        dag = self.get(self.dag(case.dag_id))
        return dag and not dag["is_stale"] and (dag["relative_fileloc"] or "").startswith(case.folder + "/")

    def trigger(self, dag_id, logical_date, conf, run_id):
        """Starts a run that somebody asks for."""
        self.command("dags", "trigger", dag_id, "--run-id", run_id, "--logical-date", logical_date, "--conf", json.dumps(conf))
        return run_id

    def fill(self, case, known):
        """Has a backfill make the run that the schedule would have made at that date; None where there is no schedule to follow."""
        options = ["--from-date", case.logical_date, "--to-date", case.logical_date]
        try:
            self.command("backfill", "create", "--dag-id", case.dag_id, *options)
        except RuntimeError:
            return None

        def fresh():
            runs = [run for run in self.runs(case.dag_id) if run["run_type"] == "backfill"]
            return [run["dag_run_id"] for run in runs if run["dag_run_id"] not in known]

        return self.wait_for(fresh, "the backfill of " + case.dag_id)[0]

    def runs(self, dag_id):
        """The runs of a DAG."""
        return self.get(self.dag(dag_id) + "/dagRuns?limit=100", {"dag_runs": []})["dag_runs"]

    def finish(self, dag_id, run_id, expected="success"):
        """Waits for the end of a run; of one that must not end, for a sensor of it that waits."""
        path = self.run_path(dag_id, run_id)

        def over():
            run = self.get(path)
            is_waiting = expected == "running" and any(
                task["state"] == "up_for_reschedule" for task in self.get(path + "/taskInstances")["task_instances"]
            )
            return run if run and (run["state"] in ENDED or is_waiting) else None

        return self.wait_for(over, "the end of %s of %s" % (run_id, dag_id))

    def outcome(self, case, run):
        """Reads states, tries and XComs. There is no list of XComs: those that the case tells of are asked for, and `return_value`."""
        path = self.run_path(case.dag_id, run["dag_run_id"])
        rows = self.pages(path + "/taskInstances", "task_instances")
        tasks, attempts, reasons = {}, {}, {}
        for row in rows:
            name = row["task_id"] if row["map_index"] < 0 else "%s[%d]" % (row["task_id"], row["map_index"])
            tasks[name], attempts[name], reasons[name] = row["state"], row["try_number"], row["reason"]
        xcoms = {}
        for task in (case.xcoms is not None) * list(tasks):
            for key in {"return_value"} | set(case.xcoms.get(task, {})):
                quoted = [urllib.parse.quote(part, safe="") for part in (task, key)]
                found = self.get("%s/taskInstances/%s/xcomEntries/%s" % (path, *quoted))
                if found is not None:
                    xcoms.setdefault(task, {})[key] = self.as_scheduled(case, run, found["value"])
        caused = [self.caused(expected["dag_id"]) for expected in case.caused]
        return Outcome(run["state"], tasks, xcoms, {}, attempts, [one for one in caused if one], reasons)

    def as_scheduled(self, case, run, value):
        """A value with the run's own id instead of the one that the case expects: how runs are named is not what is measured."""
        expected = "%s__%s" % (case.run_type, case.logical_date)
        return value.replace(run["dag_run_id"], expected) if isinstance(value, str) else value

    def caused(self, dag_id):
        """The newest run of a DAG, as a run that was caused."""
        runs = self.wait_for(lambda: self.runs(dag_id), "a run of " + dag_id)
        run = max(runs, key=lambda run: run["queued_at"])
        rows = self.pages(self.run_path(dag_id, run["dag_run_id"]) + "/taskInstances", "task_instances")
        return {"dag_id": dag_id, "conf": run["conf"], "external_trigger": True, "tasks": {row["task_id"]: row["state"] for row in rows}}

    def pages(self, path, key):
        """All rows of a list that comes in pages."""
        rows = []
        while True:
            page = self.get("%s?limit=100&offset=%d" % (path, len(rows)))
            rows += page[key]
            if len(rows) >= page["total_entries"] or not page[key]:
                return rows

    @staticmethod
    def dag(dag_id):
        """The address of a DAG."""
        return "/dags/" + urllib.parse.quote(dag_id, safe="")

    def run_path(self, dag_id, run_id):
        """The address of a run."""
        return "%s/dagRuns/%s" % (self.dag(dag_id), urllib.parse.quote(run_id, safe=""))
