"""What the installation is told of exploratory data analysis."""

from typing import Any, Dict, Optional

from couture.model.base_operator import BaseOperator
from couture.model.mapped import MappedOperator
from couture.model.xcom_arg import XComArg
from couture.parse.native_fields import plain

Fields = Dict[str, Any]


def eda(task: Any) -> Fields:
    texts = ("source", "target", "conn_id", "table", "query", "name", "timestamp")
    fields: Fields = {name: plain(getattr(task, name)) or None for name in texts}
    fields["kind"] = plain(task.kind) or None
    return {**fields, **_outputs(task)}


def eda_merge(task: Any) -> Fields:
    return {"name": plain(task.name) or None, "timestamp": plain(task.timestamp) or None, **_outputs(task)}


def _outputs(task: Any) -> Fields:
    return {
        "outputs": plain(task.outputs) if task.outputs != "outputs" else None,
        "memory_limit_mb": plain(task.memory_limit_mb),
    }


def input_of(task: BaseOperator) -> Any:
    """The task, or the list of tasks, whose outputs an operator takes that needs no Python; nothing where it takes none."""
    reports = getattr(task, "reports", None) if is_native_only(task) else None
    if isinstance(reports, XComArg):
        return reports.operator.task_id
    return [it.operator.task_id for it in reports] if reports else None


def is_native_only(task: BaseOperator) -> bool:
    """Whether Python cannot run it."""
    kind = task.operator_class if isinstance(task, MappedOperator) else type(task)
    return getattr(kind.execute, "is_native_only", False)


def instance(task: MappedOperator) -> Optional[BaseOperator]:
    """What stands for all instances of a mapped task: its mapped arguments are templates of the element. Nothing where Python must make
    the arguments, or where elements are templates themselves."""
    expand = task.expand_input
    if expand.names is None:
        bound = _by_key(expand.sources[0])
    else:
        is_one = len(expand.sources) == 1
        bound = {
            name: "{{ element }}" if is_one else f"{{{{ element[{at}] }}}}"
            for at, (name, source) in enumerate(zip(expand.names, expand.sources))
            if _is_of_texts(source)
        }
    if bound is None or len(bound) < len(expand.names or ()):
        return None
    return task.unmap_as(bound)


def _is_of_texts(source: Any) -> bool:
    """Whether it is a task's output, or a list of texts."""
    if isinstance(source, XComArg):
        return type(source) is XComArg and source.is_mapped_source
    return isinstance(source, (list, tuple)) and all(map(_is_text, source))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "{{" not in value and "{%" not in value


def _by_key(source: Any) -> Optional[Dict[str, Any]]:
    """Templates for the keys of a list of dictionaries; an empty text counts as absent."""
    if not isinstance(source, (list, tuple)) or not all(isinstance(it, dict) and all(map(_is_text, it.values())) for it in source):
        return None
    keys = sorted({key for it in source for key in it})
    return {key: f"{{{{ element['{key}'] | default('') }}}}" for key in keys if key.isidentifier()}

