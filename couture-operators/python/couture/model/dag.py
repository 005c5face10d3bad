"""A DAG, as files define it."""

import copy
import datetime as dt
import functools
import inspect
import sys
import warnings
from typing import Any, Dict, List, Optional, Tuple

from couture.exceptions import AirflowDagCycleException, AirflowException, DuplicateTaskIdFound, TaskNotFound
from couture.model import dates, dialect
from couture.model.base_operator import BaseOperator
from couture.model.checks import as_list, as_timedelta, check_key
from couture.model.context import DagContext, made_dags
from couture.model.param import NOTSET, DagParam, ParamsDict
from couture.model.task_group import TaskGroup


class DAG:
    """Tasks, the edges between them, and when they run. The arguments are Airflow's, of 1.10 and 2."""

    @property
    def task(self):
        """`@task` for this DAG: `@dag.task` needs no `with`."""
        from couture.model.decorators import task

        return functools.partial(task, dag=self)

    def __init__(
        self,
        dag_id: str,
        description: Optional[str] = None,
        schedule: Any = NOTSET,
        start_date: Optional[dt.datetime] = None,
        end_date: Optional[dt.datetime] = None,
        *old_positional,
        schedule_interval: Any = NOTSET,
        timetable: Any = None,
        full_filepath: Optional[str] = None,
        template_searchpath: Any = None,
        template_undefined: Any = None,
        user_defined_macros: Optional[Dict[str, Any]] = None,
        user_defined_filters: Optional[Dict[str, Any]] = None,
        default_args: Optional[Dict[str, Any]] = None,
        concurrency: Optional[int] = None,
        max_active_tasks: Optional[int] = None,
        max_active_runs: Optional[int] = None,
        max_consecutive_failed_dag_runs: int = 0,
        dagrun_timeout: Optional[dt.timedelta] = None,
        sla_miss_callback: Any = None,
        default_view: Optional[str] = None,
        orientation: Optional[str] = None,
        catchup: Optional[bool] = None,
        on_success_callback: Any = None,
        on_failure_callback: Any = None,
        doc_md: Optional[str] = None,
        params: Any = None,
        access_control: Any = None,
        is_paused_upon_creation: Optional[bool] = None,
        jinja_environment_kwargs: Optional[Dict[str, Any]] = None,
        render_template_as_native_obj: bool = False,
        tags: Any = None,
        owner_links: Optional[Dict[str, str]] = None,
        auto_register: bool = True,
        fail_stop: bool = False,
        fail_fast: bool = False,
        dag_display_name: Optional[str] = None,
        disable_bundle_versioning: bool = False,
        deadline: Any = None,
        allowed_run_types: Any = None,
        rerun_with_latest_version: Any = None,
    ):
        check_key(dag_id, "dag_id")
        if old_positional:
            raise AirflowException(f"give all arguments of DAG {dag_id} but its id by name")
        self.dag_id = dag_id
        self.dialect = dialect.current()
        self.description = description
        self.task_dict: Dict[str, BaseOperator] = {}
        self.edge_info: Dict[str, Dict[str, Any]] = {}
        self.explicit_edges: Dict[Tuple[str, str], Tuple[str, int]] = {}
        self.default_args = copy.copy(default_args or {})
        self.params = ParamsDict(params)
        self._set_default_params()
        given = {} if schedule is NOTSET else {"schedule": schedule}
        if schedule_interval is not NOTSET:
            given["schedule_interval"] = schedule_interval
        if timetable is not None:
            given["timetable"] = timetable
        if len(given) > 1:
            raise ValueError(f"DAG {dag_id} has {' and '.join(given)}; keep one of them")
        self._set_dates(start_date, end_date)
        self._set_schedule(next(iter(given.values()), NOTSET))
        self.template_searchpath = as_list(template_searchpath)
        self.template_undefined = template_undefined
        self.user_defined_macros = user_defined_macros
        self.user_defined_filters = user_defined_filters
        self.jinja_environment_kwargs = jinja_environment_kwargs
        self.render_template_as_native_obj = render_template_as_native_obj
        self.max_active_tasks = max_active_tasks or concurrency
        self.max_active_runs = max_active_runs
        self.max_consecutive_failed_dag_runs = max_consecutive_failed_dag_runs
        self.dagrun_timeout = as_timedelta(dagrun_timeout, "dagrun_timeout")
        self.sla_miss_callback = sla_miss_callback
        self.on_success_callback, self.on_failure_callback = on_success_callback, on_failure_callback
        self.default_view, self.orientation = default_view, orientation
        self.catchup = catchup
        self.doc_md = doc_md
        self.access_control, self.owner_links = access_control, owner_links
        self.is_paused_upon_creation = is_paused_upon_creation
        self.tags = set(as_list(tags)) if not dialect.is_old() else as_list(tags)
        self.auto_register = auto_register
        self.fail_stop = self.fail_fast = fail_stop or fail_fast
        self.rerun_with_latest_version = rerun_with_latest_version
        self._dag_display_name = dag_display_name
        self.is_subdag = False
        self.parent_dag: Optional[DAG] = None
        self.fileloc = full_filepath or _caller()
        self.task_group = TaskGroup.create_root(self)
        made_dags.append(self)

    def _set_default_params(self) -> None:
        extra = self.default_args.pop("params", None)
        if extra:
            self.params.update(extra)

    def _set_dates(self, start_date, end_date) -> None:
        first = start_date or self.default_args.get("start_date")
        if isinstance(first, str):
            first = dates.from_iso(first)
        zone = getattr(first, "tzinfo", None)
        self.timezone = zone if zone is not None else dates.utc
        self.start_date = _aware(start_date, self.timezone)
        self.end_date = _aware(end_date, self.timezone)
        for name in ("start_date", "end_date"):
            if self.default_args.get(name) is not None:
                self.default_args[name] = _aware(self.default_args[name], self.timezone)
                if getattr(self, name) is None:
                    setattr(self, name, self.default_args[name])

    def _set_schedule(self, schedule: Any) -> None:
        if schedule is NOTSET:
            # In 1.10 and until 2.x a DAG that says nothing runs daily.
            schedule = dt.timedelta(days=1)
            self.schedule_was_given = False
        else:
            self.schedule_was_given = True
        from couture.model.timetable import Timetable

        self.schedule = schedule
        self.timetable = schedule if isinstance(schedule, Timetable) else None
        if self.timetable is not None and getattr(self.timetable, "timezone", None) is not None and self.start_date is None:
            self.timezone = self.timetable.timezone

    @property
    def schedule_interval(self) -> Any:
        return self.schedule

    @schedule_interval.setter
    def schedule_interval(self, value: Any) -> None:
        self._set_schedule(value)

    @property
    def dag_display_name(self) -> str:
        return self._dag_display_name or self.dag_id

    @property
    def concurrency(self) -> Optional[int]:
        return self.max_active_tasks

    @property
    def full_filepath(self) -> str:
        return self.fileloc

    filepath = full_filepath

    @property
    def folder(self) -> str:
        import os

        return os.path.dirname(self.fileloc)

    @property
    def owner(self) -> str:
        return ", ".join(sorted({task.owner for task in self.tasks if task.owner}))

    @property
    def is_paused(self) -> bool:
        return False

    # Tasks

    @property
    def tasks(self) -> List[BaseOperator]:
        return list(self.task_dict.values())

    @property
    def task_ids(self) -> List[str]:
        return list(self.task_dict)

    @property
    def task_count(self) -> int:
        return len(self.task_dict)

    @property
    def roots(self) -> List[BaseOperator]:
        return [task for task in self.tasks if not task.upstream_task_ids]

    @property
    def leaves(self) -> List[BaseOperator]:
        return [task for task in self.tasks if not task.downstream_task_ids]

    @property
    def subdags(self) -> List["DAG"]:
        found = []
        for task in self.tasks:
            if task.subdag is not None:
                found.extend([task.subdag, *task.subdag.subdags])
        return found

    @property
    def task_group_dict(self):
        return {key: group for key, group in self.task_group.get_task_group_dict().items() if key is not None}

    def add_task(self, task: BaseOperator) -> None:
        """Takes in a task; two of one id are an error, in 1.10 the second one is left out with a warning."""
        known = self.task_dict.get(task.task_id)
        if known is task:
            return
        if known is not None:
            if self.dialect == dialect.OLD:
                warnings.warn(
                    f"task {task.task_id} of DAG {self.dag_id} could not be added: a task of this id was added before; "
                    "the first one counts",
                    PendingDeprecationWarning,
                    stacklevel=5,
                )
                return
            raise DuplicateTaskIdFound(f"DAG {self.dag_id} has two tasks of the id {task.task_id!r}; rename one")
        self.task_dict[task.task_id] = task
        if task.dag_or_none() is not self:
            task.dag = self

    def add_tasks(self, tasks) -> None:
        for task in tasks:
            self.add_task(task)

    def has_task(self, task_id: str) -> bool:
        return task_id in self.task_dict

    def has_task_group(self, group_id: str) -> bool:
        return group_id in self.task_group_dict

    def get_task(self, task_id: str, include_subdags: bool = False) -> BaseOperator:
        if task_id in self.task_dict:
            return self.task_dict[task_id]
        for dag in self.subdags if include_subdags else ():
            if task_id in dag.task_dict:
                return dag.task_dict[task_id]
        raise TaskNotFound(f"DAG {self.dag_id} has no task {task_id!r}")

    def set_dependency(self, upstream_task_id: str, downstream_task_id: str) -> None:
        self.get_task(upstream_task_id).set_downstream(self.get_task(downstream_task_id))

    def set_edge_info(self, upstream_task_id: str, downstream_task_id: str, info: Dict[str, Any]) -> None:
        self.edge_info.setdefault(upstream_task_id, {})[downstream_task_id] = info

    def get_edge_info(self, upstream_task_id: str, downstream_task_id: str) -> Dict[str, Any]:
        return self.edge_info.get(upstream_task_id, {}).get(downstream_task_id, {})

    def edges(self) -> List[Tuple[str, str]]:
        """All (upstream, downstream), in the order of the tasks."""
        place = {task_id: at for at, task_id in enumerate(self.task_dict)}
        found = []
        for task in self.tasks:
            known = [above for above in task.upstream_task_ids if above in place]
            found.extend((above, task.task_id) for above in sorted(known, key=place.__getitem__))
        return found

    def topological_sort(self, include_subdag_tasks: bool = False) -> Tuple[BaseOperator, ...]:
        """Each task after all that it waits for; an error that names a cycle where there is one."""
        waiting = {task_id: len(task.upstream_task_ids & self.task_dict.keys()) for task_id, task in self.task_dict.items()}
        below: Dict[str, List[str]] = {task_id: [] for task_id in self.task_dict}
        for above, task_id in self.edges():
            below[above].append(task_id)
        free = [task_id for task_id, count in waiting.items() if not count]
        for task_id in free:
            del waiting[task_id]
            for it in below[task_id]:
                waiting[it] -= 1
                if not waiting[it]:
                    free.append(it)
        if waiting:
            rest = {task_id: self.task_dict[task_id].upstream_task_ids & waiting.keys() for task_id in waiting}
            raise AirflowDagCycleException(
                f"tasks of DAG {self.dag_id} wait for each other: {' >> '.join(_cycle(rest))}; remove one of these dependencies"
            )
        return tuple(self.task_dict[task_id] for task_id in free)

    def check_cycle(self) -> None:
        """Raises where tasks wait for each other."""
        self.topological_sort()

    def resolve_template_files(self) -> None:
        """Files of templates are looked up where they are rendered."""

    def param(self, name: str, default: Any = NOTSET) -> DagParam:
        return DagParam(current_dag=self, name=name, default=default)

    def partial_subset(self, *_, **__):
        raise AirflowException("partial_subset is not available in DAG files")

    # Commands that a file may carry at its end

    def cli(self) -> None:
        """Nothing in a file that is being read; `couture dags` does its work."""

    def test(self, *_, **__) -> None:
        """Nothing in a file that is being read; `couture dags test` does its work."""

    def run(self, *_, **__) -> None:
        self.cli()

    def clear(self, *_, **__) -> None:
        self.cli()

    def __enter__(self) -> "DAG":
        DagContext.push_context_managed_dag(self)
        return self

    def __exit__(self, *_) -> None:
        DagContext.pop_context_managed_dag()

    def __repr__(self) -> str:
        return f"<DAG: {self.dag_id}>"

    def __lt__(self, other) -> bool:
        return self.dag_id < other.dag_id

    def __contains__(self, task_id: str) -> bool:
        return task_id in self.task_dict


def _aware(value: Any, zone) -> Optional[dt.datetime]:
    if value is None:
        return None
    if isinstance(value, str):
        value = dates.from_iso(value)
    if not isinstance(value, dt.datetime):
        if not isinstance(value, dt.date):
            raise TypeError(f"a date is {value!r}; use a datetime")
        value = dt.datetime(value.year, value.month, value.day)
    return dates.make_aware(value, zone) if value.tzinfo is None else value


def _cycle(above: Dict[str, set]) -> List[str]:
    """The tasks of one cycle, the first one again at the end."""
    path, task_id = [], sorted(above)[0]
    while task_id not in path:
        path.append(task_id)
        task_id = sorted(above[task_id])[0]
    circle = path[path.index(task_id) :]
    circle.reverse()
    start = circle.index(min(circle))
    circle = circle[start:] + circle[:start]
    return [*circle, circle[0]]


def _caller() -> str:
    frame = inspect.currentframe()
    here = __name__.rpartition(".")[0]
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith(here):
        frame = frame.f_back
    return frame.f_code.co_filename if frame is not None else sys.argv[0]
