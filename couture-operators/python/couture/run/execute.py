"""A task's own code: before it, itself, after it, and what became of it."""

import datetime as dt
import os
import signal
import sys
from typing import Any, Callable

from couture import exceptions
from couture.model import dialect
from couture.model.context import set_current_context

from . import log
from .assets import told_of_assets
from .attempt import failure, leave
from .context import build
from .conversation import Conversation, ConversationError
from .dag_run import DagRun
from .moment import moment
from .task_instance import RETURN_VALUE, TaskInstance
from .values import NotJson


def execute(greeting: dict, dag: Any, task: Any, conversation: Conversation) -> dict:
    """Runs the task. Gives the attempt's end."""
    is_old = greeting["dialect"] == "1.10"
    dialect.set_current("1.10" if is_old else "2")
    ti = TaskInstance(task, DagRun(dag, greeting["run"], is_old, greeting.get("base_url")), greeting)
    ti.waited = greeting.get("waited")
    ti.start_date = moment(dt.datetime.now(dt.timezone.utc), is_old)
    # What TERM calls is that of the task that runs: a mapped one is bound to its element first.
    on_term(conversation, lambda: ti.task.on_kill(), is_old)

    def act() -> Any:
        context = build(greeting, ti)
        ti.outlet_events = context.get("outlet_events")
        with set_current_context(context):
            bind(ti, context, greeting)
            try:
                return _run(ti, context, is_old)
            except exceptions.AirflowSkipException:
                _call_skipped(ti, context, is_old)
                raise

    return ended(act, ti, is_old)


def bind(ti: TaskInstance, context: Any, greeting: dict) -> None:
    """Gives a mapped task its element: from here on it is a task like others."""
    task = ti.task
    if greeting.get("map_index", -1) >= 0 or getattr(task, "is_mapped", False):
        from couture.model.mapped import bind as bound

        task = ti.task = context["task"] = bound(task, greeting.get("element"), context)
        ti.operator = task.task_type
    if greeting.get("params"):
        task.params = type(task.params)(greeting["params"]) if hasattr(task, "params") else greeting["params"]


def _run(ti: TaskInstance, context: Any, is_old: bool) -> Any:
    from .render import render_task_fields

    task = ti.task
    reason = getattr(task, "stub_reason", None)
    if reason:
        raise exceptions.AirflowFailException(reason)
    render_task_fields(task, context)
    if "templates_dict" in context:
        context["templates_dict"] = task.templates_dict
    task.pre_execute(context)
    own = os.getpid()
    _call(task, "on_execute_callback", context)
    try:
        result = told_of_assets(task.execute, [context], {}, context)
    except exceptions.TaskDeferred as deferred:
        from .deferral import finish

        result = finish(task, context, deferred)
    except SystemExit as error:
        # sys.exit(0) in dialect 2 is a success, as in Airflow; in 1.10 it never was.
        if is_old or error.code not in (None, 0):
            raise
        result = None
    if os.getpid() != own:
        leave(0)
    push_result(ti, result)
    task.post_execute(context, result)
    return result


def _call_skipped(ti: TaskInstance, context: Any, is_old: bool) -> None:
    """Tells the task's own callbacks that it has skipped itself."""
    ti.state = "skipped"
    ti.end_date = moment(dt.datetime.now(dt.timezone.utc), is_old)
    _call(ti.task, "on_skipped_callback", context)


def _call(task: Any, name: str, context: Any) -> None:
    for callback in _many(getattr(task, name, None)):
        try:
            callback(context)
        except Exception as error:
            show(f"{name} failed, which changes nothing", error)


def _many(value: Any) -> list:
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def push_result(ti: TaskInstance, result: Any) -> None:
    """Gives what `execute` returned."""
    task = ti.task
    if result is None or not getattr(task, "do_xcom_push", True):
        return
    if getattr(task, "multiple_outputs", False):
        from collections.abc import Mapping

        if not isinstance(result, Mapping):
            raise exceptions.AirflowException(
                f"the function returned a {type(result).__name__}; with multiple_outputs it must return a dictionary"
            )
        for key, value in result.items():
            if not isinstance(key, str):
                raise exceptions.AirflowException(
                    f"the function returned a dictionary with the key {key!r}; with multiple_outputs all keys must be texts"
                )
            ti.xcom_push(key, value)
    ti.xcom_push(RETURN_VALUE, result)


