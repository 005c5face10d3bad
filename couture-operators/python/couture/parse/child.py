"""The process that imports one file."""

import gc
import os
import resource
import signal
import sys
import threading
import warnings
from typing import Any, Dict, List

from couture.exceptions import AirflowDagDuplicatedIdException, AirflowRuntimeError
from couture.model import context, dates, plugin_macros, plugins
from couture.parse import frames, importing
from couture.parse.bundle import bundle_hash, listed, modules_below
from couture.parse.complaint import MAX_LINE, complaint
from couture.parse.document import Writer
from couture.parse.inputs import Inputs
from couture.parse.templates import template_files

MAX_WARNINGS = 100


class Child:
    """Imports the file of a request, and writes the answer to `descriptor`."""

    def __init__(self, request: Dict[str, Any], descriptor: int):
        self.root = os.path.abspath(request["root"])
        self.file = request["file"]
        self.dialect = request.get("dialect")
        self.memory = int(request.get("memory_bytes") or 1 << 30)
        self.timeout = float(request.get("timeout_s") or 30)
        self.descriptor = descriptor
        self.pid = os.getpid()
        self.lock = threading.Lock()

    def ask(self, request: Dict[str, Any]) -> Any:
        with self.lock:
            frames.write(self.descriptor, {"ask": request})
            message = frames.read(self.descriptor)
        answer = (message or {}).get("answer") or {}
        if "error" in answer and answer["error"] is not None:
            raise AirflowRuntimeError(str(answer["error"]))
        return answer.get("value")

    def run(self) -> None:
        """Writes the answer and ends the process."""
        try:
            answer = self.parsed()
            data = frames.encode({"parsed": answer})
        except ValueError as error:
            data = frames.encode({"parsed": {"dags": [], "error": {"reason": str(error), "line": None, "traceback": ""}}})
        if os.getpid() == self.pid:
            sys.stdout.flush()
            sys.stderr.flush()
            view = memoryview(data)
            while view:
                view = view[os.write(self.descriptor, view) :]
        os._exit(0)

    def parsed(self) -> Dict[str, Any]:
        limit(self.memory, self.timeout)
        # A file leaves little garbage, and this process ends soon.
        gc.set_threshold(20_000)
        # Last, as in Airflow: a DAG file called statistics.py must not be what others import by that name.
        sys.path.extend([self.root, os.path.join(self.root, "plugins")])
        os.environ["COUTURE_DAGS_FOLDER"] = self.root
        inputs = Inputs(self.root, self.ask)
        inputs.install()
        error, loaded = None, []
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                if self._is_dag_file():
                    loaded = importing.import_file(self.root, self.file, self.dialect)
            except BaseException as raised:  # SystemExit and KeyboardInterrupt of a file are its errors too
                if isinstance(raised, MemoryError):
                    gc.collect()
                error = complaint(raised, self.root, self.file)
        if os.getpid() != self.pid:
            os._exit(0)
        inputs.is_on = False
        return self._answer(loaded, error, caught, inputs)

    def _is_dag_file(self) -> bool:
        if self.file.endswith(".zip"):
            return True
        with open(os.path.join(self.root, self.file), "rb") as opened:
            return importing.is_dag_file(opened.read())

    def _answer(self, loaded, error, caught, inputs) -> Dict[str, Any]:
        if error is None:
            try:
                load_used_plugins(loaded)
            except BaseException as raised:
                error = complaint(raised, self.root, self.file)
        found: List[Any] = []
        if loaded or error is None:
            found = importing.dags_of(loaded)
        modules = modules_below(self.root, self.file)
        if not self.file.endswith(".zip"):
            modules = dict(sorted({**template_files(found, self.root), **modules}.items()))
        bundle = bundle_hash(modules)
        writer = Writer(bundle, self.file, self.root)
        documents = []
        for at, dag in enumerate(found):
            try:
                if at and found[at - 1].dag_id == dag.dag_id:
                    raise AirflowDagDuplicatedIdException(
                        f"two DAGs of the file have the id {dag.dag_id!r}: {_summary(found[at - 1])} and {_summary(dag)}; rename one"
                    )
                documents.append(writer.dag(dag))
            except Exception as raised:
                error = error or complaint(raised, self.root, self.file)
        return {
            "dags": documents,
            "error": error,
            "warnings": self._warnings(caught, writer.warnings, found),
            "modules": listed(modules),
            "bundle": bundle,
            "inputs": inputs.answer({os.path.realpath(path) for path in modules.values()}),
        }

    def _warnings(self, caught, own: List[str], found: List[Any]) -> List[str]:
        texts = [str(it.message) for it in caught if _concerns_author(it)]
        texts.extend(own)
        texts.extend(clock_warnings(found))
        return [text[:MAX_LINE] for text in list(dict.fromkeys(texts))[:MAX_WARNINGS]]


def load_used_plugins(loaded: List[Any]) -> None:
    """Imports the plugins where a template needs their macros, so that they are among the file's modules."""
    dags = importing.dags_of(loaded) if plugins.folders() else []
    if any(plugin_macros.are_used_by(task, dag) for dag in dags for task in dag.tasks):
        plugins.plugins()


def _summary(dag: Any) -> str:
    ids = list(dag.task_dict)
    return f"one with the tasks {', '.join(ids[:3])}{' …' if len(ids) > 3 else ''}" if ids else "one without tasks"


def _concerns_author(warning: Any) -> bool:
    if issubclass(warning.category, (ResourceWarning, ImportWarning, SyntaxWarning)):
        return False
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    ours = warning.category is PendingDeprecationWarning or warning.category is UserWarning
    return ours or not warning.filename.startswith(here)


def clock_warnings(found: List[Any]) -> List[str]:
    """Names the start dates that the clock has made: they are others at each parse."""
    texts = []
    now = dates.utcnow()
    for dag in found:
        if dag.is_subdag:
            continue
        start = dag.start_date or min((task.start_date for task in dag.tasks if task.start_date is not None), default=None)
        if start is None:
            continue
        start = dates.coerce_datetime(start, dag.timezone)
        if abs((now - start).total_seconds()) < 120:
            texts.append(
                f"start_date of DAG {dag.dag_id} is the time at which the file is read, so it moves with each reading "
                "and no interval ever ends; write a fixed date"
            )
        elif context.clock_was_asked and (now - start).days <= 400 and _is_midnight(start):
            texts.append(f"start_date of DAG {dag.dag_id} is made by the clock, so it moves from day to day; write a fixed date")
    return texts


def _is_midnight(moment: Any) -> bool:
    return (moment.minute, moment.second, moment.microsecond) == (0, 0, 0)


def limit(memory: int, timeout: float) -> None:
    """Bounds the memory that this process may take besides what it has, and its computing time; no core files."""
    with open("/proc/self/statm", "rb") as opened:
        has = int(opened.read().split()[0]) * resource.getpagesize()
    for what, value in ((resource.RLIMIT_AS, has + memory), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (value, value))
    seconds = int(timeout) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    signal.signal(signal.SIGINT, signal.default_int_handler)
