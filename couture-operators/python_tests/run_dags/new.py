"""Tasks under the rules of dialect 2, for tests of attempts."""

import asyncio
import logging
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pendulum
from airflow import DAG
from airflow.datasets import Dataset
from airflow.datasets.metadata import Metadata
from airflow.decorators import task
from airflow.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
    AirflowTaskTimeout,
    DownstreamTasksSkipped,
)
from airflow.hooks.base import BaseHook
from airflow.models import BaseOperator, Connection, Variable
from airflow.operators.bash import BashOperator
from airflow.operators.branch import BaseBranchOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator, get_current_context
from airflow.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Asset, AssetAlias
from airflow.sensors.base import BaseSensorOperator, PokeReturnValue
from airflow.sensors.python import PythonSensor
from airflow.triggers.base import BaseTrigger, TriggerEvent
from airflow.triggers.temporal import TimeDeltaTrigger
from airflow.utils.task_group import TaskGroup
from words_of.words import Box, shout

HERE = os.path.dirname(os.path.abspath(__file__))


def python(task_id, function, **kwargs):
    return PythonOperator(task_id=task_id, python_callable=function, **kwargs)


def throw(error):
    raise error


def chained():
    try:
        throw(ValueError("inner"))
    except ValueError as error:
        raise RuntimeError("outer") from error


def speak():
    print("one")
    logging.getLogger("mine").info("two")
    os.write(1, b"three\n")
    os.write(2, b"four\n")
    print("five", file=sys.stderr)
    subprocess.run(["echo", "six"], check=True)
    logging.warning("seven %s", 7)
    logging.debug("never")
    print("eight", end="")


def pulls(ti):
    return {
        "one": ti.xcom_pull(task_ids="a"),
        "key": ti.xcom_pull("a", key="k"),
        "many": ti.xcom_pull(task_ids=["a", "missing"]),
        "missing": ti.xcom_pull(task_ids="missing"),
        "default": ti.xcom_pull(task_ids="missing", default=5),
        "mapped": ti.xcom_pull(task_ids="mapped"),
        "one of mapped": ti.xcom_pull(task_ids="mapped", map_indexes=1),
        "two of mapped": ti.xcom_pull(task_ids="mapped", map_indexes=[1, 0]),
        "any": ti.xcom_pull(),
        "any key": ti.xcom_pull(task_ids="a", key=None),
        "every key": ti.xcom_pull(task_ids=["a", "missing"], key=None),
        "dag": ti.xcom_pull(task_ids="a", dag_id="no_such"),
    }


def pushes(ti):
    ti.xcom_push(key="k", value="first")
    ti.xcom_push("k", (1, {2}))
    return ti.xcom_pull(task_ids="pushes", key="k")


def values():
    Variable.set("made", {"a": 1}, serialize_json=True)
    Variable.delete("gone")
    connection = BaseHook.get_connection("db")
    return {
        "text": Variable.get("text"),
        "json": Variable.get("made", deserialize_json=True),
        "default": Variable.get("none", default_var=None),
        "uri": connection.get_uri(),
        "extra": connection.extra_dejson,
        "kind": isinstance(connection, Connection),
        "var": get_current_context()["var"]["value"].get("text"),
        "var_json": get_current_context()["var"]["json"].get("made")["a"],
        "conn": get_current_context()["conn"].db.host,
    }


def names(
    ds, ts_nodash, logical_date, data_interval_end, params, run_id, dag_run, task_instance_key_str, prev_ds, next_ds, macros, *, extra
):
    return [
        ds,
        ts_nodash,
        str(logical_date),
        data_interval_end.isoformat(),
        params,
        run_id,
        dag_run.conf,
        task_instance_key_str,
        prev_ds,
        next_ds,
        macros.ds_add(ds, 5),
        logical_date.day_of_week,
        logical_date.add(months=1).to_date_string(),
        extra,
    ]


class Killable(BaseOperator):
    def execute(self, context):
        print("begun", flush=True)
        time.sleep(60)

    def on_kill(self):
        print("on_kill was called")
        Variable.set("killed", "yes")


class Hooked(BaseOperator):
    template_fields = ("words",)

    def __init__(self, words, **kwargs):
        super().__init__(**kwargs)
        self.words = words

    def pre_execute(self, context):
        print("pre", context["ds"])

    def execute(self, context):
        return self.words

    def post_execute(self, context, result=None):
        print("post", result)


