"""Prefect: a flow of tasks that do nothing, on a server of its own.

As Prefect's documentation has it ("Quickstart", "How to run a self-hosted
Prefect server", "How to run work concurrently"): `prefect server start`
with its SQLite database, PREFECT_API_URL naming it, and a flow called from
Python. In the chain each task is called with the result of the one before;
the parallel tasks are mapped over a list on the default task runner. A
first, shorter flow has Prefect and its server warm.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

CHAIN = 40
PARALLEL = 200


def free_port():
    """A port that nobody holds now."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def start_server():
    """Starts a server and waits for its answer; `measure.py` ends it."""
    port = free_port()
    os.environ['PREFECT_HOME'] = os.path.join(os.getcwd(), 'prefect')
    os.environ['PREFECT_API_URL'] = f'http://127.0.0.1:{port}/api'
    os.environ['PREFECT_SERVER_ANALYTICS_ENABLED'] = 'false'
    program = os.path.join(os.path.dirname(sys.executable), 'prefect')
    process = subprocess.Popen(
        [program, 'server', 'start', '--host', '127.0.0.1',
         '--port', str(port)], stdout=sys.stderr)
    while process.poll() is None:
        with contextlib.suppress(urllib.error.URLError):
            urllib.request.urlopen(
                os.environ['PREFECT_API_URL'] + '/health').close()
            return
        time.sleep(0.1)
    sys.exit('the server ended')


def shapes():
    """The flows; Prefect reads its settings when it is imported."""
    from prefect import flow, task

    @task
    def noop(value):
        return value

    @flow
    def chain(length):
        value = 0
        for _ in range(length):
            value = noop(value)
        return value

    @flow
    def parallel(width):
        return noop.map(list(range(width))).result()

    return {'chain': (chain, CHAIN), 'parallel': (parallel, PARALLEL)}


def main():
    """Starts the server, warms it, prints the seconds of one flow."""
    start_server()
    import prefect
    run, size = shapes()[sys.argv[1]]
    run(4)
    begun = time.perf_counter()
    run(size)
    print(prefect.__version__, time.perf_counter() - begun)


if __name__ == '__main__':
    main()
