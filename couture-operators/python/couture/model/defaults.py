"""How an operator's arguments are completed from `default_args`."""

import copy
import functools
import inspect
from abc import ABCMeta
from typing import Any, Callable, Dict

from couture.exceptions import AirflowException
from couture.model import dialect
from couture.model.context import DagContext, TaskGroupContext

_OPEN = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def apply_defaults(func: Callable) -> Callable:
    """What operators had to be decorated with once; now all of them are completed anyway."""
    return func


def merged_default_args(dag, task_group, own: Dict[str, Any]) -> Dict[str, Any]:
    """The DAG's, those of the groups from outside in, and the task's own; later ones count."""
    merged: Dict[str, Any] = {}
    if dag is not None:
        merged.update(_copied(dag.default_args))
    groups = []
    while task_group is not None:
        groups.append(task_group)
        task_group = task_group.parent_group
    for group in reversed(groups):
        merged.update(_copied(group.default_args or {}))
    merged.update(own or {})
    return merged


def _copied(args: Dict[str, Any]) -> Dict[str, Any]:
    try:
        return copy.deepcopy(args)
    except Exception:  # what cannot be copied is shared, as in Airflow 1.10
        return dict(args)


def _signature(func: Callable):
    parameters = [it for it in inspect.signature(func).parameters.values() if it.name != "self"]
    named = {it.name for it in parameters if it.kind not in _OPEN}
    required = {it.name for it in parameters if it.kind not in _OPEN and it.default is inspect.Parameter.empty}
    return named, required


def _complete(task, kwargs: Dict[str, Any], named) -> None:
    """Adds to `kwargs` what the signature takes and only the defaults give."""
    task_group = kwargs.get("task_group") or (TaskGroupContext.get_current_task_group(kwargs.get("dag")) if not kwargs.get("dag") else None)
    dag = kwargs.get("dag") or DagContext.get_current_dag()
    if dag is None and task_group is not None:
        dag = task_group.dag
    own = dict(kwargs.get("default_args") or {})
    if task.__dict__.get("_defaults_are_merged"):
        defaults = own
    else:
        defaults = merged_default_args(dag, task_group, own)
        task.__dict__["_defaults_are_merged"] = True
    default_params = defaults.pop("params", None)
    if default_params:
        given = kwargs.get("params")
        # In 1.10, params among the defaults stood before the task's own ones.
        pair = (given, default_params) if dialect.is_old() else (default_params, given)
        kwargs["params"] = {**dict(pair[0] or {}), **dict(pair[1] or {})}
    for name in named:
        if name in defaults and name not in kwargs:
            kwargs[name] = defaults[name]
    if defaults:
        kwargs["default_args"] = defaults


def _misspelt(task, kwargs: Dict[str, Any]) -> str:
    """Names the arguments that no class of the task knows: one of them may be what is missing."""
    known = {"self"}
    for kind in type(task).__mro__:
        if "__init__" in kind.__dict__:
            known.update(inspect.signature(kind.__dict__["__init__"]).parameters)
    unknown = sorted(kwargs.keys() - known)
    return f"; it does not know {', '.join(map(repr, unknown))}" if unknown else ""


def completed(func: Callable) -> Callable:
    """`func`, the `__init__` of an operator, with its arguments completed."""
    if getattr(func, "completes_arguments", False):
        return func
    named, required = _signature(func)

    @functools.wraps(func)
    def init(self, *args, **kwargs):
        own = self.__dict__
        outermost = "_init_depth" not in own
        if outermost:
            own["_init_depth"] = 0
            own["_init_kwargs"] = dict(kwargs)
        if args:
            raise AirflowException(f"{type(self).__name__} got an argument without a name; write them as task_id=... and so on")
        _complete(self, kwargs, named)
        missing = sorted(required - kwargs.keys())
        if missing:
            listed = ", ".join(repr(name) for name in missing)
            raise AirflowException(
                f"missing keyword argument{'s' if len(missing) > 1 else ''} {listed} of {type(self).__name__}{_misspelt(self, kwargs)}"
            )
        own["_init_depth"] += 1
        try:
            func(self, **kwargs)
        finally:
            own["_init_depth"] -= 1
        if outermost:
            del own["_init_depth"]
            self.__post_init__()

    init.completes_arguments = True
    return init


class OperatorMeta(ABCMeta):
    """Completes the arguments of the class's `__init__`."""

    def __new__(mcs, name, bases, namespace, **kwargs):
        made = super().__new__(mcs, name, bases, namespace, **kwargs)
        init = namespace.get("__init__")
        if init is not None:
            made.__init__ = completed(init)
        return made
