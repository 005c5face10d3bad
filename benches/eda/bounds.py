"""Checks at random whether quantiles and distinct counts lie inside of the bounds that a profile states.

Random columns of many distributions, orders, shares of missing cells and lengths, all with more than 4,096 different
values, are written into files of several widths (a wider table gets smaller sketches). Of all figures of all columns
1,000 are drawn, half of them quantiles and half distinct counts, and DuckDB says what is true.
"""

import json
import random
import subprocess

CHECKS = 1000
SHARE = 0.99
LEAST_DIFFERENT = 4097
# Columns and rows of the files: each width has its own sizes of sketches.
SHAPES = ((40, 200_000), (64, 60_000), (128, 40_000), (256, 15_000), (320, 15_000))
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def distributions(draw, rows):
    """By name, what makes the numbers of a column; `draw` is a numpy generator."""
    import numpy

    spread = 10 ** draw.uniform(-3, 6)
    return {
        "uniform": lambda: draw.uniform(-spread, spread, rows),
        "normal": lambda: draw.normal(spread, draw.uniform(0.1, 10) * spread, rows),
        "exponential": lambda: draw.exponential(spread, rows),
        "log-normal": lambda: draw.lognormal(0, draw.uniform(0.5, 4), rows),
        "pareto": lambda: draw.pareto(draw.uniform(0.3, 3), rows),
        "cauchy": lambda: draw.standard_cauchy(rows),
        "two hills": lambda: numpy.where(draw.random(rows) < 0.3, draw.normal(0, 1, rows), draw.normal(100, 1, rows)),
        "mostly one": lambda: numpy.where(draw.random(rows) < 0.2, 42.0, draw.normal(42, spread, rows)),
        "cents": lambda: draw.integers(0, 10**7, rows) / 100,
        "whole": lambda: draw.integers(0, int(draw.uniform(2, 50) * rows), rows),
        "few copies": lambda: draw.integers(0, max(int(draw.uniform(0.7, 2) * LEAST_DIFFERENT), rows // 8), rows),
        "zipf": lambda: draw.zipf(1.3, rows).clip(max=10**15),
        "serial": lambda: numpy.arange(rows) + int(spread),
        "moments": lambda: numpy.datetime64("2001-01-01", "ms") + draw.integers(0, 10**9, rows) * 1000,
        "texts": lambda: words(draw, rows),
    }


def words(draw, rows):
    """Random texts of 5 letters."""
    import numpy

    letters = numpy.array(list(LETTERS))[draw.integers(0, len(LETTERS), (rows, 5))]
    return numpy.array(["".join(row) for row in letters])


def write(draw, columns, rows, file):
    """A file of random columns."""
    import polars

    table = {}
    while len(table) < columns:
        made = distributions(draw, rows)
        kind = list(made)[draw.integers(len(made))]
        values = made[kind]()
        if draw.random() < 0.6:
            # All are there again: a count of different values that is that of the cells would be no art.
            most = int(draw.uniform(1.1 * LEAST_DIFFERENT, max(1.2 * LEAST_DIFFERENT, rows / 2)))
            values = draw.choice(values[:most], rows)
        order = draw.choice(["random", "ascending", "descending"], p=[0.7, 0.15, 0.15])
        if order != "random":
            values.sort()
        values = values[::-1].copy() if order == "descending" else values
        series = polars.Series(values)
        if draw.random() < 0.3:
            absent = polars.Series(draw.random(rows) < draw.uniform(0, 0.3))
            series = polars.select(polars.when(~absent).then(series)).to_series()
        if series.drop_nulls().n_unique() >= LEAST_DIFFERENT:
            table[f"{kind}, {order} {len(table)}"] = series
    polars.DataFrame(table).write_csv(file, datetime_format="%Y-%m-%dT%H:%M:%S")


def figures(eda, file):
    """What a profile says of each column: its quantiles and its distinct values, each with what is true."""
    import duckdb

    answer = subprocess.run([eda, "profile", str(file), "--json"], capture_output=True, text=True, check=True)
    quantiles, distinct = [], []
    with duckdb.connect() as base:
        base.execute(f"CREATE TABLE cells AS SELECT * FROM read_csv('{file}', header = true, sample_size = -1)")
        for column in json.loads(answer.stdout)["columns"]:
            name, spread = column["name"], column["numbers"] or column["moments"]
            where = f"{name} of {file.stem}"
            true = base.execute(f'SELECT count(DISTINCT "{name}") FROM cells').fetchone()[0]
            distinct.append((f"distinct values, {where}", column["distinct"], true))
            if spread is None:
                continue
            value = f'epoch("{name}")' if column["moments"] else f'CAST("{name}" AS DOUBLE)'
            ranks = [rank for rank, _ in spread["quantiles"]]
            true = base.execute(f"SELECT quantile_disc({value}, {ranks}) FROM cells").fetchone()[0]
            told = zip(spread["quantiles"], true)
            quantiles += [(f"quantile {rank}, {where}", estimate, number) for (rank, estimate), number in told]
    return quantiles, distinct


def inside(figure):
    """Whether what is true lies inside of the stated bound."""
    _, estimate, true = figure
    return estimate["low"] <= true <= estimate["high"]


def inside_half(figure):
    """Whether what is true lies inside of half of the bound, which tells how wide the bound is."""
    _, estimate, true = figure
    low, high = ((estimate["value"] + estimate[side]) / 2 for side in ("low", "high"))
    return low <= true <= high


def check(verdict, eda, work, seed=7):
    """Makes the files, draws the checks, and tells the share inside of the bounds."""
    import numpy

    draw, quantiles, distinct = numpy.random.default_rng(seed), [], []
    for columns, rows in SHAPES:
        file = work / f"random_{columns}x{rows}.csv"
        write(draw, columns, rows, file)
        found = figures(eda, file)
        file.unlink()
        quantiles += found[0]
        distinct += found[1]
    chosen = random.Random(seed)
    both = []
    for what, all_figures in (("quantiles", quantiles), ("distinct counts", distinct)):
        sketched = [figure for figure in all_figures if figure[1]["low"] != figure[1]["high"]]
        checks = chosen.sample(all_figures, min(CHECKS // 2, len(all_figures)))
        both += checks
        held, of_all = sum(map(inside, checks)), sum(map(inside, all_figures))
        told = f"{held} of {len(checks)} random {what} inside of the stated bound"
        half = sum(map(inside_half, sketched)) / len(sketched)
        rest = f"{of_all} of all {len(all_figures)}; {half:.1%} of the {len(sketched)} estimates within half of it"
        verdict.tell("bounds", f"{told}; {rest}")
    share = sum(map(inside, both)) / len(both)
    verdict.must("bounds", f"{share:.1%} of {len(both)} random checks inside; >= {SHARE:.0%}", share >= SHARE)
    for what, estimate, true in (figure for figure in quantiles + distinct if not inside(figure)):
        verdict.tell("", f"  {what}: {estimate['low']:.6g} to {estimate['high']:.6g}, true {true:.6g}")
