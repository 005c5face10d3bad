"""Names of Airflow that DAG files import beside the model: types for annotations, small functions, and what only an Airflow server has."""

import contextlib
import functools
import importlib
import importlib.util
import logging
import os
import re
import signal
import tempfile
from typing import Any, Callable, Dict, Iterable, List, Optional

from couture.exceptions import AirflowException, AirflowTaskTimeout
from couture.model.context import get_current_context

XCOM_RETURN_KEY = "return_value"
NEW_SESSION = None
AUTO = "auto"
TemporaryDirectory = tempfile.TemporaryDirectory


class _OfServer:
    """Something that an Airflow server keeps in its database; here it serves for annotations only."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.__dict__.update(kwargs)

    def __class_getitem__(cls, item: Any) -> Any:
        return cls

    @classmethod
    def find(cls, *_: Any, **__: Any) -> Any:
        raise AirflowException(f"{cls.__name__} is not kept in a database that DAG files could ask; use the context of the task")

    get_many = get_one = find


class DagRun(_OfServer):
    """A run; a task finds its own under `dag_run` in the context."""


class TaskInstance(_OfServer):
    """A task in a run; a task finds its own under `ti` in the context."""


class Pool(_OfServer):
    """A pool of slots."""

    DEFAULT_POOL_NAME = "default_pool"


class DagBag(_OfServer):
    """All DAGs of a folder; nothing is in it here."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__()
        self.dags: Dict[str, Any] = {}
        self.import_errors: Dict[str, str] = {}

    def get_dag(self, dag_id: str, session: Any = None) -> Any:
        return self.dags.get(dag_id)


class DagModel(_OfServer):
    """A DAG's row."""


class TaskReschedule(_OfServer):
    """A reschedule's row."""


class Log(_OfServer):
    """An event's row."""


class BaseXCom(_OfServer):
    """A value between tasks."""


XCom = BaseXCom


def clear_task_instances(*_: Any, **__: Any) -> None:
    raise AirflowException("a DAG file clears no tasks; use the command line or the API")


class BaseOperatorLink:
    """A link on a task's page."""

    name = ""
    operators: List[Any] = []

    def get_link(self, operator: Any, *, ti_key: Any = None) -> str:
        return ""


class PriorityWeightStrategy:
    """How a task instance's weight is found; the weight alone counts here."""

    def get_weight(self, ti: Any) -> int:
        return getattr(ti, "priority_weight", 1)


class BaseNotifier:
    """Something to call in a callback: it tells people."""

    template_fields: Iterable[str] = ()
    template_ext: Iterable[str] = ()

    def __init__(self, **kwargs: Any):
        self.context: Any = None

    def notify(self, context: Any) -> None:
        raise NotImplementedError

    def render_template_fields(self, context: Any, jinja_env: Any = None) -> None:
        """Renders the template fields in place, by way of the installation."""
        from couture.run.render import render_for_callback

        fields = {name: getattr(self, name) for name in self.template_fields if hasattr(self, name)}
        for name, value in render_for_callback(fields, tuple(self.template_ext), context).items():
            setattr(self, name, value)

    def __call__(self, *args: Any) -> None:
        """As the callback of a task or run with the context, as that of missed SLAs with the five arguments of those."""
        context = args[0] if len(args) == 1 else dict(zip(_SLA_ARGUMENTS, args))
        self.context = context
        self.render_template_fields(context)
        self.notify(context)


_SLA_ARGUMENTS = ("dag", "task_list", "blocking_task_list", "slas", "blocking_tis")


class LoggingMixin:
    """Gives a class a log."""

    def __init__(self, context: Any = None):
        pass

    @property
    def log(self) -> logging.Logger:
        kind = type(self)
        return logging.getLogger(f"{kind.__module__}.{kind.__name__}")

    logger = log


class Context(dict):
    """The type of a task's context."""


class literal:  # noqa: N801
    """A value that is not rendered."""

    def __init__(self, value: Any):
        self.value = value

    def iter_references(self):
        return ()

    def resolve(self, context: Any) -> Any:
        return self.value


class SetupTeardownContext:
    """Kept for imports."""

    active = False


class ParsingContext:
    """For which DAG and task a file is read: for all of them."""

    dag_id: Optional[str] = None
    task_id: Optional[str] = None


def get_parsing_context() -> ParsingContext:
    return ParsingContext()


