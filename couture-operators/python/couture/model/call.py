"""How a function is called with the context."""

import inspect
from typing import Any, Callable, Dict


def keyword_arguments(function: Callable, op_args: Any, op_kwargs: Dict[str, Any], context: Any) -> Dict[str, Any]:
    """The keyword arguments of a call: those given, and the names of the context that the function's signature asks for."""
    given = dict(op_kwargs or {})
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return given
    if any(it.kind is it.VAR_KEYWORD for it in parameters):
        return {**dict(context), **given}
    named = [it for it in parameters if it.kind in (it.POSITIONAL_OR_KEYWORD, it.KEYWORD_ONLY)][len(op_args or ()) :]
    for it in named:
        if it.name not in given and it.name in context:
            given[it.name] = context[it.name]
    return given
