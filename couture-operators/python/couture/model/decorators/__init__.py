"""`@dag`, `@task` and its kinds, `@task_group`, `@setup`, `@teardown`, `@asset`."""

from couture.model.decorators.asset import asset
from couture.model.decorators.dag import dag
from couture.model.decorators.task import TaskDecoratorCollection, setup, task, teardown
from couture.model.decorators.task_group import task_group

__all__ = ["TaskDecoratorCollection", "asset", "dag", "setup", "task", "task_group", "teardown"]
