"""A DAG as the installation keeps it."""

import datetime as dt
import re
from typing import Any, Dict, List, Optional

from couture.exceptions import AirflowException
from couture.model import dates, dialect
from couture.model.asset import Asset, AssetAlias, BaseAsset
from couture.model.base_operator import BaseOperator
from couture.model.checks import as_list
from couture.model.dag import DAG
from couture.model.mapped import MappedOperator
from couture.parse.appearance import display_name, edge_labels, groups, task_appearance
from couture.parse.native import native_operator
from couture.parse.native_eda import input_of, is_native_only
from couture.parse.params import param_specs
from couture.parse.schedule import schedule_of
from couture.parse.values import callable_name, to_json, to_text

MAX_FIELD = 20_000


class Writer:
    """Writes the documents of one file in the folder `root`. `warnings` gathers what the author should know."""

    def __init__(self, bundle: str, file: str, root: Optional[str] = None):
        self.bundle, self.file, self.root = bundle, file, root
        self.warnings: List[str] = []

    def dag(self, dag: DAG) -> Dict[str, Any]:
        dag.check_cycle()
        schedule, assets = schedule_of(dag, self.warnings)
        made: Dict[str, Any] = {
            "dag_id": dag.dag_id,
            "dag_display_name": display_name(dag),
            "description": _text(dag.description),
            "doc_md": _text(dag.doc_md),
            "tags": sorted({str(tag) for tag in dag.tags}),
            "owner": _text(dag.default_args.get("owner")),
            "params": to_json(dag.params.dump()),
            "param_specs": param_specs(dag, schedule is not None or assets is not None, self.warnings),
            "dialect": None if dag.dialect == dialect.NEW else dag.dialect,
            "schedule": schedule,
            "assets": assets,
            "timezone": _not(dates.zone_name(dag.timezone), "UTC"),
            "start_date": _moment(_start(dag)),
            "end_date": _moment(_end(dag)),
            "catchup": dag.catchup,
            "max_active_runs": dag.max_active_runs,
            "max_active_tasks": dag.max_active_tasks,
            "is_paused_upon_creation": dag.is_paused_upon_creation,
            "dagrun_timeout_ms": _ms(dag.dagrun_timeout),
            "newest_version_on_clear": dag.rerun_with_latest_version or None,
            "groups": groups(dag),
            "edge_labels": edge_labels(dag),
            "template_searchpath": [str(path) for path in dag.template_searchpath],
        }
        for name in ("on_success_callback", "on_failure_callback", "sla_miss_callback"):
            made[name] = self._callbacks(getattr(dag, name), name, dag.dag_id, None)
        made = {name: value for name, value in made.items() if value is not None and value != [] and value != {}}
        place = {task_id: at for at, task_id in enumerate(dag.task_dict)}
        params = dag.params.dump()
        made["tasks"] = [self.task(task, dag, place, params) for task in dag.tasks]
        return made

    def task(self, task: BaseOperator, dag: DAG, place: Dict[str, int], params: Dict[str, Any]) -> Dict[str, Any]:
        """A task's document. `place` says where each task stands in the DAG; `params` are the DAG's own ones."""
        unknown = sorted(task.upstream_task_ids - place.keys())
        if unknown:
            raise AirflowException(f"task {task.task_id} waits for {', '.join(unknown)}, which DAG {dag.dag_id} has not")
        made: Dict[str, Any] = {"task_id": task.task_id, "operator": self._operator(task, dag)}
        expand = self._expand(task)
        if expand is not None:
            made["expand"] = expand
        # A list's source is waited for anyway.
        sources = {it.get("output") for it in (expand if isinstance(expand, list) else [expand or {}])}
        inputs = input_of(task)
        if inputs is not None:
            made["input"] = inputs
            sources.update([inputs] if isinstance(inputs, str) else inputs)
        upstream = sorted(task.upstream_task_ids - sources, key=place.__getitem__)
        if upstream:
            made["upstream"] = upstream
        made.update(self._options(task, dag, params))
        return made

    def _operator(self, task: BaseOperator, dag: DAG) -> Dict[str, Any]:
        native = native_operator(task, dag, self.root)
        if native is not None:
            return native
        if is_native_only(task):
            raise AirflowException(
                f"task {task.task_id}: {task.operator_name} runs without Python; it takes no subclass, hooks, output of a task as a field, "
                "or macros and filters of the DAG, and is mapped over texts without templates, or over what a task returns"
            )
        made: Dict[str, Any] = {"type": "python", "bundle": self.bundle, "file": self.file, "class": task.operator_name}
        fields = {}
        for field in task.template_fields:
            value = _field(task, field)
            if value not in (None, (), [], {}, ""):
                fields[field] = to_text(value)[:MAX_FIELD]
        if fields:
            made["fields"] = dict(sorted(fields.items()))
        reason = getattr(task.operator_class if isinstance(task, MappedOperator) else task, "stub_reason", None)
        if reason:
            made["stub"] = reason if isinstance(reason, str) else f"{task.operator_name} cannot run yet"
        return made

    def _expand(self, task: BaseOperator) -> Any:
        group = getattr(task, "mapped_group", None)
        if isinstance(task, MappedOperator):
            if group is not None:
                raise AirflowException(
                    f"task {task.task_id} is mapped inside of a mapped group, which is not supported; map one of the two"
                )
            return task.expand_input.wire(task.task_id)
        return group.expand_input.wire(task.task_id) if group is not None else None

    def _options(self, task: BaseOperator, dag: DAG, params: Dict[str, Any]) -> Dict[str, Any]:
        own_params = {key: it for key, it in task.params.dump().items() if key not in params or params[key] != it}
        made: Dict[str, Any] = {
            "trigger_rule": None if task.is_teardown else _not(_rule(task.trigger_rule), "all_success"),
            "retries": task.retries or None,
            "retry_delay_ms": _not(_ms(task.retry_delay), 300_000),
            "retry_exponential_backoff": bool(task.retry_exponential_backoff) or None,
            "max_retry_delay_ms": _ms(task.max_retry_delay),
            "execution_timeout_ms": _ms(task.execution_timeout),
            "pool": _not(task.pool, "default_pool"),
            "pool_slots": _not(task.pool_slots, 1),
            "priority_weight": _not(task.priority_weight, 1),
            "weight_rule": self._weight_rule(task),
            "queue": _not(task.queue, "default"),
            "depends_on_past": bool(task.depends_on_past) or None,
            "wait_for_downstream": bool(task.wait_for_downstream) or None,
            "max_active_tis_per_dag": task.max_active_tis_per_dag,
            "max_active_tis_per_dagrun": task.max_active_tis_per_dagrun,
            "role": _role(task),
            "group": task.task_group.group_id if task.task_group is not None else None,
            "do_xcom_push": False if task.do_xcom_push is False else None,
            "sla_ms": _ms(task.sla if isinstance(task.sla, dt.timedelta) else None),
            "owner": _not(_text(task.owner), "airflow"),
            **task_appearance(task),
            "doc_md": _text(task.doc_md or task.doc or task.description),
            "params": to_json(own_params) or None,
            "outlets": _assets(task.outlets) or None,
            "inlets": _assets(task.inlets) or None,
            "email": _addresses(task.email) or None,
            "email_on_failure": None if task.email_on_failure else False,
            "email_on_retry": None if task.email_on_retry else False,
        }
        for name in ("on_success_callback", "on_failure_callback", "on_retry_callback"):
            made[name] = self._callbacks(getattr(task, name), name, dag.dag_id, task.task_id) or None
        return {name: value for name, value in made.items() if value is not None}

    def _weight_rule(self, task: BaseOperator) -> Optional[str]:
        rule = task.weight_rule
        if isinstance(rule, str):
            return _not(rule, "downstream")
        name = type(rule).__name__
        self.warnings.append(f"the weight_rule of task {task.task_id} is {name}, whose code is not run: its priority_weight alone counts")
        return "absolute"

    def _callbacks(self, callbacks: Any, name: str, dag_id: str, task_id: Optional[str]) -> List[Dict[str, Any]]:
        found = []
        for index, it in enumerate(as_list(callbacks)):
            made = {
                "type": "python_callback",
                "bundle": self.bundle,
                "file": self.file,
                "of": "dag" if task_id is None else "task",
                "dag_id": dag_id,
            }
            if task_id is not None:
                made["task_id"] = task_id
            made.update(name=name, index=index)
            if not callable(it):
                raise AirflowException(f"{name} of {task_id or dag_id} is {callable_name(it)}, which cannot be called")
            found.append(made)
        return found


