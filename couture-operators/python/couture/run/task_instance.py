"""The attempt, as tasks see it: `ti`."""

import os
import socket
from typing import Any, Iterable, List, Optional

from couture.model import asker

from .dag_run import DagRun
from .moment import moment
from .values import from_json, to_json

RETURN_VALUE = "return_value"


class TaskInstance:
    """One attempt of one task. XComs that it pushes are told with its end."""

    def __init__(self, task: Any, dag_run: DagRun, greeting: dict) -> None:
        self.task = task
        self.dag_run = dag_run
        self.dag_id, self.run_id = dag_run.dag_id, dag_run.run_id
        self.task_id = task.task_id if task is not None else greeting.get("task_id")
        self.map_index = greeting.get("map_index", -1)
        self.try_number = greeting.get("try_number", 1)
        self.max_tries = greeting.get("max_tries", getattr(task, "retries", 0))
        self.execution_date = self.logical_date = dag_run.logical_date
        self.is_old = greeting["dialect"] == "1.10"
        self.state = "running"
        self.start_date: Any = None
        self.end_date: Any = None
        self.test_mode = False
        self.pushed: "dict[str, Any]" = {}
        for name in ("queue", "pool", "pool_slots", "priority_weight", "executor_config"):
            setattr(self, name, getattr(task, name, None))
        self.operator = getattr(task, "task_type", None)
        self.pid = os.getpid()
        self.job_id = None

    @classmethod
    def seen(cls, run: DagRun, facts: dict) -> "TaskInstance":
        """Another task of the run, as the installation describes it."""
        task_id = facts["task_id"]
        task = run.dag.get_task(task_id) if task_id in run.dag.task_dict else None
        made = cls(task, run, {**facts, "dialect": "1.10" if run._is_old else "2"})
        made.state = facts.get("state")
        made.start_date, made.end_date = (moment(facts.get(name), run._is_old) for name in ("start_date", "end_date"))
        return made

    @property
    def duration(self) -> Optional[float]:
        """Seconds from start to end, where both are known."""
        if self.start_date is None or self.end_date is None:
            return None
        return (self.end_date - self.start_date).total_seconds()

    # XComs

    def xcom_push(self, key: str, value: Any, execution_date: Any = None, session: Any = None) -> None:
        """Gives `value` under `key`. Raises TypeError where JSON cannot hold it."""
        if not isinstance(key, str) or not key:
            raise TypeError(f"the key of an XCom is a text, not {key!r}")
        # The same key again is the newest, as others see it.
        given = to_json(value, f"XCom {key!r} of task {self.task_id!r}")
        self.pushed.pop(key, None)
        self.pushed[key] = given

    def xcom_pull(
        self,
        task_ids: Any = None,
        dag_id: Optional[str] = None,
        key: Optional[str] = RETURN_VALUE,
        include_prior_dates: bool = False,
        session: Any = None,
        *,
        map_indexes: Any = None,
        default: Any = None,
        run_id: Optional[str] = None,
    ) -> Any:
        """What tasks gave.

        One task id: its value, or the list of a mapped task's. Many: in dialect 1.10 a tuple with None where there is nothing, in 2 a
        list of what there is. No task id: what the nearest task before this one gave. `key=None`: the most recent of any key; of many
        tasks, in dialect 2, everything.
        """
        own_dag = dag_id is None or dag_id == self.dag_id
        where = {
            "key": key,
            "dag_id": None if own_dag else dag_id,
            "run_id": None if run_id == self.run_id else run_id,
            "include_prior_dates": bool(include_prior_dates),
        }
        if task_ids is None:
            found = self._pull(self._nearest() if own_dag else [], where)
            values = [one for task in found for one in [_one(task, map_indexes)] if one is not _NOTHING]
            return values[0] if values else default
        if isinstance(task_ids, str):
            found = self._pull([task_ids], where)
            one = _one(found[0] if found else [], map_indexes)
            return default if one is _NOTHING else one
        names = [getattr(task_id, "task_id", task_id) for task_id in task_ids]
        if not key and not self.is_old:
            where["every"] = True
        found = self._pull(names, where)
        if self.is_old:
            return tuple(None if one is _NOTHING else one for one in (_one(task, None) for task in found))
        return [value for task in found for value in _many(task, map_indexes)]

    def _pull(self, task_ids: List[str], where: dict) -> List[list]:
        """For each task the list of (map_index, value)."""
        if not task_ids:
            return []
        own = where["dag_id"] is None and where["run_id"] is None and self.task_id in task_ids and bool(self.pushed)
        found = asker.ask({"xcom_pull": {"task_ids": task_ids, **where}}) or []
        lists = [[(index, from_json(value)) for index, value in task or []] for task in found]
        lists += [[] for _ in range(len(task_ids) - len(lists))]
        if own:
            key = where["key"] or next(reversed(self.pushed))
            if key in self.pushed:
                lists[task_ids.index(self.task_id)] = [(-1, from_json(self.pushed[key]))]
        return lists

    def _nearest(self) -> List[str]:
        seen, at = [self.task_id], 0
        while at < len(seen):
            task = self.task.dag.task_dict.get(seen[at])
            at += 1
            seen += sorted(task_id for task_id in getattr(task, "upstream_task_ids", ()) if task_id not in seen)
        return seen[1:] + ([self.task_id] if self.pushed else [])

    # What else tasks ask for

    @property
    def hostname(self) -> str:
        return socket.gethostname()

    @property
    def prev_attempted_tries(self) -> int:
        return self.try_number

    @property
    def key(self) -> tuple:
        return (self.dag_id, self.task_id, self.execution_date if self.is_old else self.run_id, self.try_number)

    @property
    def log_url(self) -> str:
        """The page that shows the attempt's log."""
        base = self.dag_run.base_url or os.environ.get("COUTURE_BASE_URL") or "http://localhost:8080"
        mapped = f"&map={self.map_index}" if self.map_index >= 0 else ""
        where = f"run={_quoted(self.run_id)}&task={_quoted(self.task_id)}{mapped}&tab=log&try={self.try_number}"
        return f"{base.rstrip('/')}/dags/{_quoted(self.dag_id)}/grid?{where}"

    mark_success_url = log_url

    @property
    def log(self) -> Any:
        import logging

        return logging.getLogger("airflow.task")

    def get_dagrun(self, session: Any = None) -> DagRun:
        return self.dag_run

    def get_template_context(self, session: Any = None, ignore_param_exceptions: bool = True) -> Any:
        from couture.model.context import get_current_context

        return get_current_context()

    def current_state(self, session: Any = None) -> Optional[str]:
        return self.state

    def refresh_from_db(self, *_: Any, **__: Any) -> None:
        """There is nothing newer than what the attempt was told at its begin."""

    def get_previous_execution_date(self, state: Optional[str] = None, session: Any = None) -> Any:
        from .context import rare

        name = "prev_execution_date_success" if state == "success" else "prev_execution_date"
        if name == "prev_execution_date":
            return self.get_template_context()[name]
        return rare(name, self.is_old)._value()

    get_previous_logical_date = get_previous_execution_date

    @property
    def previous_execution_date_success(self) -> Any:
        return self.get_previous_execution_date("success")

    @property
    def previous_start_date_success(self) -> Any:
        from .context import rare

        return rare("prev_start_date_success", self.is_old)._value()

    def get_previous_start_date(self, state: Optional[str] = None, session: Any = None) -> Any:
        return self.previous_start_date_success

    def render_templates(self, context: Any = None, jinja_env: Any = None) -> Any:
        self.task.render_template_fields(context or self.get_template_context())
        return self.task

    def __repr__(self) -> str:
        when = self.execution_date if self.is_old else self.run_id
        mapped = f"map_index={self.map_index} " if self.map_index >= 0 else ""
        return f"<TaskInstance: {self.dag_id}.{self.task_id} {when} {mapped}[{self.state}]>"


_NOTHING = object()


def _one(found: list, map_indexes: Any) -> Any:
    """What one task gave: its value, or of a mapped task the list of those asked for."""
    if map_indexes is not None:
        if isinstance(map_indexes, int):
            return next((value for index, value in found if index in (map_indexes, -1)), _NOTHING)
        return _many(found, map_indexes)
    if not found:
        return _NOTHING
    if found[0][0] < 0:
        return found[0][1]
    return [value for _, value in found]


def _many(found: list, map_indexes: Any) -> list:
    if map_indexes is None:
        return [value for _, value in found]
    wanted: Iterable[int] = [map_indexes] if isinstance(map_indexes, int) else map_indexes
    by_index = dict(found)
    return [by_index[index] for index in wanted if index in by_index]


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