class AssetAccessControl:
    """Who may change an asset."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.settings = kwargs


class File:
    """A file, for lineage."""

    template_fields = ("url",)

    def __init__(self, url: str, type_hint: Optional[str] = None):
        self.url, self.type_hint = url, type_hint


class Table(File):
    """A table, for lineage."""

    def __init__(self, **kwargs: Any):
        super().__init__(kwargs.get("name", ""))
        self.__dict__.update(kwargs)


class ObjectStoragePath(os.PathLike):
    """A place such as `s3://bucket/key` or a path; only those of this machine can be read here."""

    def __init__(self, path: Any = "", *, conn_id: Optional[str] = None, **options: Any):
        self.path = re.sub(r"^file://", "", str(path))
        self.conn_id, self.options = conn_id, options

    def __truediv__(self, other: Any) -> "ObjectStoragePath":
        return ObjectStoragePath(f"{self.path.rstrip('/')}/{other}", conn_id=self.conn_id)

    def __fspath__(self) -> str:
        if "://" in self.path:
            raise AirflowException(f"{self.path} is not on this machine: its storage's package is not available")
        return self.path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        import pathlib

        return getattr(pathlib.Path(os.fspath(self)), name)

    def __str__(self) -> str:
        return self.path


def is_venv_installed() -> bool:
    """Whether virtual environments can be made."""
    return importlib.util.find_spec("venv") is not None


def get_fernet(*_: Any) -> Any:
    raise AirflowException("the installation's key is not given to DAG files; use Connection or Variable")


def provide_session(function: Callable) -> Callable:
    """Airflow's database is not here: the function gets nothing for `session`."""
    return function


@contextlib.contextmanager
def create_session(*_: Any, **__: Any):
    raise AirflowException("there is no database session for DAG files and tasks; use Variable, Connection, XComs and the API")
    yield


def hookimpl(function: Any = None, **_: Any) -> Any:
    return function if callable(function) else lambda it: it


def apply_lineage(function: Callable) -> Callable:
    return function


prepare_lineage = apply_lineage


def mask_secret(secret: Any, name: Optional[str] = None) -> None:
    """Keeps a text out of the task's log."""
    from couture.model.asker import ask

    for text in secret.values() if isinstance(secret, dict) else secret if isinstance(secret, (list, tuple)) else [secret]:
        if isinstance(text, str) and text:
            ask({"mask": {"secret": text}})


def redact(value: Any, name: Optional[str] = None, **_: Any) -> Any:
    return value


def as_tuple(value: Any) -> tuple:
    return tuple(value) if is_container(value) else (value,)


def is_container(value: Any) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, str)


def chunks(items: List[Any], chunk_size: int):
    if not isinstance(chunk_size, int) or chunk_size <= 0:
        raise ValueError(f"chunk_size is {chunk_size!r}; give a whole number above zero")
    for start in range(0, len(items), chunk_size):
        yield items[start : start + chunk_size]


def reduce_in_chunks(fn: Callable, iterable: List[Any], initializer: Any, chunk_size: int = 0) -> Any:
    if not iterable:
        return initializer
    return functools.reduce(fn, chunks(iterable, chunk_size or len(iterable)), initializer)


def merge_dicts(dict1: Dict, dict2: Dict) -> Dict:
    made = dict(dict1)
    for key, value in dict2.items():
        made[key] = merge_dicts(made[key], value) if isinstance(made.get(key), dict) and isinstance(value, dict) else value
    return made


def exactly_one(*args: Any) -> bool:
    return sum(map(bool, args)) == 1


def prune_dict(val: Any, mode: str = "strict") -> Any:
    def keep(it: Any) -> bool:
        return it is not None if mode == "strict" else bool(it)

    if isinstance(val, dict):
        return {key: prune_dict(it, mode) for key, it in val.items() if keep(it)}
    return [prune_dict(it, mode) for it in val if keep(it)] if isinstance(val, list) else val


def validate_key(key: Any, max_length: int = 250) -> None:
    from couture.model.checks import check_key

    check_key(key, "key", max_length)


def import_string(dotted_path: str) -> Any:
    module, _, name = dotted_path.rpartition(".")
    if not module:
        raise ImportError(f"{dotted_path!r} names no module; write it as package.module.Name")
    return getattr(importlib.import_module(module), name)


def mkdirs(path: str, mode: int = 0o777) -> None:
    os.makedirs(path, mode, exist_ok=True)


class timeout:  # noqa: N801
    """Raises AirflowTaskTimeout when the block takes longer."""

    def __init__(self, seconds: float = 1, error_message: str = "Timeout"):
        self.seconds, self.error_message = seconds, error_message

    def __enter__(self):
        signal.signal(signal.SIGALRM, self._expired)
        signal.setitimer(signal.ITIMER_REAL, self.seconds)
        return self

    def __exit__(self, *_: Any) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _expired(self, *_: Any) -> None:
        raise AirflowTaskTimeout(self.error_message)


def context_to_airflow_vars(context: Any = None, in_env_var_format: bool = False) -> Dict[str, str]:
    """The attempt's ids, as commands get them."""
    from couture.operators.bash import context_environment

    found = context_environment(context if context is not None else get_current_context())
    if in_env_var_format:
        return found
    return {name.lower().replace("airflow_ctx_", "airflow.ctx."): value for name, value in found.items()}
