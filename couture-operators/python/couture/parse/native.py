"""Which tasks the installation runs itself, without Python, and what it is told of them."""

import datetime as dt
from typing import Any, Callable, Dict, Optional

from couture.model import plugin_macros
from couture.model.base_operator import BaseOperator
from couture.model.dag import DAG
from couture.model.decorators.operators import load
from couture.model.mapped import MappedOperator
from couture.parse import native_eda
from couture.parse import native_sensors as sensors
from couture.parse.native_fields import NotNative, nothing, plain, seconds, text_list
from couture.parse.templates import inlined
from couture.parse.values import is_plain

Fields = Dict[str, Any]


def _bash(task: Any) -> Fields:
    from couture.operators.bash import BashOperator

    if not isinstance(task.bash_command, str):
        raise NotNative
    env = task.env
    if env is not None and not all(isinstance(it, str) for pair in env.items() for it in pair):
        raise NotNative
    default_processor = BashOperator.__init__.__wrapped__.__kwdefaults__.get("output_processor")
    if task.output_processor is not default_processor or task.output_encoding != "utf-8":
        raise NotNative
    codes = task.skip_on_exit_code
    return {
        "bash_command": task.bash_command,
        "env": env,
        "append_env": bool(task.append_env) or None,
        "cwd": task.cwd,
        "skip_on_exit_code": None if codes == [99] else codes,
        "do_xcom_push": False if task.do_xcom_push is False else None,
        "xcom_push": bool(task.xcom_push_flag) or None,
    }


def _marker(task: Any) -> Fields:
    return {
        "external_dag_id": task.external_dag_id,
        "external_task_id": task.external_task_id,
        "logical_date": task.logical_date if task.logical_date != "{{ logical_date.isoformat() }}" else None,
        "recursion_depth": task.recursion_depth if task.recursion_depth != 10 else None,
    }


def _trigger(task: Any) -> Fields:
    nothing(task.python_callable)
    if getattr(task, "reset_dag_run", False) or getattr(task, "skip_when_already_exists", False):
        raise NotNative
    date = getattr(task, "logical_date", None)
    return {
        "trigger_dag_id": plain(task.trigger_dag_id),
        "trigger_run_id": plain(getattr(task, "trigger_run_id", None)),
        "conf": plain(getattr(task, "conf", None)),
        "logical_date": date.isoformat() if isinstance(date, dt.datetime) else plain(date),
        "wait_for_completion": bool(getattr(task, "wait_for_completion", False)) or None,
        "poke_interval": None if getattr(task, "poke_interval", 60) == 60 else seconds(task.poke_interval),
        "allowed_states": None if task.allowed_states == ["success"] else task.allowed_states,
        "failed_states": None if task.failed_states == ["failed"] else task.failed_states,
    }


def _dag_operator(task: Any) -> Fields:
    nothing(task.python_callable)
    return {"run_dag_id": plain(task.run_dag_id), "conf": plain(task.conf)}


def _batch(task: Any) -> Fields:
    return {
        "run_dag_id": plain(task.run_dag_id),
        "metadata_file": plain(task.metadata_file),
        "batch_size": task.batch_size if task.batch_size != 10 else None,
        "batch_offset": task.batch_offset or None,
        "filter_by": plain(task.filter_by),
        "filter_values": plain(task.filter_values or None),
    }


def _email(task: Any) -> Fields:
    for name in ("mime_subtype", "mime_charset", "custom_headers", "from_email"):
        if getattr(task, name, None) not in (None, "mixed", "utf-8", {}):
            raise NotNative
    if getattr(task, "conn_id", None) not in (None, "smtp_default"):
        raise NotNative
    names = ("to", "subject", "html_content", "files", "cc", "bcc")
    return {name: plain(getattr(task, name, None)) or None for name in names}


def _sub_dag(task: Any) -> Fields:
    return {"subdag_id": None, "conf": plain(task.conf)}


def _branch_day_of_week(task: Any) -> Fields:
    return {
        "follow_task_ids_if_true": text_list(_listed(task.follow_task_ids_if_true)),
        "follow_task_ids_if_false": text_list(_listed(task.follow_task_ids_if_false)),
        "week_day": [day.lower() for day in sensors.days(task.week_day)],
        "use_task_logical_date": bool(task.use_task_logical_date),
    }


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _no_fields(task: Any) -> Fields:
    return {}


