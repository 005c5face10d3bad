"""Serves parse requests, one after the other; each file is imported in a process of its own."""

import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from typing import Any, Dict, Optional

from couture.parse import frames

MAX_OUTPUT = 64 * 1024
PR_SET_CHILD_SUBREAPER = 36
PR_SET_PDEATHSIG = 1
# Imported once, before the forks.
WARM = (
    "airflow airflow.models couture.model.decorators couture.model.timetable couture.model.asset couture.model.variable "
    "couture.model.connection couture.operators.python couture.operators.bash couture.operators.empty couture.operators.dags "
    "couture.operators.seed couture.operators.stub couture.operators.sensor couture.operators.branch couture.operators.virtualenv "
    "couture.operators.email couture.operators.latest_only couture.operators.trigger_dag_run couture.parse.child couture.run.moment "
    "couture.fallback ast calendar collections csv decimal email.utils functools hashlib inspect io itertools json logging math pathlib "
    "pprint random re shutil string subprocess tempfile textwrap threading time traceback typing urllib.parse uuid zipfile zoneinfo"
).split()


# The modules whose names DAG files take most: looked up once, before the forks.
NAMED = (
    "airflow airflow.models airflow.decorators airflow.sdk airflow.operators.bash airflow.operators.python airflow.operators.empty "
    "airflow.operators.bash_operator airflow.operators.python_operator airflow.operators.dummy_operator airflow.operators.dummy "
    "airflow.providers.standard.operators.bash airflow.providers.standard.operators.python airflow.providers.standard.operators.empty "
    "airflow.utils.dates airflow.utils.task_group airflow.utils.trigger_rule airflow.models.param airflow.models.baseoperator"
).split()

try:
    _libc_prctl = ctypes.CDLL(None).prctl
except (OSError, AttributeError):
    _libc_prctl = None


def _prctl(option: int, value: int) -> None:
    if _libc_prctl is not None:
        _libc_prctl(option, value, 0, 0, 0)


class Server:
    """Reads requests from `requests`, and writes answers to `answers` (descriptors)."""

    def __init__(self, requests: int, answers: int):
        self.requests, self.answers = requests, answers

    def serve(self) -> None:
        warm()
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        while True:
            message = frames.read(self.requests)
            if message is None:
                return
            if "parse" in message:
                frames.write(self.answers, {"parsed": self.parse(message["parse"])})

    def parse(self, request: Dict[str, Any]) -> Dict[str, Any]:
        mine, its = socket.socketpair()
        output_read, output_write = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            _become_child(request, mine, its, (output_read, output_write), (self.requests, self.answers), parent)
        its.close()
        os.close(output_write)
        conversation = Conversation(self, pid, mine, output_read, float(request.get("timeout_s") or 30))
        try:
            answer = conversation.run()
        finally:
            _end(pid)
            mine.close()
            os.close(output_read)
        status = conversation.status
        if answer is None:
            answer = _failure(_ending(status, conversation.is_late, conversation.timeout))
        answer.setdefault("warnings", [])
        answer.setdefault("modules", [request["file"]])
        answer.setdefault("bundle", "")
        answer.setdefault("inputs", {"variables": {}, "connections": [], "environment": [], "files": []})
        answer["output"] = conversation.output()
        return answer


