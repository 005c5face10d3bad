"""Edges: `>>`, `<<`, `chain` and the like."""

import os
import sys
import warnings
from contextlib import contextmanager
from typing import Any, Iterable, Iterator, List, Optional, Tuple

from couture.exceptions import AirflowException

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class DuplicateDependency(AirflowException):
    """A dependency was written twice."""


def flatten(nodes: Any) -> List[Any]:
    """A node, or the nodes of a list, as a list."""
    if nodes is None:
        raise AirflowException("None stands in a dependency; put a task, a group or a list of them there")
    if isinstance(nodes, (list, tuple, set, frozenset)):
        return [inner for node in nodes for inner in flatten(node)]
    return [nodes]


class DependencyMixin:
    """What stands on either side of `>>`. `roots` are its first tasks, `leaves` its last ones."""

    @property
    def roots(self) -> Iterable[Any]:
        raise NotImplementedError

    @property
    def leaves(self) -> Iterable[Any]:
        raise NotImplementedError

    def set_upstream(self, other, edge_modifier=None) -> None:
        raise NotImplementedError

    def set_downstream(self, other, edge_modifier=None) -> None:
        raise NotImplementedError

    def update_relative(self, other, upstream: bool = True, edge_modifier=None) -> None:
        """Is told of an edge that the other side has made."""

    def as_setup(self):
        for root in self.roots:
            root.is_setup = True
        return self

    def as_teardown(self, *, setups=None, on_failure_fail_dagrun=None):
        for root in self.roots:
            root.as_teardown(setups=setups, on_failure_fail_dagrun=on_failure_fail_dagrun)
        return self

    def __lshift__(self, other):
        self.set_upstream(other)
        return other

    def __rshift__(self, other):
        self.set_downstream(other)
        return other

    def __rrshift__(self, other):
        self.__lshift__(other)
        return self

    def __rlshift__(self, other):
        self.__rshift__(other)
        return self


def _place() -> Tuple[str, int]:
    """The line of the author's file that is being run."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("", 0)


def connect(upstream, downstream, explicit: bool = True) -> None:
    """Makes `downstream` wait for `upstream`. Where the author wrote that (`explicit`) in two places, that is an error; one line that is
    run again in a loop is one place."""
    known = upstream.task_id in downstream.upstream_task_ids
    pair = (upstream.task_id, downstream.task_id)
    dag = upstream.dag if upstream.has_dag() else None
    place = _place() if explicit else None
    if known and explicit and dag is not None and dag.explicit_edges.get(pair, place) != place:
        text = f"dependency {upstream.task_id} >> {downstream.task_id} was set before"
        if os.environ.get("COUTURE_DUPLICATE_DEPENDENCIES") == "warn":
            warnings.warn(text, stacklevel=4)
        else:
            raise DuplicateDependency(f"{text}; remove one of the two")
    if explicit and dag is not None:
        dag.explicit_edges.setdefault(pair, place)
    upstream.downstream_task_ids.add(downstream.task_id)
    downstream.upstream_task_ids.add(upstream.task_id)


_apart = 0


@contextmanager
def apart() -> Iterator[None]:
    """While the block runs, new tasks wait for nothing on account of their arguments."""
    global _apart
    _apart += 1
    try:
        yield
    finally:
        _apart -= 1


def is_apart() -> bool:
    """Whether such a block is running."""
    return _apart > 0


def share_dag(tasks: List[Any]) -> None:
    """Puts tasks without a DAG into that of the others."""
    dags = {id(task.dag): task.dag for task in tasks if task.has_dag()}
    if len(dags) > 1:
        ids = sorted(dag.dag_id for dag in dags.values())
        raise AirflowException(
            f"a dependency joins tasks of the DAGs {', '.join(ids)}; keep it in one DAG, or wait with an ExternalTaskSensor"
        )
    if not dags:
        raise AirflowException(
            f"a dependency joins tasks that are in no DAG: {', '.join(task.task_id for task in tasks)}; "
            "make them in `with DAG(...)`, or give one of them dag="
        )
    dag = next(iter(dags.values()))
    for task in tasks:
        if not task.has_dag():
            task.dag = dag


class EdgeModifier(DependencyMixin):
    """A label between two tasks: `a >> Label("if so") >> b`."""

    def __init__(self, label: Optional[str] = None):
        self.label = label
        self._upstream: List[Any] = []
        self._downstream: List[Any] = []

    @property
    def roots(self):
        return self._downstream

    @property
    def leaves(self):
        return self._upstream

    def set_upstream(self, other, edge_modifier=None):
        for node in flatten(other):
            if node not in self._upstream:
                self._upstream.append(node)
                for below in self._downstream:
                    below.set_upstream(node, edge_modifier=self)

    def set_downstream(self, other, edge_modifier=None):
        for node in flatten(other):
            if node not in self._downstream:
                self._downstream.append(node)
                for above in self._upstream:
                    above.set_downstream(node, edge_modifier=self)

    def update_relative(self, other, upstream=True, edge_modifier=None):
        mine, theirs = (self._upstream, self._downstream) if upstream else (self._downstream, self._upstream)
        if other in mine:
            return
        mine.append(other)
        for node in theirs:
            if upstream:
                other.set_downstream(node, edge_modifier=self)
            else:
                other.set_upstream(node, edge_modifier=self)

    def add_edge_info(self, dag, upstream_id: str, downstream_id: str) -> None:
        if self.label:
            dag.set_edge_info(upstream_id, downstream_id, {"label": self.label})


def Label(label: str) -> EdgeModifier:  # noqa: N802
    """A text beside an edge."""
    return EdgeModifier(label=label)


def chain(*tasks: Any) -> None:
    """Each waits for the one before; two lists of one length are joined in pairs."""
    for above, below in zip(tasks, tasks[1:]):
        if isinstance(above, DependencyMixin):
            above.set_downstream(below)
        elif isinstance(below, DependencyMixin):
            below.set_upstream(above)
        elif isinstance(above, (list, tuple)) and isinstance(below, (list, tuple)):
            if len(above) != len(below):
                raise AirflowException(f"chain() got lists of {len(above)} and {len(below)} tasks side by side; give lists of one length")
            for one, other in zip(above, below):
                one.set_downstream(other)
        else:
            raise TypeError(f"chain() got {above!r} and {below!r} side by side; give tasks, groups or lists of them")


def chain_linear(*elements: Any) -> None:
    """Each waits for all of the list before."""
    if not elements:
        raise ValueError("chain_linear() got nothing; give it tasks")
    lists = [list(element) if isinstance(element, (list, tuple)) else [element] for element in elements]
    if len(lists) < 2 or not any(isinstance(node, DependencyMixin) for nodes in lists for node in nodes):
        raise ValueError("chain_linear() got only one element; give it two or more, a list as *list")
    for above, below in zip(lists, lists[1:]):
        for node in above:
            node.set_downstream(below)


def cross_downstream(from_tasks: Any, to_tasks: Any) -> None:
    """Each of the second list waits for each of the first."""
    for task in from_tasks:
        task.set_downstream(to_tasks)
