"""A warm parent of the children in child.py. Its argument says how it behaves."""

import array
import ctypes
import gc
import json
import os
import signal
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import child  # noqa: E402

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def say(control, frame):
    text = json.dumps(frame).encode()
    control.sendall(struct.pack(">I", len(text)) + text)


class Requests:
    """Frames with descriptors."""

    def __init__(self, control):
        self.control = control
        self.bytes = b""
        self.descriptors = []

    def _fill(self, length):
        while len(self.bytes) < length:
            space = socket.CMSG_SPACE(64)
            data, ancillary, _, _ = self.control.recvmsg(65536, space, socket.MSG_CMSG_CLOEXEC)
            for level, kind, content in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    numbers = array.array("i")
                    numbers.frombytes(content[: len(content) - len(content) % numbers.itemsize])
                    self.descriptors.extend(numbers)
            if not data:
                return False
            self.bytes += data
        return True

    def next(self):
        if not self._fill(4):
            return None
        (length,) = struct.unpack(">I", self.bytes[:4])
        if not self._fill(4 + length):
            return None
        text, self.bytes = self.bytes[4 : 4 + length], self.bytes[4 + length :]
        log, talk = self.descriptors[:2]
        del self.descriptors[:2]
        return json.loads(text)["fork"], log, talk


def become_child(request, log, talk):
    os.setsid()
    supervisor = request["supervisor"]
    while os.getppid() != supervisor:
        time.sleep(0.0002)
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:
        os._exit(1)
    null = os.open("/dev/null", os.O_RDONLY)
    for source, target in ((null, 0), (log, 1), (log, 2), (talk, 3)):
        os.dup2(source, target, inheritable=True)
    os.closerange(4, 1024)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"], FORKED="yes")
    code = 0
    try:
        child.run()
    except SystemExit as end:
        code = end.code
    except BaseException as error:
        print(repr(error), flush=True)
        code = 1
    sys.stdout.flush()
    os._exit(code)


def fork(request, log, talk):
    reader, writer = os.pipe()
    middle = os.fork()
    if middle == 0:
        pid = os.fork()
        if pid == 0:
            become_child(request, log, talk)
        os.write(writer, struct.pack(">i", pid))
        os._exit(0)
    os.close(writer)
    (pid,) = struct.unpack(">i", os.read(reader, 4))
    os.close(reader)
    os.waitpid(middle, 0)
    return pid


def main():
    behaviour = sys.argv[1]
    control = socket.socket(fileno=3)
    if len(sys.argv) > 2:
        # Tells that it was started, and holds the pipe open as long as it lives.
        alive = open(sys.argv[2], "a", encoding="utf-8")
        alive.write("ready\n")
        alive.flush()
    if behaviour == "refuse":
        say(control, {"refuse": "more than one thread"})
        return
    if behaviour == "die":
        print("dying", flush=True)
        os._exit(3)
    if behaviour == "load":
        time.sleep(1000)
    gc.collect()
    gc.freeze()
    say(control, {"ready": {"threads": 1}})
    requests = Requests(control)
    while (request := requests.next()) is not None:
        if behaviour == "crash":
            os._exit(4)
        pid = 1 + os.getppid() if behaviour == "lie" else fork(*request)
        os.close(request[1])
        os.close(request[2])
        say(control, {"refuse": "not now"} if behaviour == "busy" else {"pid": pid})
    if behaviour == "stubborn":
        while True:
            time.sleep(1)


main()
