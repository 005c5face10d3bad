"""`python -m couture.run.warm BUNDLE_DIR FILE`: the parent of attempts, with the file imported already.

Descriptor 3 is the control socket. The parent runs nothing but the file's imports, and ends when the socket closes. Each attempt is forked
from it, and forked once more so that it becomes a child of the supervisor, which must be a subreaper above this process.
"""

import gc
import os
import signal
import socket
import struct
import sys
import time
from typing import Any, List, Optional

from . import log
from .conversation import DESCRIPTOR, MAX_FRAME_BYTES, encode

_PR_SET_PDEATHSIG = 1
_ORPHANED = 70


def main() -> None:
    """Serves until the control socket closes."""
    os.set_inheritable(DESCRIPTOR, False)
    control = socket.socket(fileno=DESCRIPTOR)
    log.setup()
    bundle, file = sys.argv[1], sys.argv[2]
    from .load import load

    try:
        dags = load(bundle, file)
    except BaseException as error:
        print(log.trimmed(type(error), error, error.__traceback__), file=sys.stderr)
        _refuse(control, f"{file} could not be imported: {log.one_line(error)}")
    _import_the_rest()
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        _refuse(control, f"importing {file} started {threads - 1} thread(s), and a process with threads cannot be forked safely")
    libc = _libc()
    rehearse()
    log.flush()
    gc.collect()
    gc.freeze()
    control.sendall(encode({"ready": {"threads": threads}}))
    Parent(control, dags, libc).serve()


def _refuse(control: socket.socket, reason: str) -> None:
    log.flush()
    control.sendall(encode({"refuse": reason}))
    os._exit(0)


def _import_the_rest() -> None:
    """What an attempt needs, so that no child has to import it for itself."""
    import random  # noqa: F401

    import couture.connection  # noqa: F401
    import couture.variable  # noqa: F401

    from . import attempt, context, dag_run, execute, macros, moment, render, task_instance, values  # noqa: F401


def _libc() -> Any:
    import ctypes

    # Holding the interpreter's lock in its calls, as fork must.
    libc = ctypes.PyDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, 0, 0, 0, 0)
    return libc


def rehearse() -> None:
    """Runs an attempt of nothing in this very process, so that what the first run of all code writes is written before the fork, and
    shared. None of the user's code runs."""
    import io

    from couture.model import asker, context, dialect
    from couture.model.dag import DAG
    from couture.operators.python import PythonOperator

    from . import conversation
    from .attempt import run

    rules, known = dialect.current(), (len(context.made_dags), len(context.registered_dags))
    dag = DAG("rehearsal", schedule=None)
    PythonOperator(task_id="rehearsal", python_callable=_nothing, dag=dag, op_args=["{{ ds }}"])
    mine, theirs = socket.socketpair()
    date = "2021-01-01T00:00:00+00:00"
    mine.sendall(
        encode(
            {
                "greeting": {
                    "protocol": 1,
                    "bundle": "",
                    "file": "",
                    "dag_id": dag.dag_id,
                    "task_id": "rehearsal",
                    "dialect": rules,
                    "run": {"run_id": "rehearsal", "logical_date": date, "data_interval_start": date, "data_interval_end": date},
                    "dates": {"prev_execution_date": date, "next_execution_date": date},
                }
            }
        )
    )
    fields = {"op_args": ["2021-01-01"], "op_kwargs": {}, "templates_dict": None}
    mine.sendall(encode({"id": 1, "answer": {"value": {"fields": fields}}}))
    streams = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = io.StringIO()
    try:
        run(conversation.Conversation(theirs), lambda *_: {dag.dag_id: dag})
    finally:
        sys.stdout, sys.stderr = streams
        conversation.begin(None)
        asker.install(None)
        dialect.set_current(rules)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for dags, count in zip((context.made_dags, context.registered_dags), known):
            del dags[count:]
        mine.close()
        theirs.close()


def _nothing(*_: Any) -> None:
    return None


