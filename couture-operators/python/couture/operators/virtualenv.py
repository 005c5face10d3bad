"""Functions that run in a Python of their own: a virtual environment, or one that is there already."""

import json
import os
import subprocess
import sys
import tempfile
from typing import Any, Collection, Dict, List, Optional, Union

from couture.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from couture.model.base_operator import as_list
from couture.model.call import keyword_arguments
from couture.operators.python import PythonOperator, is_venv_installed
from couture.operators.skip import SkipMixin, follow
from couture.operators.venv import made_venv
from couture.run.values import to_json

_TEXTS = (
    "ds ds_nodash inlets next_ds next_ds_nodash outlets params prev_ds prev_ds_nodash run_id task_instance_key_str test_mode "
    "tomorrow_ds tomorrow_ds_nodash ts ts_nodash ts_nodash_with_tz yesterday_ds yesterday_ds_nodash templates_dict"
).split()
_MOMENTS = "execution_date logical_date data_interval_start data_interval_end next_execution_date prev_execution_date".split()

_SCRIPT = """\
import json
import sys
from datetime import datetime

{source}

with open(sys.argv[1]) as _file:
    _given = json.load(_file)
virtualenv_string_args = _given["strings"]
for _name in _given["moments"]:
    _given["kwargs"][_name] = datetime.fromisoformat(_given["kwargs"][_name])
_told = {{}}
try:
    _result = {name}(*_given["args"], **_given["kwargs"])
except BaseException as _error:
    if type(_error).__name__ not in ("AirflowSkipException", "AirflowFailException"):
        raise
    _told["raised"] = [type(_error).__name__, str(_error)]
else:
    try:
        from couture.run.values import to_json as _to_json
        _told["value"] = _to_json(_result, "the result of {name}")
    except (ImportError, SyntaxError):
        _told["value"] = _result
with open(sys.argv[2], "w") as _file:
    json.dump(_told, _file)
"""


def source_of(function: Any) -> "tuple[str, str]":
    """A function's text without its decorators, and its name. Raises AirflowException where it is no plain `def`."""
    import ast
    import inspect
    import textwrap

    function = inspect.unwrap(function)
    if getattr(function, "__name__", "<lambda>") == "<lambda>" or not inspect.isfunction(function):
        raise AirflowException(
            "a function that runs in another Python must be written with `def`: a lambda or an object cannot be sent there"
        )
    try:
        text = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(text)
    except (OSError, TypeError, SyntaxError) as error:
        raise AirflowException(f"the text of function {function.__name__} cannot be read: {error}") from None
    node = tree.body[0]
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        raise AirflowException("a function that runs in another Python must be written with `def`")
    if isinstance(node, ast.AsyncFunctionDef):
        raise AirflowException("a function that runs in another Python must be no `async def`")
    return "\n".join(text.splitlines()[node.lineno - 1 :]), node.name


class _OtherPython(PythonOperator):
    """Runs the text of a function in another Python. Arguments and result go as JSON; the function sees nothing else of its file."""

    def __init__(
        self,
        *,
        python_callable: Any,
        string_args: Optional[Collection[str]] = None,
        expect_airflow: bool = True,
        expect_pendulum: bool = False,
        use_dill: bool = False,
        use_cloudpickle: bool = False,
        serializer: Optional[str] = None,
        skip_on_exit_code: Union[int, Collection[int], None] = None,
        env_vars: Optional[Dict[str, str]] = None,
        inherit_env: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(python_callable=python_callable, **kwargs)
        self.string_args = list(string_args or [])
        self.expect_airflow = expect_airflow
        self.skip_on_exit_code: List[int] = as_list(skip_on_exit_code)
        self.env_vars, self.inherit_env = env_vars, inherit_env

    def python_path(self) -> str:
        """The other Python."""
        raise NotImplementedError

    def determine_kwargs(self, context: Any) -> Dict[str, Any]:
        if context["ti"].is_old and not self.provide_context:
            return dict(self.op_kwargs)
        known = {name: context[name] for name in (*_TEXTS, *_MOMENTS) if context.get(name) is not None}
        return keyword_arguments(self.python_callable, self.op_args, self.op_kwargs, known)

    def execute_callable(self) -> Any:
        source, name = source_of(self.python_callable)
        where = f"arguments of {name}"
        moments = [it for it in _MOMENTS if it in self.op_kwargs and hasattr(self.op_kwargs[it], "isoformat")]
        given = {
            "args": to_json(list(self.op_args), where),
            "kwargs": to_json(dict(self.op_kwargs), where),
            "moments": moments,
            "strings": to_json(self.string_args, "string_args"),
        }
        python = self.python_path()
        with tempfile.TemporaryDirectory(prefix="other-python-") as folder:
            script, asked, told = (os.path.join(folder, part) for part in ("script.py", "asked.json", "told.json"))
            with open(script, "w", encoding="utf-8") as file:
                file.write(_SCRIPT.format(source=source, name=name))
            with open(asked, "w", encoding="utf-8") as file:
                json.dump(given, file)
            return self._answer([python, script, asked, told], told)

    def _answer(self, command: List[str], told: str) -> Any:
        env = {**(os.environ if self.inherit_env else {}), **(self.env_vars or {})}
        sys.stdout.flush()
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=env)
        code = self._process.wait()
        if code and code in self.skip_on_exit_code:
            raise AirflowSkipException(f"Process exited with code {code}. Skipping.")
        if code:
            raise AirflowException(f"the function failed in {command[0]}: its process returned {code}; its traceback is above")
        try:
            with open(told, encoding="utf-8") as file:
                found = json.load(file)
        except (OSError, ValueError):
            raise AirflowException(f"the function ended its process in {command[0]} before it returned") from None
        if "raised" in found:
            kind = {"AirflowSkipException": AirflowSkipException, "AirflowFailException": AirflowFailException}[found["raised"][0]]
            raise kind(found["raised"][1])
        return found["value"]

    def on_kill(self) -> None:
        process = getattr(self, "_process", None)
        if process is not None and process.poll() is None:
            process.terminate()


