"""Templates as the server would render them, with jinja2 where it is installed: for the local runner alone."""

import datetime as dt
import json
import random
import time
import uuid
from types import SimpleNamespace

from .dates import parse


class Moment(dt.datetime):
    """A date as the dialects print it."""

    is_old = False

    @classmethod
    def of(cls, text, is_old):
        """A moment in RFC 3339; None stays None."""
        if text is None:
            return None
        at = parse(text)
        kind = OldMoment if is_old else Moment
        return kind(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, at.tzinfo)

    @property
    def day_of_week(self):
        """Monday is 0; in 1.10 Sunday is."""
        return self.isoweekday() % 7 if self.is_old else self.weekday()

    @property
    def int_timestamp(self):
        """Whole seconds since 1970."""
        return int(self.timestamp())

    def __str__(self):
        return self.isoformat() if self.is_old else self.isoformat(" ")


class OldMoment(Moment):
    """A date as 1.10 prints it."""

    is_old = True


class ByName:
    """`var.value`, `var.json` and `conn`."""

    def __init__(self, find):
        self.find = find

    def __getattr__(self, name):
        return self.find(name)

    __getitem__ = __getattr__

    def get(self, name, default=None):
        """The value, or the default."""
        try:
            return self.find(name)
        except KeyError:
            return default


def ds_add(ds, days):
    """A date some days later."""
    return (dt.datetime.strptime(ds, "%Y-%m-%d") + dt.timedelta(days=days)).strftime("%Y-%m-%d")


def ds_format(ds, old, new):
    """A date in another form."""
    return dt.datetime.strptime(ds, old).strftime(new)


MACROS = SimpleNamespace(
    datetime=dt.datetime, timedelta=dt.timedelta, ds_add=ds_add, ds_format=ds_format, random=random.random, time=time, uuid=uuid, json=json
)
FORMS = {
    "ds": lambda at: at.strftime("%Y-%m-%d"),
    "ds_nodash": lambda at: at.strftime("%Y%m%d"),
    "ts": lambda at: at.isoformat(),
    "ts_nodash": lambda at: at.strftime("%Y%m%dT%H%M%S"),
    "ts_nodash_with_tz": lambda at: at.isoformat().replace("-", "").replace(":", ""),
}


def context(greeting, pull, push, variables):
    """The names that templates see. `pull` and `push` take the arguments of `ti.xcom_pull` and `ti.xcom_push`."""
    is_old, run, day = greeting["dialect"] == "1.10", greeting["run"], dt.timedelta(days=1)
    at = Moment.of(run["logical_date"], is_old)
    before, after = (Moment.of(greeting["dates"][name], is_old) for name in ("prev_execution_date", "next_execution_date"))
    dag, task = SimpleNamespace(dag_id=greeting["dag_id"]), SimpleNamespace(task_id=greeting["task_id"])
    ti = SimpleNamespace(
        task_id=greeting["task_id"], dag_id=greeting["dag_id"], run_id=run["run_id"], try_number=greeting["try_number"],
        map_index=greeting["map_index"], execution_date=at, xcom_pull=pull, xcom_push=push, task=task,
    )  # fmt: skip
    names = {form: make(at) for form, make in FORMS.items()}
    for name, moment in (("prev_ds", before), ("next_ds", after), ("yesterday_ds", at - day), ("tomorrow_ds", at + day)):
        names[name] = moment.strftime("%Y-%m-%d") if moment else None
        names[name + "_nodash"] = moment.strftime("%Y%m%d") if moment else None
    conf = run["conf"] or (None if is_old and not run["external_trigger"] else {})
    dag_run = SimpleNamespace(
        run_id=run["run_id"], run_type=run["run_type"], conf=conf, external_trigger=run["external_trigger"],
        logical_date=at, execution_date=at,
    )  # fmt: skip
    names.update(
        execution_date=at, prev_execution_date=before, next_execution_date=after, dag=dag, task=task, ti=ti, task_instance=ti,
        run_id=run["run_id"], dag_run=dag_run, params=greeting["params"], macros=MACROS, test_mode=False, inlets=[], outlets=[],
        task_instance_key_str="%s__%s__%s" % (dag.dag_id, task.task_id, at.strftime("%Y%m%d")),
        var=SimpleNamespace(value=ByName(variables.__getitem__), json=ByName(lambda key: json.loads(variables[key]))),
    )  # fmt: skip
    if is_old:
        names.update(END_DATE=names["ds"], end_date=names["ds"], latest_date=names["ds"], tables=None)
    else:
        names.update(
            logical_date=at,
            data_interval_start=Moment.of(run["data_interval_start"], False),
            data_interval_end=Moment.of(run["data_interval_end"], False),
        )
    return names


def render(ask, names, is_old, call):
    """The fields of a `render` question, rendered. `call(name, args, kwargs)` asks the attempt for a function of its own.

    Raises ImportError where jinja2 is not installed and there is something to render, and jinja2's errors.
    """

    def away(name):
        return lambda *args, **kwargs: call(name, list(args), kwargs)

    def walk(value):
        if isinstance(value, str):
            return text(value)
        if isinstance(value, list):
            return [walk(item) for item in value]
        if isinstance(value, dict):
            return {key: walk(item) for key, item in value.items()}
        return value

    def text(template):
        is_file = any(template.endswith(ending) for ending in ask.get("ext") or [])
        if not is_file and "{{" not in template and "{%" not in template and "{#" not in template:
            return template
        import jinja2

        folders = [folder for folder in [ask.get("folder")] + (ask.get("searchpath") or []) if folder]
        environment = jinja2.Environment(
            undefined=jinja2.Undefined if is_old else jinja2.StrictUndefined, loader=jinja2.FileSystemLoader(folders), cache_size=0
        )
        environment.filters.update(FORMS)
        environment.filters.update({name: away(name) for name in ask.get("filters") or []})
        return (environment.get_template(template) if is_file else environment.from_string(template)).render(all_names)

    def named(value):
        if not isinstance(value, dict):
            return value
        return away(value["__call__"]) if set(value) == {"__call__"} else {name: named(part) for name, part in value.items()}

    all_names = {**names, **named(ask.get("names") or {})}
    return {"fields": walk(ask["fields"])}
