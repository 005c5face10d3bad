"""The conversation of an attempt: frames of JSON over a unix stream socket.

A frame is four bytes of length, big-endian, and that many bytes of UTF-8 JSON, at most 16 MiB.
"""

import json
import os
import select
import struct
import threading
from typing import Any, Callable, Optional

MAX_FRAME_BYTES = 16 << 20
MAX_END_BYTES = 12 << 20
DESCRIPTOR = 3


class ConversationError(Exception):
    """The other side is gone, or says what nobody can understand."""


class AnswerError(Exception):
    """What was asked for was refused; the text says why."""


def encode(message: Any) -> bytes:
    """The bytes of one frame. Raises ValueError where `message` is no JSON."""
    body = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    if len(body) > MAX_FRAME_BYTES:
        raise ValueError(f"a message of {len(body)} bytes is bigger than {MAX_FRAME_BYTES} bytes")
    return struct.pack(">I", len(body)) + body


class Conversation:
    """One side of a socket that speaks frames. Threads may share it; a forked child may not."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._buffer = bytearray()
        self._lock = threading.RLock()
        self._next_id = 1
        self._answers: "dict[int, dict]" = {}
        self._pid = os.getpid()
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._is_busy = False
        self._interruption: Optional[Callable[[], None]] = None

    def interrupt(self, act: Callable[[], None]) -> None:
        """Calls `act` now, or, if a frame is under way in this very moment, after it. For signal handlers: `act` may raise."""
        if self._is_busy:
            self._interruption = act
        else:
            act()

    def _end_busy(self) -> None:
        self._is_busy = False
        act, self._interruption = self._interruption, None
        if act is not None:
            act()

    def send(self, message: Any) -> None:
        """Sends one frame. Raises ValueError where `message` is no JSON, ConversationError where nobody listens."""
        frame = encode(message)
        self._is_busy = True
        try:
            self._sock.sendall(frame)
        except OSError as error:
            raise ConversationError(f"nobody listens any more: {error}") from None
        finally:
            self._end_busy()

    def _take(self) -> Optional[bytes]:
        if len(self._buffer) < 4:
            return None
        (length,) = struct.unpack_from(">I", self._buffer)
        if length > MAX_FRAME_BYTES:
            raise ConversationError(f"a frame of {length} bytes came, more than {MAX_FRAME_BYTES}")
        if len(self._buffer) < 4 + length:
            return None
        body = bytes(self._buffer[4 : 4 + length])
        del self._buffer[: 4 + length]
        return body

    def receive(self) -> Any:
        """The next frame. Waits for it."""
        while True:
            self._is_busy = True
            try:
                body = self._take()
            finally:
                self._end_busy()
            if body is not None:
                return json.loads(body)
            # Waiting is done apart from reading, so that a signal handler that raises never loses bytes.
            self._poll.poll()
            self._is_busy = True
            try:
                chunk = self._sock.recv(1 << 16)
                self._buffer += chunk
            except OSError as error:
                raise ConversationError(f"nobody speaks any more: {error}") from None
            finally:
                self._end_busy()
            if not chunk:
                raise ConversationError("the supervisor has closed the conversation")

    def ask(self, what: dict, call: Optional[Callable[[str, list, dict], Any]] = None) -> Any:
        """Asks and waits for the answer's value. `call(name, args, kwargs)` serves what the other side calls back meanwhile.

        Raises AnswerError where the answer is a refusal.
        """
        if os.getpid() != self._pid:
            raise ConversationError("only the task's own process may ask for variables, connections and XComs, not a process forked by it")
        with self._lock:
            own = self._next_id
            self._next_id += 1
            self.send({"id": own, "ask": what})
            while own not in self._answers:
                message = self.receive()
                if "call" in message:
                    self.send({"result": _called(message["call"], call)})
                elif "answer" in message:
                    self._answers[message.get("id")] = message["answer"]
            answer = self._answers.pop(own)
        if "error" in answer:
            raise AnswerError(answer["error"])
        return answer.get("value")


def _called(request: dict, call: Optional[Callable[[str, list, dict], Any]]) -> dict:
    result = {"id": request.get("id")}
    try:
        if call is None:
            raise LookupError(f"there is no function {request.get('name')!r} here")
        from .given import given
        from .values import to_json

        value = call(request["name"], given(request.get("args") or []), given(request.get("kwargs") or {}))
        result["value"] = to_json(value, f"the result of {request['name']}")
    except Exception as error:
        result["error"] = f"{type(error).__name__}: {error}"
    return result


_current: Optional[Conversation] = None


def begin(conversation: Optional[Conversation]) -> None:
    """Makes `conversation` the one of this process."""
    global _current
    _current = conversation


def current() -> Optional[Conversation]:
    """The conversation of this process, or None where the file is only parsed or run by hand."""
    return _current