class PythonVirtualenvOperator(_OtherPython):
    """Runs a function in a virtual environment with the packages that it requires. The environment is made once, and kept."""

    template_fields = (*PythonOperator.template_fields, "requirements", "index_urls", "venv_cache_path")
    template_ext = (".txt",)

    def __init__(
        self,
        *,
        python_callable: Any,
        requirements: Union[None, str, Collection[str]] = None,
        python_version: Union[None, str, float] = None,
        system_site_packages: bool = True,
        pip_install_options: Optional[List[str]] = None,
        index_urls: Union[None, str, Collection[str]] = None,
        venv_cache_path: Optional[str] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(python_callable=python_callable, **kwargs)
        self.requirements = [] if requirements is None else requirements if isinstance(requirements, str) else list(requirements)
        self.python_version = None if python_version is None else str(python_version)
        self.system_site_packages, self.pip_install_options = system_site_packages, list(pip_install_options or [])
        self.index_urls = [index_urls] if isinstance(index_urls, str) else list(index_urls) if index_urls else None
        self.venv_cache_path = venv_cache_path

    def python_path(self) -> str:
        lines = self.requirements.splitlines() if isinstance(self.requirements, str) else self.requirements
        wanted = [line.strip() for text in lines for line in str(text).splitlines() if line.strip()]
        return made_venv(
            wanted, self.python_version, self.system_site_packages, self.pip_install_options, self.index_urls, self.venv_cache_path
        )


class ExternalPythonOperator(_OtherPython):
    """Runs a function in a Python that is there already."""

    template_fields = ("python", *PythonOperator.template_fields)

    def __init__(self, *, python: Any, python_callable: Any, **kwargs: Any) -> None:
        super().__init__(python_callable=python_callable, **kwargs)
        if not python:
            raise ValueError("ExternalPythonOperator has no python; give the path of one")
        self.python = os.fspath(python) if hasattr(python, "__fspath__") else python

    def python_path(self) -> str:
        if not os.path.isabs(self.python) or not os.access(self.python, os.X_OK):
            raise AirflowException(f"{self.python!r} is no Python: give the whole path of one that can be run")
        return self.python


class BranchPythonVirtualenvOperator(PythonVirtualenvOperator, SkipMixin):
    """A branch whose function runs in a virtual environment."""

    def execute(self, context: Any) -> Any:
        chosen = super().execute(context)
        follow(context["ti"], chosen)
        return chosen


class BranchExternalPythonOperator(ExternalPythonOperator, SkipMixin):
    """A branch whose function runs in another Python."""

    def execute(self, context: Any) -> Any:
        chosen = super().execute(context)
        follow(context["ti"], chosen)
        return chosen


__all__ = [
    "BranchExternalPythonOperator",
    "BranchPythonVirtualenvOperator",
    "ExternalPythonOperator",
    "PythonVirtualenvOperator",
    "is_venv_installed",
]
