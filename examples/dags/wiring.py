"""Every way to say that one task waits for another. DAGs of one kind have the same edges, however they are written.

A dependency that is said twice is an error, so each notation has a DAG of its own.
"""

from datetime import datetime

from airflow import DAG
from airflow.operators.bash_operator import BashOperator
from airflow.utils.helpers import chain, cross_downstream


def tasks_of(dag_id, count=3):
    """A DAG of its own, with as many tasks as wanted."""
    dag = DAG(dag_id, start_date=datetime(2026, 1, 5), schedule_interval=None)
    tasks = [BashOperator(task_id="t%d" % n, bash_command="echo %d" % n, dag=dag) for n in range(1, count + 1)]
    return [dag] + tasks


# One edge: t1, then t2.
set_downstream, t1, t2 = tasks_of("wiring_set_downstream", 2)
t1.set_downstream(t2)

set_upstream, t1, t2 = tasks_of("wiring_set_upstream", 2)
t2.set_upstream(t1)

right_shift, t1, t2 = tasks_of("wiring_right_shift", 2)
t1 >> t2

left_shift, t1, t2 = tasks_of("wiring_left_shift", 2)
t2 << t1

# A line of three.
line, t1, t2, t3 = tasks_of("wiring_line")
t1 >> t2 >> t3

line_by_chain, t1, t2, t3 = tasks_of("wiring_line_by_chain")
chain(t1, t2, t3)

# One before two.
list_set_downstream, t1, t2, t3 = tasks_of("wiring_list_set_downstream")
t1.set_downstream([t2, t3])

list_right_shift, t1, t2, t3 = tasks_of("wiring_list_right_shift")
t1 >> [t2, t3]

list_left_shift, t1, t2, t3 = tasks_of("wiring_list_left_shift")
[t2, t3] << t1

# Two before one, and two before two.
list_first, t1, t2, t3 = tasks_of("wiring_list_first")
[t1, t2] >> t3

crossing, t1, t2, t3, t4 = tasks_of("wiring_crossing", 4)
cross_downstream([t1, t2], [t3, t4])
