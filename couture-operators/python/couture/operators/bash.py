"""Runs a command in bash: for subclasses, mapped tasks and `@task.bash`. Plain ones Couture runs by itself."""

import os
import subprocess
import sys
from typing import Any, Callable, Dict, List, Optional, Union

from couture.exceptions import AirflowException, AirflowSkipException
from couture.model.base_operator import BaseOperator

_MAX_LINE_BYTES = 64 << 10


def context_environment(context: Any) -> Dict[str, str]:
    """`AIRFLOW_CTX_…`: what commands are told of the attempt."""
    ti, task = context["ti"], context["task"]
    email = getattr(task, "email", None)
    emails = email if isinstance(email, str) else ",".join(email) if email else ""
    return {
        "AIRFLOW_CTX_DAG_ID": ti.dag_id,
        "AIRFLOW_CTX_TASK_ID": ti.task_id,
        "AIRFLOW_CTX_TRY_NUMBER": str(ti.try_number),
        "AIRFLOW_CTX_EXECUTION_DATE": context["execution_date"].isoformat(),
        "AIRFLOW_CTX_DAG_RUN_ID": ti.run_id,
        "AIRFLOW_CTX_DAG_OWNER": str(task.owner),
        "AIRFLOW_CTX_DAG_EMAIL": emails,
    }


class Command:
    """A command that runs in bash: its output goes to the log, its last line is kept."""

    def __init__(self) -> None:
        self._process: Optional[subprocess.Popen] = None

    def run(self, text: str, env: Dict[str, str], cwd: Optional[str] = None) -> "tuple[int, str]":
        """The exit code and the last line. The command is in the attempt's process group, so it ends with it."""
        sys.stdout.flush()
        self._process = subprocess.Popen(["bash", "-c", text], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, cwd=cwd)
        last = b""
        assert self._process.stdout is not None
        while True:
            line = self._process.stdout.readline(_MAX_LINE_BYTES)
            if not line:
                break
            last = line
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
        return self._process.wait(), last.decode("utf-8", "replace").rstrip()

    def end(self) -> None:
        """Sends TERM."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()


class BashOperator(BaseOperator):
    """Runs `bash -c` with a command; its last line is the XCom `return_value` (in dialect 1.10 only with `xcom_push=True`)."""

    template_fields = ("bash_command", "env", "cwd")
    template_fields_renderers = {"bash_command": "bash", "env": "json"}
    template_ext = (".sh", ".bash")
    ui_color = "#f0ede4"

    def __init__(
        self,
        *,
        bash_command: Any,
        env: Optional[Dict[str, str]] = None,
        append_env: bool = False,
        output_encoding: str = "utf-8",
        xcom_push: bool = False,
        skip_on_exit_code: Union[int, List[int], None] = 99,
        skip_exit_code: Optional[int] = None,
        cwd: Optional[str] = None,
        output_processor: Callable[[str], Any] = lambda result: result,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.bash_command, self.env, self.append_env, self.cwd = bash_command, env, append_env, cwd
        self.output_encoding, self.output_processor = output_encoding, output_processor
        # Not `xcom_push`: that is a method.
        self.xcom_push_flag = xcom_push
        if skip_exit_code is not None:
            skip_on_exit_code = skip_exit_code
        codes = [] if skip_on_exit_code is None else [skip_on_exit_code] if isinstance(skip_on_exit_code, int) else list(skip_on_exit_code)
        self.skip_on_exit_code: List[int] = codes

    def get_env(self, context: Any) -> Dict[str, str]:
        """The command's environment."""
        given = {name: str(value) for name, value in (self.env or {}).items()}
        base = dict(os.environ) if not given or self.append_env else {}
        return {**base, **context_environment(context), **given}

    def execute(self, context: Any) -> Any:
        is_old = context["ti"].is_old
        if self.cwd is not None and not os.path.isdir(self.cwd):
            raise AirflowException(f"the cwd {self.cwd} is no folder")
        self._command = Command()
        print("Running command:", self.bash_command if isinstance(self.bash_command, str) else repr(self.bash_command))
        code, last = self._command.run(self.bash_command, self.get_env(context), self.cwd)
        skips = not is_old or self.skip_on_exit_code != [99]
        if code in self.skip_on_exit_code and code != 0 and skips:
            raise AirflowSkipException(f"the command ended with exit code {code}, which means to skip")
        if code != 0:
            raise AirflowException(f"bash command failed: exit code {code}")
        if is_old and not self.xcom_push_flag:
            return None
        return self.output_processor(last)

    def on_kill(self) -> None:
        command = getattr(self, "_command", None)
        if command is not None:
            command.end()
