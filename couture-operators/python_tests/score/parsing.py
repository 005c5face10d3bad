"""The parser of DAG files, as a process that is asked."""

import json
import os
import re
import subprocess
from pathlib import Path

from .cases import DATA
from .frames import read_frame, write_frame

OWN_PACKAGES = Path(__file__).resolve().parent.parent.parent / "python"


def environment(packages=None):
    """What a parser or an attempt finds in its environment. `packages` are the Python packages, by default this checkout's."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    # Some of Airflow's examples write an edge twice.
    own = {"PYTHONDONTWRITEBYTECODE": "1", "COUTURE_DUPLICATE_DEPENDENCIES": "warn"}
    return {**keep, **own, "PYTHONPATH": str(packages or OWN_PACKAGES)}


class Parser:
    """A parser process. `variables` answers what files ask for."""

    def __init__(self, python, variables=None, packages=None):
        self.variables = variables if variables is not None else {}
        self.process = subprocess.Popen(
            [python, "-m", "couture.parse"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(packages),
            cwd="/",
        )

    def parse(self, root, file, dialect=None):
        """The answer's "parsed" for one file. Raises RuntimeError, with what the process said, where it ended."""
        request = {"root": str(root), "file": file, "dialect": dialect, "timeout_s": 30, "memory_bytes": 1 << 30}
        write_frame(self.process.stdin, {"parse": request})
        while True:
            message = read_frame(self.process.stdout)
            if message is None:
                raise RuntimeError("the parser ended: " + self.process.stderr.read().decode(errors="replace")[-2000:])
            if "parsed" in message:
                return message["parsed"]
            write_frame(self.process.stdin, {"answer": self.answer(message["ask"])})

    def answer(self, ask):
        """What there is: the variables given, and no connections."""
        if "variable" in ask:
            key = ask["variable"]["key"]
            return {"value": {"value": self.variables[key]} if key in self.variables else None}
        if "connections" in ask:
            return {"value": []}
        return {"error": "the score does not know " + ", ".join(ask)}

    def close(self):
        """Ends the process."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.stderr.close()
        self.process.wait()


def edges_of(dag):
    """``{task: [upstream, ...]}`` of a serialised DAG; what a task is mapped over is upstream, too."""
    edges = {}
    for task in dag["tasks"]:
        upstream = set(task.get("upstream", []))
        sources = task.get("expand") or []
        for source in sources if isinstance(sources, list) else [sources]:
            if "output" in source:
                upstream.add(source["output"])
        edges[task["task_id"]] = sorted(upstream)
    return edges


def absent_library(parsed):
    """The library that a file needs and this machine has not, if that is why it cannot be read."""
    found = re.match(r"ModuleNotFoundError: No module named '([\w.]+)'", (parsed["error"] or {}).get("reason") or "")
    return found[1] if found and found[1].split(".")[0] not in ("airflow", "couture") else None


def shortened(parsed_error):
    """One line of a parse error."""
    return "%s (line %s)" % (parsed_error.get("reason"), parsed_error.get("line"))


def compare_file(parsed, expected):
    """What is wrong with a parsed file, as lines; nothing where it is right."""
    misses = []
    if parsed["error"]:
        misses.append("error: " + shortened(parsed["error"]))
    found = {dag["dag_id"]: edges_of(dag) for dag in parsed["dags"]}
    for dag_id in sorted(set(found) | set(expected)):
        if dag_id not in found:
            misses.append("no DAG " + dag_id)
        elif dag_id not in expected:
            misses.append("a DAG too many: " + dag_id)
        elif found[dag_id] != expected[dag_id]:
            misses.append("%s: %s" % (dag_id, different(found[dag_id], expected[dag_id])))
    return misses


def different(found, expected):
    """Where two maps of edges differ, in one line."""
    missing = sorted(set(expected) - set(found))
    extra = sorted(set(found) - set(expected))
    if missing or extra:
        return "tasks missing %s, too many %s" % (missing, extra)
    wrong = [task for task in expected if found[task] != expected[task]]
    return "; ".join("%s waits for %s, not for %s" % (task, found[task], expected[task]) for task in wrong)


def expected_files(version):
    """``{file: {dag_id: {task: [upstream]}}}`` of the files that Airflow itself loads without a cloud library."""
    with open(DATA / ("edges_%s.json" % version.replace(".", "_")), encoding="utf-8") as file:
        recorded = json.load(file)
    return {name: row["dags"] for name, row in recorded.items() if row["dags"] and not row["error"]}
