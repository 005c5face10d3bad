"""Frames: four bytes of length, big-endian, then JSON in UTF-8."""

import json
import os
import struct
from typing import Any, Optional

MAX_BYTES = 16 * 1024 * 1024


def encode(message: Any) -> bytes:
    """A message as a frame; the same message gives the same bytes."""
    body = json.dumps(message, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    if len(body) > MAX_BYTES:
        raise ValueError(f"a message has {len(body)} bytes; at most {MAX_BYTES} are allowed")
    return struct.pack(">I", len(body)) + body


def write(descriptor: int, message: Any) -> None:
    data = memoryview(encode(message))
    while data:
        data = data[os.write(descriptor, data) :]


def read(descriptor: int) -> Optional[Any]:
    """The next message; nothing at the end."""
    head = _exactly(descriptor, 4)
    if head is None:
        return None
    (length,) = struct.unpack(">I", head)
    if length > MAX_BYTES:
        raise ValueError(f"a message of {length} bytes was announced; at most {MAX_BYTES} are allowed")
    body = _exactly(descriptor, length)
    return None if body is None else json.loads(body)


def _exactly(descriptor: int, count: int) -> Optional[bytes]:
    parts = []
    while count:
        part = os.read(descriptor, min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


class Buffer:
    """Frames from bytes as they come."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> None:
        self._bytes += data

    def next(self) -> Optional[bytes]:
        """The body of the next whole frame."""
        if len(self._bytes) < 4:
            return None
        (length,) = struct.unpack(">I", self._bytes[:4])
        if length > MAX_BYTES:
            raise ValueError(f"a message of {length} bytes was announced; at most {MAX_BYTES} are allowed")
        if len(self._bytes) < 4 + length:
            return None
        body = bytes(self._bytes[4 : 4 + length])
        del self._bytes[: 4 + length]
        return body