def ended(act: Callable[[], Any], ti: TaskInstance, is_old: bool) -> dict:
    """Calls `act`; what it raises becomes the end that it means. From here on TERM is not heard: what is left is to tell the end."""
    try:
        return _ended(act, ti, is_old)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _ended(act: Callable[[], Any], ti: TaskInstance, is_old: bool) -> dict:
    extras: dict = {}
    try:
        act()
        end = {"state": "success", "xcoms": ti.pushed}
        extras = _asset_extras(ti)
    except exceptions.AirflowSkipException as error:
        end = {"state": "skipped", "reason": str(error) or "the task skipped itself", "xcoms": ti.pushed}
        print(f"skipped: {end['reason']}")
    except exceptions.AirflowRescheduleException as error:
        wait = (error.reschedule_date - dt.datetime.now(dt.timezone.utc)).total_seconds()
        return {"state": "deferred", "after_s": max(0.0, wait), "reason": getattr(error, "reason", None) or "waiting for the next poke"}
    except exceptions.DownstreamTasksSkipped as error:
        from couture.operators.skip import keep_all_but

        keep_all_but(ti, error.tasks)
        end = {"state": "success", "xcoms": ti.pushed}
    except NotJson as error:
        print(f"failed: {error}", file=sys.stderr)
        return failure(str(error))
    except SystemExit as error:
        show(f"the task called sys.exit({error.code!r})", error)
        return failure(f"the task called sys.exit({error.code!r})")
    except ConversationError:
        raise
    except BaseException as error:
        show("task failed", error)
        return {**failure(log.one_line(error), retryable=not _is_final(error, is_old)), **_for_callbacks(error, ti)}
    decision = getattr(ti, "decision", None)
    if decision is not None:
        end["decision"] = decision
    if extras:
        end["asset_extras"] = extras
    order = [key for key in ti.pushed if key != RETURN_VALUE]
    if order != sorted(order):
        # The frame is read as a map, which keeps no order.
        end["order"] = order
    return end


def _asset_extras(ti: TaskInstance) -> dict:
    from .values import to_json

    events = getattr(ti, "outlet_events", None)
    return to_json(events.extras(), "the facts about an asset") if events else {}


def _for_callbacks(error: BaseException, ti: TaskInstance) -> dict:
    """The exception itself, where a callback of the task is told of it."""
    task = ti.task
    if not (getattr(task, "on_failure_callback", None) or getattr(task, "on_retry_callback", None)):
        return {}
    from .raised import described

    told = described(error)
    return {} if told is None else {"exception": told}


def _is_final(error: BaseException, is_old: bool) -> bool:
    """Whether trying again is of no use."""
    if isinstance(error, exceptions.AirflowFailException):
        return True
    return not is_old and isinstance(error, exceptions.AirflowSensorTimeout)


def show(what: str, error: BaseException) -> None:
    """Prints an exception with the user's part of its traceback."""
    sys.stdout.flush()
    text = log.trimmed(type(error), error, error.__traceback__).rstrip("\n")
    print(f"{what}:\n{text}", file=sys.stderr)


def on_term(conversation: Conversation, on_kill: Callable[[], Any], is_old: bool) -> None:
    """From here on TERM calls `on_kill` and raises in the task's code, once."""
    own, seen = os.getpid(), []

    def end() -> None:
        print("received SIGTERM: ending")
        try:
            on_kill()
        except BaseException as error:
            show("on_kill failed", error)
        kind = exceptions.AirflowException if is_old else exceptions.AirflowTaskTerminated
        raise kind("the task was told to end (TERM)")

    def handle(*_: Any) -> None:
        if os.getpid() != own:
            os._exit(143)
        if not seen:
            seen.append(True)
            conversation.interrupt(end)

    signal.signal(signal.SIGTERM, handle)
