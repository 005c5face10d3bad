"""Prints how much of Airflow's own example DAGs Couture reads and runs as Airflow does, and each miss with its reason.

    python3 -m score --cache FOLDER                       parses, and runs without a server
    python3 -m score --cache FOLDER --server URL --data FOLDER

Ends with code 1 where a score is below what was asked for by `--least`, such as `--least "run 1.10.15=98"`.
"""

import argparse
import collections
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import cases, comparison, wheels
from .installation import Installation
from .local_runner import LocalRunner
from .parsing import Parser, absent_library, compare_file, expected_files
from .server_client import ServerClient

# How many differences of one case are printed.
SHOWN = 5
VERSIONS = ("1.10.15", "2.10.5", "3.3.2")


def arguments():
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="score", description=__doc__.split("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="where the wheels are kept")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that parses and runs")
    parser.add_argument("--packages", type=Path, help="the Python packages `couture` and `airflow`, if not those of this checkout")
    parser.add_argument("--version", action="append", help="only this one (1.10.15, 2.10.5, 3.3.2, 'probe 2', examples)")
    parser.add_argument("--only", help="only cases and files with this text in their name")
    parser.add_argument("--parse-only", action="store_true", help="run nothing")
    parser.add_argument("--least", action="append", default=[], metavar="SCORE=PERCENT", help="the score that is asked for")
    parser.add_argument("--server", help="the URL of a running server; without it, tasks are run by a small runner of our own")
    parser.add_argument("--data", type=Path, help="the data folder of that server")
    parser.add_argument("--verbose", action="store_true", help="with the log of tasks that failed")
    return parser.parse_args()


class Tally:
    """Counts, and prints each miss."""

    def __init__(self):
        self.right = collections.Counter()
        self.all = collections.Counter()

    def add(self, what, name, misses):
        """One more, right where there are no misses."""
        self.all[what] += 1
        self.right[what] += not misses
        for miss in misses[:SHOWN]:
            print("MISS %s | %s | %s" % (what, name, miss), flush=True)
        if len(misses) > SHOWN:
            print("MISS %s | %s | … and %d more" % (what, name, len(misses) - SHOWN), flush=True)

    def percent(self, what):
        """How many of a hundred are right."""
        return 100.0 * self.right[what] / self.all[what] if self.all[what] else 100.0

    def print(self):
        """All scores."""
        for what in sorted(self.all):
            print("SCORE %s: %d of %d, %.1f %%" % (what, self.right[what], self.all[what], self.percent(what)))


class Files:
    """Parses each file once."""

    def __init__(self, options, folders):
        self.options = options
        self.parser = Parser(options.python, packages=options.packages)
        self.folders = folders
        self.known = {}

    def parse(self, folder, name, dialect=None):
        """The parsed file; an error of the parser itself is one of the file."""
        key = (folder, name, dialect)
        if key not in self.known:
            try:
                self.known[key] = self.parser.parse(self.folders[folder], name, dialect)
            except (RuntimeError, BrokenPipeError) as error:
                self.known[key] = {"dags": [], "error": {"reason": str(error), "line": None}}
                self.parser = Parser(self.options.python, packages=self.options.packages)
        return self.known[key]


def score_parsing(version, files, tally, only):
    """Every file that Airflow itself loads."""
    for name, expected in sorted(expected_files(version).items()):
        if only and only not in name:
            continue
        folder = next(folder for folder, path in files.folders.items() if (path / name).exists())
        parsed = files.parse(folder, name)
        if absent_library(parsed):
            print("SKIP parse %s | %s | %s is not installed" % (version, name, absent_library(parsed)))
            continue
        tally.add("parse " + version, name, compare_file(parsed, expected))


def run_locally(options, case, files):
    """The outcome of a case by our own runner. Raises LookupError where its DAG was not parsed."""
    parsed = files.parse(case.folder, case.dag_file, case.dialect)
    dags = {dag["dag_id"]: dag for dag in parsed["dags"]}
    if case.dag_id not in dags:
        raise LookupError("the DAG was not parsed: %s" % parsed["error"])
    runner = LocalRunner(options.python, files.folders[case.folder], case.dag_file, dags, Installation(), options.packages)
    for other in case.before:
        before = runner.run(other, "manual", case.logical_date, {})
        runner.installation.runs.append(
            {"dag_id": other, "run_id": "before", "logical_date": case.logical_date, "state": before.dagrun_state, "tasks": before.tasks}
        )
    return runner.run(case.dag_id, case.run_type, case.logical_date, case.conf)


def score_runs(version, options, tally, run, threads=1):
    """Every case of a version. The cases of a DAG are run one after the other, in their order; DAGs are run by so many threads."""
    of_dag = {}
    for case in cases.load(version):
        if options.only and options.only not in case.id + case.dag_id + case.dag_file:
            continue
        if case.skipped:
            print("SKIP run %s | %s %s | %s" % (version, case.id, case.dag_id, case.skipped))
            continue
        of_dag.setdefault(case.dag_id, []).append(case)
    with ThreadPoolExecutor(threads) as pool:
        for ended in pool.map(lambda cases: [(case, *outcome_of(case, run)) for case in cases], of_dag.values()):
            for case, outcome, misses in ended:
                tally.add("run " + version, "%s %s (%s)" % (case.id, case.dag_id, case.run_type), misses)
                if misses and options.verbose and outcome:
                    for task, reason in outcome.reasons.items():
                        print("  LOG %s: %s" % (task, reason))


def outcome_of(case, run):
    """How a case ended, if it could be run, and what is wrong with that."""
    try:
        outcome = run(case)
    except (LookupError, RuntimeError, TimeoutError, ImportError, OSError) as error:
        return None, ["%s: %s" % (type(error).__name__, error)]
    return outcome, comparison.misses(case, outcome)


def main():
    """Scores what was asked for."""
    options, tally = arguments(), Tally()
    for version in options.version or VERSIONS + ("probe 2", "examples"):
        folders = dict(wheels.folders(options.cache, version)) if version in wheels.WHEELS else {}
        folders.update({"examples": cases.EXAMPLES} if version == "examples" else {"probe_dags": cases.DATA / "probe_dags"})
        files = Files(options, folders)
        if version in VERSIONS:
            score_parsing(version, files, tally, options.only)
        if options.parse_only:
            continue
        if options.server:
            score_on_server(version, options, files, tally)
        else:
            score_runs(version, options, tally, lambda case: run_locally(options, case, files))
    tally.print()
    asked = [text.rpartition("=") for text in options.least]
    return int(any(tally.percent(what) < float(percent) for what, _, percent in asked))


def score_on_server(version, options, files, tally):
    """The cases of a version on a server, whose DAG files are put into its folder."""
    client = ServerClient(options.server, options.data)
    for name, folder in files.folders.items():
        client.install(folder, name, as_dialect_2=version == "probe 2")
    score_runs(version, options, tally, client.run, threads=8)


if __name__ == "__main__":
    sys.exit(main())