# The operator's class, its name in the installation, and its fields.
NATIVE: Dict[str, "tuple[str, Callable[[Any], Fields]]"] = {
    "couture.operators.bash:BashOperator": ("bash", _bash),
    "couture.operators.empty:EmptyOperator": ("empty", _no_fields),
    "couture.operators.empty:DummyOperator": ("empty", _no_fields),
    "couture.operators.latest_only:LatestOnlyOperator": ("latest_only", _no_fields),
    "couture.operators.dags:SubDagOperator": ("sub_dag", _sub_dag),
    "couture.operators.dags:ExternalTaskMarker": ("external_task_marker", _marker),
    "couture.operators.trigger_dag_run:TriggerDagRunOperator": ("trigger_dag_run", _trigger),
    "couture.operators.email:EmailOperator": ("email", _email),
    "couture.operators.branch:BranchDayOfWeekOperator": ("branch_day_of_week", _branch_day_of_week),
    "couture.operators.time_sensors:DateTimeSensor": ("date_time_sensor", sensors.sensor(sensors.date_time)),
    "couture.operators.time_sensors:DateTimeSensorAsync": ("date_time_sensor", sensors.sensor(sensors.date_time)),
    "couture.operators.time_sensors:TimeSensor": ("time_sensor", sensors.sensor(sensors.time_of_day)),
    "couture.operators.time_sensors:TimeSensorAsync": ("time_sensor", sensors.sensor(sensors.time_of_day)),
    "couture.operators.time_sensors:TimeDeltaSensor": ("time_delta_sensor", sensors.sensor(sensors.time_delta)),
    "couture.operators.time_sensors:TimeDeltaSensorAsync": ("time_delta_sensor", sensors.sensor(sensors.time_delta)),
    "couture.operators.time_sensors:DayOfWeekSensor": ("day_of_week_sensor", sensors.sensor(sensors.day_of_week)),
    "couture.operators.file_sensor:FileSensor": ("file_sensor", sensors.sensor(sensors.file)),
    "couture.operators.file_sensor:BashSensor": ("bash_sensor", sensors.sensor(sensors.bash)),
    "couture.operators.external_task:ExternalTaskSensor": ("external_task_sensor", sensors.sensor(sensors.external_task)),
    "couture.operators.sql:SqlSensor": ("sql_sensor", sensors.sensor(sensors.sql)),
    "couture.operators.web:HttpSensor": ("http_sensor", sensors.sensor(sensors.http_sensor)),
    "couture.operators.web:SimpleHttpOperator": ("http", sensors.http),
    "couture.operators.web:HttpOperator": ("http", sensors.http),
    "couture.operators.seed:DagOperator": ("dag", _dag_operator),
    "couture.operators.seed:SkippableDagOperator": ("skippable_dag", _dag_operator),
    "couture.operators.seed:CoutureLoopableBatchOperator": ("loopable_batch", _batch),
    "couture.operators.eda:EdaOperator": ("eda", native_eda.eda),
    "couture.operators.eda:EdaMergeOperator": ("eda_merge", native_eda.eda_merge),
}
_by_class: Dict[type, "tuple[str, Callable[[Any], Fields]]"] = {}


def table() -> Dict[type, "tuple[str, Callable[[Any], Fields]]"]:
    """The same by class; classes that this installation has not are left out."""
    if not _by_class:
        for path, entry in NATIVE.items():
            try:
                _by_class[load(path)] = entry
            except (ImportError, AttributeError):
                continue
    return _by_class


def native_operator(task: BaseOperator, dag: DAG, root: Optional[str] = None) -> Optional[Dict[str, Any]]:
    """The operator's JSON; nothing where Python must run it. `root` is the folder of DAG files, where template files are."""
    if isinstance(task, MappedOperator) and native_eda.is_native_only(task):
        made_of = native_eda.instance(task)
        return native_operator(made_of, dag, root) if made_of is not None else None
    entry = table().get(type(task))
    if entry is None or _is_changed(task):
        return None
    tag, fields = entry
    try:
        made = {name: value for name, value in fields(task).items() if value is not None}
    except NotNative:
        return None
    if not is_plain(made) or not _renders_alike(task, dag, made) or plugin_macros.are_used_by(task, dag):
        return None
    for field in task.template_fields if root is not None else ():
        if field in made:
            made[field], is_whole = inlined(task, dag, root, made[field])
            if not is_whole:
                return None
    return {"type": tag, **made}


def _is_changed(task: BaseOperator) -> bool:
    """Whether the file has given it code of its own."""
    hooks = ("execute", "pre_execute", "post_execute", "on_kill", "template_fields", "template_ext")
    if any(name in task.__dict__ for name in ("_pre_execute_hook", "_post_execute_hook", *hooks)):
        return True
    group = getattr(task, "mapped_group", None)
    return group is not None or task.on_execute_callback is not None or task.on_skipped_callback is not None


def _renders_alike(task: BaseOperator, dag: DAG, fields: Fields) -> bool:
    """Whether the DAG changes nothing of how the task's texts are rendered."""
    names = [*(dag.user_defined_macros or {}), *(dag.user_defined_filters or {})]
    text = repr(fields)
    if names and task.template_ext:
        folders, ext = plugin_macros.template_folders(dag), tuple(task.template_ext)
        given = (task.__dict__.get(field) for field in task.template_fields)
        text += "".join(plugin_macros.template_text(it, ext, folders) for value in given for it in plugin_macros.texts_in(value))
    if any(str(name) in text for name in names):
        return False
    is_template = "{{" in text or "{%" in text
    return not (is_template and (dag.render_template_as_native_obj or dag.jinja_environment_kwargs or dag.template_undefined))
