"""`@task_group`."""

import functools
import inspect
from typing import Any, Callable, Dict, Optional

from couture.model.mapped import ExpandInput, GroupArgument
from couture.model.task_group import TaskGroup
from couture.model.xcom_arg import XComArg, xcom_args_in


class TaskGroupFunction:
    """A function that defines tasks in a group when it is called."""

    def __init__(self, function: Callable, kwargs: Dict[str, Any], partial: Optional[Dict[str, Any]] = None):
        self.function, self.kwargs, self.partial_arguments = function, kwargs, partial or {}
        functools.update_wrapper(self, function)

    def _group(self) -> TaskGroup:
        kwargs = dict(self.kwargs)
        kwargs["group_id"] = kwargs.get("group_id") or self.function.__name__
        kwargs.setdefault("add_suffix_on_collision", True)
        if self.function.__doc__ and not kwargs.get("tooltip"):
            kwargs["tooltip"] = inspect.cleandoc(self.function.__doc__)
        return TaskGroup(**kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self._group() as group:
            found = self.function(*args, **{**self.partial_arguments, **kwargs})
        return found if isinstance(found, (XComArg, list, tuple, dict)) and found else (found if found is not None else group)

    def override(self, **kwargs: Any) -> "TaskGroupFunction":
        return TaskGroupFunction(self.function, {**self.kwargs, **kwargs}, self.partial_arguments)

    def partial(self, **kwargs: Any) -> "TaskGroupFunction":
        return TaskGroupFunction(self.function, self.kwargs, {**self.partial_arguments, **kwargs})

    def expand(self, **mapped: Any) -> TaskGroup:
        """The group once for each combination of the lists' elements."""
        if not mapped:
            raise TypeError("expand() got nothing to map over; give it a list or a task's output")
        return self._mapped(ExpandInput(list(mapped), list(mapped.values())), list(mapped))

    def expand_kwargs(self, kwargs: Any) -> TaskGroup:
        names = [name for name in inspect.signature(self.function).parameters if name not in self.partial_arguments]
        return self._mapped(ExpandInput(None, [kwargs]), names)

    def _mapped(self, expand_input: ExpandInput, names: Any) -> TaskGroup:
        with self._group() as group:
            group.expand_input = expand_input
            sources = expand_input.sources if expand_input.names is not None else expand_input.sources * len(names)
            arguments = {name: GroupArgument(group, name, source) for name, source in zip(names, sources)}
            self.function(**{**self.partial_arguments, **arguments})
        for task in group:
            task.mapped_group = group
            for arg in xcom_args_in(expand_input.sources):
                task._wait_for(arg)
        return group


def task_group(group_id: Any = None, **kwargs: Any) -> Any:
    """Makes a function that defines tasks one that defines them in a group."""
    if callable(group_id):
        return TaskGroupFunction(group_id, kwargs)
    if group_id is not None:
        kwargs["group_id"] = group_id
    return lambda function: TaskGroupFunction(function, kwargs)
