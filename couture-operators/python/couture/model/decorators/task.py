"""`@task` and its kinds, `@setup`, `@teardown`."""

import functools
import inspect
import re
from typing import Any, Callable, Dict, Optional

from couture.exceptions import AirflowException
from couture.model.base_operator import BaseOperator
from couture.model.decorators import operators
from couture.model.mapped import OperatorPartial
from couture.model.xcom_arg import XComArg

_OUTPUTS = object()


class TaskFunction:
    """A function that makes a task when it is called, and gives what the task will return."""

    def __init__(self, function: Callable, kind: str, operator_class: type, kwargs: Dict[str, Any], multiple_outputs: Optional[bool]):
        self.function = function
        self.kind = kind
        self.operator_class = operator_class
        self.kwargs = kwargs
        self.multiple_outputs = multiple_outputs
        self.is_setup = False
        self.is_teardown = False
        self.on_failure_fail_dagrun = False
        functools.update_wrapper(self, function)

    @property
    def _outputs(self) -> bool:
        if self.multiple_outputs is not None:
            return self.multiple_outputs
        return operators.infers_multiple_outputs(self.function) if self.kind in ("python", "virtualenv", "external_python") else False

    def _arguments(self, **more: Any) -> Dict[str, Any]:
        kwargs = dict(self.kwargs)
        name = re.sub(r"\W", "_", getattr(self.function, "__name__", "task"))
        kwargs["task_id"] = operators.unique_task_id(kwargs.get("task_id") or name, kwargs.get("dag"), kwargs.get("task_group"))
        kwargs["python_callable"] = self.function
        kwargs["multiple_outputs"] = self._outputs
        kwargs.update(more)
        if self.function.__doc__ and not any(kwargs.get(it) for it in ("doc", "doc_md", "doc_json", "doc_yaml", "doc_rst")):
            kwargs["doc_md"] = inspect.cleandoc(self.function.__doc__)
        return kwargs

    def _roled(self, made: BaseOperator) -> XComArg:
        if self.is_setup:
            made.is_setup = True
        if self.is_teardown:
            made.is_teardown = True
            made.on_failure_fail_dagrun = self.on_failure_fail_dagrun
        return XComArg(made)

    def __call__(self, *args: Any, **kwargs: Any) -> XComArg:
        if self.is_teardown:
            self.kwargs.pop("trigger_rule", None)
        return self._roled(self.operator_class(**self._arguments(op_args=args, op_kwargs=kwargs)))

    def override(self, **kwargs: Any) -> "TaskFunction":
        """The same with other settings."""
        outputs = kwargs.pop("multiple_outputs", self.multiple_outputs)
        made = TaskFunction(self.function, self.kind, self.operator_class, {**self.kwargs, **kwargs}, outputs)
        made.is_setup, made.is_teardown = self.is_setup, self.is_teardown
        made.on_failure_fail_dagrun = kwargs.get("on_failure_fail_dagrun", self.on_failure_fail_dagrun)
        made.kwargs.pop("on_failure_fail_dagrun", None)
        return made

    def partial(self, **kwargs: Any) -> "TaskFunction":
        """The same with some of the function's arguments."""
        self._check_names(kwargs, "partial")
        made = self.override()
        made.partial_arguments = {**getattr(self, "partial_arguments", {}), **kwargs}
        return made

    def _check_names(self, given: Dict[str, Any], method: str) -> None:
        parameters = inspect.signature(self.function).parameters
        if any(it.kind is it.VAR_KEYWORD for it in parameters.values()):
            return
        unknown = sorted(set(given) - set(parameters))
        if unknown:
            raise TypeError(f"{method}() got unexpected keyword argument{'s' if len(unknown) > 1 else ''} {', '.join(map(repr, unknown))}")

    def _mapping(self) -> OperatorPartial:
        kwargs = self._arguments(op_kwargs=dict(getattr(self, "partial_arguments", {})))
        return OperatorPartial(self.operator_class, kwargs, mapped_field="op_kwargs")

    def expand(self, **mapped: Any) -> XComArg:
        """One task for each combination of the lists' elements."""
        if not mapped:
            raise TypeError("expand() got nothing to map over; give it a list or a task's output")
        self._check_names(mapped, "expand")
        twice = sorted(set(mapped) & set(getattr(self, "partial_arguments", {})))
        if twice:
            raise TypeError(f"{', '.join(twice)}: given to partial() and to expand()")
        return self._roled(self._mapping().expand(**mapped))

    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> XComArg:
        """One task for each dictionary of arguments."""
        return self._roled(self._mapping().expand_kwargs(kwargs))

    def as_setup(self) -> "TaskFunction":
        self.is_setup = True
        return self


