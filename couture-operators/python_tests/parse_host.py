"""A parser process, and what it says of files."""

import json
import os
import struct
import subprocess
import sys
import tempfile
from typing import Any, Dict, Optional

PACKAGES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "python")


class Parser:
    """`python -m couture.parse`, and the server's side of the conversation. `variables` and `connections` are what it answers with."""

    def __init__(self, **environment: str):
        env = {
            "PATH": os.environ["PATH"],
            "HOME": tempfile.gettempdir(),
            "PYTHONPATH": PACKAGES,
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "couture.parse"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, cwd="/"
        )
        self.variables: Dict[str, str] = {}
        self.connections: Dict[str, Any] = {}

    def parse(self, root: str, file: str, timeout_s: float = 30, dialect: Optional[str] = None) -> Dict[str, Any]:
        request = {"root": root, "file": file, "timeout_s": timeout_s, "memory_bytes": 1 << 28, "dialect": dialect}
        self._send({"parse": request})
        while True:
            message = self._receive()
            if "parsed" in message:
                return message["parsed"]
            self._send({"answer": {"value": self._answer(message["ask"])}})

    def _answer(self, ask: Dict[str, Any]) -> Any:
        if "variable" in ask:
            key = ask["variable"]["key"]
            return {"value": self.variables[key]} if key in self.variables else None
        return self.connections.get(ask["connections"]["conn_id"], [])

    def _send(self, message: Any) -> None:
        body = json.dumps(message).encode()
        self.process.stdin.write(struct.pack(">I", len(body)) + body)
        self.process.stdin.flush()

    def _receive(self) -> Any:
        head = self.process.stdout.read(4)
        if len(head) < 4:
            raise AssertionError("the parser has ended")
        return json.loads(self.process.stdout.read(struct.unpack(">I", head)[0]))

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Folder:
    """A folder of DAG files, and a parser for it."""

    def __init__(self, files: Dict[str, str], **environment: str):
        self.temporary = tempfile.TemporaryDirectory()
        self.root = os.path.realpath(self.temporary.name)
        self.parser = Parser(**environment)
        for name, text in files.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as opened:
            opened.write(text)

    def parse(self, file: str = "x.py", **kwargs: Any) -> Dict[str, Any]:
        return self.parser.parse(self.root, file, **kwargs)

    def __enter__(self) -> "Folder":
        return self

    def __exit__(self, *_: Any) -> None:
        self.parser.close()
        self.temporary.cleanup()


def parsed(text: str, **kwargs: Any) -> Dict[str, Any]:
    """What is said of one file."""
    with Folder({"x.py": text}) as folder:
        return folder.parse(**kwargs)
