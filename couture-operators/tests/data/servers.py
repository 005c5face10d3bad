"""Servers for tests: `smtp CERTIFICATE KEY`, `smtps CERTIFICATE KEY`, `ftp FOLDER` or `s3 FOLDER`. Each says its port on its first line, and ends
with its input. What it was given, it says in further lines of JSON."""

import hashlib
import hmac
import http.server
import json
import os
import pathlib
import ssl
import sys
import threading
import urllib.parse

LOGIN, PASSWORD = "ada", "s3cr3t/pw"


def say(what):
    print(json.dumps(what), flush=True)


def smtp(certificate, key, is_wrapped=False):
    """aiosmtpd, which takes no mail over a connection that is not secret."""
    from aiosmtpd.controller import Controller

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            is_secret = session.ssl is not None or is_wrapped
            say({"to": envelope.rcpt_tos, "text": envelope.content.decode(), "is_secret": is_secret})
            return "250 taken"

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    how = {"ssl_context": context} if is_wrapped else {"tls_context": context, "require_starttls": True}
    controller = Controller(Handler(), hostname="127.0.0.1", port=free_port(), **how)
    controller.start()
    say(controller.port)


def free_port():
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ftp(folder):
    """pyftpdlib: a user with a password, and everybody in the folder `public`."""
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

    class Handler(FTPHandler):
        authorizer = DummyAuthorizer()
        passive_ports = None

        def on_file_sent(self, file):
            say({"user": self.username, "file": os.path.relpath(file, folder)})

    Handler.authorizer.add_user(LOGIN, PASSWORD, folder, perm="elr")
    Handler.authorizer.add_anonymous(os.path.join(folder, "public"))
    server = FTPServer(("127.0.0.1", 0), Handler)
    say(server.address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()


def s3(folder):
    """Objects of a folder by `/BUCKET/KEY`, for requests signed with AWS Signature Version 4, which is worked out again here."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = pathlib.Path(folder, urllib.parse.unquote(self.path.split("?")[0]).lstrip("/"))
            if not is_signed(self):
                return self.answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
            if not path.is_file():
                return self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            say({"file": str(path.relative_to(folder))})
            self.answer(200, path.read_bytes())

        def answer(self, status, content):
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", '"1"')
            self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    say(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()


def is_signed(request):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html"""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    fields = dict(part.strip().split("=", 1) for part in given.split(",") if "=" in part)
    login, _, scope = fields.get("Credential", "").partition("/")
    if kind != "AWS4-HMAC-SHA256" or login != LOGIN:
        return False
    path, _, query = request.path.partition("?")
    names = fields["SignedHeaders"].split(";")
    headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in names)
    content = request.headers["x-amz-content-sha256"]
    whole = "\n".join([request.command, path, query, headers, fields["SignedHeaders"], content])
    signed = "\n".join([kind, request.headers["x-amz-date"], scope, hashlib.sha256(whole.encode()).hexdigest()])
    key = b"AWS4" + PASSWORD.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(hmac.digest(key, signed.encode(), "sha256").hex(), fields["Signature"])


if __name__ == "__main__":
    kind, *given = sys.argv[1:]
    {"smtp": smtp, "smtps": lambda *paths: smtp(*paths, is_wrapped=True), "ftp": ftp, "s3": s3}[kind](*given)
    sys.stdin.read()
    os._exit(0)