class Conversation:
    """With one child: relays what it asks, keeps the begin of what it prints, and waits for its answer."""

    def __init__(self, server: Server, pid: int, connection: socket.socket, output: int, timeout: float):
        self.server, self.pid, self.connection, self.output_descriptor = server, pid, connection, output
        self.timeout = timeout
        self.deadline = time.monotonic() + timeout
        self.is_late = False
        self.status: Optional[int] = None
        self._kept = bytearray()
        self._dropped = 0
        self._buffer = frames.Buffer()

    def output(self) -> str:
        text = self._kept.decode("utf-8", "replace")
        return text + f"\n[{self._dropped} more bytes were printed]" if self._dropped else text

    def run(self) -> Optional[Dict[str, Any]]:
        """The answer; nothing where there is none."""
        descriptors = [self.connection.fileno(), self.output_descriptor]
        while True:
            rest = self.deadline - time.monotonic()
            if rest <= 0:
                self.is_late = True
                return None
            ready, _, _ = select.select(descriptors, [], [], min(rest, 0.5))
            if not ready and self._is_gone():
                return None
            if self.output_descriptor in ready and not self._drain():
                descriptors.remove(self.output_descriptor)
            if self.connection.fileno() in ready:
                data = self._received()
                if not data:
                    self._wait()
                    return None
                answer = self._handle(data)
                if answer is not None:
                    self._drain_rest()
                    return answer

    def _received(self) -> bytes:
        try:
            return self.connection.recv(1 << 18)
        except ConnectionError:
            return b""

    def _handle(self, data: bytes) -> Optional[Dict[str, Any]]:
        self._buffer.feed(data)
        while True:
            try:
                body = self._buffer.next()
                message = None if body is None else json.loads(body)
            except ValueError as error:
                return _failure(f"the file's process sent what is no answer: {error}")
            if message is None:
                return None
            if "parsed" in message:
                return message["parsed"]
            if "ask" in message:
                # The author's code is not to blame for how long the server takes.
                begun = time.monotonic()
                frames.write(self.server.answers, {"ask": message["ask"]})
                answer = frames.read(self.server.requests)
                if answer is None:
                    os._exit(0)
                self.deadline += time.monotonic() - begun
                self.connection.sendall(frames.encode(answer))

    def _drain(self) -> bool:
        try:
            data = os.read(self.output_descriptor, 1 << 18)
        except OSError:
            return False
        space = MAX_OUTPUT - len(self._kept)
        self._kept += data[: max(space, 0)]
        self._dropped += max(len(data) - max(space, 0), 0)
        return bool(data)

    def _drain_rest(self) -> None:
        while select.select([self.output_descriptor], [], [], 0)[0] and self._drain():
            pass

    def _wait(self) -> None:
        """The child has closed its end, so it is about to be gone."""
        for _ in range(200):
            if self._is_gone():
                return
            time.sleep(0.005)

    def _is_gone(self) -> bool:
        """Whether it has ended, though what it has started may hold its end of the connection open."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            return False
        self.status = status
        self._drain_rest()
        return True


def _become_child(request, mine, its, output, server, parent) -> None:
    try:
        os.setsid()
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        mine.close()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(output[1], 1)
        os.dup2(output[1], 2)
        for descriptor in {*output, *server, null} - {0, 1, 2}:
            os.close(descriptor)
        sys.stdin = open(0, closefd=False)
        sys.stdout = open(1, "w", buffering=1, closefd=False, errors="replace")
        sys.stderr = open(2, "w", buffering=1, closefd=False, errors="replace")
        from couture.parse.child import Child

        Child(request, its.detach()).run()
    finally:
        os._exit(70)


def _end(pid: int) -> None:
    """Ends the child and all that it has started, and takes their last status."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    for _ in range(1000):
        for orphan in _children():
            try:
                os.kill(orphan, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> "list[int]":
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as opened:
            return [int(pid) for pid in opened.read().split()]
    except OSError:
        return []


def _ending(status: Optional[int], is_late: bool, timeout: float) -> str:
    if is_late:
        return f"reading the file took longer than {timeout:g} s; do less at the top of the file"
    if status is not None and os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return f"reading the file ended its process with {name}"
    code = os.WEXITSTATUS(status) if status is not None and os.WIFEXITED(status) else None
    return f"the file ended the process that read it (exit code {code}), as os._exit does; an import must not do that"


def _failure(reason: str) -> Dict[str, Any]:
    return {"dags": [], "error": {"reason": reason, "line": None, "traceback": ""}}


def warm() -> None:
    """Imports what DAG files import, so that their processes have it."""
    for name in WARM:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    from airflow._finder import MODULES
    from couture.parse import bundle, child  # noqa: F401
    from couture.parse.native import table

    table()
    for name in NAMED:
        module = importlib.import_module(name)
        for attribute in MODULES.get(name, {}):
            getattr(module, attribute, None)
    bundle.remember_modules()
    gc.collect()
    gc.freeze()


def main() -> None:
    """Serves on the standard input and output; a file's prints never reach them."""
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    Server(requests, answers).serve()
