"""Airflow: a run of a DAG of tasks that do nothing, triggered over REST.

As Airflow's documentation has it ("Quick Start"): a database in SQLite made
by `airflow db migrate`, then the parts that `airflow standalone` starts,
here one by one so that they listen on loopback only: scheduler (with the
default LocalExecutor and all its default limits), DAG processor and API
server. The triggerer is left out, as nothing is deferred. Logging in is
switched off as the simple auth manager's page says. A first run of a DAG of
one task has everything warm.
"""

import contextlib
import json
import os
from pathlib import Path
import secrets
import socket
import subprocess
import sys
import time
import urllib.request

BIN = Path(sys.executable).parent


def free_port():
    """A port that nobody holds now."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Api:
    """Airflow's REST API."""

    def __init__(self, base):
        self.base = base
        self.headers = {'Content-Type': 'application/json'}

    def call(self, path, body=None):
        """The answer to a request."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, data, self.headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def wait(self, path):
        """The answer, as soon as there is one."""
        while True:
            with contextlib.suppress(OSError):
                return self.call(path)
            time.sleep(0.2)

    def log_in(self):
        """Waits for the server, and takes a token."""
        token = self.wait('/auth/token')['access_token']
        self.headers['Authorization'] = f'Bearer {token}'

    def run(self, dag_id):
        """Seconds of a run, from the trigger to its end."""
        runs = f'/api/v2/dags/{dag_id}/dagRuns'
        begun = time.perf_counter()
        run_id = self.call(runs, {'logical_date': None})['dag_run_id']
        while True:
            state = self.call(f'{runs}/{run_id}')['state']
            if state == 'success':
                return time.perf_counter() - begun
            if state == 'failed':
                sys.exit('the run failed')
            time.sleep(0.1)


def configure(port):
    """Sets what the documentation says through the environment."""
    settings = {
        'AIRFLOW_HOME': str(Path.cwd() / 'airflow'),
        'AIRFLOW__CORE__DAGS_FOLDER': str(
            Path(__file__).resolve().with_name('airflow_dags')),
        'AIRFLOW__CORE__LOAD_EXAMPLES': 'False',
        'AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION': 'False',
        'AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS': 'True',
        'AIRFLOW__CORE__EXECUTION_API_SERVER_URL':
            f'http://127.0.0.1:{port}/execution/',
        'AIRFLOW__API__BASE_URL': f'http://127.0.0.1:{port}',
        'AIRFLOW__API__HOST': '127.0.0.1',
        'AIRFLOW__API__PORT': str(port),
        'AIRFLOW__API__SECRET_KEY': secrets.token_hex(16),
        'AIRFLOW__API_AUTH__JWT_SECRET': secrets.token_hex(32),
        'PATH': f'{BIN}{os.pathsep}{os.environ["PATH"]}',
        'PYTHONDONTWRITEBYTECODE': '1',
    }
    os.environ.update(settings)


def main():
    """Starts Airflow, prints the seconds of one run of a DAG."""
    port = free_port()
    configure(port)
    airflow = BIN / 'airflow'
    subprocess.run([airflow, 'db', 'migrate'], check=True, stdout=sys.stderr)
    parts = [['scheduler', '--skip-serve-logs'], ['dag-processor'],
             ['api-server']]
    for part in parts:
        # `measure.py` ends them.
        subprocess.Popen([airflow, *part], stdout=sys.stderr)
    api = Api(f'http://127.0.0.1:{port}')
    api.log_in()
    version = api.call('/api/v2/version')['version']
    for dag_id in ('warm', sys.argv[1]):
        api.wait(f'/api/v2/dags/{dag_id}')
    api.run('warm')
    print(version, api.run(sys.argv[1]))


if __name__ == '__main__':
    main()
