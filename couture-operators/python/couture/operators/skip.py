"""Which tasks come next: what branches and the like decide."""

from typing import Any, Collection, Iterable, List

from couture.exceptions import AirflowException
from couture.model.base_operator import BaseOperator
from couture.model.context import get_current_context


def _ids(tasks: Any) -> List[str]:
    if isinstance(tasks, (str, BaseOperator)):
        tasks = [tasks]
    return [task if isinstance(task, str) else task[0] if isinstance(task, tuple) else task.task_id for task in tasks]


def follow(ti: Any, chosen: Any) -> List[str]:
    """Goes on with the tasks (or groups) named, and skips the other ones that come directly after. Gives the ids of the tasks.

    None is an error in dialect 1.10, and nothing in 2; an id that the DAG has not fails.
    """
    if chosen is None:
        if ti.is_old:
            raise TypeError("the branch named no task: it returned None (an empty list skips all that comes after)")
        chosen = []
    names = [chosen] if isinstance(chosen, (str, BaseOperator)) else chosen
    if not isinstance(names, (list, tuple, set, frozenset)) or not all(isinstance(name, (str, BaseOperator)) for name in names):
        raise AirflowException(f"the branch named {chosen!r}; give a task's id, a list of ids, or None")
    dag = ti.task.dag
    groups = dag.task_group_dict
    ids, unknown = [], []
    for name in _ids(names):
        if name in dag.task_dict:
            ids.append(name)
        elif name in groups:
            ids += [root.task_id for root in groups[name].roots]
        else:
            unknown.append(name)
    if unknown:
        raise AirflowException(f"the branch named {', '.join(map(repr, unknown))}, which the DAG has not; name tasks of this DAG")
    print(f"the branch goes on with {', '.join(ids)}" if ids else "the branch goes on with no task", flush=True)
    ti.decision = {"follow": ids}
    return ids


def skip_after(ti: Any, everything: bool) -> None:
    """Skips all that comes after, whatever the trigger rules, or only what comes directly after."""
    ti.decision = "skip_all" if everything else "skip_direct"


def keep_all_but(ti: Any, tasks: Collection[Any]) -> None:
    """Skips these tasks of those that come after."""
    unwanted = set(_ids(tasks))
    direct = set(ti.task.downstream_task_ids)
    later = ti.task.get_flat_relative_ids(upstream=False)
    if later and unwanted >= later and later != direct:
        ti.decision = "skip_all"
    elif unwanted:
        ti.decision = {"follow": sorted(direct - unwanted)}


class SkipMixin:
    """For operators that skip tasks which come after them."""

    def skip(self, *args: Any, tasks: Any = None, **_: Any) -> None:
        """Skips tasks. Their list is `tasks` or among the arguments: Airflow has had it in several places."""
        if tasks is None:
            lists: Iterable[Any] = (arg for arg in args if isinstance(arg, (list, tuple, set, frozenset, BaseOperator)))
            tasks = next(iter(lists), None)
        if tasks is None and args and hasattr(args[-1], "__iter__") and not isinstance(args[-1], str):
            tasks = list(args[-1])
        if tasks:
            keep_all_but(get_current_context()["ti"], list(tasks) if not isinstance(tasks, BaseOperator) else tasks)

    def skip_all_except(self, ti: Any, branch_task_ids: Any) -> None:
        """Goes on with these tasks only."""
        follow(ti, branch_task_ids)
