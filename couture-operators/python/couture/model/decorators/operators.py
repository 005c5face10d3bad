"""The operators behind `@task` and its kinds: each one that runs what a function gives, mixed with `Decorated`."""

import importlib
import inspect
import re
import typing
from typing import Any, Callable, Dict, Optional

from couture.exceptions import AirflowException
from couture.model.base_operator import BaseOperator
from couture.model.context import DagContext, TaskGroupContext

# The kinds of `@task`, and the operator that runs each.
KINDS = {
    "python": "couture.operators.python:PythonOperator",
    "virtualenv": "couture.operators.virtualenv:PythonVirtualenvOperator",
    "external_python": "couture.operators.virtualenv:ExternalPythonOperator",
    "branch": "couture.operators.python:BranchPythonOperator",
    "branch_virtualenv": "couture.operators.virtualenv:BranchPythonVirtualenvOperator",
    "branch_external_python": "couture.operators.virtualenv:BranchExternalPythonOperator",
    "short_circuit": "couture.operators.python:ShortCircuitOperator",
    "sensor": "couture.operators.sensor:PythonSensor",
    "bash": "couture.operators.bash:BashOperator",
}
CONTEXT_NAMES = frozenset(
    "conf conn dag dag_run data_interval_end data_interval_start ds ds_nodash execution_date exception inlet_events inlets logical_date "
    "macros map_index_template next_ds next_ds_nodash next_execution_date outlet_events outlets params prev_data_interval_end_success "
    "prev_data_interval_start_success prev_ds prev_ds_nodash prev_end_date_success prev_execution_date prev_execution_date_success "
    "prev_start_date_success run_id task task_instance task_instance_key_str templates_dict test_mode ti tomorrow_ds "
    "tomorrow_ds_nodash triggering_asset_events triggering_dataset_events try_number ts ts_nodash ts_nodash_with_tz var yesterday_ds "
    "yesterday_ds_nodash run_after start_date task_reschedule_count context".split()
)


def load(path: str) -> type:
    """The class of a path such as `package.module:Name`."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def unique_task_id(task_id: str, dag: Any = None, task_group: Any = None) -> str:
    """The id, with `__1`, `__2` … after it where the DAG has it already."""
    dag = dag or DagContext.get_current_dag()
    task_group = task_group or TaskGroupContext.get_current_task_group(dag)
    if dag is None and task_group is not None:
        dag = task_group.dag
    if dag is None:
        return task_id

    def full(name: str) -> str:
        return task_group.child_id(name) if task_group is not None else name

    if full(task_id) not in dag.task_dict:
        return task_id
    core = re.split(r"__\d+$", task_id)[0]
    number = 1
    while full(f"{core}__{number}") in dag.task_dict:
        number += 1
    return f"{core}__{number}"


def infers_multiple_outputs(function: Callable) -> bool:
    """Whether its return annotation is a dictionary with texts for keys."""
    try:
        found = typing.get_type_hints(function).get("return")
    except Exception:  # an annotation may name what is not there; then nothing can be told
        return False
    origin = typing.get_origin(found) or found
    if not inspect.isclass(origin) or not issubclass(origin, dict):
        return False
    arguments = typing.get_args(found)
    return not arguments or arguments[0] is str


class Decorated:
    """What a task of a function has besides its operator."""

    custom_operator_name = "@task"
    kind = "python"

    def __init__(
        self,
        *,
        python_callable: Callable,
        task_id: str,
        op_args: Any = None,
        op_kwargs: Optional[Dict[str, Any]] = None,
        multiple_outputs: bool = False,
        **kwargs: Any,
    ):
        op_args, op_kwargs = tuple(op_args or ()), dict(op_kwargs or {})
        check_call(python_callable, op_args, op_kwargs)
        self._is_decorated = True
        self.decorated_function = python_callable
        if self.kind == "bash":
            kwargs.setdefault("bash_command", "")
            super().__init__(task_id=task_id, **kwargs)
            self.python_callable, self.op_args, self.op_kwargs = python_callable, op_args, op_kwargs
            self.set_xcomargs_dependencies()
        else:
            super().__init__(task_id=task_id, python_callable=python_callable, op_args=op_args, op_kwargs=op_kwargs, **kwargs)
        self.multiple_outputs = multiple_outputs

    def execute(self, context: Any) -> Any:
        if self.kind == "bash":
            return self._execute_bash(context)
        value = super().execute(context)
        if self.multiple_outputs and value is not None and self.kind != "sensor":
            self._push_each(context, value)
        return value

    def _push_each(self, context: Any, value: Any) -> None:
        if not isinstance(value, dict):
            raise AirflowException(f"the function returned a {type(value).__name__}; with multiple_outputs it must return a dictionary")
        for key in value:
            if not isinstance(key, str):
                raise AirflowException(
                    f"the function returned a dictionary with the key {key!r}; with multiple_outputs all keys must be texts"
                )
        for key, it in value.items():
            context["ti"].xcom_push(key=key, value=it)

    def _execute_bash(self, context: Any) -> Any:
        from couture.model.call import keyword_arguments

        given = keyword_arguments(self.python_callable, self.op_args, self.op_kwargs, context)
        command = self.python_callable(*self.op_args, **given)
        if not isinstance(command, str) or not command.strip():
            raise TypeError("the function of @task.bash returned no command; return a text that is not empty")
        self.bash_command = command
        self.render_template_fields(context)
        return super().execute(context)


def check_call(function: Callable, args: Any, kwargs: Dict[str, Any]) -> None:
    """Refuses arguments that the function does not take. Names of the context need not be given."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    parameters = []
    for parameter in signature.parameters.values():
        if parameter.name in CONTEXT_NAMES and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            if parameter.default not in (None, parameter.empty):
                raise ValueError(f"argument {parameter.name} has the name of something in the context; give it no default but None")
            parameter = parameter.replace(default=None)
        elif any(it.default is not it.empty for it in parameters) and parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            parameter = parameter if parameter.default is not parameter.empty else parameter.replace(kind=parameter.KEYWORD_ONLY)
        parameters.append(parameter)
    try:
        ordered = sorted(parameters, key=lambda it: it.kind)
        signature.replace(parameters=ordered).bind(*args, **kwargs)
    except ValueError:
        signature.bind_partial(*args, **kwargs)


_classes: Dict[str, type] = {}


def decorated_class(kind: str, operator: Optional[type] = None) -> type:
    """The operator class of a kind of `@task`."""
    key = kind if operator is None else f"{kind}:{operator.__module__}.{operator.__qualname__}"
    if key not in _classes:
        base = operator or load(KINDS[kind])
        if not issubclass(base, BaseOperator):
            raise AirflowException(f"{base.__name__} is no operator")
        fields = tuple(dict.fromkeys([*base.template_fields, "op_args", "op_kwargs"]))
        name = f"_{''.join(part.title() for part in kind.split('_'))}DecoratedOperator"
        extra = {
            "kind": kind,
            "template_fields": fields,
            "custom_operator_name": "@task" if kind == "python" else f"@task.{kind}",
            "shallow_copy_attrs": ("python_callable", "decorated_function"),
            "__module__": __name__,
        }
        _classes[key] = type(base)(name, (Decorated, base), extra)
    return _classes[key]
