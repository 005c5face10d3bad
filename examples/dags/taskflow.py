"""Tasks as decorated functions, in the manner of Airflow 2: values from call to call, groups, one task for each element of a list."""

from datetime import datetime

from airflow.decorators import dag, task, task_group
from airflow.operators.empty import EmptyOperator
from airflow.utils.edgemodifier import Label
from airflow.utils.task_group import TaskGroup


@dag(start_date=datetime(2026, 1, 1), schedule=None, catchup=False, tags=["example"], params={"unit": "cm"})
def taskflow():
    """Reads three gauges, corrects and sums them."""

    @task
    def gauges():
        return ["pier", "mole", "buoy"]

    @task(retries=1)
    def read(gauge, offset):
        return len(gauge) * 10 + offset

    @task
    def total(heights):
        return sum(heights)

    @task(multiple_outputs=True)
    def summary(height, params=None):
        return {"height": height, "unit": params["unit"]}

    @task.branch
    def is_high(height):
        return "warn" if height > 100 else "rest"

    @task.bash
    def show(height):
        return "echo it is %s" % height

    @task_group
    def publishing(height):
        show.override(task_id="on_paper")(height)
        show.override(task_id="on_air")(height)

    height = total(read.partial(offset=5).expand(gauge=gauges()))
    told = summary(height)
    publishing(told["height"])

    with TaskGroup("answers") as answers:
        EmptyOperator(task_id="by_phone", trigger_rule="none_failed_min_one_success")
        EmptyOperator(task_id="by_letter", trigger_rule="none_failed_min_one_success")

    choice = is_high.override(task_id="is_high")(height)
    warn, rest = EmptyOperator(task_id="warn"), EmptyOperator(task_id="rest")
    choice >> Label("high water") >> warn
    choice >> Label("low water") >> rest
    [warn, rest] >> answers


taskflow()
