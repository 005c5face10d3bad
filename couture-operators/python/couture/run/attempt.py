"""One attempt, from its greeting to its end."""

import os
import sys
from typing import Any, Callable, Dict, Optional

from . import log
from .conversation import DESCRIPTOR, MAX_END_BYTES, Conversation, ConversationError, begin, encode

PROTOCOL = 1
Loader = Callable[[str, str, str], "Dict[str, Any]"]


def main() -> None:
    """Runs the attempt whose conversation is on descriptor 3, in a process of its own, and ends the process."""
    import socket

    os.set_inheritable(DESCRIPTOR, False)
    from .load import load

    leave(run(Conversation(socket.socket(fileno=DESCRIPTOR)), load))


def leave(code: int) -> None:
    """Ends the process at once: what a library left running does not hold it up."""
    logging = sys.modules.get("logging")
    if logging is not None:
        logging.shutdown()
    log.flush()
    os._exit(code)


def run(conversation: Conversation, load: Loader) -> int:
    """Runs one attempt and tells its end. Gives the exit code: 1 where nobody could be told."""
    log.setup()
    begin(conversation)
    own = os.getpid()
    try:
        greeting = conversation.receive()["greeting"]
        end = _end(greeting, conversation, load)
        if os.getpid() != own:
            # A process that the task has forked, and that came back from the task's code: it does not speak for it.
            leave(0 if end["state"] == "success" else 1)
        return _tell(conversation, end)
    except ConversationError as error:
        print(f"the attempt has lost its supervisor: {error}", file=sys.stderr)
        return 1


def _tell(conversation: Conversation, end: dict) -> int:
    try:
        size = len(encode({"end": end}))
    except ValueError as error:
        end, size = failure(f"its end cannot be told: {error}", retryable=False), 0
    if size > MAX_END_BYTES:
        sizes = {key: len(encode(value)) for key, value in (end.get("xcoms") or {}).items()}
        biggest = max(sizes, key=lambda key: sizes[key]) if sizes else "?"
        end = failure(
            f"its XComs have {size} bytes, more than {MAX_END_BYTES}; the biggest is {biggest!r}: write it to a file and give the path",
            retryable=False,
        )
        print(end["error"], file=sys.stderr)
    log.flush()
    conversation.send({"end": end})
    return 0


def failure(error: str, retryable: bool = True) -> dict:
    """The end of an attempt that failed."""
    return {"state": "failed", "error": error, "retryable": retryable}


def _end(greeting: dict, conversation: Conversation, load: Loader) -> dict:
    from couture.model import asker

    if greeting.get("protocol") != PROTOCOL:
        return failure(f"the supervisor speaks protocol {greeting.get('protocol')}, and this runtime speaks {PROTOCOL}", retryable=False)
    asker.install(conversation.ask)
    try:
        dags = load(greeting["bundle"], greeting["file"], greeting["dialect"])
    except BaseException as error:
        print(f"{greeting['file']} could not be imported:\n{log.trimmed(type(error), error, error.__traceback__)}", file=sys.stderr)
        return failure(f"failed to import {greeting['file']}: {log.one_line(error)}")
    dag = dags.get(greeting["dag_id"])
    if dag is None:
        known = ", ".join(sorted(dags)) or "none"
        return failure(f"{greeting['file']} has no DAG {greeting['dag_id']!r} any more (it has: {known})", retryable=False)
    if greeting.get("do") == "callback":
        from .callbacks import call_back

        return call_back(greeting, dag)
    task = _task(dag, greeting["task_id"])
    if task is None:
        return failure(f"DAG {dag.dag_id!r} of {greeting['file']} has no task {greeting['task_id']!r} any more", retryable=False)
    from .execute import execute

    return execute(greeting, dag, task, conversation)


def _task(dag: Any, task_id: str) -> Optional[Any]:
    return dag.task_dict.get(task_id)
