"""A task, as DAG files define it."""

import copy
import datetime as dt
import inspect
import logging
import warnings
from typing import Any, Collection, Dict, Optional, Sequence, Set, Union

from couture.exceptions import AirflowException
from couture.model import dates, dialect
from couture.model.checks import as_list, as_timedelta, check_key, datasets, moment, weight_rule
from couture.model.context import DagContext, TaskGroupContext
from couture.model.defaults import OperatorMeta
from couture.model.dependencies import connect, is_apart, share_dag
from couture.model.neighbours import Neighbours
from couture.model.param import ParamsDict
from couture.model.states import TriggerRule
from couture.model.xcom_arg import XComArg, xcom_args_in

__all__ = ["BaseOperator", "as_list"]

# Arguments that are kept as they are given.
_PLAIN = (
    "owner email email_on_retry email_on_failure retry_exponential_backoff depends_on_past ignore_first_depends_on_past "
    "wait_for_past_depends_before_skipping wait_for_downstream priority_weight weight_rule queue pool_slots sla "
    "on_execute_callback on_failure_callback on_success_callback on_retry_callback on_skipped_callback trigger_rule resources "
    "run_as_user map_index_template max_active_tis_per_dagrun executor do_xcom_push multiple_outputs doc doc_md doc_json "
    "doc_yaml doc_rst description retry_policy render_template_as_native_obj"
).split()


