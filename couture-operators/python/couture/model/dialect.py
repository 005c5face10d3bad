"""Whose rules the file that is being read follows."""

OLD = "1.10"
NEW = "2"

_current = NEW
_without_default_schedule = False


def current() -> str:
    """`"1.10"` or `"2"`."""
    return _current


def set_current(dialect: str) -> None:
    """Chooses the rules for all DAGs made from here on."""
    global _current
    if dialect not in (OLD, NEW):
        raise ValueError(f"dialect is {dialect!r}; use {OLD!r} or {NEW!r}")
    _current = dialect


def is_old() -> bool:
    """Whether the rules are those of 1.10."""
    return _current == OLD


def without_default_schedule() -> bool:
    """Whether a DAG that says nothing of its schedule has none, as in Airflow 3; before, it ran daily."""
    return _without_default_schedule


def set_without_default_schedule(value: bool) -> None:
    """Chooses that for all DAGs that are read from here on."""
    global _without_default_schedule
    _without_default_schedule = value
