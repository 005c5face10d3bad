"""A server of S3 for tests: `s3.py CACHE FOLDER` says its port on its first line and ends with its standard input. What stands
in FOLDER is in the bucket `data`. The server is `moto`, kept in an environment in CACHE."""

import os
import pathlib
import subprocess
import sys
import venv

NEEDED = ["moto[s3]>=5,<6", "flask>=3,<4", "flask-cors>=5"]


def environment(cache):
    """The Python that has the server."""
    folder = pathlib.Path(cache, "s3-server")
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    # Made where it stays, for it knows its own place; whoever is first makes it.
    lock = pathlib.Path(cache, "s3-server.lock")
    with open(lock, "w") as file:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            venv.create(folder, clear=True, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *NEEDED], check=True, stdout=sys.stderr)
            (folder / "complete").touch()
    return python


def serve(folder):
    import logging

    import boto3
    from moto.server import ThreadedMotoServer

    # The server greets on the standard output.
    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    _, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "me", "aws_secret_access_key": "s3cret", "region_name": "us-east-1"}
    store = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", **keys)
    store.create_bucket(Bucket="data")
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.is_file():
            store.upload_file(str(path), "data", str(path.relative_to(folder)))
    print(port, file=said, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    python = environment(sys.argv[1])
    os.execv(python, [str(python), __file__, "serve", sys.argv[2]])
