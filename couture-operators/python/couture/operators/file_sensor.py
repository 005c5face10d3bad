"""Sensors that wait for files and for commands."""

import glob
import os
from typing import Any, Dict, Optional

from couture.exceptions import AirflowFailException
from couture.operators.bash import Command, context_environment
from couture.operators.sensor import BaseSensorOperator


class FileSensor(BaseSensorOperator):
    """Waits for a file, or for a file anywhere in a folder. A path that is not absolute is below that of the connection."""

    template_fields = ("filepath",)
    ui_color = "#91818a"

    def __init__(
        self,
        *,
        filepath: Any,
        fs_conn_id: str = "fs_default",
        recursive: bool = False,
        deferrable: bool = False,
        start_from_trigger: bool = False,
        trigger_kwargs: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filepath = filepath if hasattr(filepath, "resolve") and hasattr(filepath, "operator") else os.fspath(filepath)
        self.fs_conn_id, self.recursive = fs_conn_id, recursive

    @property
    def path(self) -> str:
        """The whole path, with the connection's before it."""
        if os.path.isabs(self.filepath):
            return self.filepath
        from couture.connection import Connection

        found = Connection.get_connections(self.fs_conn_id)
        base = found[0].extra_dejson.get("path", "") if found else ""
        return os.path.join(base, self.filepath)

    def poke(self, context: Any) -> bool:
        print(f"Poking for file {self.path}")
        for path in glob.iglob(self.path, recursive=self.recursive):
            if os.path.isfile(path) or any(files for _, _, files in os.walk(path)):
                print(f"Found {path}")
                return True
        return False


class BashSensor(BaseSensorOperator):
    """Waits until a command ends with code 0."""

    template_fields = ("bash_command", "env")
    template_ext = (".sh", ".bash")

    def __init__(
        self,
        *,
        bash_command: Any,
        env: Optional[Dict[str, str]] = None,
        output_encoding: str = "utf-8",
        retry_exit_code: Optional[int] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.bash_command, self.env, self.output_encoding, self.retry_exit_code = bash_command, env, output_encoding, retry_exit_code

    def poke(self, context: Any) -> bool:
        self._command = Command()
        base = self.env if self.env is not None else {**os.environ, **context_environment(context)}
        code, _ = self._command.run(self.bash_command, {name: str(value) for name, value in base.items()})
        if self.retry_exit_code is not None and code not in (0, self.retry_exit_code):
            raise AirflowFailException(f"the command ended with exit code {code}")
        return code == 0

    def on_kill(self) -> None:
        command = getattr(self, "_command", None)
        if command is not None:
            command.end()
