"""Callbacks of tasks and of runs."""

from typing import Any, Callable, List, Optional

from couture import exceptions
from couture.model import dialect
from couture.model.context import set_current_context

from . import log
from .attempt import failure
from .context import build
from .conversation import AnswerError
from .dag_run import DagRun
from .execute import show
from .moment import moment
from .raised import restored
from .task_instance import TaskInstance

_STATES = {"failure": "failed", "retry": "up_for_retry", "success": "success"}


def call_back(greeting: dict, dag: Any) -> dict:
    """Calls the callback that the greeting names. Gives the attempt's end."""
    is_old = greeting["dialect"] == "1.10"
    dialect.set_current("1.10" if is_old else "2")
    wanted = greeting["callback"]
    task_id = wanted.get("task_id") or greeting.get("task_id")
    owner = dag.task_dict.get(task_id) if wanted["of"] == "task" else dag
    try:
        callback = _find(owner, wanted)
    except LookupError as error:
        return failure(str(error), retryable=False)
    try:
        if wanted["name"] == "sla_miss_callback":
            callback(*_sla_arguments(dag, greeting, is_old))
        else:
            context = _context(greeting, dag, is_old)
            with set_current_context(context):
                callback(context)
    except BaseException as error:
        show(f"{wanted['name']} failed", error)
        return failure(log.one_line(error))
    return {"state": "success"}


def _find(owner: Any, wanted: dict) -> Callable:
    found = getattr(owner, wanted["name"], None) if owner is not None else None
    many = [] if found is None else list(found) if isinstance(found, (list, tuple)) else [found]
    index = wanted.get("index", 0)
    if index >= len(many):
        raise LookupError(
            f"the file has no {wanted['name']} any more for {wanted['of']} {getattr(owner, 'task_id', getattr(owner, 'dag_id', '?'))}"
        )
    return many[index]


def _context(greeting: dict, dag: Any, is_old: bool) -> Any:
    facts = greeting["callback"].get("facts") or {}
    run = DagRun(dag, greeting["run"], is_old, greeting.get("base_url"))
    kind = facts.get("kind", "")
    told = {**greeting, **{name: facts[name] for name in ("map_index", "try_number") if facts.get(name) is not None}}
    ti = None
    if kind.startswith("run_"):
        run.state = "success" if kind == "run_success" else "failed"
        run.end_date = moment(facts.get("at"), is_old)
        ti, task_id = _of_run(run), _last(dag)
    else:
        task_id = facts.get("task_id") or greeting.get("task_id")
    if ti is None:
        ti = TaskInstance(dag.task_dict.get(task_id), run, {**told, "task_id": task_id})
        ti.state = _STATES.get(kind, run.state)
        ti.end_date = moment(facts.get("end_date") or facts.get("at"), is_old)
        ti.start_date = moment(facts.get("start_date"), is_old)
    context = build(told, ti)
    if facts.get("exception") is not None:
        context["exception"] = restored(facts.get("raised")) or _by_text(str(facts["exception"]))
    if facts.get("reason") is not None:
        context["reason"] = facts["reason"]
    return context


def _by_text(text: str) -> BaseException:
    """What stands for a failure of which only the text is known."""
    if text.startswith("ran longer than its execution_timeout"):
        return exceptions.AirflowTaskTimeout(text)
    return exceptions.AirflowException(text)


def _of_run(run: DagRun) -> Optional[TaskInstance]:
    """The one whose context callbacks of runs are given: as in Airflow the last that failed, or that ended. None where nobody knows."""
    try:
        known = run.get_task_instances("failed" if run.state == "failed" else None)
    except AnswerError:
        return None
    ended = [ti for ti in known if ti.end_date is not None and ti.task is not None]
    return max(ended, key=lambda ti: ti.end_date, default=None)


def _last(dag: Any) -> Optional[str]:
    """A task that nothing comes after."""
    leaves = [task_id for task_id, task in dag.task_dict.items() if not task.downstream_task_ids]
    return leaves[-1] if leaves else None


class SlaMiss:
    """One task that has not succeeded in time."""

    def __init__(self, facts: dict, is_old: bool) -> None:
        self.dag_id, self.task_id = facts.get("dag_id"), facts.get("task_id")
        self.execution_date = moment(facts.get("execution_date"), is_old)
        self.timestamp = moment(facts.get("timestamp"), is_old)
        self.email_sent, self.notification_sent, self.description = False, False, None

    def __repr__(self) -> str:
        return str((self.dag_id, self.task_id, self.execution_date.isoformat()))


def _sla_arguments(dag: Any, greeting: dict, is_old: bool) -> List[Any]:
    facts = greeting["callback"].get("facts") or {}
    run = DagRun(dag, greeting["run"], is_old, greeting.get("base_url"))
    blocking = [TaskInstance.seen(run, {"state": None, **one}) for one in facts.get("blocking_tis") or []]
    slas = [SlaMiss(one, is_old) for one in facts.get("slas") or []]
    return [dag, facts.get("task_list") or "", facts.get("blocking_task_list") or "", slas, blocking]
