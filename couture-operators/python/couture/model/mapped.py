"""Tasks of which there is one instance for each element of a list."""

from contextlib import contextmanager
from typing import Any, Dict, List, Optional

from couture.exceptions import AirflowException
from couture.model import context as contexts
from couture.model.base_operator import BaseOperator
from couture.model.defaults import merged_default_args
from couture.model.xcom_arg import XComArg, resolve_all, xcom_args_in

BASE_ARGUMENTS = BaseOperator.get_serialized_fields()


class ExpandInput:
    """What a task is mapped over: `expand(a=[...], b=...)`, or `expand_kwargs([{...}, ...])`, which has no names."""

    def __init__(self, names: Optional[List[str]], sources: List[Any]):
        self.names = names
        self.sources = sources
        for name, source in zip(names or ["expand_kwargs"], sources):
            if not isinstance(source, (XComArg, list, tuple, dict)):
                raise ValueError(
                    f"expand() got an unexpected type {type(source).__name__!r} for {name!r}; give a list, a dict, or a task's output"
                )

    def xcom_args(self):
        for source in self.sources:
            yield from xcom_args_in(source)

    def wire(self, task_id: str) -> Any:
        """What the installation is told: a list of elements or the task that gives it, for each name."""
        made = [_wire_source(source, task_id) for source in self.sources]
        return made[0] if len(made) == 1 else made

    def bind(self, element: Any) -> Dict[str, Any]:
        """The arguments by name, given what the installation says is this instance's element."""
        elements = [element] if len(self.sources) == 1 else list(element)
        values = [_element(source, it) for source, it in zip(self.sources, elements)]
        if self.names is not None:
            return dict(zip(self.names, values))
        if not isinstance(values[0], dict):
            raise AirflowException(f"expand_kwargs() got an element that is no dictionary: {values[0]!r}")
        return values[0]


def _items(source: Any) -> List[Any]:
    return [list(pair) for pair in source.items()] if isinstance(source, dict) else list(source)


def _wire_source(source: Any, task_id: str) -> Dict[str, Any]:
    if isinstance(source, XComArg):
        if not source.is_mapped_source:
            raise AirflowException(
                f"task {task_id} is mapped over zip(), concat() or one key of a task's output; "
                "make a task that returns the list, and map over that"
            )
        return {"output": source.source.operator.task_id}
    return {"list": [it if _is_json(it) else {"__index__": at} for at, it in enumerate(_items(source))]}


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and key != "__index__" and _is_json(it) for key, it in value.items())
    if isinstance(value, list):
        return all(_is_json(it) for it in value)
    if isinstance(value, float):
        return value == value and abs(value) != float("inf")
    return type(value) in (str, int, bool, type(None)) and _fits(value)


def _fits(value: Any) -> bool:
    return not isinstance(value, int) or abs(value) < 2**63


def _element(source: Any, element: Any) -> Any:
    if isinstance(source, XComArg):
        return source.convert(element)
    if isinstance(element, dict) and set(element) == {"__index__"}:
        element = _items(source)[element["__index__"]]
    return tuple(element) if isinstance(source, dict) else element


class OperatorPartial:
    """An operator that lacks the arguments it is mapped over."""

    def __init__(self, operator_class: type, kwargs: Dict[str, Any], mapped_field: Optional[str] = None):
        self.operator_class, self.kwargs, self.mapped_field = operator_class, kwargs, mapped_field

    def expand(self, **mapped: Any) -> "MappedOperator":
        if not mapped:
            raise TypeError("expand() got nothing to map over; give it a list or a task's output")
        twice = sorted(set(mapped) & set(self.kwargs))
        if twice and self.mapped_field is None:
            raise TypeError(f"{', '.join(twice)}: given to partial() and to expand()")
        return self._made(ExpandInput(list(mapped), list(mapped.values())))

    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> "MappedOperator":
        return self._made(ExpandInput(None, [kwargs]))

    def _made(self, expand_input: ExpandInput) -> "MappedOperator":
        base = {name: value for name, value in self.kwargs.items() if name in BASE_ARGUMENTS}
        made = MappedOperator(**base)
        made.set_mapping(self.operator_class, self.kwargs, expand_input, self.mapped_field)
        return made


