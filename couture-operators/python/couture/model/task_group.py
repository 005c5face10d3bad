"""Groups of tasks."""

import copy
import re
from typing import Any, Dict, List, Optional

from couture.exceptions import AirflowException, DuplicateTaskIdFound, TaskAlreadyInTaskGroup
from couture.model.context import TaskGroupContext
from couture.model.dependencies import DependencyMixin, flatten


class TaskGroup(DependencyMixin):
    """Tasks that people see as one, and that `>>` takes as one. Their ids begin with the group's."""

    is_setup = False
    is_teardown = False

    def __init__(
        self,
        group_id: Optional[str],
        prefix_group_id: bool = True,
        parent_group: Optional["TaskGroup"] = None,
        dag=None,
        default_args: Optional[Dict[str, Any]] = None,
        tooltip: str = "",
        ui_color: str = "CornflowerBlue",
        ui_fgcolor: str = "#000",
        add_suffix_on_collision: bool = False,
        group_display_name: str = "",
    ):
        self.prefix_group_id = prefix_group_id
        self.default_args = copy.copy(default_args or {})
        self.tooltip, self.ui_color, self.ui_fgcolor = tooltip, ui_color, ui_fgcolor
        self.group_display_name = group_display_name
        self.children: Dict[str, Any] = {}
        self.upstream_group_ids: set = set()
        self.downstream_group_ids: set = set()
        self.expand_input: Any = None
        if group_id is None:
            self._group_id, self.parent_group, self.dag = None, None, dag
            self.used_group_ids: set = set()
            return
        if prefix_group_id:
            from couture.model.checks import check_key

            check_key(group_id, "group_id", 200)
        parent = parent_group or TaskGroupContext.get_current_task_group(dag)
        if parent is None:
            raise AirflowException(f"group {group_id} is in no DAG; make it in `with DAG(...)`, or give it dag=")
        self.parent_group = parent
        self.dag = dag or parent.dag
        self.used_group_ids = parent.used_group_ids
        self._group_id = self._free_id(group_id, add_suffix_on_collision)
        self.used_group_ids.add(self.group_id)
        parent.add(self)

    @classmethod
    def create_root(cls, dag) -> "TaskGroup":
        """The group of all of a DAG's tasks."""
        return cls(group_id=None, dag=dag)

    def _free_id(self, group_id: str, add_suffix: bool) -> str:
        full = self.parent_group.child_id(group_id)
        if full not in self.used_group_ids and full not in self.dag.task_dict:
            return group_id
        if not add_suffix:
            raise DuplicateTaskIdFound(f"DAG {self.dag.dag_id} has a task or group {full!r} already; rename one")
        base = re.split(r"__\d+$", group_id)[0]
        number = 1
        while self.parent_group.child_id(f"{base}__{number}") in self.used_group_ids:
            number += 1
        return f"{base}__{number}"

    @property
    def group_id(self) -> Optional[str]:
        if self._group_id is None or self.parent_group is None:
            return self._group_id
        parent = self.parent_group.group_id if self.parent_group.prefix_group_id else None
        return f"{parent}.{self._group_id}" if parent and self.parent_group.prefix_group_id else self._group_id

    node_id = group_id

    @property
    def label(self) -> Optional[str]:
        return self.group_display_name or self._group_id

    @property
    def is_root(self) -> bool:
        return self._group_id is None

    @property
    def task_group(self):
        return self.parent_group

    def child_id(self, label: str) -> str:
        """The id of a task or group of this name in it."""
        if self.prefix_group_id and self.group_id:
            return f"{self.group_id}.{label}"
        return label

    def add(self, node) -> None:
        key = node.node_id
        if key in self.children and self.children[key] is not node:
            raise DuplicateTaskIdFound(f"group {self.group_id or self.dag.dag_id} has two members of the id {key!r}; rename one")
        if isinstance(node, TaskGroup) and node.children and node.dag is not self.dag:
            raise TaskAlreadyInTaskGroup(f"group {key} is of DAG {node.dag.dag_id}, not of {self.dag.dag_id}; make it in this one")
        self.children[key] = node

    def __enter__(self) -> "TaskGroup":
        if not TaskGroupContext.get_current_task_group(self.dag):
            raise AirflowException(f"group {self.group_id} is in no DAG; make it in `with DAG(...)`, or give it dag=")
        TaskGroupContext.push_context_managed_task_group(self)
        return self

    def __exit__(self, *_) -> None:
        TaskGroupContext.pop_context_managed_task_group()

    def __iter__(self):
        """All tasks in it, those of groups in it too."""
        for child in self.children.values():
            if isinstance(child, TaskGroup):
                yield from child
            else:
                yield child

    iter_tasks = __iter__

    def has_task(self, task) -> bool:
        return any(it is task for it in self)

    def get_roots(self) -> List[Any]:
        mine = {task.task_id for task in self}
        return [task for task in self if not (task.upstream_task_ids & mine)]

    def get_leaves(self) -> List[Any]:
        """Those that nothing in the group waits for; a teardown does not count, and neither what only it waits for."""
        mine = {task.task_id: task for task in self}

        def leads_on(task) -> bool:
            below = [mine[task_id] for task_id in task.downstream_task_ids if task_id in mine]
            return any(not it.is_teardown or task.is_setup for it in below)

        return [task for task in mine.values() if not task.is_teardown and not leads_on(task)]

    @property
    def roots(self):
        return self.get_roots()

    @property
    def leaves(self):
        return self.get_leaves()

    def _relate(self, nodes, upstream: bool, edge_modifier) -> None:
        for node in flatten(nodes):
            if not isinstance(node, DependencyMixin):
                raise AirflowException(f"a group stands beside {node!r} in a dependency; put a task, a group or a list of them there")
            node.update_relative(self, upstream=not upstream, edge_modifier=edge_modifier)
            if isinstance(node, TaskGroup):
                (self.upstream_group_ids if upstream else self.downstream_group_ids).add(node.group_id)
            others = list(node.leaves if upstream else node.roots)
            for mine in self.get_roots() if upstream else self.get_leaves():
                for other in others:
                    pair = (other, mine) if upstream else (mine, other)
                    _connect(*pair, edge_modifier)

    def set_upstream(self, other, edge_modifier=None) -> None:
        self._relate(other, True, edge_modifier)

    def set_downstream(self, other, edge_modifier=None) -> None:
        self._relate(other, False, edge_modifier)

    def get_child_by_label(self, label: str):
        return self.children[self.child_id(label)]

    def get_task_group_dict(self) -> Dict[Optional[str], "TaskGroup"]:
        found = {self.group_id: self}
        for child in self.children.values():
            if isinstance(child, TaskGroup):
                found.update(child.get_task_group_dict())
        return found

    @property
    def upstream_task_ids(self):
        return set().union(*(task.upstream_task_ids for task in self)) - {task.task_id for task in self}

    @property
    def downstream_task_ids(self):
        return set().union(*(task.downstream_task_ids for task in self)) - {task.task_id for task in self}

    def __lt__(self, other) -> bool:
        return (self.group_id or "") < (other.group_id or "")

    def __repr__(self) -> str:
        return f"<TaskGroup {self.group_id}>"


def _connect(above, below, edge_modifier) -> None:
    from couture.model.dependencies import connect, share_dag

    share_dag([above, below])
    connect(above, below, explicit=False)
    if edge_modifier is not None:
        edge_modifier.add_edge_info(above.dag, above.task_id, below.task_id)