def _field(task: BaseOperator, field: str) -> Any:
    if isinstance(task, MappedOperator):
        return task.partial_kwargs.get(field)
    return getattr(task, field, None)


def _rule(rule: Any) -> str:
    return {"dummy": "always", "none_failed_or_skipped": "none_failed_min_one_success"}.get(str(rule), str(rule))


def _role(task: BaseOperator) -> Optional[str]:
    if task.is_teardown:
        return "decisive_teardown" if task.on_failure_fail_dagrun else "teardown"
    return "setup" if task.is_setup else None


def _not(value: Any, default: Any) -> Any:
    return None if value == default else value


def _text(value: Any) -> Optional[str]:
    return None if value is None or value == "" else str(value)


def _ms(delta: Optional[dt.timedelta]) -> Optional[int]:
    return None if delta is None else max(0, delta // dt.timedelta(milliseconds=1))


def _moment(value: Optional[dt.datetime]) -> Optional[str]:
    """RFC 3339 in UTC."""
    if value is None:
        return None
    utc = dates.convert_to_utc(dt.datetime.fromisoformat(value.isoformat()))
    return utc.isoformat().replace("+00:00", "Z")


def _start(dag: DAG) -> Optional[dt.datetime]:
    """The first date; the tasks' own ones count as in Airflow."""
    own = [dates.coerce_datetime(task.start_date, dag.timezone) for task in dag.tasks if task.start_date is not None]
    if dag.start_date is None:
        return min(own, default=None)
    if dag.dialect == dialect.OLD:
        return max(dag.start_date, min(own, default=dag.start_date))
    return min([dag.start_date, *own])


def _end(dag: DAG) -> Optional[dt.datetime]:
    """The last date; in 1.10 the first of the tasks' own ones ends the DAG too."""
    ends = [dag.end_date] if dag.end_date is not None else []
    if dag.dialect == dialect.OLD:
        ends.extend(dates.coerce_datetime(task.end_date, dag.timezone) for task in dag.tasks if task.end_date is not None)
    return min(ends, default=None)


def _addresses(email: Any) -> List[str]:
    if isinstance(email, str):
        return [it for it in re.split(r"[,;\s]+", email) if it]
    return [str(it) for it in as_list(email)]


def _assets(items: List[Any]) -> List[Any]:
    found = []
    for it in items:
        if isinstance(it, AssetAlias):
            found.append({"name": it.name, "alias": True})
        elif isinstance(it, Asset):
            made: Any = {"name": it.name}
            if it.uri != it.name:
                made["uri"] = it.uri
            if it.extra:
                made["extra"] = to_json(it.extra)
            found.append(made if len(made) > 1 else it.name)
        elif isinstance(it, BaseAsset):
            found.extend(_assets(list(it.iter_assets())))
    return [it for at, it in enumerate(found) if it not in found[:at]]
