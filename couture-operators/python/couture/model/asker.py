"""The way to what only the installation knows: variables, connections, runs."""

from typing import Any, Callable, Optional

from couture.exceptions import AirflowRuntimeError

_ask: Optional[Callable[[dict], Any]] = None


def install(ask: Optional[Callable[[dict], Any]]) -> None:
    """From here on, questions go to `ask`: it takes a request such as `{"variable": {"key": "k"}}`, gives the answer's value, and
    raises where the answer is an error."""
    global _ask
    _ask = ask


def ask(request: dict) -> Any:
    """The answer's value."""
    if _ask is None:
        kind = next(iter(request))
        raise AirflowRuntimeError(f"there is no installation to ask for {kind!r} here; use it in a task or a DAG file")
    return _ask(request)
