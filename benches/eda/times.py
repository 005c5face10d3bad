"""Measures `eda` beside DuckDB's SUMMARIZE, polars and ydata-profiling: seconds, CPU seconds, resident memory."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import tables

DUCKDB = "import duckdb, sys; duckdb.connect().execute(f\"SUMMARIZE SELECT * FROM read_csv('{sys.argv[1]}')\").fetchall()"
POLARS = "import polars, sys; print(polars.read_csv(sys.argv[1], infer_schema_length=10000, ignore_errors=True).describe())"
# As its documentation shows both.
YDATA = (
    "import pandas, sys; from ydata_profiling import ProfileReport; "
    "ProfileReport(pandas.read_csv(sys.argv[1]), title='Profiling Report'%s).to_file(sys.argv[2] + '/ydata.html')"
)
# Runs the arguments after the first for at most so many seconds. A small program of its own, since a child begins with
# the memory of the one that starts it, and since the system tells the most memory of all children that have ended.
RUN = """
import json, os, resource, signal, subprocess, sys, time
started = time.monotonic()
child = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, start_new_session=True)
try:
    code = child.wait(float(sys.argv[1]))
except subprocess.TimeoutExpired:
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    code = None
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""
MOST_SECONDS = 300


@dataclass
class Run:
    """What a program took: seconds, seconds of all cores, and MB."""

    code: int | None
    seconds: float
    cpu: float
    megabytes: float
    errors: str

    def __str__(self):
        if self.code is None:
            return f"not ended within {MOST_SECONDS} s ({self.cpu:.1f} CPU s, {self.megabytes:.0f} MB)"
        if self.code != 0:
            return f"failed: {self.errors}"
        return f"{self.seconds:8.2f} s {self.cpu:8.2f} CPU s {self.megabytes:8.0f} MB"


def run(command):
    """Runs a program once."""
    with tempfile.TemporaryFile("w+") as errors:
        outer = [sys.executable, "-c", RUN, str(MOST_SECONDS), *command]
        answer = subprocess.run(outer, stdout=subprocess.PIPE, stderr=errors, text=True, check=True)
        errors.seek(0)
        last = errors.read().strip().splitlines()[-1:]
    return Run(*json.loads(answer.stdout), " ".join(last))


class Times:
    """The runs of all programs on all tables."""

    def __init__(self, verdict, eda, work):
        self.verdict, self.eda, self.work, self.out = verdict, eda, work, str(work / "outputs")
        os.makedirs(self.out, exist_ok=True)

    def tell(self, topic, who, command):
        """Runs a program, and tells what it took."""
        measured = run(command)
        self.verdict.tell(topic, f"{who:15} {measured}")
        return measured

    def of_eda(self, topic, file, *more, who="eda"):
        return self.tell(topic, who, [self.eda, "profile", str(file), "--out", self.out, "--timestamp", "now", *more])

    def of_python(self, topic, who, script, file):
        return self.tell(topic, who, [sys.executable, "-W", "ignore", "-c", script, str(file), self.out])

    def must(self, topic, what, measured, found, most):
        """A figure of a run that must not be above `most`."""
        self.verdict.must(topic, f"{what} {found:.2f}; <= {most:g}", measured.code == 0 and found <= most)

    def lineitem(self, large):
        topic = "lineitem, scale 1"
        file = tables.lineitem(self.work, 1)
        warm(file)
        mine = self.of_eda(topic, file)
        alone = self.of_eda(topic, file, "--workers", "1", who="eda, 1 core")
        peer = self.of_python(topic, "duckdb", DUCKDB, file)
        self.of_python(topic, "polars", POLARS, file)
        self.must(topic, "CPU seconds as a share of DuckDB's:", mine, mine.cpu / peer.cpu, 0.6)
        self.must(topic, "resident MB:", mine, mine.megabytes, 128)
        faster = alone.seconds / mine.seconds
        self.verdict.must(topic, f"speed as a multiple of one core's: {faster:.2f}; >= 1.7", faster >= 1.7)
        if large:
            topic = "lineitem, scale 10"
            mine = self.of_eda(topic, tables.lineitem(self.work, 10))
            self.must(topic, "resident MB:", mine, mine.megabytes, 128)

    def flights(self):
        topic, file = "flights", tables.flights(self.work)
        warm(file)
        mine = self.of_eda(topic, file)
        self.of_python(topic, "duckdb", DUCKDB, file)
        self.of_python(topic, "polars", POLARS, file)
        for who, option in (("ydata, minimal", ", minimal=True"), ("ydata, full", "")):
            self.of_python(topic, who, YDATA % option, file)
        self.must(topic, "seconds:", mine, mine.seconds, 1.5)
        mine = self.of_eda("flights, L1", file, "--target", "arr_delay > 15")
        self.must("flights, L1", "seconds:", mine, mine.seconds, 6)

    def wide(self):
        topic, file = "5,000 x 1,000", tables.wide(self.work)
        warm(file)
        mine = self.of_eda(topic, file)
        self.of_python(topic, "duckdb", DUCKDB, file)
        self.must(topic, "seconds:", mine, mine.seconds, 4)
        self.must(topic, "resident MB:", mine, mine.megabytes, 200)


def warm(file):
    """Reads a file once: whoever comes first would wait for the disk, and the others not."""
    with open(file, "rb") as content:
        while content.read(1 << 22):
            pass


def check(verdict, eda, work, large):
    """Measures everything; with `large`, 7.8 GB too."""
    times = Times(verdict, eda, work)
    times.lineitem(large)
    times.flights()
    times.wide()
