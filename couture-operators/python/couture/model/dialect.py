"""Whose rules the file that is being read follows."""

OLD = "1.10"
NEW = "2"

_current = NEW


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
