"""What a server keeps beside the run at hand: XComs, variables, and runs that a run caused."""

import threading


class Installation:
    """Shared by all attempts of a runner; its methods may be called by several threads."""

    def __init__(self):
        self.variables = {}
        # (dag_id, run_id) -> {(task_id, map_index): {key: value}}, the newest key last.
        self.xcoms = {}
        # What was caused or has ended: dicts with dag_id, run_id, logical_date, conf, external_trigger, state, tasks.
        self.runs = []
        self.lock = threading.Lock()

    def push(self, dag_id, run_id, task_id, map_index, values):
        """Keeps the XComs of an attempt that succeeded."""
        with self.lock:
            kept = self.xcoms.setdefault((dag_id, run_id), {}).setdefault((task_id, map_index), {})
            for key, value in values.items():
                kept.pop(key, None)
                kept[key] = value

    def pull(self, ask, greeting):
        """For each task the list of `[map_index, value]`. The key None is the newest of any name."""
        dag_id = ask.get("dag_id") or greeting["dag_id"]
        run_id = ask.get("run_id") or greeting["run"]["run_id"]
        key = ask.get("key")
        with self.lock:
            of_run = self.xcoms.get((dag_id, run_id), {})
            answer = []
            for task_id in ask["task_ids"]:
                found = []
                for (owner, map_index), values in sorted(of_run.items(), key=lambda item: item[0][1]):
                    if owner == task_id and values and (key is None or key in values):
                        found.append([map_index, list(values.values())[-1] if key is None else values[key]])
                answer.append(found)
            return answer

    def trigger(self, what):
        """Notes a run that a task asked for, and gives its id. It is taken to succeed."""
        with self.lock:
            run_id = what.get("run_id") or "trig__%d" % (len(self.runs) + 1)
            self.runs.append(
                {
                    "dag_id": what["dag_id"],
                    "run_id": run_id,
                    "logical_date": what.get("logical_date"),
                    "conf": what.get("conf"),
                    "external_trigger": True,
                    "state": "success",
                    "tasks": None,
                }
            )
            return run_id

    def run_state(self, what):
        """The state of a run that was caused here, or None."""
        for run in self.runs:
            if run["dag_id"] == what["dag_id"] and run["run_id"] == what["run_id"]:
                return {"state": run["state"]}
        return None

    def external_states(self, what):
        """The states of another DAG's runs, or of tasks of theirs, at some dates: `{"states": [...]}`."""
        states = []
        for date in what["logical_dates"]:
            run = self.at(what["dag_id"], date)
            if run:
                states += [run["tasks"].get(task) for task in what["task_ids"]] if what["task_ids"] else [run["state"]]
        return {"states": states}

    def at(self, dag_id, logical_date):
        """The run of that DAG at that date, or None."""
        return next((run for run in self.runs if run["dag_id"] == dag_id and run["logical_date"] == logical_date), None)
