"""Stand-ins for operators of packages that are not here: they can be written and seen, and fail when they run."""

from typing import Any, Dict, Tuple

from couture.exceptions import AirflowException
from couture.model.base_operator import BaseOperator
from couture.model.context import current_context

BASE_ARGUMENTS = BaseOperator.get_serialized_fields()
_made: Dict[Tuple[str, str], type] = {}


class StubOperator(BaseOperator):
    """Takes all arguments, and keeps them. `stub_reason` says why it cannot run."""

    stub_reason = "this operator is not available"

    def __init__(self, **kwargs: Any):
        base = {name: value for name, value in kwargs.items() if name in BASE_ARGUMENTS}
        own = {name: value for name, value in kwargs.items() if name not in base}
        super().__init__(**base)
        self.stub_arguments = own
        self.template_fields = tuple(own)
        for name, value in own.items():
            if not hasattr(type(self), name):
                setattr(self, name, value)

    @classmethod
    def partial(cls, **kwargs: Any) -> Any:
        from couture.model.mapped import OperatorPartial

        return OperatorPartial(cls, kwargs)

    def execute(self, context: Any) -> Any:
        raise AirflowException(self.stub_reason)

    poke = execute


def package_of(module: str) -> str:
    """The package that would have the module."""
    parts = module.split(".")
    if parts[:2] == ["airflow", "providers"]:
        known_two = ("apache", "microsoft", "cncf", "common", "dbt", "atlassian")
        name = parts[2:4] if len(parts) > 3 and parts[2] in known_two else parts[2:3]
        return f"apache-airflow-providers-{'-'.join(name).replace('_', '-')}"
    return f"a package with {module}"


def stub_operator(module: str, name: str) -> type:
    """An operator class for a name of a module that is not here."""
    key = (module, name)
    if key not in _made:
        package = package_of(module)
        if module.startswith("airflow.contrib"):
            reason = f"{module}.{name} of Airflow 1.10 is not available here; use the operator of today's provider package instead"
        else:
            reason = f"{module}.{name} is not available: install {package} beside the server's Python"
        _made[key] = type(StubOperator)(name, (StubOperator,), {"stub_reason": reason, "__module__": module})
    return _made[key]


def stub_function_operator(what: str) -> type:
    """An operator class for a kind of `@task` that is not here."""
    key = ("@task", what)
    if key not in _made:
        reason = f"{what} is not available: its package is not installed beside the server's Python"

        class FunctionStub(StubOperator):
            stub_reason = reason

            def __init__(self, **kwargs: Any):
                super().__init__(**kwargs)

        FunctionStub.__name__ = f"{what.replace('@task.', '').title()}Operator"
        _made[key] = FunctionStub
    return _made[key]


class StubObject:
    """A class for any other name: a file can be read with it, and in a task its objects fail."""

    stub_reason = "this name is not available"

    def __init__(self, *args: Any, **kwargs: Any):
        self.stub_arguments = (args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if current_context() is not None:
            raise AirflowException(self.stub_reason)
        return type(self)()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if current_context() is not None:
            raise AirflowException(self.stub_reason)
        return type(self)(*args, **kwargs)


class _StubMeta(type):
    def __getattr__(cls, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return f"{cls.__name__}.{name}"


def stub_object(module: str, name: str) -> type:
    """A class for a name of a module that is not here, and that names no operator."""
    key = (module, name)
    if key not in _made:
        reason = f"{module}.{name} is not available: install {package_of(module)} beside the server's Python"
        _made[key] = _StubMeta(name, (StubObject,), {"stub_reason": reason, "__module__": module})
    return _made[key]


def stub(module: str, name: str) -> Any:
    """What a name of a module that is not here gives."""
    if name.endswith(("Operator", "Sensor", "Transfer", "SensorAsync", "OperatorAsync")):
        return stub_operator(module, name)
    return stub_object(module, name)
