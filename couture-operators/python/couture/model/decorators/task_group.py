"""`@task_group`."""

import functools
import inspect
from typing import Any, Callable, Dict, Optional

from couture.exceptions import AirflowException
from couture.model.mapped import ExpandInput, GroupArgument
from couture.model.task_group import TaskGroup
from couture.model.xcom_arg import xcom_args_in


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
        return group if found is None else found

    def override(self, **kwargs: Any) -> "TaskGroupFunction":
        return TaskGroupFunction(self.function, {**self.kwargs, **kwargs}, self.partial_arguments)

    def partial(self, **kwargs: Any) -> "TaskGroupFunction":
        return TaskGroupFunction(self.function, self.kwargs, {**self.partial_arguments, **kwargs})

    def expand(self, **mapped: Any) -> Any:
        """The group once for each combination of the lists' elements. Gives what the function returned: of a task's output, the list of
        all of them; the group where it returned nothing."""
        if not mapped:
            raise TypeError("expand() got nothing to map over; give it a list or a task's output")
        return self._mapped(ExpandInput(list(mapped), list(mapped.values())), list(mapped))

    def expand_kwargs(self, kwargs: Any) -> Any:
        names = [name for name in inspect.signature(self.function).parameters if name not in self.partial_arguments]
        return self._mapped(ExpandInput(None, [kwargs]), names)

    def _mapped(self, expand_input: ExpandInput, names: Any) -> Any:
        with self._group() as group:
            group.expand_input = expand_input
            sources = expand_input.sources if expand_input.names is not None else expand_input.sources * len(names)
            arguments = {name: GroupArgument(group, name, source) for name, source in zip(names, sources)}
            found = self.function(**{**self.partial_arguments, **arguments})
        for arg in xcom_args_in(found):
            if isinstance(arg, GroupArgument):
                raise AirflowException(
                    f"group {group.group_id} returns its argument {arg.name}, which only tasks in it know; return a task's output"
                )
        for task in group:
            inner = getattr(task, "mapped_group", None)
            if inner is not None:
                raise AirflowException(
                    f"group {inner.group_id} is mapped inside of the mapped group {group.group_id}, which is not supported; map one of the two"
                )
            task.mapped_group = group
            for arg in xcom_args_in(expand_input.sources):
                task._wait_for(arg)
        return group if found is None else found


def task_group(group_id: Any = None, **kwargs: Any) -> Any:
    """Makes a function that defines tasks one that defines them in a group."""
    if callable(group_id):
        return TaskGroupFunction(group_id, kwargs)
    if group_id is not None:
        kwargs["group_id"] = group_id
    return lambda function: TaskGroupFunction(function, kwargs)
