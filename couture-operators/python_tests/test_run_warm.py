"""The warm parent: its children run like processes of their own, quickly and in little memory, and none outlives its supervisor."""

import os
import random
import signal
import subprocess
import sys
import time
import unittest

from run_host import Answers, WarmParent, environment, greeting, send, serve

DAGS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run_dags")


def wait_until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def pss_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


class Warm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.parent = WarmParent(DAGS, "warm.py")

    @classmethod
    def tearDownClass(cls):
        cls.parent.close()

    def run_task(self, task_id, parent=None, **fork):
        pid, conversation, log = (parent or self.parent).fork(**fork)
        send(conversation, {"greeting": greeting(DAGS, "warm.py", "warm", task_id)})
        end = serve(conversation, Answers())
        conversation.close()
        with os.fdopen(log, "rb") as file:
            text = file.read().decode()
        status = os.waitpid(pid, 0)[1]
        return end, text, os.waitstatus_to_exitcode(status), pid

    def test_it_is_ready(self):
        self.assertEqual(self.parent.told, {"ready": {"threads": 1}})

    def test_a_child_is_as_a_process_of_its_own(self):
        env = {**environment(), "ONLY": "mine"}
        end, _, code, pid = self.run_task("looks", env=env, cwd="/")
        self.assertEqual(code, 0)
        seen = end["xcoms"]["return_value"]
        self.assertEqual(seen["pid"], [pid, pid, pid], "its own process, group and session")
        self.assertEqual((seen["parent"], seen["cwd"], seen["only"], seen["names"]), (os.getpid(), "/", "mine", sorted(env)))
        self.assertEqual(seen["stdin"], "")
        self.assertEqual(seen["term"], True)

    def test_children_differ(self):
        drawn = [self.run_task("draws")[0]["xcoms"]["return_value"] for _ in range(3)]
        self.assertEqual(len(set(drawn)), 3)

    def test_ends(self):
        self.assertEqual(self.run_task("crashes")[2], -signal.SIGSEGV)
        self.assertEqual(self.run_task("leaves")[2], 5)
        end, log, code, _ = self.run_task("fails")
        self.assertEqual((end["error"], code), ("ValueError: boom", 0))
        self.assertIn("warm.py", log)
        self.assertEqual(self.run_task("prints")[1], "a\nb\nDone. Returned value was: None\n")
        # The one before it had changed what it found.
        self.assertEqual([self.run_task("changes")[0]["xcoms"]["return_value"] for _ in range(2)], [1, 1])

    def test_a_wrong_supervisor_gets_nothing(self):
        pid, conversation, log = self.parent.fork(supervisor=1)
        conversation.close()
        os.close(log)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 70)

    def test_speed_and_memory(self):
        took = []
        for _ in range(30):
            begin = time.perf_counter()
            pid, conversation, log = self.parent.fork()
            send(conversation, {"greeting": greeting(DAGS, "warm.py", "warm", "noop")})
            self.assertEqual(serve(conversation, Answers())["state"], "success")
            took.append((time.perf_counter() - begin) * 1000)
            conversation.close()
            os.close(log)
            os.waitpid(pid, 0)
        waiting = []
        for _ in range(5):
            pid, conversation, log = self.parent.fork()
            send(conversation, {"greeting": greeting(DAGS, "warm.py", "warm", "waits")})
            os.read(log, 100)
            waiting.append((pid, conversation, log))
        memory = [pss_kib(pid) for pid, _, _ in waiting]
        for pid, conversation, log in waiting:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            conversation.close()
            os.close(log)
        print(
            f"warm no-op: {min(took):.1f} ms at best, {sorted(took)[15]:.1f} ms in the median; {max(memory) / 1024:.1f} MiB a child",
            file=sys.stderr,
        )
        self.assertLess(max(memory), 8 * 1024)
        # A quiet machine takes about 5 ms; a busy one must still be far below a cold start.
        self.assertLess(min(took), 50)

    def test_refusals(self):
        def check(file, reason):
            parent = WarmParent(DAGS, file)
            self.assertIn(reason, parent.told["refuse"])
            self.assertEqual(parent.close(), 0)

        check("threaded.py", "started 1 thread(s)")
        check("broken.py", "broken.py could not be imported: ValueError: no file")
        check("absent.py", "absent.py could not be imported")

    def test_the_parent_ends_with_its_socket(self):
        parent = WarmParent(DAGS, "warm.py")
        self.assertEqual(parent.close(), 0)

    def test_no_orphans(self):
        # A supervisor that is killed: both the parent and what it has forked go with it.
        script = (
            "import sys, time; sys.path.insert(0, sys.argv[1]); from run_host import *\n"
            "parent = WarmParent(sys.argv[2], 'warm.py')\n"
            "pid, conversation, log = parent.fork()\n"
            "send(conversation, {'greeting': greeting(sys.argv[2], 'warm.py', 'warm', 'waits')})\n"
            "os.read(log, 100)\n"
            "print(parent.process.pid, pid, flush=True)\n"
            "time.sleep(60)\n"
        )
        here = os.path.dirname(os.path.abspath(__file__))
        supervisor = subprocess.Popen([sys.executable, "-c", script, here, DAGS], stdout=subprocess.PIPE)
        parent, child = (int(word) for word in supervisor.stdout.readline().split())
        self.assertTrue(is_alive(parent) and is_alive(child))
        supervisor.kill()
        supervisor.wait()
        supervisor.stdout.close()
        self.assertTrue(wait_until(lambda: not is_alive(parent) and not is_alive(child)))

    def test_many_at_once(self):
        begin = time.perf_counter()
        running = [self.parent.fork() for _ in range(40)]
        for _, conversation, _ in running:
            send(conversation, {"greeting": greeting(DAGS, "warm.py", "warm", random.choice(["noop", "draws"]))})
        for pid, conversation, log in running:
            self.assertEqual(serve(conversation, Answers())["state"], "success")
            os.waitpid(pid, 0)
            conversation.close()
            os.close(log)
        print(f"40 at once: {(time.perf_counter() - begin) * 1000:.0f} ms", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
