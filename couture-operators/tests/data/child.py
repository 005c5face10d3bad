"""A child that speaks: it does what its greeting tells, step by step."""

import json
import os
import signal
import socket
import struct
import sys
import time


class Talk:
    """The conversation over descriptor 3."""

    def __init__(self):
        self.socket = socket.socket(fileno=3)
        self.last_id = 0

    def say(self, frame):
        self.raw(json.dumps(frame).encode())

    def raw(self, text):
        self.socket.sendall(struct.pack(">I", len(text)) + text)

    def _exactly(self, length):
        piece = b""
        while len(piece) < length:
            more = self.socket.recv(length - len(piece))
            if not more:
                raise EOFError
            piece += more
        return piece

    def hear(self):
        (length,) = struct.unpack(">I", self._exactly(4))
        return json.loads(self._exactly(length))

    def ask(self, question):
        self.last_id += 1
        self.say({"id": self.last_id, "ask": question})
        frame = self.hear()
        assert frame["id"] == self.last_id, frame
        return frame["answer"]


def step(talk, name, value):
    if name == "print":
        print(value, flush=True)
    elif name == "say":
        talk.say(value)
    elif name == "ask":
        print("answer", json.dumps(talk.ask(value), sort_keys=True), flush=True)
    elif name == "hear":
        print("heard", json.dumps(talk.hear(), sort_keys=True), flush=True)
    elif name == "bytes":
        talk.socket.sendall(value.encode("latin-1"))
    elif name == "raw":
        talk.raw(value.encode("utf-8"))
    elif name == "long":
        talk.raw(b'{"end":"' + b"x" * (value - 10) + b'"}')
    elif name == "many":
        for at in range(value):
            talk.say({"id": f"q{at}", "ask": at})
        answered = sum("answer" in talk.hear() for _ in range(value))
        print("answered", answered, flush=True)
    elif name == "ready":
        with open(value, "w", encoding="utf-8") as pipe:
            pipe.write("ready\n")
    elif name == "hold":
        # Open as long as this process lives.
        globals()["held"] = open(value, "w", encoding="utf-8")
        globals()["held"].write("ready\n")
        globals()["held"].flush()
    elif name == "read":
        with open(value, encoding="utf-8") as pipe:
            pipe.readline()
    elif name == "tell":
        facts = {
            "forked": os.environ.get("FORKED"),
            "leads": os.getpgid(0) == os.getpid(),
            "parent": os.getppid(),
            "cwd_is_fresh": os.listdir(".") == [],
            "task": os.environ.get("AIRFLOW_CTX_TASK_ID"),
        }
        print(json.dumps(facts, sort_keys=True), flush=True)
    elif name == "orphan":
        if os.fork() == 0:
            os.setsid()
            os._exit(0) if os.fork() else os.execvp("sleep", ["sleep", "0.1"])
        os.wait()
    elif name == "on_term":
        # As a task that cleans up behind itself: it asks, and says how it ended.
        def on_term(*_):
            print("answer", json.dumps(talk.ask(value)), flush=True)
            talk.say({"end": "terminated"})
            sys.exit(0)

        signal.signal(signal.SIGTERM, on_term)
    elif name == "sleep":
        time.sleep(value)
    elif name == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif name == "exit":
        sys.exit(value)
    elif name == "end":
        talk.say({"end": value})


def run():
    talk = Talk()
    try:
        greeting = talk.hear()["greeting"]
    except EOFError:
        # Nobody wants it.
        return
    for name, value in greeting:
        step(talk, name, value)


if __name__ == "__main__":
    run()
