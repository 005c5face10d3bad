"""What a task will give, as an argument of another one."""

from typing import Any, Callable, Iterator, List, Sequence

from couture.exceptions import AirflowException, AirflowSkipException, XComNotFound
from couture.model.dependencies import DependencyMixin, flatten

RETURN_KEY = "return_value"
_MISSING = object()


def xcom_args_in(value: Any) -> Iterator["XComArg"]:
    """All that are in it, in lists, tuples, sets and dictionaries too, and in objects with `template_fields`."""
    open_values, seen = [value], set()
    while open_values:
        it = open_values.pop()
        if isinstance(it, XComArg):
            yield it
        elif isinstance(it, (str, bytes, int, float, type(None))) or id(it) in seen:
            continue
        elif isinstance(it, dict):
            seen.add(id(it))
            open_values.extend(reversed(list(it.values())))
        elif isinstance(it, (list, tuple, set, frozenset)):
            seen.add(id(it))
            open_values.extend(reversed(list(it)))
        elif not isinstance(it, type) and not isinstance(it, DependencyMixin) and hasattr(it, "template_fields"):
            seen.add(id(it))
            open_values.extend(getattr(it, field, None) for field in it.template_fields)


class XComArg(DependencyMixin):
    """The XCom `key` of a task. Where the task that it was given to runs, `resolve(context)` gives the value."""

    def __init__(self, operator, key: str = RETURN_KEY):
        self.operator = operator
        self.key = key

    @property
    def is_mapped_source(self) -> bool:
        """Whether a task can be mapped over it: over what its task returns."""
        return self.key == RETURN_KEY

    def operators(self) -> List[Any]:
        """The tasks that it needs."""
        return [self.operator]

    def iter_references(self):
        return ((operator, self.key) for operator in self.operators())

    @property
    def source(self) -> "PlainXComArg":
        """The one at the bottom of `map()`s."""
        return self

    def convert(self, element: Any) -> Any:
        """An element of the source's list as an element of this one's."""
        return element

    @property
    def roots(self):
        return self.operators()

    @property
    def leaves(self):
        return self.operators()

    @property
    def dag(self):
        return self.operator.dag

    def set_upstream(self, other, edge_modifier=None):
        for operator in self.operators():
            operator.set_upstream(other, edge_modifier)

    def set_downstream(self, other, edge_modifier=None):
        for operator in self.operators():
            operator.set_downstream(other, edge_modifier)

    @property
    def is_setup(self) -> bool:
        return self.operator.is_setup

    @is_setup.setter
    def is_setup(self, value: bool) -> None:
        self.operator.is_setup = value

    @property
    def is_teardown(self) -> bool:
        return self.operator.is_teardown

    @is_teardown.setter
    def is_teardown(self, value: bool) -> None:
        self.operator.is_teardown = value

    @property
    def on_failure_fail_dagrun(self) -> bool:
        return self.operator.on_failure_fail_dagrun

    @on_failure_fail_dagrun.setter
    def on_failure_fail_dagrun(self, value: bool) -> None:
        self.operator.on_failure_fail_dagrun = value

    def __enter__(self):
        return self.operator.__enter__()

    def __exit__(self, *error):
        return self.operator.__exit__(*error)

    def __getitem__(self, key: str) -> "XComArg":
        if not isinstance(key, str):
            raise ValueError(f"a task's output is asked for {key!r}; its keys are texts")
        return type(self)(self.operator, key)

    def __iter__(self):
        raise TypeError("'XComArg' object is not iterable; use expand() to make one task for each element")

    def __eq__(self, other) -> bool:
        return type(self) is type(other) and self.operator is other.operator and self.key == other.key

    def __hash__(self) -> int:
        return hash((id(self.operator), self.key))

    def __str__(self) -> str:
        """A template that gives the value."""
        key = f", key='{self.key}'" if self.key != RETURN_KEY else ""
        dag_id = f"dag_id='{self.operator.dag_id}', " if self.operator.has_dag() else ""
        return f"{{{{ task_instance.xcom_pull(task_ids='{self.operator.task_id}', {dag_id}key='{self.key or key}') }}}}"

    __repr__ = __str__

    def map(self, f: Callable[[Any], Any]) -> "XComArg":
        """The list with `f` called on each element."""
        return MapXComArg(self, [f])

    def zip(self, *others: "XComArg", fillvalue: Any = _MISSING) -> "XComArg":
        return ZipXComArg([self, *others], fillvalue)

    def concat(self, *others: "XComArg") -> "XComArg":
        return ConcatXComArg([self, *others])

    def resolve(self, context, *_, **__) -> Any:
        """The value; of a mapped task the list of its instances' values, or that of the same index in a mapped group."""
        ti = context["ti"]
        task_id = self.operator.task_id
        map_indexes = self._same_index(context)
        value = ti.xcom_pull(task_ids=task_id, key=self.key, default=_MISSING, map_indexes=map_indexes)
        if value is not _MISSING:
            return value
        if map_indexes is None and (self.operator.is_mapped or getattr(self.operator, "mapped_group", None) is not None):
            return []
        if self.key == RETURN_KEY:
            return None
        raise XComNotFound(self.operator.dag_id, task_id, self.key)

    def _same_index(self, context):
        group = getattr(self.operator, "mapped_group", None)
        mine = getattr(context.get("task"), "mapped_group", None)
        if group is not None and group is mine:
            return getattr(context["ti"], "map_index", None)
        return None


