"""What crosses the process's border: values as JSON, and only as JSON."""

import base64
import datetime
import math
import sys
from typing import Any

MAX_DEPTH = 200
MAX_INT = 2**64 - 1
MIN_INT = -(2**63)
ARROW = "__arrow__"


class NotJson(TypeError):
    """A value that JSON cannot hold; the message names where it is and its type."""


def type_name(value: Any) -> str:
    """The name of a value's class, with its module where that tells something."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"


def to_json(value: Any, where: str, depth: int = 0) -> Any:
    """`value` in JSON's types. `where` says what it is, for errors. Raises NotJson, naming the place and the type.

    Dates become ISO 8601, timedeltas seconds, decimals numbers, sets sorted lists, enumerations their values, numpy's scalars and arrays
    numbers and lists, pandas frames Arrow IPC files in base64.
    """
    if value is None or value is True or value is False:
        return value
    kind = type(value)
    if kind is str:
        return _text(value, where)
    if kind is int:
        return _integer(value, where)
    if kind is float:
        return _float(value, where)
    if depth > MAX_DEPTH:
        raise NotJson(f"{where} is nested deeper than {MAX_DEPTH} levels, or holds itself")
    if isinstance(value, dict):
        return _fields(value.items(), where, depth)
    if isinstance(value, (list, tuple)):
        return [to_json(item, f"{where}[{index}]", depth + 1) for index, item in enumerate(value)]
    return _other(value, where, depth)


def _text(value: str, where: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise NotJson(f"{where} is a text with half of a surrogate pair, which is no Unicode: encode it otherwise") from None
    return str(value)


def _integer(value: int, where: str) -> int:
    if not MIN_INT <= value <= MAX_INT:
        raise NotJson(f"{where} is an int of more than 64 bits: give it as a text, str(…)")
    return int(value)


def _float(value: float, where: str) -> float:
    if not math.isfinite(value):
        raise NotJson(f"{where} is the float {value!r}, which JSON has not: give None or a text instead")
    return float(value)


def _fields(items: Any, where: str, depth: int) -> dict:
    fields = {}
    for key, item in items:
        if isinstance(key, bool) or key is None:
            name = {True: "true", False: "false", None: "null"}[key]
        elif isinstance(key, str):
            name = _text(key, f"a key of {where}")
        elif isinstance(key, (int, float)):
            name = repr(key)
        elif isinstance(key, (datetime.date, datetime.datetime)):
            name = key.isoformat()
        else:
            raise NotJson(f"{where} has a key of type {type_name(key)}, and JSON's keys are texts")
        fields[name] = to_json(item, f"{where}.{name}", depth + 1)
    return fields


def _other(value: Any, where: str, depth: int) -> Any:
    import enum

    if isinstance(value, enum.Enum):
        return to_json(value.value, where, depth + 1)
    if isinstance(value, str):
        return _text(str.__str__(value), where)
    if isinstance(value, int):
        return _integer(int(value), where)
    if isinstance(value, float):
        return _float(float(value), where)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, (set, frozenset)):
        items = [to_json(item, f"an item of {where}", depth + 1) for item in value]
        return sorted(items, key=lambda item: (str(type(item)), item if isinstance(item, (str, int, float)) else repr(item)))
    library = type(value).__module__.partition(".")[0]
    if library in ("numpy", "pandas"):
        found = _of_library(value, where, depth)
        if found is not None:
            return found
    return _rarer(value, where, depth)


def _rarer(value: Any, where: str, depth: int) -> Any:
    import dataclasses
    import decimal
    import pathlib
    import uuid
    from collections.abc import Mapping

    if isinstance(value, decimal.Decimal):
        if value.is_finite() and value == value.to_integral_value():
            return _integer(int(value), where)
        return _float(float(value), where)
    if isinstance(value, (uuid.UUID, pathlib.PurePath)):
        return str(value)
    if isinstance(value, Mapping):
        return _fields(value.items(), where, depth)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(((field.name, getattr(value, field.name)) for field in dataclasses.fields(value)), where, depth)
    name = type_name(value)
    hint = ""
    if isinstance(value, (bytes, bytearray, memoryview)):
        hint = ": decode it to a text, or write a file and give its path"
    elif callable(getattr(value, "__next__", None)):
        hint = ": make a list of it"
    raise NotJson(f"{where} is of type {name}, which JSON cannot hold{hint}")


def _of_library(value: Any, where: str, depth: int) -> Any:
    kind = type(value).__name__
    if kind in ("DataFrame", "Series") and type(value).__module__.startswith("pandas"):
        return _frame(value if kind == "DataFrame" else value.to_frame())
    if kind == "NaTType":
        return None
    for convert in ("tolist", "isoformat"):
        method = getattr(value, convert, None)
        if callable(method):
            converted = method()
            return None if type(converted) is type(value) else to_json(converted, where, depth + 1)
    return None


def _frame(frame: Any) -> dict:
    try:
        import pyarrow
    except ImportError:
        import json

        return json.loads(frame.to_json(orient="split", date_format="iso"))
    table = pyarrow.Table.from_pandas(frame)
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return {ARROW: base64.b64encode(sink.getvalue().to_pybytes()).decode("ascii")}


def from_json(value: Any) -> Any:
    """What another task gave: frames that came as Arrow are frames again where pandas is installed, all else is as JSON has it."""
    if type(value) is dict:
        if len(value) == 1 and isinstance(value.get(ARROW), str):
            return _frame_again(value)
        return {key: from_json(item) for key, item in value.items()}
    if type(value) is list:
        return [from_json(item) for item in value]
    return value


def _frame_again(value: dict) -> Any:
    try:
        import pyarrow

        return pyarrow.ipc.open_file(base64.b64decode(value[ARROW])).read_all().to_pandas()
    except ImportError:
        print("a table came as Arrow, and pandas or pyarrow is not installed here: it stays as it came", file=sys.stderr)
        return value
