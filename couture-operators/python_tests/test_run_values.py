"""Values as JSON, moments, macros and the other plain parts of an attempt."""

import dataclasses
import datetime as dt
import enum
import os
import pathlib
import sys
import unittest
import uuid
from collections import OrderedDict, namedtuple
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "python"))

from couture.run import macros  # noqa: E402
from couture.run.moment import Moment, OldMoment, moment  # noqa: E402
from couture.run.values import NotJson, from_json, to_json  # noqa: E402

UTC = dt.timezone.utc
Pair = namedtuple("Pair", "a b")


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Word(str):
    pass


@dataclasses.dataclass
class Point:
    x: int
    y: dt.date


class Values(unittest.TestCase):
    def test_what_json_can_hold(self):
        def check(value, expected):
            found = to_json(value, "it")
            self.assertEqual(found, expected)
            self.assertEqual(type(found), type(expected))

        for plain in (None, True, 1, -(2**63), 2**64 - 1, 1.5, "é", [], {}):
            check(plain, plain)
        check((1, (2,)), [1, [2]])
        check(Pair(1, 2), [1, 2])
        check({3, 1, 2}, [1, 2, 3])
        check(frozenset({"b", "a"}), ["a", "b"])
        check({1: "a", None: "b", dt.date(2021, 1, 1): "d"}, {"1": "a", "null": "b", "2021-01-01": "d"})
        check(OrderedDict(b=1, a=2), {"b": 1, "a": 2})
        check(dt.datetime(2021, 1, 1, tzinfo=UTC), "2021-01-01T00:00:00+00:00")
        check(dt.timedelta(minutes=1.5), 90.0)
        check(Decimal("1.50"), 1.5)
        check(Decimal("3.00"), 3)
        check(Colour.RED, "red")
        check(Level.HIGH, 3)
        check(Word("w"), "w")
        check(pathlib.PurePosixPath("/a"), "/a")
        check(uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001")
        check(Point(1, dt.date(2021, 1, 1)), {"x": 1, "y": "2021-01-01"})

    def test_what_it_cannot(self):
        def check(value, *texts):
            with self.assertRaises(NotJson) as caught:
                to_json(value, "it")
            for text in texts:
                self.assertIn(text, str(caught.exception))

        check(object(), "it is of type object, which JSON cannot hold")
        check({"a": [0, {1, b"x"}]}, "an item of it.a[1] is of type bytes", "decode")
        check((n for n in ()), "of type generator", "make a list")
        check(float("inf"), "the float inf")
        check(2**64, "more than 64 bits")
        check("\ud800", "surrogate")
        check({(1, 2): 3}, "a key of type tuple")
        check(Decimal("NaN"), "the float nan")
        circle = []
        circle.append(circle)
        check(circle, "holds itself")

    def test_libraries(self):
        try:
            import numpy
            import pandas
        except ImportError:
            raise unittest.SkipTest("numpy and pandas are not installed") from None
        self.assertEqual(
            to_json({"a": numpy.int64(1), "b": numpy.array([[1.5]]), "c": numpy.bool_(True)}, "it"), {"a": 1, "b": [[1.5]], "c": True}
        )
        frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None]})
        again = from_json(to_json(frame, "it"))
        if isinstance(again, pandas.DataFrame):
            pandas.testing.assert_frame_equal(again, frame)
        else:
            self.assertEqual(again["data"], [[1, "x"], [2, None]])

    def test_moments(self):
        at = moment("2021-01-03T04:05:06.000007Z", False)
        old = moment("2021-01-03T04:05:06+00:00", True)
        self.assertEqual((str(at), at.day_of_week, type(at)), ("2021-01-03 04:05:06.000007+00:00", 6, Moment))
        self.assertEqual((str(old), old.day_of_week, type(old)), ("2021-01-03T04:05:06+00:00", 0, OldMoment))
        self.assertIsNone(moment(None, True))

        def check(found, expected):
            self.assertEqual(str(found), expected)

        check(old.add(months=1, days=1), "2021-02-04T04:05:06+00:00")
        check(moment("2021-01-31T00:00:00Z", True).add(months=1), "2021-02-28T00:00:00+00:00")
        check(old.subtract(years=1), "2020-01-03T04:05:06+00:00")
        check(old.start_of("month"), "2021-01-01T00:00:00+00:00")
        check(old.start_of("week"), "2020-12-28T00:00:00+00:00")
        check(old.end_of("day"), "2021-01-03T23:59:59.999999+00:00")
        check(old.end_of("quarter"), "2021-03-31T23:59:59.999999+00:00")
        check(old.format("YYYY-MM-DD [at] HH:mm:ss Z"), "2021-01-03 at 04:05:06 +00:00")
        check(old.in_timezone("Europe/Berlin"), "2021-01-03T05:05:06+01:00")
        check((old - dt.timedelta(days=1)).to_date_string(), "2021-01-02")
        check((old.add(days=2) - old).in_hours(), "48")
        check(old.to_iso8601_string(), "2021-01-03T04:05:06Z")
        check(old.int_timestamp, "1609646706")

    def test_macros(self):
        self.assertEqual(macros.ds_add("2021-01-31", 1), "2021-02-01")
        self.assertEqual(macros.ds_format("2021-01-31", "%Y-%m-%d", "%d/%m/%y"), "31/01/21")
        now = dt.datetime(2021, 1, 3, tzinfo=UTC)
        self.assertEqual(macros.datetime_diff_for_humans(dt.datetime(2021, 1, 1, tzinfo=UTC), now), "2 days before")
        self.assertTrue(0 <= macros.random() < 1)

    def test_all_names_of_airflow_are_there(self):
        import importlib

        from airflow import _table

        missing = set()
        for names in _table.MODULES.values():
            for where in names.values():
                module, _, name = where.partition(":")
                if module.startswith(("couture.operators", "couture.run", "couture.hooks")):
                    found = importlib.import_module(module)
                    if name and not hasattr(found, name):
                        missing.add(where)
        self.assertEqual(missing, set())


if __name__ == "__main__":
    unittest.main()
