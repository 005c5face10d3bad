"""One attempt of a task: a process `python -m couture.run`, and the host that it talks with."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

from . import rendering
from .frames import read_frame, write_frame
from .parsing import environment

# The conversation is descriptor 3; a shell could not move a descriptor with two digits.
START = "import os, runpy, sys; os.dup2(int(sys.argv.pop()), 3); runpy.run_module('couture.run', run_name='__main__', alter_sys=True)"
TIMEOUT_S = 120
# What a run without others before it and without assets finds under names that the server works out.
RARE_NAMES = {"triggering_dataset_events": {}, "triggering_asset_events": {}, "task_instances": [], "expanded_ti_count": None}


class Host:
    """Answers what an attempt asks. `installation` keeps XComs, variables and runs."""

    def __init__(self, stream, greeting, installation):
        self.stream = stream
        self.greeting = greeting
        self.installation = installation
        self.rendered = {}
        self.pushed = {}
        self.calls = 0

    def talk(self):
        """Greets, answers, and gives the attempt's end; None where it ended without one."""
        write_frame(self.stream, {"greeting": self.greeting})
        while True:
            message = read_frame(self.stream)
            if message is None:
                return None
            if "end" in message:
                return message["end"]
            try:
                answer = {"value": self.answer(message["ask"])}
            except Exception as error:
                answer = {"error": "%s: %s" % (type(error).__name__, error)}
            write_frame(self.stream, {"id": message.get("id"), "answer": answer})

    def answer(self, ask):
        """The value that is asked for. Raises KeyError for what nobody knows."""
        (kind, what), installation = next(iter(ask.items())), self.installation
        if kind == "render":
            answer = rendering.render(what, self.names(), self.greeting["dialect"] == "1.10", self.call)
            self.rendered.update(answer["fields"])
            return answer
        if kind == "xcom_pull":
            return installation.pull(what, self.greeting)
        if kind == "variable":
            value = installation.variables.get(what["key"])
            return None if value is None else {"value": value}
        if kind == "set_variable":
            installation.variables[what["key"]] = what["value"]
            return None
        if kind == "delete_variable":
            return installation.variables.pop(what["key"], None)
        if kind == "connections":
            return []
        if kind == "trigger_dag_run":
            return {"run_id": installation.trigger(what)}
        if kind == "run_state":
            return installation.run_state(what)
        if kind == "name":
            return RARE_NAMES.get(what["name"])
        if kind == "external_states":
            return installation.external_states(what)
        if kind == "mask":
            return None
        raise KeyError("the local runner cannot answer %s" % kind)

    def names(self):
        """What templates see."""
        return rendering.context(self.greeting, self.pull_for_template, self.push_for_template, self.installation.variables)

    def push_for_template(self, key, value, **_):
        """`ti.xcom_push` in a template; it counts if the attempt succeeds."""
        self.pushed[key] = value

    def pull_for_template(self, task_ids=None, dag_id=None, key="return_value", **_):
        """`ti.xcom_pull` in a template."""
        is_one = isinstance(task_ids, str)
        ask = {"task_ids": [task_ids] if is_one else list(task_ids), "key": key, "dag_id": dag_id}
        found = [values[0][1] if values else None for values in self.installation.pull(ask, self.greeting)]
        return found[0] if is_one else found

    def call(self, name, args, kwargs):
        """Has the attempt call a function of its own."""
        self.calls += 1
        args = [str(arg) if isinstance(arg, rendering.Moment) else arg for arg in args]
        write_frame(self.stream, {"call": {"id": self.calls, "name": name, "args": args, "kwargs": kwargs}})
        result = read_frame(self.stream)["result"]
        if "error" in result:
            raise RuntimeError(result["error"])
        return result["value"]


def run(python, greeting, installation, packages=None):
    """Runs one attempt. Gives its end as the process told it (a failed one where it told none), the rendered fields, and its log."""
    ours, theirs = socket.socketpair()
    folder = tempfile.mkdtemp(prefix="attempt-")
    with tempfile.TemporaryFile() as log:
        os.set_inheritable(theirs.fileno(), True)
        process = subprocess.Popen(
            [python, "-c", START, str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment(packages),
            cwd=folder,
            start_new_session=True,
        )
        theirs.close()
        timer = threading.Timer(TIMEOUT_S, os.killpg, [process.pid, signal.SIGKILL])
        timer.start()
        host = Host(ours.makefile("rwb"), greeting, installation)
        try:
            end = host.talk()
        except (BrokenPipeError, ConnectionResetError):
            end = None
        code = process.wait()
        timer.cancel()
        ours.close()
        shutil.rmtree(folder, ignore_errors=True)
        log.seek(0)
        text = log.read().decode(errors="replace")
    if end is None:
        end = {"state": "failed", "error": "the process ended with code %d and said no end" % code, "retryable": False}
    end["xcoms"] = {**host.pushed, **(end.get("xcoms") or {})}
    return end, host.rendered, text