class BaseOperator(Neighbours, metaclass=OperatorMeta):
    """What all tasks have in common. A subclass defines `execute`.

    Its arguments are Airflow's, of 1.10 and 2; what it does not know is an error in dialect 2, and dropped with a warning in 1.10.
    """

    template_fields: Sequence[str] = ()
    template_ext: Sequence[str] = ()
    template_fields_renderers: Dict[str, str] = {}
    ui_color = "#fff"
    ui_fgcolor = "#000"
    custom_operator_name: Optional[str] = None
    pool = "default_pool"
    supports_lineage = False
    operator_extra_links: Collection[Any] = ()
    shallow_copy_attrs: Sequence[str] = ()
    subdag = None
    is_mapped = False
    allow_nested_operators = True
    start_trigger_args = None
    start_from_trigger = False

    def __init__(
        self,
        task_id: str,
        owner: str = "airflow",
        email: Union[None, str, Sequence[str]] = None,
        email_on_retry: bool = True,
        email_on_failure: bool = True,
        retries: Optional[int] = 0,
        retry_delay: Union[dt.timedelta, float] = dt.timedelta(seconds=300),
        retry_exponential_backoff: bool = False,
        max_retry_delay: Union[None, dt.timedelta, float] = None,
        start_date: Optional[dt.datetime] = None,
        end_date: Optional[dt.datetime] = None,
        depends_on_past: bool = False,
        ignore_first_depends_on_past: bool = True,
        wait_for_past_depends_before_skipping: bool = False,
        wait_for_downstream: bool = False,
        dag=None,
        params: Optional[Dict[str, Any]] = None,
        default_args: Optional[Dict[str, Any]] = None,
        priority_weight: int = 1,
        weight_rule: str = "downstream",
        queue: Optional[str] = None,
        pool: Optional[str] = None,
        pool_slots: int = 1,
        sla: Optional[dt.timedelta] = None,
        execution_timeout: Optional[dt.timedelta] = None,
        on_execute_callback=None,
        on_failure_callback=None,
        on_success_callback=None,
        on_retry_callback=None,
        on_skipped_callback=None,
        pre_execute=None,
        post_execute=None,
        trigger_rule: str = "all_success",
        resources=None,
        run_as_user: Optional[str] = None,
        map_index_template: Optional[str] = None,
        max_active_tis_per_dag: Optional[int] = None,
        max_active_tis_per_dagrun: Optional[int] = None,
        task_concurrency: Optional[int] = None,
        executor: Optional[str] = None,
        executor_config: Optional[Dict[str, Any]] = None,
        do_xcom_push: bool = True,
        multiple_outputs: bool = False,
        inlets: Any = None,
        outlets: Any = None,
        task_group=None,
        doc: Optional[str] = None,
        doc_md: Optional[str] = None,
        doc_json: Optional[str] = None,
        doc_yaml: Optional[str] = None,
        doc_rst: Optional[str] = None,
        task_display_name: Optional[str] = None,
        logger_name: Optional[str] = None,
        allow_nested_operators: bool = True,
        description: Optional[str] = None,
        retry_policy: Any = None,
        render_template_as_native_obj: Optional[bool] = None,
        schedule_interval: Any = None,
        **kwargs,
    ):
        given = {name: value for name, value in locals().items() if name not in ("self", "kwargs", "__class__")}
        # Whether a sensor waits without a process is the installation's choice.
        kwargs.pop("deferrable", None)
        self._check_unknown(task_id, kwargs)
        check_key(task_id, "key")
        task_group = task_group or TaskGroupContext.get_current_task_group(dag)
        if dag is not None and task_group is not None and task_group.dag is not None and task_group.dag is not dag:
            task_group = getattr(dag, "task_group", None)
        self.task_group = task_group
        self.label = task_id
        self.task_id = task_group.child_id(task_id) if task_group is not None else task_id
        self.upstream_task_ids: Set[str] = set()
        self.downstream_task_ids: Set[str] = set()
        self._dag = None
        self._log = logging.getLogger(logger_name or "airflow.task.operators")
        self._set_plain(given)
        self._set_checked(given)
        if kwargs:
            self._ignored_arguments = sorted(kwargs)
        dag = dag or DagContext.get_current_dag() or (task_group.dag if task_group is not None else None)
        if dag is not None:
            self.dag = dag
        if task_group is not None and (self.dag_or_none() is None or self.dag_or_none().task_dict.get(self.task_id) is self):
            task_group.add(self)

    def _set_plain(self, given: Dict[str, Any]) -> None:
        for name in _PLAIN:
            setattr(self, name, given[name])
        for hook in ("pre_execute", "post_execute"):
            if given[hook] is not None:
                setattr(self, f"_{hook}_hook", given[hook])
        self.default_args = given["default_args"] or {}
        self.max_active_tis_per_dag = given["max_active_tis_per_dag"] or given["task_concurrency"]
        self.task_concurrency = self.max_active_tis_per_dag
        self.executor_config = given["executor_config"] or {}
        self.inlets = datasets(given["inlets"])
        self.outlets = datasets(given["outlets"])
        self.params = ParamsDict(given["params"])
        self.pool = given["pool"] or "default_pool"
        self._task_display_name = given["task_display_name"]
        self.start_date = moment(given["start_date"], given["dag"])
        self.end_date = moment(given["end_date"], given["dag"])
        if self.wait_for_downstream:
            self.depends_on_past = True

    def _set_checked(self, given: Dict[str, Any]) -> None:
        self.trigger_rule = str(self.trigger_rule)
        if not TriggerRule.is_valid(self.trigger_rule):
            known = ", ".join(sorted(TriggerRule.all_triggers()))
            raise AirflowException(f"trigger_rule of task {self.task_id} is {self.trigger_rule!r}; use one of {known}")
        self.weight_rule = weight_rule(self.weight_rule, self.task_id)
        retries = given["retries"]
        try:
            self.retries = int(retries or 0)
        except (TypeError, ValueError):
            raise AirflowException(f"retries of task {self.task_id} is {retries!r}; give a whole number") from None
        self.retry_delay = as_timedelta(given["retry_delay"], "retry_delay")
        self.max_retry_delay = as_timedelta(given["max_retry_delay"], "max_retry_delay")
        self.execution_timeout = given["execution_timeout"]
        if self.execution_timeout is not None and not isinstance(self.execution_timeout, dt.timedelta):
            raise ValueError(f"execution_timeout of task {self.task_id} is {self.execution_timeout!r}; give a timedelta")
        if self.pool_slots < 1:
            raise ValueError(f"pool_slots of task {self.task_id} is {self.pool_slots}; give 1 or more")

    def _check_unknown(self, task_id, kwargs: Dict[str, Any]) -> None:
        if not kwargs:
            return
        unknown = ", ".join(sorted(kwargs))
        text = f"{type(self).__name__} of task {task_id} does not know the argument{'s' if len(kwargs) > 1 else ''} {unknown}"
        if not dialect.is_old():
            raise AirflowException(f"{text}; correct the name or leave it out")
        warnings.warn(f"{text}, which counts for nothing", PendingDeprecationWarning, stacklevel=4)

    def __post_init__(self) -> None:
        """Called when the outermost `__init__` is done."""
        self.set_xcomargs_dependencies()

    def set_xcomargs_dependencies(self) -> None:
        """Waits for the tasks whose outputs are among the template fields."""
        for field in self.template_fields:
            value = self.__dict__.get(field)
            if value is not None:
                for arg in xcom_args_in(value):
                    self._wait_for(arg)

    def _wait_for(self, arg: XComArg) -> None:
        if is_apart():
            return
        for operator in arg.operators():
            if operator is not self and (operator.has_dag() or self.has_dag()):
                share_dag([operator, self])
                connect(operator, self, explicit=False)

    # The DAG

    @property
    def dag(self):
        if self._dag is None:
            raise AirflowException(f"task {self.task_id} is in no DAG yet; make it in `with DAG(...)`, or give it dag=")
        return self._dag

    @dag.setter
    def dag(self, dag) -> None:
        if dag is None:
            self._dag = None
            return
        if not hasattr(dag, "task_dict"):
            raise TypeError(f"dag of task {self.task_id} is a {type(dag).__name__}; give a DAG")
        if self._dag is not None and self._dag is not dag:
            raise AirflowException(f"task {self.task_id} is in DAG {self._dag.dag_id} and cannot go to another; make a second task")
        self._dag = dag
        if self.start_date is not None and self.start_date.tzinfo is None:
            self.start_date = dates.make_aware(self.start_date, dag.timezone)
        dag.add_task(self)

    def has_dag(self) -> bool:
        return getattr(self, "_dag", None) is not None

    def dag_or_none(self):
        return getattr(self, "_dag", None)

    def get_dag(self):
        return self.dag_or_none()

    @property
    def dag_id(self) -> str:
        return self._dag.dag_id if self.has_dag() else f"adhoc_{self.owner}"

    # What a subclass defines or calls

    def execute(self, context) -> Any:
        """Does the work; what it returns becomes the XCom `return_value`."""
        raise NotImplementedError(f"{type(self).__name__} has no execute()")

    def pre_execute(self, context) -> None:
        hook = getattr(self, "_pre_execute_hook", None)
        if hook is not None:
            hook(context)

    def post_execute(self, context, result: Any = None) -> None:
        hook = getattr(self, "_post_execute_hook", None)
        if hook is not None:
            hook(context, result)

    def on_kill(self) -> None:
        """Called when the task is ended from outside."""

    def defer(self, *, trigger, method_name: str, kwargs=None, timeout=None):
        from couture.exceptions import TaskDeferred

        raise TaskDeferred(trigger=trigger, method_name=method_name, kwargs=kwargs, timeout=timeout)

    def prepare_for_execution(self) -> "BaseOperator":
        return copy.copy(self)

    def render_template_fields(self, context, jinja_env=None) -> None:
        """Renders the template fields in place, by way of the installation."""
        from couture.run.render import render_task_fields

        render_task_fields(self, context)

    def render_template(self, content: Any, context, jinja_env=None, seen_oids=None) -> Any:
        """The value with all texts in it rendered, by way of the installation; only for `execute`."""
        from couture.run.render import render_template

        return render_template(content, context, self)

    @staticmethod
    def xcom_push(context, key: str, value: Any, execution_date=None) -> None:
        context["ti"].xcom_push(key=key, value=value)

    @staticmethod
    def xcom_pull(context, task_ids=None, dag_id=None, key: str = "return_value", include_prior_dates=None, **kwargs) -> Any:
        return context["ti"].xcom_pull(task_ids=task_ids, dag_id=dag_id, key=key, include_prior_dates=bool(include_prior_dates), **kwargs)

    @property
    def output(self) -> XComArg:
        """What `execute` will return, to hand it to other tasks."""
        return XComArg(self)

    @property
    def log(self) -> logging.Logger:
        return self._log

    @property
    def logger(self) -> logging.Logger:
        return self._log

    @property
    def task_type(self) -> str:
        return type(self).__name__

    @property
    def operator_name(self) -> str:
        return self.custom_operator_name or self.task_type

    @property
    def operator_class(self) -> type:
        return type(self)

    @property
    def task_display_name(self) -> str:
        return self._task_display_name or self.task_id

    @property
    def inherits_from_empty_operator(self) -> bool:
        return getattr(self, "_is_empty", False)

    inherits_from_dummy_operator = inherits_from_empty_operator

    @classmethod
    def partial(cls, **kwargs):
        """The operator without the arguments that it is mapped over."""
        from couture.model.mapped import OperatorPartial

        return OperatorPartial(cls, kwargs)

    def expand(self, **_):
        raise AirflowException(f"write {type(self).__name__}.partial(...).expand(...), not {type(self).__name__}(...).expand(...)")

    def __lt__(self, other) -> bool:
        return self.task_id < other.task_id

    def __repr__(self) -> str:
        return f"<Task({self.task_type}): {self.task_id}>"

    def __getstate__(self):
        state = dict(self.__dict__)
        state.pop("_log", None)
        return state

    def __setstate__(self, state) -> None:
        self.__dict__.update(state)
        self._log = logging.getLogger("airflow.task.operators")

    @classmethod
    def get_serialized_fields(cls):
        return frozenset(inspect.signature(BaseOperator.__init__).parameters) - {"self", "kwargs"}