def _decorator(kind: str, operator: Optional[type] = None) -> Callable:
    def decorate(python_callable: Any = None, multiple_outputs: Optional[bool] = None, **kwargs: Any) -> Any:
        def make(function: Callable) -> TaskFunction:
            if isinstance(function, TaskFunction):
                raise AirflowException(f"{function.function.__name__} is decorated with @task twice")
            return TaskFunction(function, kind, operators.decorated_class(kind, operator), dict(kwargs), multiple_outputs)

        if python_callable is None:
            return make
        if isinstance(python_callable, (TaskFunction, type)) or not callable(python_callable):
            raise TypeError("@task got an argument without a name; name them")
        return make(python_callable)

    decorate.__name__ = f"task.{kind}"
    return decorate


def _condition(skips_if: bool) -> Callable:
    def configure(condition: Callable, skip_message: Optional[str] = None) -> Callable:
        def add(task_function: TaskFunction) -> TaskFunction:
            if not isinstance(task_function, TaskFunction):
                raise TypeError("run_if and skip_if stand above @task")
            hook = functools.partial(_skip_unless, condition, skips_if, skip_message, task_function.kwargs.get("pre_execute"))
            task_function.kwargs["pre_execute"] = hook
            return task_function

        return add

    return configure


def _skip_unless(condition, skips_if: bool, message: Optional[str], inner, context) -> None:
    from couture.exceptions import AirflowSkipException

    found = condition(context)
    holds, text = found if isinstance(found, tuple) else (found, message)
    if bool(holds) is skips_if:
        raise AirflowSkipException(text or "the task's condition says so")
    if inner is not None:
        inner(context)


class TaskDecoratorCollection:
    """`@task`, and its kinds as attributes. Kinds of packages that are not here give tasks that fail when they run, and say why."""

    python = staticmethod(_decorator("python"))
    virtualenv = staticmethod(_decorator("virtualenv"))
    external_python = staticmethod(_decorator("external_python"))
    branch = staticmethod(_decorator("branch"))
    branch_virtualenv = staticmethod(_decorator("branch_virtualenv"))
    branch_external_python = staticmethod(_decorator("branch_external_python"))
    short_circuit = staticmethod(_decorator("short_circuit"))
    sensor = staticmethod(_decorator("sensor"))
    bash = staticmethod(_decorator("bash"))
    run_if = staticmethod(_condition(False))
    skip_if = staticmethod(_condition(True))
    __call__: Any = staticmethod(_decorator("python"))

    def __getattr__(self, name: str) -> Callable:
        if name.startswith("_"):
            raise AttributeError(name)
        from couture.operators.stub import stub_function_operator

        return _decorator("python", stub_function_operator(f"@task.{name}"))


task = TaskDecoratorCollection()


def task_decorator_factory(python_callable=None, *, multiple_outputs=None, decorated_operator_class, **kwargs):
    """A kind of `@task` of the user's own."""
    kind = _decorator("python", decorated_operator_class)
    return kind(python_callable, multiple_outputs=multiple_outputs, **kwargs)


def setup(function: Any) -> Any:
    """Makes a task one that makes what others need."""
    function = function if hasattr(function, "override") or hasattr(function, "is_setup") else task(function)
    function.is_setup = True
    return function


def teardown(function: Any = None, *, on_failure_fail_dagrun: bool = False) -> Any:
    """Makes a task one that removes what setups made."""

    def add(it: Any) -> Any:
        it = it if hasattr(it, "override") or hasattr(it, "is_teardown") else task(it)
        it.is_teardown = True
        it.on_failure_fail_dagrun = on_failure_fail_dagrun
        return it

    return add if function is None else add(function)
