"""A server of Azure's storage for tests: `az.py CACHE FOLDER` says its port on its first line and ends with its standard input.
What stands in FOLDER/data is in the container `data`. The server is Azurite, from npm. Its account and its key are known to all."""

import base64
import hashlib
import hmac
import http.client
import pathlib
import re
import signal
import subprocess
import sys
import urllib.parse
from email.utils import formatdate

from cached import made

# The last one that runs on Node.js 20.
PACKAGE = "azurite@3.35.0"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def fetch(folder):
    npm = ["npm", "install", "--silent", "--prefer-offline", "--no-audit", "--no-fund", "--omit=dev", "--prefix", str(folder), PACKAGE]
    subprocess.run(npm, check=True, stdout=sys.stderr, stdin=subprocess.DEVNULL)


def put(port, path, query=(), body=b"", headers=()):
    """Puts something, signed as Azure wants it: with the account twice, as here it is a part of the path."""
    url = f"/{ACCOUNT}/" + urllib.parse.quote(path)
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-12-02", **dict(headers)}
    signed = ["PUT", "", "", str(len(body) or ""), *[""] * 8, *(f"{name}:{headers[name]}" for name in sorted(headers))]
    signed += [f"/{ACCOUNT}{url}", *(f"{name}:{value}" for name, value in sorted(query))]
    digest = hmac.digest(base64.b64decode(KEY), "\n".join(signed).encode(), hashlib.sha256)
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("PUT", f"{url}?{urllib.parse.urlencode(query)}", body, headers)
    response = connection.getresponse()
    if response.status != 201:
        sys.exit(f"{path} is not stored: {response.status} {response.read(2000)}")
    connection.close()


def main(cache, folder):
    program = made(cache, "az-server", fetch) / "node_modules/azurite/dist/src/blob/main.js"
    command = ["node", program, "--blobHost", "127.0.0.1", "--blobPort", "0", "--location", f"{folder}/store"]
    command += ["--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    # Should this be killed, the system kills the server.
    server = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        said = b""
        while not (port := re.search(rb"listens? on http://127\.0\.0\.1:(\d+)", said)):
            line = server.stdout.readline()
            said += line
            if not line:
                sys.exit(f"no server: {said.decode(errors='replace')}")
        port = int(port[1])
        put(port, "data", query=[("restype", "container")])
        data = pathlib.Path(folder, "data")
        for path in sorted(data.rglob("*")):
            if path.is_file():
                put(port, f"data/{path.relative_to(data)}", body=path.read_bytes(), headers=[("x-ms-blob-type", "BlockBlob")])
        print(port, flush=True)
        sys.stdin.read()
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
