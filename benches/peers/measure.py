"""Measures one run of a peer: measure.py FOLDER PEER SHAPE.

FOLDER is what `install` made, PEER is luigi, prefect or airflow, SHAPE is
chain (40 no-op tasks, one after the other) or parallel (200 no-op tasks).
Prints the peer's version and the seconds from the trigger to the end.

The peer runs in a session of its own and in an empty temporary folder.
Whatever happens, its processes are killed and its folder removed at the end.
"""

import os
from pathlib import Path
import signal
import subprocess
import sys
import tempfile
import time

# Seconds that a peer may take, its start and its stop included.
BOUND = {'luigi': 60, 'prefect': 180, 'airflow': 600}
SHAPES = ('chain', 'parallel')


def session(leader):
    """The processes of the leader's session, whatever groups they made."""
    members = []
    for stat in Path('/proc').glob('[0-9]*/stat'):
        try:
            fields = stat.read_text().rpartition(')')[2].split()
        except OSError:
            continue  # It ended meanwhile.
        if int(fields[3]) == leader and fields[0] != 'Z':
            members.append(int(stat.parent.name))
    return members


def kill(leader):
    """Kills the session, until no process is left that could fork."""
    for _ in range(100):
        members = session(leader)
        if not members:
            return
        for member in members:
            try:
                os.kill(member, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.05)


def environment(home):
    """The caller's, less what is meant for another peer or server."""
    ours = ('AIRFLOW', 'PREFECT', 'LUIGI')
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return kept | {
        'HOME': home,
        'TMPDIR': home,
        'DO_NOT_TRACK': '1',
        'NO_PROXY': '127.0.0.1,localhost',
        'no_proxy': '127.0.0.1,localhost',
    }


def measure(folder, peer, shape):
    """The line that the peer's script prints."""
    script = Path(__file__).resolve().with_name(f'{peer}_runs.py')
    python = Path(folder).resolve() / peer / 'bin' / 'python'
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        log = Path(home, 'peer.log')
        with log.open('wb') as errors:
            process = subprocess.Popen(
                [python, script, shape], cwd=home, env=environment(home),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=errors, text=True, start_new_session=True)
            try:
                line, _ = process.communicate(timeout=BOUND[peer])
            except subprocess.TimeoutExpired:
                line = ''
            finally:
                kill(process.pid)
                process.wait()
        if process.returncode != 0 or not line:
            tail = log.read_text(errors='replace').splitlines()[-30:]
            sys.exit('\n'.join([f'{peer} failed or took too long:', *tail]))
        return line


def main():
    """Reads the arguments, prints the peer's line."""
    if len(sys.argv) != 4 or sys.argv[2] not in BOUND \
            or sys.argv[3] not in SHAPES:
        sys.exit(__doc__)
    # A polite end of this program is an end of the peer too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('ended by a signal'))
    print(measure(*sys.argv[1:]), end='')


if __name__ == '__main__':
    main()