class MappedOperator(BaseOperator):
    """Stands for all instances; `unmap(element)` gives one of them."""

    is_mapped = True

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self._operator_class: type = BaseOperator
        self.partial_kwargs: Dict[str, Any] = {}
        self.expand_input: Optional[ExpandInput] = None
        self.mapped_field: Optional[str] = None

    def set_mapping(self, operator_class, partial_kwargs, expand_input, mapped_field) -> None:
        self._operator_class, self.partial_kwargs = operator_class, dict(partial_kwargs)
        self.expand_input, self.mapped_field = expand_input, mapped_field
        self.template_fields = operator_class.template_fields
        self.template_ext = operator_class.template_ext
        self.ui_color, self.ui_fgcolor = operator_class.ui_color, operator_class.ui_fgcolor
        for arg in expand_input.xcom_args():
            self._wait_for(arg)
        for arg in xcom_args_in(self.partial_kwargs):
            self._wait_for(arg)

    @property
    def operator_class(self) -> type:
        return self._operator_class

    @property
    def task_type(self) -> str:
        return self._operator_class.__name__

    @property
    def operator_name(self) -> str:
        return self._operator_class.custom_operator_name or self.task_type

    def unmap_element(self, element: Any, context: Any = None) -> BaseOperator:
        return self.unmap(element, context)

    def unmap(self, element: Any, context: Any = None) -> BaseOperator:
        """The instance for an element, as the installation hands it over. With a context, outputs of tasks in it are looked up."""
        bound = self.expand_input.bind(element)
        return self.unmap_as(resolve_all(bound, context) if context is not None else bound)

    def unmap_as(self, bound: Dict[str, Any]) -> BaseOperator:
        """The instance for these arguments."""
        kwargs = dict(self.partial_kwargs)
        if self.mapped_field is None:
            twice = sorted(set(bound) & set(kwargs)) if self.expand_input.names is None else []
            if twice:
                raise TypeError(f"{', '.join(twice)}: given to partial() and to expand_kwargs()")
            kwargs.update(bound)
        else:
            kwargs[self.mapped_field] = {**(kwargs.get(self.mapped_field) or {}), **bound}
        for name in ("dag", "task_group"):
            kwargs.pop(name, None)
        kwargs["default_args"] = merged_default_args(self.dag_or_none(), self.task_group, self.partial_kwargs.get("default_args") or {})
        with _nowhere():
            made = self._operator_class(**kwargs)
        made.task_id, made._dag, made.task_group = self.task_id, self._dag, self.task_group
        made.upstream_task_ids, made.downstream_task_ids = self.upstream_task_ids, self.downstream_task_ids
        made.start_date, made.end_date = self.start_date, self.end_date
        return made


@contextmanager
def _nowhere():
    """While the block runs, new tasks belong to no DAG."""
    contexts._dags.append(None)
    contexts._groups.append(None)
    try:
        yield
    finally:
        contexts._dags.pop()
        contexts._groups.pop()


class GroupArgument(XComArg):
    """An argument of a mapped task group, for the tasks in it."""

    def __init__(self, group, name: str, source: Any):
        self.group, self.name, self.value_source = group, name, source
        self.operator, self.key = None, "return_value"

    @property
    def is_mapped_source(self) -> bool:
        return False

    def operators(self):
        return [operator for arg in xcom_args_in(self.value_source) for operator in arg.operators()]

    def resolve(self, context, *_, **__):
        values = getattr(context["task"], "group_values", None)
        if values is None:
            raise AirflowException(f"argument {self.name} of group {self.group.group_id} is known to tasks in the group only")
        return resolve_all(values[self.name], context)

    def __getitem__(self, key):
        return _Item(self, key)

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)

    def __str__(self):
        return f"<argument {self.name} of {self.group.group_id}>"


class _Item(GroupArgument):
    def __init__(self, of: GroupArgument, item: Any):
        super().__init__(of.group, of.name, of.value_source)
        self.of, self.item = of, item

    def resolve(self, context, *_, **__):
        return self.of.resolve(context)[self.item]


def bind(task: BaseOperator, element: Any, context: Any = None) -> BaseOperator:
    """The task that an attempt runs, given its element: an instance of a mapped task, or a task that knows the arguments of its mapped
    group. `element` is as the installation hands it over."""
    if isinstance(task, MappedOperator):
        return task.unmap(element, context)
    group = getattr(task, "mapped_group", None)
    if group is not None and group.expand_input is not None:
        task.group_values = group.expand_input.bind(element)
    return task