class Inner:
    template_fields = ("text",)

    def __init__(self, text):
        self.text = text
        self.kept = "{{ ds }}"


class Query(BaseOperator):
    template_fields = ("sql", "inner", "things")
    template_ext = (".sql",)

    def __init__(self, sql, inner, things, **kwargs):
        super().__init__(**kwargs)
        self.sql, self.inner, self.things = sql, inner, things

    def execute(self, context):
        number, pair, kept = self.things["{{ ds }}"]
        return [self.sql, self.inner.text, self.inner.kept, number, list(pair), type(pair).__name__, type(kept).__name__]


class Deferring(BaseOperator):
    def execute(self, context):
        self.defer(trigger=TimeDeltaTrigger(timedelta(milliseconds=20)), method_name="again", kwargs={"n": 1})

    def again(self, context, n, event=None):
        if n < 3:
            self.defer(trigger=Counting(n), method_name="again", kwargs={"n": n + 1})
        return [n, event, context["ds"]]


class Counting(BaseTrigger):
    def __init__(self, n):
        super().__init__()
        self.n = n

    async def run(self):
        await asyncio.sleep(0.01)
        yield TriggerEvent({"n": self.n})


class Late(BaseOperator):
    def execute(self, context):
        self.defer(trigger=TimeDeltaTrigger(timedelta(seconds=30)), method_name="never", timeout=timedelta(milliseconds=20))


class Counted(BaseSensorOperator):
    seen = 0

    def poke(self, context):
        self.seen += 1
        return PokeReturnValue(self.seen >= 3, xcom_value=self.seen)


class Choosing(BaseBranchOperator):
    def choose_branch(self, context):
        return ["x"]


def told(context):
    print(
        "callback",
        context["task_instance"].task_id,
        context["ti"].state,
        repr(context.get("exception")),
        context.get("reason"),
        context["ds"],
    )


def missed(dag, task_list, blocking_task_list, slas, blocking_tis):
    print("missed", dag.dag_id, task_list, blocking_task_list, slas, [ti.task_id for ti in blocking_tis])


