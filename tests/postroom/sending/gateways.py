"""Machines to send to, on a port of this computer: a mail server, and HTTP gateways good and bad."""

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


class Sink(socketserver.ThreadingTCPServer):
    """Takes mail and keeps it. `refuse`: what it answers to a recipient instead (as `550 no`)."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.got: list[tuple[str, Message]] = []
        self.refuse = ""

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        sink: Any = self.server
        to = ""
        self._say("220 sink")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT" and sink.refuse:
                self._say(sink.refuse)
            elif verb == "DATA":
                self._say("354 go on")
                sink.got.append((to, message_from_bytes(b"".join(self._lines()), policy=default)))
                self._say("250 taken")
            else:
                to = line.partition("<")[2].rstrip(">") if verb == "RCPT" else to
                self._say("221 bye" if verb == "QUIT" else "250 ok")

    def _lines(self) -> Iterator[bytes]:
        while (line := self.rfile.readline()).strip() != b".":
            yield line

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def sink() -> Iterator[Sink]:
    with Sink() as server, _running(server):
        yield server


class Web(ThreadingHTTPServer):
    """Answers every request with `status`, `answer` and `headers`; keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.status, self.answer = 200, '{"code": 0}'
        self.headers: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/send"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ClassVar[Any]

    def _answer(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server.got.append((self.path, dict(self.headers), body))
        self.send_response(server.status)
        for name, value in server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(server.answer.encode())))
        self.end_headers()
        self.wfile.write(server.answer.encode())

    do_POST = do_GET = do_PUT = _answer

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def web(**manners: Any) -> Iterator[Web]:
    with Web() as server:
        vars(server).update(manners)
        with _running(server):
            yield server


@contextmanager
def dripping() -> Iterator[str]:
    """The address of a server that answers one byte every tenth of a second, for ever."""
    stop, line = threading.Event(), socket.create_server(("127.0.0.1", 0))
    line.settimeout(0.1)

    def drip() -> None:
        while not stop.is_set():
            with suppress(OSError):
                caller, _ = line.accept()
                with caller:
                    while not stop.wait(0.1):
                        caller.sendall(b"2")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield f"127.0.0.1:{line.getsockname()[1]}"
    stop.set()
    thread.join(5)
    line.close()


@contextmanager
def _running(server: Any) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def said(body: bytes) -> Any:
    return json.loads(body)
