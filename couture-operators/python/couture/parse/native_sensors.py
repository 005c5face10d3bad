"""What the installation is told of sensors that it runs itself, and of requests over HTTP."""

import datetime as dt
from typing import Any, Callable, Dict

from couture.model import dialect
from couture.model.states import WeekDay
from couture.parse.native_fields import NotNative, plain, seconds, text_list

Fields = Dict[str, Any]


def _settings(task: Any) -> Fields:
    """How it waits."""
    return {
        "poke_interval": None if task.poke_interval == 60 else seconds(task.poke_interval),
        "timeout": None if task.timeout == 604_800 else seconds(task.timeout),
        "soft_fail": task.soft_fail or None,
        "mode": "poke" if task.mode == "poke" and task.mode_was_given else None,
        "exponential_backoff": task.exponential_backoff or None,
        "max_wait": None if task.max_wait is None else seconds(task.max_wait),
        "silent_fail": task.silent_fail or None,
        "never_fail": task.never_fail or None,
    }


def sensor(own: Callable[[Any], Fields]) -> Callable[[Any], Fields]:
    """The fields of a sensor: its own ones, and how it waits."""
    return lambda task: {**own(task), **_settings(task)}


def date_time(task: Any) -> Fields:
    target = task.target_time
    return {"target_time": target.isoformat() if isinstance(target, dt.datetime) else plain(target)}


def time_of_day(task: Any) -> Fields:
    if not isinstance(task.target_time, dt.time) or task.target_time.tzinfo is not None:
        raise NotNative
    return {"target_time": task.target_time.isoformat()}


def time_delta(task: Any) -> Fields:
    return {"delta": seconds(task.delta)}


def days(value: Any) -> "list[str]":
    """Days of the week by their English names, from Monday on."""
    return [WeekDay(day).name.title() for day in sorted(WeekDay.validate_week_day(value))]


def day_of_week(task: Any) -> Fields:
    return {"week_day": days(task.week_day), "use_task_logical_date": bool(task.use_task_logical_date) or None}


def file(task: Any) -> Fields:
    return {
        "filepath": plain(task.filepath),
        "fs_conn_id": None if task.fs_conn_id == "fs_default" else plain(task.fs_conn_id),
        "recursive": bool(task.recursive) or None,
    }


def bash(task: Any) -> Fields:
    if not isinstance(task.bash_command, str) or task.output_encoding != "utf-8":
        raise NotNative
    env = plain(task.env)
    if env is not None and not all(isinstance(it, str) for it in env.values()):
        raise NotNative
    return {"bash_command": task.bash_command, "env": env, "retry_exit_code": task.retry_exit_code}


def external_task(task: Any) -> Fields:
    if task.execution_date_fn is not None or task.external_task_group_id is not None:
        raise NotNative
    ids = text_list(task.external_task_ids)
    single = task.external_task_id if ids == [task.external_task_id] else None
    return {
        "external_dag_id": plain(task.external_dag_id),
        "external_task_id": plain(single),
        "external_task_ids": None if single is not None else ids,
        "allowed_states": None if task.allowed_states == ["success"] else task.allowed_states,
        "failed_states": task.failed_states or None,
        "skipped_states": task.skipped_states or None,
        "execution_delta": None if task.execution_delta is None else seconds(task.execution_delta),
        "check_existence": bool(task.check_existence) or None,
    }


def sql(task: Any) -> Fields:
    if any(it is not None for it in (task.success, task.failure, task.selector)) or not isinstance(task.sql, str):
        raise NotNative
    if task.parameters is not None and not isinstance(task.parameters, (dict, list, tuple)):
        raise NotNative
    return {
        "conn_id": plain(task.conn_id),
        "sql": task.sql,
        "parameters": plain(task.parameters),
        "fail_on_empty": bool(task.fail_on_empty) or None,
    }


def _request(task: Any, data: Any, default_method: str) -> Fields:
    options = task.extra_options or {}
    if set(options) - {"timeout", "verify", "check_response"} or not all(isinstance(it, str) for it in (task.headers or {}).values()):
        raise NotNative
    return {
        "http_conn_id": None if task.http_conn_id == "http_default" else plain(task.http_conn_id),
        "endpoint": plain(task.endpoint) or None,
        "method": None if task.method == default_method else plain(task.method),
        "data": plain(data) or None,
        "headers": plain(task.headers) or None,
        "extra_options": plain(options) or None,
    }


def http(task: Any) -> Fields:
    other = ("auth_type", "pagination_function", "tcp_keep_alive_idle")
    if task.response_check is not None or task.response_filter is not None or dialect.is_old():
        raise NotNative
    if any(getattr(task, name, None) is not None for name in other):
        raise NotNative
    return {**_request(task, task.data, "POST"), "log_response": bool(task.log_response) or None}


def http_sensor(task: Any) -> Fields:
    if task.response_check is not None:
        raise NotNative
    codes = [str(code) for code in task.response_error_codes_allowlist]
    return {**_request(task, task.request_params, "GET"), "response_error_codes_allowlist": None if codes == ["404"] else codes}
