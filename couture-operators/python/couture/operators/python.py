"""Operators that call a function."""

from typing import Any, Callable, Collection, Dict, List, Optional

from couture.exceptions import AirflowException
from couture.model.base_operator import BaseOperator
from couture.model.call import keyword_arguments
from couture.model.context import current_context, get_current_context
from couture.operators.skip import SkipMixin, follow, skip_after
from couture.run.assets import told_of_assets

_SHOWN_CHARACTERS = 2000


class PythonOperator(BaseOperator):
    """Calls a function; what it returns is the XCom `return_value`.

    In dialect 1.10 the function is given the context with `provide_context=True` only; in 2, the names that its signature asks for.
    """

    template_fields = ("templates_dict", "op_args", "op_kwargs")
    template_fields_renderers = {"templates_dict": "json", "op_args": "py", "op_kwargs": "py"}
    ui_color = "#ffefeb"
    shallow_copy_attrs = ("python_callable", "op_kwargs")

    def __init__(
        self,
        *,
        python_callable: Callable,
        op_args: Optional[Collection[Any]] = None,
        op_kwargs: Optional[Dict[str, Any]] = None,
        provide_context: bool = False,
        templates_dict: Optional[Dict[str, Any]] = None,
        templates_exts: Optional[List[str]] = None,
        show_return_value_in_log: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(python_callable):
            raise AirflowException("python_callable is no function; give one")
        self.python_callable = python_callable
        self.op_args = op_args if op_args is not None else ()
        self.op_kwargs = op_kwargs if op_kwargs is not None else {}
        self.provide_context = provide_context
        self.templates_dict = templates_dict
        if templates_exts:
            self.template_ext = templates_exts
        self.show_return_value_in_log = show_return_value_in_log

    def determine_kwargs(self, context: Any) -> Dict[str, Any]:
        """The keyword arguments of the call."""
        if not context["ti"].is_old:
            return keyword_arguments(self.python_callable, self.op_args, self.op_kwargs, context)
        if not self.provide_context:
            return dict(self.op_kwargs)
        return {**context, "templates_dict": self.templates_dict, **self.op_kwargs}

    def execute(self, context: Any) -> Any:
        self.op_kwargs = self.determine_kwargs(context)
        value = self.execute_callable()
        if self.show_return_value_in_log:
            shown = repr(value)
            if len(shown) > _SHOWN_CHARACTERS:
                shown = f"{shown[:_SHOWN_CHARACTERS]}… ({len(shown)} characters)"
            print(f"Done. Returned value was: {shown}")
        else:
            print("Done. Returned value not shown")
        return value

    def execute_callable(self) -> Any:
        """Calls the function with what `determine_kwargs` found."""
        value = told_of_assets(self.python_callable, self.op_args, self.op_kwargs, current_context())
        if hasattr(value, "__await__"):
            import asyncio

            async def wait() -> Any:
                return await value

            return asyncio.run(wait())
        return value


class BranchPythonOperator(PythonOperator, SkipMixin):
    """Goes on with the tasks that the function names, and skips the others that come directly after."""

    inherits_from_skipmixin = True

    def execute(self, context: Any) -> Any:
        chosen = super().execute(context)
        follow(context["ti"], chosen)
        return None if context["ti"].is_old else chosen


class ShortCircuitOperator(PythonOperator, SkipMixin):
    """Goes on if the function returns something true; else skips all that comes after, or (dialect 2, on request) only the direct ones."""

    inherits_from_skipmixin = True

    def __init__(self, *, ignore_downstream_trigger_rules: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules

    def execute(self, context: Any) -> Any:
        condition = super().execute(context)
        ti = context["ti"]
        if condition:
            print("the condition holds: going on")
        else:
            print("the condition does not hold: skipping what comes after")
            skip_after(ti, ti.is_old or self.ignore_downstream_trigger_rules)
        return None if ti.is_old else condition


def task(python_callable: Any = None, multiple_outputs: Optional[bool] = None, **kwargs: Any) -> Any:
    """`@task`, where it was in Airflow 2.0."""
    from couture.model.decorators.task import task as decorate

    return decorate(python_callable, multiple_outputs=multiple_outputs, **kwargs)


def is_venv_installed() -> bool:
    """Whether virtual environments can be made."""
    import importlib.util
    import shutil

    return bool(shutil.which("virtualenv") or importlib.util.find_spec("virtualenv") or importlib.util.find_spec("venv"))


__all__ = [
    "BranchPythonOperator",
    "PythonOperator",
    "ShortCircuitOperator",
    "SkipMixin",
    "get_current_context",
    "is_venv_installed",
    "task",
]
