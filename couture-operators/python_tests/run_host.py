"""A small host for tests of attempts: what the supervisor is for real ones."""

import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from typing import Any, Callable, Dict, List, Optional

PACKAGES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "python")
LOGICAL_DATE = "2021-01-01T00:00:00+00:00"


def send(sock: socket.socket, message: Any) -> None:
    body = json.dumps(message).encode()
    sock.sendall(struct.pack(">I", len(body)) + body)


def receive(sock: socket.socket) -> Any:
    """The next frame; None where the other side has closed."""
    head = _exactly(sock, 4)
    if head is None:
        return None
    body = _exactly(sock, struct.unpack(">I", head)[0])
    return None if body is None else json.loads(body)


def _exactly(sock: socket.socket, count: int) -> Optional[bytes]:
    got = b""
    while len(got) < count:
        try:
            chunk = sock.recv(count - len(got))
        except ConnectionError:
            return None
        if not chunk:
            return None
        got += chunk
    return got


def environment() -> Dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": "/tmp", "LANG": "C.UTF-8", "PYTHONPATH": PACKAGES, "PYTHONDONTWRITEBYTECODE": "1"}


def greeting(bundle: str, file: str, dag_id: str, task_id: str, dialect: str = "2", **more: Any) -> Dict[str, Any]:
    run_type = more.pop("run_type", "manual")
    run = {
        "run_id": f"{run_type}__{LOGICAL_DATE}",
        "run_type": run_type,
        "logical_date": LOGICAL_DATE,
        "data_interval_start": LOGICAL_DATE,
        "data_interval_end": "2021-01-02T00:00:00+00:00",
        "conf": more.pop("conf", {}),
        "external_trigger": run_type == "manual",
    }
    return {
        "protocol": 1,
        "bundle": bundle,
        "file": file,
        "dag_id": dag_id,
        "task_id": task_id,
        "map_index": -1,
        "try_number": 1,
        "max_tries": 0,
        "dialect": dialect,
        "do": "execute",
        "callback": None,
        "run": run,
        "dates": {"prev_execution_date": "2020-12-31T00:00:00+00:00", "next_execution_date": "2021-01-02T00:00:00+00:00"},
        "params": {},
        "element": None,
        "waited": None,
        "base_url": None,
        "operator": {"type": "python"},
        **more,
    }


class Answers:
    """Answers to an attempt's asks: values kept in dictionaries, and templates in which `{{ name }}` stands for a text."""

    def __init__(self) -> None:
        self.variables: Dict[str, str] = {}
        self.connections: Dict[str, List[dict]] = {}
        self.xcoms: Dict[str, Dict[str, Any]] = {}
        self.names: Dict[str, Any] = {"ds": "2021-01-01"}
        self.runs: Dict[str, str] = {}
        self.external: Optional[dict] = None
        self.rendered: Any = None
        self.asked: List[dict] = []

    def answer(self, ask: dict, call: Callable[[str, list], Any]) -> Any:
        self.asked.append(ask)
        kind, what = next(iter(ask.items()))
        return getattr(self, f"on_{kind}")(what, call)

    def on_variable(self, what: dict, _: Any) -> Any:
        value = self.variables.get(what["key"])
        return None if value is None else {"value": value}

    def on_set_variable(self, what: dict, _: Any) -> None:
        self.variables[what["key"]] = what["value"]

    def on_delete_variable(self, what: dict, _: Any) -> None:
        self.variables.pop(what["key"], None)

    def on_connections(self, what: dict, _: Any) -> list:
        return self.connections.get(what["conn_id"], [])

    def on_xcom_pull(self, what: dict, _: Any) -> list:
        if what["dag_id"] not in (None, "other"):
            return [[] for _ in what["task_ids"]]
        return [self._pairs(task_id, what["key"], what.get("every")) for task_id in what["task_ids"]]

    def _pairs(self, task_id: str, key: Optional[str], every: Optional[bool]) -> list:
        given = self.xcoms.get(task_id, {})
        if every:
            return [[-1, value] for value in given.values()]
        if key is None:
            return [[-1, list(given.values())[-1]]] if given else []
        found = given.get(key, None)
        if key not in given:
            return []
        return [[index, value] for index, value in found.items()] if isinstance(found, dict) and 0 in found else [[-1, found]]

    def on_render(self, what: dict, call: Callable[[str, list], Any]) -> dict:
        import re

        def text(match: Any) -> str:
            expression = match.group(1).strip()
            called = re.fullmatch(r"([\w.]+)\((.*)\)", expression)
            if called:
                return str(call(called.group(1), json.loads(f"[{called.group(2)}]")))
            value, _, name = (part.strip() for part in expression.partition("|"))
            found = what["names"].get(value, self.names.get(value))
            if found is None:
                raise LookupError(f"{value!r} is undefined")
            return str(call(name, [found]) if name else found)

        def walk(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: walk(item) for key, item in value.items()}
            if isinstance(value, list):
                return [walk(item) for item in value]
            if isinstance(value, str) and what["ext"] and value.endswith(tuple(what["ext"])):
                with open(os.path.join(what["folder"], value)) as file:
                    value = file.read()
            return re.sub(r"\{\{(.*?)\}\}", text, value) if isinstance(value, str) else value

        self.rendered = walk(what["fields"])
        return {"fields": self.rendered}

    def on_trigger_dag_run(self, what: dict, _: Any) -> dict:
        run_id = what["run_id"] or "trig__1"
        if run_id in self.runs:
            raise LookupError(f"dag {what['dag_id']} has a run {run_id} already")
        self.runs[run_id] = "success"
        return {"run_id": run_id}

    def on_run_state(self, what: dict, _: Any) -> Optional[dict]:
        state = self.runs.get(what["run_id"])
        return None if state is None else {"state": state}

    def on_name(self, what: dict, _: Any) -> Any:
        if what["name"] not in self.names:
            raise LookupError(f"{what['name']!r} is not known here")
        return self.names[what["name"]]

    def on_external_states(self, what: dict, _: Any) -> Any:
        return self.external


