"""Runs DAGs on a running Couture server, through its REST interface, and reads how they ended."""

import json
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from .dates import parse
from .local_runner import Outcome

ENDED = ("success", "failed")
WAITING = ("up_for_reschedule", "deferred")
STEP_S = 0.05


class ServerClient:
    """A server at `url` that keeps its files in the folder `data`. Threads may share it, each with DAGs of its own."""

    def __init__(self, url, data, patience_s=150):
        self.url = url.rstrip("/")
        self.dags_folder = Path(data) / "dags"
        self.token_file = Path(data) / "local.token"
        self.patience_s = patience_s
        # (dag_id, run_type, logical_date, conf, before) -> run id: cases that look at different sides of a run share it.
        self.known = {}

    def install(self, folder, name, as_dialect_2=False):
        """Puts a folder of DAG files into the server's. Files are then `name/file.py`; of our own examples, which import modules from
        beside them, `file.py`. Files that could be of either dialect can be made such of dialect 2: by an import that is in it alone.
        """

        def copy(source, target):
            shutil.copyfile(source, target)
            if as_dialect_2 and target.endswith(".py"):
                with open(target, "a", encoding="utf-8") as file:
                    file.write("\nfrom airflow.utils.task_group import TaskGroup  # noqa: E402\n")

        target = self.dags_folder / ("" if name == "examples" else name)
        shutil.copytree(folder, target, copy_function=copy, dirs_exist_ok=True)

    def ask(self, method, path, body=None, missing=None):
        """A JSON answer; `missing` where there is nothing. Raises RuntimeError with what the server says of a request that it refuses."""
        headers = {"Content-Type": "application/json"}
        if self.token_file.exists():
            headers["Authorization"] = "Bearer " + self.token_file.read_text(encoding="ascii").strip()
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + "/api/v2" + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 404 and method == "GET":
                return missing
            raise RuntimeError("%s %s: %d, %s" % (method, path, error.code, error.read().decode(errors="replace"))) from None

    def get(self, path, missing=None):
        """What is there, or `missing`."""
        return self.ask("GET", path, missing=missing)

    def wait_for(self, find, what):
        """Asks again and again until `find` gives something. Raises TimeoutError."""
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            found = find()
            if found:
                return found
            time.sleep(STEP_S)
        raise TimeoutError("waited %d s for %s" % (self.patience_s, what))

    def run(self, case):
        """Runs the case, whose folder is installed, and gives the outcome."""
        self.wait_for(lambda: self.is_defined(case), "DAG " + case.dag_id)
        for other in case.before:
            self.pause(other, False)
            self.finish(other, self.trigger(other, case.logical_date, {}, "before-" + case.id))
        self.pause(case.dag_id, False)
        for expected in case.caused:
            if self.get(self.dag(expected["dag_id"])):
                self.pause(expected["dag_id"], False)
        try:
            run = self.finish(case.dag_id, self.run_of(case), case.dagrun_state)
            outcome = self.outcome(case, run)
            if run["state"] not in ENDED:
                self.ask("PATCH", self.run_path(case.dag_id, run["dag_run_id"]), {"state": "failed"})
            return outcome
        finally:
            # Else the scheduler would go on with runs of its own.
            self.pause(case.dag_id, True)

    def pause(self, dag_id, is_paused):
        """Pauses a DAG, or lets it go on."""
        self.ask("PATCH", self.dag(dag_id), {"is_paused": is_paused})

    def is_defined(self, case):
        """Whether the server knows the DAG."""
        dag = self.get(self.dag(case.dag_id))
        return dag and not dag["is_stale"]

    def run_of(self, case):
        """The id of the run that the case is about; it is begun where it has not been."""
        key = (case.dag_id, case.run_type, case.logical_date, json.dumps(case.conf, sort_keys=True), tuple(case.before))
        if key not in self.known:
            is_scheduled = case.run_type == "scheduled"
            run_id = self.fill(case) if is_scheduled else self.trigger(case.dag_id, case.logical_date, case.conf, "score-" + case.id)
            self.known[key] = run_id
        return self.known[key]

    def trigger(self, dag_id, logical_date, conf, run_id):
        """Starts a run that somebody asks for."""
        body = {"dag_run_id": run_id, "logical_date": logical_date, "conf": conf}
        return self.ask("POST", self.dag(dag_id) + "/dagRuns", body)["dag_run_id"]

    def fill(self, case):
        """The run of that date on the schedule: the scheduler's own, where it begins there, else one that a backfill makes. Where there is
        no schedule, and so no such run, it is one that somebody asks for.
        """
        body = {"dag_id": case.dag_id, "from_date": case.logical_date, "to_date": case.logical_date, "dag_run_conf": case.conf}
        try:
            self.ask("POST", "/backfills", body)
        except RuntimeError as error:
            if "no schedule" not in str(error):
                raise
            return self.trigger(case.dag_id, case.logical_date, case.conf, "score-" + case.id)
        date = parse(case.logical_date)

        def made():
            runs = [run for run in self.runs(case.dag_id) if run["run_type"] != "manual"]
            return [run["dag_run_id"] for run in runs if parse(run["logical_date"]) == date]

        return self.wait_for(made, "the run of %s on its schedule" % case.dag_id)[0]

    def runs(self, dag_id):
        """The newest runs of a DAG."""
        return self.get(self.dag(dag_id) + "/dagRuns?limit=100", {"dag_runs": []})["dag_runs"]

    def finish(self, dag_id, run_id, expected="success"):
        """Waits for the end of a run; of one that must not end, for a sensor of it that waits."""
        path = self.run_path(dag_id, run_id)

        def over():
            run = self.get(path)
            is_waiting = expected == "running" and any(
                task["state"] in WAITING for task in self.get(path + "/taskInstances")["task_instances"]
            )
            return run if run and (run["state"] in ENDED or is_waiting) else None

        try:
            return self.wait_for(over, "the end of %s of %s" % (run_id, dag_id))
        except TimeoutError as error:
            rows = self.pages(path + "/taskInstances", "task_instances")
            waiting = ["%s is %s (%s)" % (row["task_id"], row["state"], row["reason"]) for row in rows if row["state"] not in ENDED]
            raise TimeoutError("%s: %s" % (error, "; ".join(waiting))) from None

    def outcome(self, case, run):
        """Reads states, tries and XComs. There is no list of XComs: those that the case tells of are asked for, and `return_value`."""
        path = self.run_path(case.dag_id, run["dag_run_id"])
        rows = self.pages(path + "/taskInstances", "task_instances")
        tasks, attempts, reasons = {}, {}, {}
        for row in rows:
            name = name_of(row)
            # Airflow has one word for a sensor that waits without a process, and another for what a trigger waits for.
            state = "up_for_reschedule" if row["state"] in WAITING else row["state"]
            tasks[name], attempts[name], reasons[name] = state, row["try_number"], row["reason"]
        xcoms = {}
        for row in (case.xcoms is not None) * rows:
            found = self.xcoms_of(case, run, row)
            if found:
                xcoms[name_of(row)] = found
        caused = [self.caused(expected["dag_id"]) for expected in case.caused]
        return Outcome(run["state"], tasks, xcoms, {}, attempts, [one for one in caused if one], reasons)

    def xcoms_of(self, case, run, row):
        """The XComs of a task instance."""
        found = {}
        for key in {"return_value"} | set(case.xcoms.get(name_of(row), {})):
            quoted = [urllib.parse.quote(part, safe="") for part in (row["task_id"], key)]
            path = "%s/taskInstances/%s/xcomEntries/%s" % (self.run_path(case.dag_id, run["dag_run_id"]), *quoted)
            xcom = self.get(path + ("?map_index=%d" % row["map_index"] if row["map_index"] >= 0 else ""))
            if xcom is not None:
                found[key] = self.as_scheduled(case, run, xcom["value"])
        return found

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


def name_of(row):
    """`task` or `task[3]`."""
    return row["task_id"] if row["map_index"] < 0 else "%s[%d]" % (row["task_id"], row["map_index"])
