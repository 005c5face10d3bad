"""Frames: four bytes of length, big-endian, and that many bytes of JSON."""

import json
import struct


def write_frame(stream, message):
    """Writes one message and flushes."""
    body = json.dumps(message, ensure_ascii=False).encode()
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


def read_frame(stream):
    """The next message, or None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    body = stream.read(length)
    return json.loads(body) if len(body) == length else None