def serve(sock: socket.socket, answers: Answers) -> Optional[dict]:
    """Answers until the end comes, and gives it; None where the process closes without one."""
    while True:
        message = receive(sock)
        if message is None:
            return None
        if "end" in message:
            return message["end"]

        def call(name: str, args: list) -> Any:
            send(sock, {"call": {"id": 99, "name": name, "args": args, "kwargs": {}}})
            while True:
                found = receive(sock)
                if "result" in found:
                    break
                send(sock, {"id": found["id"], "answer": {"value": answers.answer(found["ask"], call)}})
            if "error" in found["result"]:
                raise LookupError(found["result"]["error"])
            return found["result"]["value"]

        try:
            answer = {"value": answers.answer(message["ask"], call)}
        except LookupError as error:
            answer = {"error": str(error)}
        send(sock, {"id": message["id"], "answer": answer})


class Attempt:
    """A cold attempt: a process of its own."""

    def __init__(self, greeting: dict, answers: Optional[Answers] = None, python: str = sys.executable) -> None:
        self.answers = answers or Answers()
        self.mine, theirs = socket.socketpair()
        self.folder = tempfile.TemporaryDirectory()
        reader, writer = os.pipe()
        number = theirs.fileno()

        def take() -> None:
            os.dup2(number, 3)
            os.set_inheritable(3, True)

        self.process = subprocess.Popen(
            [python, "-m", "couture.run"],
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=writer,
            env=environment(),
            cwd=self.folder.name,
            preexec_fn=take,
            close_fds=False,
            start_new_session=True,
        )
        os.close(writer)
        theirs.close()
        self.output = b""
        self._reader = threading.Thread(target=self._read, args=(reader,))
        self._reader.start()
        send(self.mine, {"greeting": greeting})

    def _read(self, reader: int) -> None:
        with os.fdopen(reader, "rb") as pipe:
            for line in pipe:
                self.output += line

    def finish(self) -> Optional[dict]:
        """The end that it told, after its process has ended."""
        end = serve(self.mine, self.answers)
        self.code = self.process.wait()
        self._reader.join()
        self.mine.close()
        self.folder.cleanup()
        self.log = self.output.decode("utf-8", "replace")
        return end


class WarmParent:
    """A warm parent, whose supervisor is this process: it makes itself a subreaper."""

    def __init__(self, bundle: str, file: str, python: str = sys.executable) -> None:
        import ctypes

        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
        self.control, theirs = socket.socketpair()
        number = theirs.fileno()

        def take() -> None:
            os.dup2(number, 3)
            os.set_inheritable(3, True)

        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [python, "-m", "couture.run.warm", bundle, file],
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.output,
            env=environment(),
            preexec_fn=take,
            close_fds=False,
            start_new_session=True,
        )
        theirs.close()
        self.told = receive(self.control)

    def printed(self) -> str:
        self.output.seek(0)
        return self.output.read().decode()

    def fork(self, env: Optional[dict] = None, cwd: str = "/tmp", supervisor: Optional[int] = None) -> "tuple[int, socket.socket, int]":
        """A new attempt: its pid, its conversation, and the read end of its log."""
        reader, writer = os.pipe()
        mine, theirs = socket.socketpair()
        request = {"fork": {"env": env or environment(), "cwd": cwd, "supervisor": supervisor or os.getpid()}}
        body = json.dumps(request).encode()
        socket.send_fds(self.control, [struct.pack(">I", len(body)) + body], [writer, theirs.fileno()])
        os.close(writer)
        theirs.close()
        return receive(self.control)["pid"], mine, reader

    def close(self) -> int:
        self.control.close()
        code = self.process.wait(timeout=10)
        self.output.close()
        return code