PlainXComArg = XComArg


class _Derived(XComArg):
    """One made of others."""

    def __init__(self, args: Sequence[XComArg]):
        self.args = list(args)
        super().__init__(self.args[0].operator, self.args[0].key)

    @property
    def is_mapped_source(self) -> bool:
        return False

    def operators(self):
        found = []
        for arg in self.args:
            found.extend(operator for operator in arg.operators() if operator not in found)
        return found

    def __getitem__(self, key):
        raise AirflowException(f"{type(self).__name__} has no keys")

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)


class MapXComArg(_Derived):
    """The list with functions called on each element."""

    def __init__(self, arg: XComArg, callables: Sequence[Callable]):
        super().__init__([arg])
        for function in callables:
            if hasattr(function, "operator_class"):
                raise ValueError("map() got a task; give it a plain function")
        self.callables = list(callables)

    @property
    def is_mapped_source(self) -> bool:
        return self.args[0].is_mapped_source

    @property
    def source(self):
        return self.args[0].source

    def convert(self, element):
        element = self.args[0].convert(element)
        for function in self.callables:
            element = function(element)
        return element

    def map(self, f):
        return MapXComArg(self.args[0], [*self.callables, f])

    def resolve(self, context, *_, **__):
        found = []
        for element in self.args[0].resolve(context) or []:
            try:
                for function in self.callables:
                    element = function(element)
            except AirflowSkipException:
                continue
            found.append(element)
        return found


class ZipXComArg(_Derived):
    """The tuples of elements of the same place."""

    def __init__(self, args, fillvalue=_MISSING):
        super().__init__(args)
        self.fillvalue = fillvalue

    def resolve(self, context, *_, **__):
        import itertools

        lists = [list(arg.resolve(context) or []) for arg in self.args]
        if self.fillvalue is _MISSING:
            return list(zip(*lists))
        return list(itertools.zip_longest(*lists, fillvalue=self.fillvalue))


class ConcatXComArg(_Derived):
    """One list after the other."""

    def resolve(self, context, *_, **__):
        return [element for arg in self.args for element in (arg.resolve(context) or [])]


def resolve_all(value: Any, context) -> Any:
    """The value with all that is in it resolved."""
    if isinstance(value, XComArg):
        return value.resolve(context)
    if isinstance(value, dict):
        return {key: resolve_all(it, context) for key, it in value.items()}
    if isinstance(value, (list, set)):
        return type(value)(resolve_all(it, context) for it in value)
    if isinstance(value, tuple):
        made = [resolve_all(it, context) for it in value]
        return type(value)(*made) if hasattr(value, "_fields") else tuple(made)
    return value


def operators_of(nodes: Any) -> List[Any]:
    """The tasks of a list of tasks and XComArgs."""
    return [root for node in flatten(nodes) for root in node.roots]
