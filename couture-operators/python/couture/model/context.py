"""What is being defined, and what is being run, at the moment."""

from contextlib import contextmanager
from typing import Any, List, Optional

from couture.exceptions import AirflowException

_dags: List[Any] = []
_groups: List[Any] = []
_contexts: List[Any] = []
# Every DAG that was made, in order; the parser looks which of them the file keeps.
made_dags: List[Any] = []
# Those that were left by `with` or made by `@dag`: they count even where no variable of the file holds them.
registered_dags: List[Any] = []
# Whether a date was counted from today (`days_ago`).
clock_was_asked = False


class DagContext:
    """The DAG of the innermost `with`."""

    @staticmethod
    def push_context_managed_dag(dag) -> None:
        _dags.append(dag)
        _groups.append(None)

    @staticmethod
    def pop_context_managed_dag():
        _groups.pop()
        dag = _dags.pop()
        if dag not in registered_dags:
            registered_dags.append(dag)
        return dag

    @staticmethod
    def get_current_dag():
        return _dags[-1] if _dags else None


class TaskGroupContext:
    """The task group of the innermost `with`."""

    @staticmethod
    def push_context_managed_task_group(group) -> None:
        _groups.append(group)

    @staticmethod
    def pop_context_managed_task_group():
        return _groups.pop()

    @staticmethod
    def get_current_task_group(dag=None):
        if _groups and _groups[-1] is not None:
            return _groups[-1]
        dag = dag or DagContext.get_current_dag()
        return dag.task_group if dag is not None else None


def get_current_context():
    """The context of the task that is running."""
    if not _contexts:
        raise AirflowException("there is no context here: get_current_context() works only while a task runs")
    return _contexts[-1]


def current_context() -> Optional[Any]:
    """The same, or nothing outside of a task."""
    return _contexts[-1] if _contexts else None


@contextmanager
def set_current_context(context):
    """Makes it the context of the task that is running, while the block runs."""
    _contexts.append(context)
    try:
        yield context
    finally:
        _contexts.pop()
