"""The context of an attempt: what `execute(context)`, callables and callbacks are given, under Airflow's names."""

import datetime as dt
from typing import Any, Callable, Optional

from couture.model import asker

from .conversation import AnswerError
from .moment import moment

_UNSET = object()


class Lazy:
    """Stands for a value that is worked out when it is first used."""

    __slots__ = ("_make", "_made")

    def __init__(self, make: Callable[[], Any]) -> None:
        object.__setattr__(self, "_make", make)
        object.__setattr__(self, "_made", _UNSET)

    def _value(self) -> Any:
        if self._made is _UNSET:
            object.__setattr__(self, "_made", self._make())
        return self._made

    @property
    def __class__(self) -> type:
        return type(self._value())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._value(), name)


def _forward(name: str) -> Any:
    def method(self: Lazy, *args: Any) -> Any:
        plain = [arg._value() if type(arg) is Lazy else arg for arg in args]
        value = self._value()
        if name in ("__str__", "__repr__", "__hash__", "__bool__"):
            return {"__str__": str, "__repr__": repr, "__hash__": hash, "__bool__": bool}[name](value)
        return getattr(value, name)(*plain)

    return method


for _name in ("str repr hash bool eq ne lt le gt ge add radd sub rsub getitem iter len contains call format").split():
    setattr(Lazy, f"__{_name}__", _forward(f"__{_name}__"))


class Names:
    """`var.value`, `var.json` or `conn`: a value by attribute, by index or by `get` with a default."""

    def __init__(self, find: Callable[[str], Any], missing: type) -> None:
        self._find, self._missing = find, missing

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._find(name)

    __getitem__ = __getattr__

    def get(self, name: str, default: Any = _UNSET, default_var: Any = _UNSET) -> Any:
        default = default_var if default is _UNSET else default
        try:
            return self._find(name)
        except self._missing:
            if default is _UNSET:
                raise
            return default

    def __repr__(self) -> str:
        return "<values by name>"


class Context(dict):
    """The names, by key: `context["ds"]`."""

    def copy(self) -> "Context":
        return Context(self)


def _var(deserialize_json: bool) -> Names:
    from couture.variable import Variable

    return Names(lambda key: Variable.get(key, deserialize_json=deserialize_json), KeyError)


def _conn() -> Names:
    from couture.connection import Connection
    from couture.exceptions import AirflowNotFoundException

    return Names(Connection.get_connection_from_secrets, AirflowNotFoundException)


def rare(name: str, is_old: bool) -> Lazy:
    """A moment that only the installation can work out."""

    def find() -> Any:
        try:
            value = asker.ask({"name": {"name": name}})
        except AnswerError:
            # An installation that does not know the name knows of no such moment.
            return None
        return moment(value, is_old)

    return Lazy(find)


def _days(at: Any, name: str) -> "dict[str, Optional[str]]":
    dashed = at.strftime("%Y-%m-%d") if at is not None else None
    return {name: dashed, f"{name}_nodash": dashed.replace("-", "") if dashed else None}


def _dates(greeting: dict, is_old: bool) -> "dict[str, Any]":
    run = greeting["run"]
    at = moment(run["logical_date"], is_old)
    day = dt.timedelta(days=1)
    found = dict(greeting.get("dates") or {})
    before, after = moment(found.get("prev_execution_date"), is_old), moment(found.get("next_execution_date"), is_old)
    iso = at.isoformat()
    names = {
        "execution_date": at,
        "prev_execution_date": before,
        "next_execution_date": after,
        "ts": iso,
        "ts_nodash": at.strftime("%Y%m%dT%H%M%S"),
        "ts_nodash_with_tz": iso.replace("-", "").replace(":", ""),
        **_days(at, "ds"),
        **_days(before, "prev_ds"),
        **_days(after, "next_ds"),
        **_days(at - day, "yesterday_ds"),
        **_days(at + day, "tomorrow_ds"),
        "prev_execution_date_success": rare("prev_execution_date_success", is_old),
        "prev_start_date_success": rare("prev_start_date_success", is_old),
    }
    if is_old:
        names.update({"END_DATE": names["ds"], "end_date": names["ds"], "latest_date": names["ds"]})
    else:
        names.update(
            {
                "logical_date": at,
                "data_interval_start": moment(run.get("data_interval_start"), is_old),
                "data_interval_end": moment(run.get("data_interval_end"), is_old),
            }
        )
        for name in ("prev_data_interval_start_success", "prev_data_interval_end_success", "prev_end_date_success"):
            names[name] = rare(name, is_old)
    return names


def build(greeting: dict, ti: Any) -> Context:
    """The context of the attempt that `greeting` tells of; `ti` has its task and its run."""
    is_old = greeting["dialect"] == "1.10"
    task, dag, run = ti.task, ti.task.dag, ti.dag_run

    def conf() -> Any:
        from airflow.configuration import conf

        return conf

    def macros() -> Any:
        from couture.run import macros

        return macros

    context = Context(
        {
            "conf": Lazy(conf),
            "dag": dag,
            **_dates(greeting, is_old),
            "dag_run": run,
            "run_id": run.run_id,
            "macros": Lazy(macros),
            "params": dict(greeting.get("params") or {}),
            "task": task,
            "task_instance": ti,
            "ti": ti,
            "task_instance_key_str": f"{ti.dag_id}__{ti.task_id}__{moment(run.logical_date, is_old).strftime('%Y%m%d')}",
            "test_mode": False,
            "var": {"value": _var(False), "json": _var(True)},
            "inlets": getattr(task, "inlets", []),
            "outlets": getattr(task, "outlets", []),
        }
    )
    if is_old:
        context.update({"tables": None, "owner": task.owner})
    else:
        from .asset_events import InletEvents, TriggeringEvents
        from .assets import OutletEvents

        context.update(
            {
                "triggering_dataset_events": TriggeringEvents(is_by_uri=True),
                "triggering_asset_events": TriggeringEvents(),
                "conn": _conn(),
                "outlet_events": OutletEvents(),
                "inlet_events": InletEvents(task),
                "map_index": ti.map_index,
                "expanded_ti_count": None,
            }
        )
    if hasattr(task, "templates_dict"):
        context["templates_dict"] = task.templates_dict
    return context