with DAG(
    "new",
    schedule=None,
    start_date=datetime(2021, 1, 1),
    user_defined_macros={"double": lambda x: x * 2, "word": "bar", "box": Box()},
    user_defined_filters={"shout": shout},
    on_failure_callback=told,
    sla_miss_callback=missed,
    template_searchpath=[os.path.join(HERE, "sql")],
) as dag:
    python("noop", lambda: None)
    python("pendulum", lambda logical_date: [isinstance(logical_date, pendulum.DateTime), repr(get_current_context())[:1]])
    python("returns", lambda: {"a": [1, 2.5, None, True, "é"], "b": {1: datetime(2021, 1, 1)}})
    python("falsy", lambda: "")
    python("unpushed", lambda: 1, do_xcom_push=False)
    python("raises", lambda: throw(ValueError("boom")), retries=2)
    python("chained", chained)
    python("fails", lambda: throw(AirflowFailException("for good")))
    python("skips", lambda: throw(AirflowSkipException("not today")))
    python("times_out", lambda: throw(AirflowTaskTimeout("too long")))
    python("sys_exit", lambda: sys.exit(3))
    python("sys_exit_0", lambda: sys.exit(0))
    python("os_exit", lambda: os._exit(4))
    python("interrupted", lambda: throw(KeyboardInterrupt()))
    python("reschedules", lambda: throw(AirflowRescheduleException(datetime.now(timezone.utc) + timedelta(seconds=100))))
    python("unjson", lambda: {"deep": [1, object()]})
    python("bytes", lambda: b"x")
    python("nan", lambda: float("nan"))
    python("huge", lambda: "x" * (13 << 20))
    python("decimal", lambda: [Decimal("1.50"), Decimal(3), timedelta(minutes=1)])
    python("speaks", speak)
    python("pushes", pushes)
    a = python("a", lambda: 1)
    b = python("b", lambda: 1)
    pull = python("pulls", pulls)
    [a, b] >> pull
    python("values", values)
    python("names", names, op_kwargs={"extra": "{{ ds }}"})
    python("positional", lambda x, y, *args, **kwargs: [x, y, args, sorted(set(kwargs) & {"ti", "templates_dict"})], op_args=[1, 2, 3])
    python("waits", lambda: time.sleep(60))
    python(
        "templates",
        lambda templates_dict, **kw: templates_dict,
        templates_dict={"x": "{{ ds }} {{ double(21) }} {{ word }} {{ ds | shout }} {{ box.close(1) }}"},
    )
    python("xcom_args", lambda a, b: [a, b], op_kwargs={"a": a.output, "b": [b.output["k"], "{{ ds }}"]})
    python("renders", lambda task, **context: task.render_template(["{{ ds }}", {"k": "{{ word }}"}, 1], context))
    python("undefined", lambda x: x, op_args=["{{ nothing }}"])
    Killable(task_id="killable")
    Hooked(task_id="hooked", words=["{{ ds }}", {"k": ("{{ ds }}", 1)}])
    Query(task_id="query", sql="q.sql", inner=Inner("{{ ds }}"), things={"{{ ds }}": [1, ("{{ ds }}", 2), {"x"}]})
    Deferring(task_id="deferring")
    Late(task_id="late")
    branch = BranchPythonOperator(task_id="branch", python_callable=lambda: ["x", "group"])
    short = ShortCircuitOperator(task_id="short", python_callable=lambda: [])
    direct = ShortCircuitOperator(task_id="direct", python_callable=lambda: 0, ignore_downstream_trigger_rules=False)
    going = ShortCircuitOperator(task_id="going", python_callable=lambda: "go")
    nowhere = BranchPythonOperator(task_id="nowhere", python_callable=lambda: None)
    unknown = BranchPythonOperator(task_id="unknown", python_callable=lambda: "nope")
    choosing = Choosing(task_id="choosing")
    downstream = python("downstream", lambda: throw(DownstreamTasksSkipped(tasks=["y"])))
    x, y = EmptyOperator(task_id="x"), EmptyOperator(task_id="y")
    with TaskGroup("group") as group:
        EmptyOperator(task_id="first") >> EmptyOperator(task_id="second")
    for it in (branch, nowhere, unknown, choosing, downstream):
        it >> [x, y, group]
    BashOperator.partial(task_id="bash").expand(bash_command=["echo a; echo {{ ds }}", "echo no; exit 99", "exit 7"])
    Counted(task_id="counts", mode="poke", poke_interval=0.01)
    Counted(task_id="counts_once", poke_interval=7)
    PythonSensor(task_id="sensor", python_callable=lambda: False, timeout=60, mode="reschedule", poke_interval=50)
    PythonSensor(task_id="soft", python_callable=lambda: False, timeout=0, soft_fail=True)
    PythonSensor(task_id="hard", python_callable=lambda: False, timeout=0)
    PythonSensor(task_id="backoff", python_callable=lambda: False, exponential_backoff=True, poke_interval=60)
    PythonSensor(task_id="silent", python_callable=lambda: throw(ValueError("x")), silent_fail=True, poke_interval=30)
    PythonSensor(task_id="never", python_callable=lambda: throw(ValueError("x")), never_fail=True)
    TriggerDagRunOperator(task_id="trigger", trigger_dag_id="other", conf={"a": "{{ ds }}"}, wait_for_completion=True, poke_interval=0)
    python(
        "called_back",
        lambda: 1,
        on_failure_callback=[lambda context: None, told],
        on_success_callback=lambda context: throw(ValueError("bad callback")),
    )

    @task(multiple_outputs=True)
    def outputs():
        return {"a": 1, "b": [2]}

    @task
    def add(x, y=10, ds=None):
        return [x + y, ds]

    @task.bash
    def shell():
        return "echo {{ ds }} && echo done"

    @task(outlets=[Dataset("s3://there")])
    def tells(ds=None):
        yield Metadata(Dataset("s3://there"), {"rows": 3, "day": ds})
        return "told"

    @task(outlets=[AssetAlias("some"), Asset("named", "s3://named")])
    def stands_for(outlet_events=None):
        outlet_events[Asset("named", "s3://named")].extra = {"by": "name"}
        outlet_events[AssetAlias("some")].add(Asset("found", "s3://found"), {"rows": 1})

    tells()
    stands_for()
    outputs()
    add.partial(y=5).expand(x=[1, 2, 3])
    shell()
