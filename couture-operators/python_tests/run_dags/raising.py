"""A task whose exception is of the file's own class, and a callback that is told of it."""

import traceback

from airflow.models import BaseOperator
from airflow.operators.python import PythonOperator

from airflow import DAG
from airflow.sdk import Asset, AssetAlias


class OwnError(Exception):
    def __init__(self, code, *, hint):
        super().__init__(f"code {code}")
        self.code, self.hint = code, hint
        self.cannot_be_packed = lambda: None


def fails():
    raise OwnError(7, hint="try less")


def told(context):
    error = context["exception"]
    print("told", type(error) is OwnError, str(error), getattr(error, "code", None), getattr(error, "hint", None))
    print("".join(traceback.format_exception(type(error), error, error.__traceback__)))


class Passing(BaseOperator):
    template_fields = ("field",)

    def __init__(self, field, **kwargs):
        super().__init__(**kwargs)
        self.field = field

    def execute(self, context):
        return [self.field, self.render_template("own {{ ds }}", context), context["ti"].xcom_pull(task_ids="passing", key="by_template")]


def changes(outlet_events):
    outlet_events[AssetAlias("some")].add(Asset("s3://y"), extra={"rows": 2})
    outlet_events[Asset(name="named", uri="s3://named")].extra = {"rows": 3}


with DAG("raising", schedule=None) as dag:
    PythonOperator(task_id="fails", python_callable=fails, on_failure_callback=told)
    PythonOperator(task_id="changes", python_callable=changes, outlets=[AssetAlias("some"), Asset(name="named", uri="s3://named")])
    PythonOperator(task_id="unheard", python_callable=fails)
    Passing(task_id="passing", field="field {{ ds }}")
