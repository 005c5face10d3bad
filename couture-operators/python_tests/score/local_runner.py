"""Runs a parsed DAG in this process, task by task, each in a process of its own. It measures the Python packages without a server.

Its scheduling is the least that the example DAGs need; that of the server is tested elsewhere. What the server does in Rust and has no
process (empty, latest_only, sub_dag, …) is imitated in `natives.py`.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Dict, List, Optional

from . import attempt, natives
from .dates import neighbours, parse
from .expansion import element_lists, elements
from .trigger_rules import decide

FINAL = ("success", "failed", "skipped", "upstream_failed")
# How often a sensor that waits is asked, when nothing else can run.
POKES = 3


@dataclass
class Outcome:
    """How a run ended."""

    dagrun_state: str
    tasks: Dict[str, Optional[str]]
    xcoms: Dict[str, Dict[str, Any]]
    rendered: Dict[str, Dict[str, Any]]
    attempts: Dict[str, int]
    caused: List[Dict[str, Any]]
    # Task -> why it failed, with the end of its log.
    reasons: Dict[str, str] = field(default_factory=dict)


class LocalRunner:
    """Runs DAGs of one folder. `dags` are all of its serialised DAGs by id, of which some are run by others."""

    def __init__(self, python, root, file, dags, installation, packages=None, workers=4):
        self.python = python
        self.root = str(root)
        self.file = file
        self.dags = dags
        self.installation = installation
        self.packages = packages
        self.workers = workers

    def run(self, dag_id, run_type, logical_date, conf):
        """Runs a whole DAG and gives the outcome."""
        run = Run(self, self.dags[dag_id], run_type, logical_date, conf)
        with ThreadPoolExecutor(self.workers) as pool:
            while run.tick(pool):
                pass
        return run.outcome()


class Run:
    """One run of a DAG. States are by (task_id, map_index); a task that is not mapped has the index -1."""

    def __init__(self, runner, dag, run_type, logical_date, conf):
        self.runner = runner
        self.dag = dag
        self.dialect = dag.get("dialect", "2")
        self.tasks = {task["task_id"]: task for task in dag["tasks"]}
        self.upstream = {task_id: sorted(self.sources(task) | set(task.get("upstream", []))) for task_id, task in self.tasks.items()}
        self.downstream = {task_id: [other for other in self.tasks if task_id in self.upstream[other]] for task_id in self.tasks}
        self.states = {(task_id, -1): None for task_id, task in self.tasks.items()}
        self.expanded = set()
        self.tries = {}
        self.pokes = {}
        self.began = datetime.now(timezone.utc).isoformat()
        self.rendered = {}
        self.reasons = {}
        self.caused_before = len(runner.installation.runs)
        self.facts, self.dates = self.facts_of(run_type, logical_date, conf)

    @staticmethod
    def sources(task):
        """The tasks whose output a mapped task is expanded over."""
        return {source["output"] for source in element_lists(task) if "output" in source}

    def facts_of(self, run_type, logical_date, conf):
        """The run and its dates, as an attempt is told."""
        at = parse(logical_date)
        before, after = neighbours(self.dag.get("schedule"), at)
        is_manual = run_type == "manual"
        if is_manual:
            begin, end, before, after = (before, at, at, at)
        else:
            begin, end = at, after
        text = {name: moment.isoformat() if moment else None for name, moment in (("before", before), ("after", after))}
        facts = {
            "run_id": "%s__%s" % (run_type, at.isoformat()),
            "run_type": run_type,
            "logical_date": at.isoformat(),
            "data_interval_start": (begin or at).isoformat(),
            "data_interval_end": (end or at).isoformat(),
            "conf": conf,
            "external_trigger": is_manual,
        }
        return facts, {"prev_execution_date": text["before"], "next_execution_date": text["after"]}

    def instances(self, task_id):
        """The states of all instances of a task."""
        return [state for (owner, _), state in self.states.items() if owner == task_id]

    def role(self, task_id):
        """What the task is for those around it."""
        return self.tasks[task_id].get("role", "work")

    def tick(self, pool):
        """Decides about every task that waits and runs those that are ready. Gives False where nothing more can happen."""
        ready, moved = [], False
        for task_id, map_index in list(self.states):
            if self.states.get((task_id, map_index), "gone") is not None:
                continue
            what = self.verdict(task_id)
            if what == "run" and "expand" in self.tasks[task_id] and task_id not in self.expanded:
                self.expand(task_id)
                moved = True
            elif what == "run":
                ready.append((task_id, map_index))
            elif what:
                self.states[(task_id, map_index)] = what
                moved = True
        if not ready and not moved:
            ready = [key for key, state in self.states.items() if state == "up_for_reschedule" and self.pokes.get(key, 0) < POKES]
        for key, end in zip(ready, pool.map(lambda key: self.attempt(*key), ready)):
            self.settle(key, end)
        return bool(ready or moved)

    def verdict(self, task_id):
        """What the trigger rule says."""
        task = self.tasks[task_id]
        rule = task.get("trigger_rule", "all_success")
        is_teardown = self.role(task_id) in ("teardown", "decisive_teardown")
        if is_teardown:
            rule = "all_done_setup_success"
        known = {source: self.instances(source) for source in self.upstream[task_id]}
        states = [state if state in FINAL else None for found in known.values() for state in found]
        answer = decide(rule, states, self.dialect)
        if answer == "run" and is_teardown:
            setups = [state for source, found in known.items() if self.role(source) == "setup" for state in found]
            if setups and "success" not in setups:
                return "skipped" if "skipped" in setups else "upstream_failed"
        return answer

    def expand(self, task_id):
        """Makes the instances of a mapped task; none at all is a skipped task."""
        self.expanded.add(task_id)
        found = elements(self.tasks[task_id], self.output)
        del self.states[(task_id, -1)]
        for at in range(len(found)):
            self.states[(task_id, at)] = None
        if not found:
            self.states[(task_id, -1)] = "skipped"

    def output(self, task_id):
        """What a task returned: of a mapped one, the list of what its instances did."""
        key = {"task_ids": [task_id], "key": "return_value"}
        (values,) = self.runner.installation.pull(key, {"dag_id": self.dag["dag_id"], "run": self.facts})
        if task_id in self.expanded:
            return [value for _, value in values]
        return values[0][1] if values else None

    def attempt(self, task_id, map_index):
        """One try: natively, or in a process. Gives its end."""
        key, task = (task_id, map_index), self.tasks[task_id]
        is_poke = key in self.pokes
        self.tries[key] = self.tries.get(key, 0) + (0 if is_poke else 1)
        native = natives.run(self, task)
        if native is not None:
            return native
        runner = self.runner
        end, rendered, log = attempt.run(runner.python, self.greeting(task, map_index), runner.installation, runner.packages)
        self.rendered[key] = rendered
        if end["state"] == "failed":
            self.reasons[self.name(key)] = "%s\n%s" % (end.get("error"), log[-1500:])
        return end

    def greeting(self, task, map_index):
        """What the attempt is told."""
        key = (task["task_id"], map_index)
        conf = self.facts["conf"] if self.dialect == "2" else {}
        return {
            "protocol": 1, "bundle": self.runner.root, "file": self.runner.file, "dag_id": self.dag["dag_id"],
            "task_id": task["task_id"], "map_index": map_index, "try_number": self.tries[key], "max_tries": task.get("retries", 0),
            "dialect": self.dialect, "do": "execute", "run": self.facts, "dates": self.dates,
            "params": {**self.dag.get("params", {}), **task.get("params", {}), **conf},
            "element": elements(task, self.output)[map_index] if map_index >= 0 else None,
            "waited": {"since": self.began, "pokes": self.pokes[key]} if key in self.pokes else None,
            "base_url": None, "operator": task["operator"],
        }  # fmt: skip

    def settle(self, key, end):
        """Writes down how a try ended."""
        task_id, map_index = key
        state = end["state"]
        if state == "deferred":
            self.pokes[key] = self.pokes.get(key, 0) + 1
            self.states[key] = "up_for_reschedule"
            return
        if state == "failed" and end.get("retryable", True) and self.tries[key] <= self.tasks[task_id].get("retries", 0):
            self.states[key] = None
            return
        self.states[key] = state
        if state == "success":
            self.runner.installation.push(self.dag["dag_id"], self.facts["run_id"], task_id, map_index, end.get("xcoms") or {})
            self.skip_by(task_id, end.get("decision"))

    def skip_by(self, task_id, decision):
        """Skips what a branch, a short circuit or a latest-only left out."""
        if not decision:
            return
        left_out = set(self.downstream[task_id])
        if decision == "skip_all":
            left_out = self.below(left_out)
        elif isinstance(decision, dict):
            followed = set(decision["follow"])
            left_out -= self.below(followed)
        for other in left_out:
            if self.role(other) not in ("teardown", "decisive_teardown"):
                for key in [key for key in self.states if key[0] == other and self.states[key] is None]:
                    self.states[key] = "skipped"

    def below(self, tasks):
        """These tasks and all downstream of them."""
        found, todo = set(), list(tasks)
        while todo:
            task_id = todo.pop()
            if task_id not in found:
                found.add(task_id)
                todo += self.downstream[task_id]
        return found

    @staticmethod
    def name(key):
        """`task` or `task[3]`."""
        return key[0] if key[1] < 0 else "%s[%d]" % key

    def outcome(self):
        """How it ended: by the last tasks alone, teardowns left out."""
        last = [task for task in self.tasks if self.role(task) != "teardown" and not self.leads_on(task)]
        states = [state for task in last for state in self.instances(task)]
        if any(state not in FINAL for state in self.states.values()):
            dagrun_state = "running"
        else:
            dagrun_state = "failed" if {"failed", "upstream_failed"} & set(states) else "success"
        kept = self.runner.installation.xcoms.get((self.dag["dag_id"], self.facts["run_id"]), {})
        return Outcome(
            dagrun_state=dagrun_state,
            tasks={self.name(key): state for key, state in self.states.items()},
            xcoms={self.name(key): dict(values) for key, values in kept.items() if values},
            rendered={self.name(key): values for key, values in self.rendered.items()},
            attempts={self.name(key): tries for key, tries in self.tries.items()},
            caused=self.runner.installation.runs[self.caused_before :],
            reasons=self.reasons,
        )

    def leads_on(self, task_id):
        """Whether another task than a teardown comes after it."""
        return any(self.role(other) not in ("teardown", "decisive_teardown") for other in self.downstream[task_id])
