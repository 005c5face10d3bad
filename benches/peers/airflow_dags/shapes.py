"""Two DAGs of tasks that do nothing, for Airflow.

TaskFlow's `@task`, as in Airflow's tutorial. An EmptyOperator would say
nothing of what a task costs: the scheduler marks it without running it.
"""

from airflow.sdk import chain, dag, task


@task
def noop():
    """Nothing."""


@dag(schedule=None)
def warm():
    """One task."""
    noop()


@dag(schedule=None, dag_id='chain')
def one_by_one():
    """40 tasks, one after the other."""
    chain(*[noop.override(task_id=f't{n}')() for n in range(40)])


@dag(schedule=None)
def parallel():
    """200 tasks, side by side."""
    for n in range(200):
        noop.override(task_id=f't{n}')()


warm()
one_by_one()
parallel()
