"""Compares what `eda profile --json` says of every column with DuckDB, and where either may round, with exact sums.

Counts must be equal. Moments must be within 10⁻¹² of the exact ones, as a share of the mean size of what is summed (of
|x| for a mean, |x - mean|³ for a skewness). DuckDB's own error from the exact ones is told beside it: its avg and
stddev_samp (which SUMMARIZE shows too) are sums of 64-bit numbers themselves.
"""

import json
import subprocess
from dataclasses import dataclass

import exact

BOUND = 1e-12
# Numbers from here on have fewer bits, and no 12 digits.
TINY = 2.3e-308
RANKS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
TOKENS = ("-", "--", "?", ".", "na", "n/a", "#n/a", "nan", "nil", "none", "null", "\\n")
# Tables up to here have their duplicate rows counted by DuckDB, too.
MOST_ROWS = 900_000


@dataclass
class Figure:
    """A statistic of a column: as `eda` says, as DuckDB says, and what is true."""

    column: str
    found: object
    peer: object
    true: object
    size: object = None

    def errors(self):
        """Of `eda` and of DuckDB."""
        return exact.error(self.found, self.true, self.size), exact.error(self.peer, self.true, self.size)


class Table:
    """One file, profiled and in DuckDB, and the figures that were compared."""

    def __init__(self, name, eda, file, work):
        import duckdb

        self.name, self.figures, self.inside = name, {}, []
        answer = subprocess.run([eda, "profile", str(file), "--json"], capture_output=True, text=True, check=True)
        self.profile = json.loads(answer.stdout)
        self.base = work / f"{name}.duckdb"
        self.base.unlink(missing_ok=True)
        self.duckdb = duckdb.connect(str(self.base))
        self.duckdb.execute("SET memory_limit = '2GB'")
        self.duckdb.execute(f"CREATE TABLE cells AS SELECT * FROM read_csv('{file}', all_varchar = true, header = true)")

    def close(self):
        self.duckdb.close()
        self.base.unlink()

    def ask(self, query):
        """The only row of an answer."""
        return self.duckdb.execute(query).fetchone()

    def add(self, statistic, column, found, peer, true=None, size=None):
        """Compares a figure; without `true`, DuckDB's is."""
        true = peer if true is None else true
        self.figures.setdefault(statistic, []).append(Figure(column, found, peer, true, size))

    def add_estimate(self, statistic, column, estimate, true):
        """Compares an estimate: equal where it is exact, else inside of its bound or not, which may be so by chance."""
        if estimate["low"] == estimate["high"]:
            self.add(statistic, column, estimate["value"], true)
        else:
            self.inside.append((f"{statistic} of {column}", estimate["low"] <= true <= estimate["high"], estimate, true))

    def compare(self):
        """Compares all columns, and what is said of the table."""
        rows = self.ask("SELECT count(*) FROM cells")[0]
        self.add("rows", "all", self.profile["rows"], rows)
        if rows <= MOST_ROWS:
            different = self.ask("SELECT count(*) FROM (SELECT DISTINCT * FROM cells)")[0]
            self.add_estimate("duplicates", "all", self.profile["duplicates"], rows - different)
        for column in self.profile["columns"]:
            self.compare_column(column)

    def compare_column(self, column):
        name = column["name"]
        tokens = ", ".join(f"'{token}'" for token in TOKENS)
        token = f'lower(trim("{name}")) IN ({tokens})'
        self.duckdb.execute(f'CREATE OR REPLACE TEMP VIEW cell AS SELECT "{name}" AS cell, {token} AS token FROM cells')
        ask = "SELECT count(*) FILTER (cell IS NULL), count(*) FILTER (token), count(DISTINCT cell) FROM cell"
        missing, absent, distinct = self.ask(ask)
        self.add("missing", name, column["missing"], missing)
        self.add("null tokens", name, sum(count for _, count in column["null_tokens"]), absent)
        self.add_estimate("distinct", name, column["distinct"], distinct)
        self.compare_top(column)
        if column["numbers"]:
            self.compare_numbers(name, column["numbers"], "TRY_CAST(cell AS DOUBLE)")
        if column["moments"]:
            self.compare_moments(name, column["moments"])
        if column["texts"]:
            self.compare_texts(name, column["texts"])

    def compare_top(self, column):
        counts = "SELECT cell, count(*) AS n FROM cell WHERE cell IS NOT NULL GROUP BY cell ORDER BY n DESC"
        if column["top_error"] == 0:
            told = [top["count"]["value"] for top in column["top"]]
            peer = [count for _, count in self.duckdb.execute(f"{counts} LIMIT {len(told) or 1}").fetchall()]
            self.add("top values", column["name"], sum(told) if told == peer else -1, sum(peer))
            return
        for top in column["top"]:
            query = "SELECT count(*) FROM cell WHERE cell = ?"
            count = self.duckdb.execute(query, [top["text"]]).fetchone()[0]
            self.add_estimate("top values", column["name"], top["count"], count)

    def compare_numbers(self, name, numbers, value):
        values = f"SELECT {value} AS v FROM cell WHERE cell IS NOT NULL AND NOT token"
        self.duckdb.execute(f"CREATE OR REPLACE TEMP TABLE v AS {values}")
        unread, plus, minus = self.ask(
            "SELECT count(*) FILTER (v IS NULL OR isnan(v)), count(*) FILTER (isinf(v) AND v > 0), "
            "count(*) FILTER (isinf(v) AND v < 0) FROM v"
        )
        self.add("unread", name, 0, unread)
        self.add("infinities", name, sum(numbers["infinities"]), plus + minus)
        self.add("infinities", name, numbers["infinities"][0], plus)
        self.duckdb.execute("DELETE FROM v WHERE NOT isfinite(v)")
        found = ("count", "zeros", "negatives", "min", "max")
        peers = self.ask("SELECT count(v), count(*) FILTER (v = 0), count(*) FILTER (v < 0), min(v), max(v) FROM v")
        for statistic, peer in zip(found, peers):
            self.add(statistic, name, numbers[statistic], peer)
        self.compare_sums(name, numbers, exact.MOMENTS)
        self.compare_quantiles(name, numbers["quantiles"])

    def compare_sums(self, name, found, statistics):
        """The moments of the values in `v`."""
        groups = self.duckdb.execute("SELECT v, count(*) AS n FROM v GROUP BY v").fetchnumpy()
        true = exact.moments(groups["v"].tolist(), groups["n"].tolist())
        for statistic in statistics:
            peer = self.peer(statistic, true.count)
            self.add(statistic, name, found[statistic], peer, getattr(true, statistic), true.sizes.get(statistic))

    def peer(self, statistic, count):
        """A moment as DuckDB says, or `None` where it says that it is out of range."""
        import duckdb

        functions = {"mean": "avg", "deviation": "stddev_samp", "skewness": "skewness", "kurtosis": "kurtosis_pop"}
        try:
            peer = self.ask(f"SELECT {functions[statistic]}(v) FROM v")[0]
        except duckdb.OutOfRangeException:
            return None
        if statistic == "skewness" and peer is not None:
            # DuckDB's is adjusted for samples.
            return peer * (count - 2) / (count * (count - 1)) ** 0.5
        return peer

    def compare_moments(self, name, moments):
        values = "SELECT epoch(CAST(cell AS TIMESTAMP)) AS v FROM cell WHERE cell IS NOT NULL AND NOT token"
        self.duckdb.execute(f"CREATE OR REPLACE TEMP TABLE v AS {values}")
        for statistic, peer in zip(("count", "min", "max"), self.ask("SELECT count(v), min(v), max(v) FROM v")):
            self.add(statistic, name, moments[statistic], peer)
        self.compare_sums(name, moments, ("mean",))
        self.compare_quantiles(name, moments["quantiles"])

    def compare_quantiles(self, name, quantiles):
        peers = self.ask(f"SELECT quantile_disc(v, {list(RANKS)}) FROM v")[0]
        for (rank, estimate), expected, peer in zip(quantiles, RANKS, peers, strict=True):
            self.add("quantiles", name, rank, expected)
            self.add_estimate("quantiles", name, estimate, peer)

    def compare_texts(self, name, texts):
        found = ("shortest", "longest", "mean_length", "first", "last")
        peers = self.ask(
            "SELECT min(length(cell)), max(length(cell)), sum(length(cell)) / count(*), min(cell), max(cell) "
            "FROM cell WHERE cell IS NOT NULL AND NOT token"
        )
        for statistic, peer in zip(found, peers):
            if isinstance(peer, str):
                self.add("first and last", name, int(texts[statistic] == peer), 1)
            else:
                self.add("lengths", name, texts[statistic], peer)


