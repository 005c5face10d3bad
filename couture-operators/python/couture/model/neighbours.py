"""The tasks around a task: what it waits for, what waits for it, setups and teardowns."""

from typing import Any, List, Optional, Set

from couture.exceptions import AirflowException
from couture.model.dependencies import DependencyMixin, EdgeModifier, connect, flatten, share_dag
from couture.model.states import TriggerRule
from couture.model.xcom_arg import XComArg


class Neighbours(DependencyMixin):
    """What an operator is to other operators. Who uses it has `task_id`, `upstream_task_ids`, `downstream_task_ids` and `dag`."""

    task_id: str
    upstream_task_ids: Set[str]
    downstream_task_ids: Set[str]
    dag: Any
    trigger_rule: str
    _is_setup = False
    _is_teardown = False
    _on_failure_fail_dagrun = False

    @property
    def node_id(self) -> str:
        return self.task_id

    @property
    def roots(self) -> List[Any]:
        return [self]

    @property
    def leaves(self) -> List[Any]:
        return [self]

    @property
    def upstream_list(self) -> List[Any]:
        return [self.dag.get_task(task_id) for task_id in sorted(self.upstream_task_ids)]

    @property
    def downstream_list(self) -> List[Any]:
        return [self.dag.get_task(task_id) for task_id in sorted(self.downstream_task_ids)]

    def get_direct_relative_ids(self, upstream: bool = False) -> Set[str]:
        return self.upstream_task_ids if upstream else self.downstream_task_ids

    def get_direct_relatives(self, upstream: bool = False) -> List[Any]:
        return self.upstream_list if upstream else self.downstream_list

    def get_flat_relative_ids(self, upstream: bool = False) -> Set[str]:
        """All tasks above or below, however far."""
        found: Set[str] = set()
        open_ids = list(self.get_direct_relative_ids(upstream))
        while open_ids:
            task_id = open_ids.pop()
            if task_id not in found:
                found.add(task_id)
                open_ids.extend(self.dag.get_task(task_id).get_direct_relative_ids(upstream))
        return found

    def get_flat_relatives(self, upstream: bool = False) -> List[Any]:
        return [self.dag.get_task(task_id) for task_id in sorted(self.get_flat_relative_ids(upstream))]

    def set_upstream(self, task_or_task_list, edge_modifier: Optional[EdgeModifier] = None) -> None:
        self._set_relatives(task_or_task_list, True, edge_modifier)

    def set_downstream(self, task_or_task_list, edge_modifier: Optional[EdgeModifier] = None) -> None:
        self._set_relatives(task_or_task_list, False, edge_modifier)

    def _set_relatives(self, nodes, upstream: bool, edge_modifier) -> None:
        for node in flatten(nodes):
            if not isinstance(node, DependencyMixin):
                raise AirflowException(f"a task stands beside {node!r} in a dependency; put a task, a group or a list of them there")
            node.update_relative(self, upstream=not upstream, edge_modifier=edge_modifier)
            ends = list(node.leaves if upstream else node.roots)
            explicit = isinstance(node, (Neighbours, XComArg))
            for end in ends:
                share_dag([self, end])
                pair = (end, self) if upstream else (self, end)
                connect(*pair, explicit=explicit)
                if edge_modifier is not None:
                    edge_modifier.add_edge_info(self.dag, pair[0].task_id, pair[1].task_id)

    # Setups and teardowns

    @property
    def is_setup(self) -> bool:
        return self._is_setup

    @is_setup.setter
    def is_setup(self, value: bool) -> None:
        if value and self._is_teardown:
            raise ValueError(f"task {self.task_id} is a teardown, so it cannot be a setup too; take one of the two marks away")
        self._is_setup = value

    @property
    def is_teardown(self) -> bool:
        return self._is_teardown

    @is_teardown.setter
    def is_teardown(self, value: bool) -> None:
        if value and self._is_setup:
            raise ValueError(f"task {self.task_id} is a setup, so it cannot be a teardown too; take one of the two marks away")
        self._is_teardown = value
        if value:
            self.trigger_rule = TriggerRule.ALL_DONE_SETUP_SUCCESS.value

    @property
    def on_failure_fail_dagrun(self) -> bool:
        return self._on_failure_fail_dagrun

    @on_failure_fail_dagrun.setter
    def on_failure_fail_dagrun(self, value: bool) -> None:
        self._on_failure_fail_dagrun = value

    def as_setup(self):
        self.is_setup = True
        return self

    def as_teardown(self, *, setups=None, on_failure_fail_dagrun=None):
        self.is_teardown = True
        if on_failure_fail_dagrun is not None:
            self.on_failure_fail_dagrun = on_failure_fail_dagrun
        for setup in flatten(setups) if setups is not None else []:
            for root in setup.roots:
                root.is_setup = True
                share_dag([root, self])
                connect(root, self, explicit=False)
        return self

    def __enter__(self):
        from couture.model.setup_context import enter

        return enter(self)

    def __exit__(self, *_):
        from couture.model.setup_context import leave

        leave()
