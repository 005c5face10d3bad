"""What a template gives to a function of the DAG file: JSON, in which objects of one key stand for what JSON has no type for."""

import datetime as dt
from typing import Any

from couture.model.context import current_context


def given(value: Any) -> Any:
    """The value that `value` stands for."""
    if isinstance(value, list):
        return [given(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, text),) = value.items()
        if key in _KINDS:
            return _KINDS[key](text)
    return {key: given(item) for key, item in value.items()}


def _moment(text: str) -> Any:
    from .moment import moment

    context = current_context() or {}
    # Moments of the context are those that the file knows, such as pendulum's.
    is_old = type(context.get("execution_date")).__name__ == "OldMoment"
    return moment(text, is_old)


def _named(name: str) -> Any:
    value: Any = current_context()
    for part in name.split("."):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    return value


_KINDS = {
    "__datetime__": _moment,
    "__date__": dt.date.fromisoformat,
    "__time__": dt.time.fromisoformat,
    "__timedelta__": lambda seconds: dt.timedelta(seconds=seconds),
    "__name__": _named,
}
