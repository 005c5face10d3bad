"""What people see of a DAG: names, colours, labels of edges, groups."""

from typing import Any, Dict, List, Optional

# What the page shows unless it is told otherwise.
_TASK_COLORS = {"ui_color": "#fff", "ui_fgcolor": "#000"}
_GROUP_COLORS = {"ui_color": "CornflowerBlue", "ui_fgcolor": "#000"}


def colors(node: Any, usual: Dict[str, str]) -> Dict[str, str]:
    """The colours that are not the usual ones."""
    found = {name: getattr(node, name, None) for name in usual}
    return {name: str(color) for name, color in found.items() if color and str(color) != usual[name]}


def task_appearance(task: Any) -> Dict[str, str]:
    """How a task is shown: its class as the author wrote it, and what it is called."""
    made = {"operator_class": str(task.operator_name), **colors(task, _TASK_COLORS)}
    if task.task_display_name != task.task_id:
        made["task_display_name"] = str(task.task_display_name)
    return made


def display_name(dag: Any) -> Optional[str]:
    return None if dag.dag_display_name == dag.dag_id else str(dag.dag_display_name)


def edge_labels(dag: Any) -> List[Dict[str, str]]:
    """The labels of edges that are there, in the order of the tasks."""
    found = []
    for above, below in dag.edges():
        label = dag.get_edge_info(above, below).get("label")
        if label:
            found.append({"from": above, "to": below, "label": str(label)})
    return found


def groups(dag: Any) -> List[Dict[str, Any]]:
    found = []
    for group_id, group in dag.task_group_dict.items():
        made: Dict[str, Any] = {"group_id": group_id}
        parent = group.parent_group.group_id if group.parent_group is not None else None
        if parent:
            made["parent"] = parent
        if group.label and group.label != group_id:
            made["label"] = str(group.label)
        if group.tooltip:
            made["tooltip"] = str(group.tooltip)
        made.update(colors(group, _GROUP_COLORS))
        found.append(made)
    return found
