"""`@dag`."""

import functools
import inspect
from typing import Any, Callable

from couture.model.context import registered_dags
from couture.model.dag import DAG


def dag(dag_id: Any = "", *args: Any, **kwargs: Any) -> Callable:
    """Makes a function that defines tasks one that makes a DAG. Its arguments become the DAG's params."""
    if callable(dag_id):
        return _factory(dag_id, dag_id.__name__, args, kwargs)

    def decorator(function: Callable) -> Callable:
        return _factory(function, dag_id or function.__name__, args, kwargs)

    return decorator


def _factory(function: Callable, dag_id: str, args, kwargs) -> Callable:
    signature = inspect.signature(function)

    @functools.wraps(function)
    def make(*call_args: Any, **call_kwargs: Any) -> DAG:
        bound = signature.bind(*call_args, **call_kwargs)
        bound.apply_defaults()
        with DAG(dag_id, *args, **kwargs) as made:
            if function.__doc__ and not made.doc_md:
                made.doc_md = inspect.cleandoc(function.__doc__)
            made.fileloc = function.__code__.co_filename
            function(**{name: made.param(name, value) for name, value in bound.arguments.items()})
        if made not in registered_dags:
            registered_dags.append(made)
        return made

    return make
