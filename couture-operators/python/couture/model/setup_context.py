"""`with setup_task:` — what is made in the block runs between a setup and its teardown."""

from typing import Any, List, Set

from couture.exceptions import AirflowException
from couture.model.dependencies import connect


class Block:
    """An open block: its opener, the tasks there were before it, and the blocks that were written in it."""

    def __init__(self, opener: Any):
        self.opener = opener
        self.known = set(opener.dag.task_dict)
        # The tasks that stand in blocks within, and what those blocks begin and end with.
        self.taken: Set[str] = set()
        self.inner_firsts: List[Any] = []
        self.inner_lasts: List[Any] = []
        self.added: Set[str] = set()

    def add_task(self, task: Any) -> None:
        """Takes in a task that was made before the block."""
        self.added.update(root.task_id for root in task.roots)

    def setups(self) -> List[Any]:
        if not self.opener.is_teardown:
            return [self.opener]
        return [task for task in self.opener.upstream_list if task.is_setup]

    def teardowns(self) -> List[Any]:
        if self.opener.is_teardown:
            return [self.opener]
        return [task for task in self.opener.downstream_list if task.is_teardown]

    def made(self) -> List[Any]:
        """The tasks of the block, in the order in which they were written."""
        tasks = self.opener.dag.task_dict
        return [tasks[task_id] for task_id in tasks if task_id not in self.known or task_id in self.added]


_open: List[Block] = []


def enter(task: Any) -> Block:
    """Begins the block of a setup, or of a teardown together with its setups."""
    if not (task.is_setup or task.is_teardown):
        raise AirflowException(
            f"task {task.task_id} stands after `with`, but is no setup and no teardown; mark it with as_setup() or as_teardown()"
        )
    _open.append(Block(task))
    return _open[-1]


def leave() -> None:
    """Ends it. As in Airflow, its first tasks are those that wait for nothing at all, else the one written first; its last ones are those
    that nothing waits for, else the one written last."""
    block = _open.pop()
    work = [task for task in block.made() if task is not block.opener and task.task_id not in block.taken]
    work = [task for task in work if not task.is_setup and not task.is_teardown]
    firsts = [task for task in work if not task.upstream_task_ids] or work[:1]
    lasts = [task for task in work if not task.downstream_task_ids] or work[-1:]
    setups, teardowns = block.setups(), block.teardowns()
    for setup in setups:
        before = setup.get_flat_relative_ids(upstream=True)
        for first in [*firsts, *(it for it in block.inner_firsts if it.task_id not in before)]:
            connect(setup, first, explicit=False)
    for teardown in teardowns:
        after = teardown.get_flat_relative_ids(upstream=False)
        for last in [*lasts, *(it for it in block.inner_lasts if it.task_id not in after)]:
            connect(last, teardown, explicit=False)
    if _open:
        around = _open[-1]
        around.taken.update({block.opener.task_id}, (task.task_id for task in block.made()))
        around.inner_firsts.extend(setups or firsts or block.inner_firsts)
        around.inner_lasts.extend(teardowns or lasts or block.inner_lasts)
