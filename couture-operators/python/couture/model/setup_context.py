"""`with setup_task:` — what is made in the block runs between a setup and its teardown."""

from typing import Any, List

from couture.exceptions import AirflowException

_open: List[List[Any]] = []


def enter(task) -> Any:
    """Begins the block of a setup, or of a teardown together with its setups."""
    if not (task.is_setup or task.is_teardown):
        raise AirflowException("Only setup/teardown tasks can be used as context managers.")
    _open.append([task, set(task.dag.task_dict)])
    return task


def leave(task) -> None:
    """Ends it: the tasks that were made in it wait for the setup, and the teardown for them."""
    from couture.model.dependencies import connect

    opener, known = _open.pop()
    dag = opener.dag
    made = {task_id: it for task_id, it in dag.task_dict.items() if task_id not in known and it is not opener}
    work = {task_id: it for task_id, it in made.items() if not it.is_setup and not it.is_teardown}
    if opener.is_teardown:
        teardowns = [opener]
        setups = [dag.task_dict[task_id] for task_id in sorted(opener.upstream_task_ids) if dag.task_dict[task_id].is_setup]
    else:
        setups = [opener]
        teardowns = [dag.task_dict[task_id] for task_id in sorted(opener.downstream_task_ids) if dag.task_dict[task_id].is_teardown]
    firsts = [it for it in work.values() if not (it.upstream_task_ids & work.keys())]
    lasts = [it for it in work.values() if not (it.downstream_task_ids & work.keys())]
    for setup in setups:
        for first in firsts:
            connect(setup, first, explicit=False)
    for teardown in teardowns:
        for last in lasts:
            connect(last, teardown, explicit=False)