class Parent:
    """Forks attempts as it is told to."""

    def __init__(self, control: socket.socket, dags: Any, libc: Any) -> None:
        self._control, self._dags, self._libc = control, dags, libc
        self._mark = _mark(libc)
        self._buffer = bytearray()
        self._descriptors: List[int] = []

    def serve(self) -> None:
        """One request after the other, until the socket closes."""
        import json

        while True:
            body = self._receive()
            if body is None:
                os._exit(0)
            request = json.loads(body)["fork"]
            log_end, conversation = self._descriptors[:2]
            del self._descriptors[:2]
            pid = self._fork(request, log_end, conversation)
            os.close(log_end)
            os.close(conversation)
            self._control.sendall(encode({"pid": pid}))

    def _receive(self) -> Optional[bytes]:
        while True:
            if len(self._buffer) >= 4:
                (length,) = struct.unpack_from(">I", self._buffer)
                if length > MAX_FRAME_BYTES:
                    os._exit(1)
                if len(self._buffer) >= 4 + length:
                    body = bytes(self._buffer[4 : 4 + length])
                    del self._buffer[: 4 + length]
                    return body
            try:
                data, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 8)
            except ConnectionError:
                return None
            self._descriptors += descriptors
            if not data:
                return None
            self._buffer += data

    def _fork(self, request: dict, log_end: int, conversation: int) -> int:
        """The pid of the attempt's process. The process between it and this one has ended by then."""
        reader, writer = os.pipe()
        # By the C library: Python's own bookkeeping is done once, by the second fork, which is that of the attempt.
        middle = self._libc.fork()
        if middle == 0:
            child = os.fork()
            if child:
                os.write(writer, struct.pack("<i", child))
                os._exit(0)
            os.close(reader)
            os.close(writer)
            self._become_attempt(request, log_end, conversation)
        os.close(writer)
        os.waitpid(middle, 0)
        told = os.read(reader, 4)
        os.close(reader)
        if len(told) < 4:
            return 0
        return struct.unpack("<i", told)[0]

    def _become_attempt(self, request: dict, log_end: int, conversation: int) -> None:
        code = 1
        try:
            self._leave_parent(request["supervisor"])
            self._take_name(request.get("attempt") or "")
            _take_descriptors(log_end, conversation)
            os.environ.clear()
            os.environ.update(request["env"])
            time.tzset()
            os.chdir(request["cwd"])
            _reseed()
            for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            from .attempt import run
            from .conversation import Conversation

            dags = self._dags
            code = run(Conversation(socket.socket(fileno=DESCRIPTOR)), lambda bundle, file, dialect: dags)
        except BaseException as error:
            print(log.trimmed(type(error), error, error.__traceback__), file=sys.stderr)
        finally:
            from .attempt import leave

            leave(code)

    def _take_name(self, attempt: str) -> None:
        """Writes the attempt's name into the environment that the system shows of this process, by which the supervisor finds what is
        left of the attempt in the end. What a process sets in its own environment later is not shown."""
        import ctypes

        address, length = self._mark
        name = attempt.encode()
        if 0 < len(name) <= length:
            ctypes.memmove(address, name.ljust(length), length)

    def _leave_parent(self, supervisor: int) -> None:
        """A session of its own, and the supervisor for a parent: it ends with it."""
        os.setsid()
        middle, waits = os.getppid(), 0
        while os.getppid() != supervisor:
            # The process between ends at once; whoever else adopts this one is no supervisor.
            if waits > 2000 or os.getppid() not in (middle, supervisor):
                os._exit(_ORPHANED)
            waits += 1
            time.sleep(0.00005 if waits < 100 else 0.001)
        self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != supervisor:
            os._exit(_ORPHANED)


def _mark(libc: Any) -> "tuple[int, int]":
    """Where the name of the attempt has its place in this process's environment, and how long it may be."""
    import ctypes

    getenv = libc.getenv
    getenv.restype = ctypes.c_void_p
    address = getenv(b"COUTURE_ATTEMPT")
    return (address, len(ctypes.string_at(address))) if address else (0, 0)


def _take_descriptors(log_end: int, conversation: int) -> None:
    """0 is empty, 1 and 2 are the log, 3 is the conversation, which takes the place of the control socket."""
    import fcntl

    # Out of the way first: what comes may have the number of what it becomes.
    given = (log_end, conversation)
    log_end, conversation = (fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10) for descriptor in given)
    for descriptor in given:
        os.close(descriptor)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.dup2(log_end, 1)
    os.dup2(log_end, 2)
    os.dup2(conversation, DESCRIPTOR, inheritable=False)
    for descriptor in (log_end, conversation, empty):
        if descriptor > DESCRIPTOR:
            os.close(descriptor)


def _reseed() -> None:
    """Children of one parent must not draw the same numbers."""
    import random

    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed(int.from_bytes(os.urandom(4), "little"))


if __name__ == "__main__":
    main()