def number(value):
    """As told in a line."""
    return "nothing" if value is None else f"{float(value):.17g}"


def holds(bound, figure, errors, extreme):
    """Whether a figure is as it must be. Of extreme numbers none may be said, or one that is no worse than DuckDB's."""
    mine, peer = errors
    return mine <= bound or (extreme and (figure.found is None or mine <= peer or abs(figure.found) < TINY))


def report(verdict, table, extreme):
    """A line for each statistic, and one for each figure that is off."""
    topic = f"equality, {table.name}"
    for statistic, figures in table.figures.items():
        errors = [figure.errors() for figure in figures]
        worst, peer = max(error for error, _ in errors), max(error for _, error in errors)
        columns = len({figure.column for figure in figures})
        where = next(figure.column for figure, (error, _) in zip(figures, errors) if error == worst)
        text = f"{statistic} of {columns} columns: "
        if statistic in exact.MOMENTS:
            of_itself = max(exact.error(figure.found, figure.true) for figure in figures)
            text += f"eda {worst:.1e} off ({where}; {of_itself:.1e} of itself), duckdb {peer:.1e}; <= {BOUND:g}"
            off = [pair for pair in zip(figures, errors) if max(pair[1]) > BOUND]
        else:
            text += "equal" if worst == 0 else f"{worst:.1e} off ({where}), must be equal"
            off = [pair for pair in zip(figures, errors) if pair[1][0] > 0]
        bound = BOUND if statistic in exact.MOMENTS else 0
        verdict.must(topic, text, all(holds(bound, *pair, extreme) for pair in zip(figures, errors)))
        for figure, (mine, peers) in off:
            told = f"eda {number(figure.found)} ({mine:.1e}), duckdb {number(figure.peer)} ({peers:.1e})"
            verdict.tell("", f"  {figure.column}: {told}, exact {number(figure.true)}")
    inside = sum(held for _, held, _, _ in table.inside)
    if table.inside:
        verdict.tell(topic, f"estimates inside of their bounds: {inside} of {len(table.inside)}")
    for what, held, estimate, true in table.inside:
        if not held:
            verdict.tell("", f"  {what}: {estimate['low']:g} to {estimate['high']:g}, true {true:g}")


def check(verdict, eda, work, files):
    """Compares all of `files`, by name; the one named `extreme` has numbers whose powers DuckDB cannot hold either."""
    for name, file in files.items():
        table = Table(name, eda, file, work)
        try:
            table.compare()
        finally:
            table.close()
        report(verdict, table, name == "extreme")
