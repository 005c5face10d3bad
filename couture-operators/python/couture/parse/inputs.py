"""What a file reads while it is imported: it must be parsed again when one of these changes."""

import os
import sys
from typing import Any, Dict, Set

from couture.model import asker

_NOISE = frozenset({"PATH", "HOME", "LANG", "TZ", "PYTHONPATH"})


class Inputs:
    """Notes variables, connections, environment variables and files below `root`."""

    def __init__(self, root: str, ask: Any):
        self.root = os.path.join(os.path.realpath(root), "")
        self.variables: Dict[str, bool] = {}
        self.connections: Set[str] = set()
        self.environment: Set[str] = set()
        self.files: Set[str] = set()
        self.is_on = False
        self._ask = ask

    def install(self) -> None:
        """From here on all is noted. A process does this once."""
        asker.install(self.ask)
        self._watch_environment()
        sys.addaudithook(self._audit)
        self.is_on = True

    def ask(self, request: dict) -> Any:
        value = self._ask(request)
        if "variable" in request:
            found = value.get("value") if isinstance(value, dict) else value
            self.variables[request["variable"]["key"]] = found is not None
        elif "connections" in request:
            self.connections.add(request["connections"]["conn_id"])
        return value

    def _watch_environment(self) -> None:
        kind = type(os.environ)
        get = kind.__getitem__

        def read(environ: Any, name: Any) -> Any:
            if self.is_on and isinstance(name, str) and name not in _NOISE and self._is_asked_by_user():
                self.environment.add(name)
            return get(environ, name)

        kind.__getitem__ = read

    def _is_asked_by_user(self) -> bool:
        frame = sys._getframe(2)
        for _ in range(6):
            if frame is None:
                return False
            if frame.f_code.co_filename.startswith(self.root):
                return True
            frame = frame.f_back
        return False

    def _audit(self, event: str, arguments: Any) -> None:
        if event != "open" or not self.is_on:
            return
        path, mode, flags = arguments
        if not isinstance(path, (str, bytes)) or (isinstance(mode, str) and mode[:1] in ("w", "a", "x")):
            return
        if isinstance(flags, int) and flags & os.O_ACCMODE == os.O_WRONLY:
            return
        text = os.path.realpath(os.fsdecode(path))
        if text.startswith(self.root):
            self.files.add(text)

    def answer(self, modules: Set[str]) -> Dict[str, Any]:
        """All of it, sorted, without the files that are modules."""
        compiled = "__pycache__" + os.sep
        files = sorted(path for path in self.files if path not in modules and compiled not in path and os.path.isfile(path))
        return {
            "variables": dict(sorted(self.variables.items())),
            "connections": sorted(self.connections),
            "environment": sorted(self.environment),
            "files": files,
        }
