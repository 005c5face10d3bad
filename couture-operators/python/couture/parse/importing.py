"""Importing a DAG file, in the parser and in the attempts: the same rules, the same DAGs."""

import ast
import hashlib
import importlib
import importlib.util
import os
import re
import sys
import zipfile
from types import ModuleType
from typing import Any, List, Optional

from couture.model import context, dialect

OLD_MODULES = re.compile(
    r"airflow\.(contrib(\..*)?|(operators|sensors|hooks)\.\w+_(operator|sensor|hook)s?|operators\.(sensors|dagrun_operator|python_operator)"
    r"|utils\.(decorators|db|helpers|file|dag_processing)|bin\.cli|executors\.\w+_executor|macros\.hive)\Z"
)
NEVER_OLD = {
    "airflow.operators.sql_branch_operator",
    "airflow.utils.helpers",
    "airflow.utils.db",
    "airflow.utils.decorators",
    "airflow.sensors.time_sensor",
}
# What a file must have in its text for anything to be told by it; most files have not, and need not be looked at closer.
HINT = re.compile(
    rb"_operator|_sensor|_hook|_executor|\bcontrib\b|provide_context|dag_processing|\bsdk\b|operators\.sensors|utils\.file|bin\.cli|macros\.hive"
    rb"|\b(operators|sensors|hooks|utils|bin|executors|macros)\s+import|\\\s"
)
NEW_MODULES = re.compile(r"airflow\.(decorators|sdk|providers|timetables|datasets)(\..*)?\Z")


class _Scan(ast.NodeVisitor):
    """What a file's text tells of the rules that it was written for."""

    def __init__(self) -> None:
        self.is_old = self.is_new = self.is_sdk = False

    def _module(self, name: str) -> None:
        if OLD_MODULES.match(name) and name not in NEVER_OLD:
            self.is_old = True
        if NEW_MODULES.match(name):
            self.is_new = True
        if name == "airflow.sdk" or name.startswith("airflow.sdk."):
            self.is_sdk = True

    def visit_Import(self, node: ast.Import) -> None:  # noqa: N802
        for alias in node.names:
            self._module(alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:  # noqa: N802
        if node.level or not node.module:
            return
        self._module(node.module)
        for alias in node.names:
            self._module(f"{node.module}.{alias.name}")
            if node.module == "airflow.operators" and alias.name[:1].isupper():
                self.is_old = True
            if alias.name == "TaskGroup":
                self.is_new = True

    def visit_Call(self, node: ast.Call) -> None:  # noqa: N802
        for keyword in node.keywords:
            if keyword.arg == "provide_context":
                self.is_old = True
        name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
        if name in ("DAG", "dag") and any(keyword.arg == "schedule" for keyword in node.keywords):
            self.is_new = True
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:  # noqa: N802
        if node.value == "provide_context":
            self.is_old = True


def scan(source: bytes) -> _Scan:
    """What the text of a file tells. A file that is no Python tells nothing."""
    found = _Scan()
    if not HINT.search(source):
        return found
    try:
        found.visit(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError):
        pass
    return found


def choose_dialect(source: bytes, forced: Optional[str]) -> _Scan:
    """Sets the rules for the file that is imported next."""
    found = scan(source)
    is_old = found.is_old and not found.is_new
    dialect.set_current(forced or (dialect.OLD if is_old else dialect.NEW))
    dialect.set_without_default_schedule(found.is_sdk)
    return found


def module_name(path: str) -> str:
    """The name of a DAG file as a module: one that no other module has."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return f"unusual_prefix_{hashlib.sha1(path.encode()).hexdigest()}_{stem}"


def is_dag_file(source: bytes) -> bool:
    """Whether a file may define DAGs: helper modules beside them are not run for themselves."""
    text = source.lower()
    return b"dag" in text and (b"airflow" in text or b"couture" in text) or b"@asset" in text


def import_file(root: str, file: str, forced: Optional[str] = None) -> List[ModuleType]:
    """Imports the file below `root`, and gives its modules: one, or those at the top of a zip file. Raises what the file raises."""
    path = os.path.join(root, file)
    if file.endswith(".zip"):
        return _import_zip(path, file, forced)
    with open(path, "rb") as opened:
        source = opened.read()
    choose_dialect(source, forced)
    name = module_name(file)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
    return [module]


def _import_zip(path: str, file: str, forced: Optional[str]) -> List[ModuleType]:
    found = []
    with zipfile.ZipFile(path) as opened:
        sources = {name: opened.read(name) for name in sorted(opened.namelist()) if name.endswith(".py") and "/" not in name}
    sys.path.insert(0, path)
    for name, source in sources.items():
        stem = name[:-3]
        if stem == "__init__" or not is_dag_file(source):
            continue
        choose_dialect(source, forced)
        sys.modules.pop(stem, None)
        found.append(importlib.import_module(stem))
    return found


def dags_of(modules: List[ModuleType]) -> List[Any]:
    """The DAGs that the modules hold in variables, those made in a `with` or by `@dag`, and the sub-DAGs of them; by id."""
    from couture.model.dag import DAG

    found: List[Any] = []

    def add(it: Any) -> None:
        if isinstance(it, DAG) and not any(it is known for known in found):
            found.append(it)
            for inner in it.subdags:
                add(inner)

    for module in modules:
        for value in list(module.__dict__.values()):
            add(value)
    for it in context.registered_dags:
        if it.auto_register:
            add(it)
    return sorted(found, key=lambda it: it.dag_id)
