"""One HTTP request to a machine that may be slow, mad or ourselves: ended on time, never redirected."""

import heapq
import http.client
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

ANSWER_BYTES = 64 * 1024  # read of an answer at most
ADDRESSES = 3  # of a name, that are tried at most
IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class Failed(Exception):
    """An attempt that did not succeed. `code` says why in our words; `final`: no other attempt can."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.final = final


class Stalled(Failed):
    """The machine could not be reached or did not answer: whatever is sent next would fare alike."""


@dataclass(frozen=True)
class Answer:
    """What came back. `text`: at most the first 64 KiB."""

    status: int
    text: str


class Watch:
    """Ends whatever goes on over a socket when the time is over."""

    def __init__(self) -> None:
        self.over = self.done = False
        self.socket: Callable[[], socket.socket | None] = lambda: None

    def end(self) -> None:
        if self.done:
            return
        self.over = True
        found = self.socket()
        if found is not None:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)


class _Guard:
    """One thread that ends what lasts too long: starting one for each message costs more than the message."""

    def __init__(self) -> None:
        self._asked = threading.Condition()
        self._watched: list[tuple[float, int, Watch]] = []
        self._running = False

    def watch(self, seconds: float) -> Watch:
        watch = Watch()
        with self._asked:
            entry = (time.monotonic() + seconds, id(watch), watch)
            heapq.heappush(self._watched, entry)
            if not self._running:
                threading.Thread(target=self._run, name="post-guard", daemon=True).start()
                self._running = True
            elif self._watched[0] is entry:
                self._asked.notify()
        return watch

    def _run(self) -> None:
        while True:
            with self._asked:
                while self._watched and self._watched[0][2].done:
                    heapq.heappop(self._watched)
                wait = self._watched[0][0] - time.monotonic() if self._watched else None
                if wait is None or wait > 0:
                    self._asked.wait(wait)
                    continue
                late = heapq.heappop(self._watched)[2]
            late.end()


_guard = _Guard()


def _after_fork() -> None:
    """A forked process has no thread of its parent's."""
    global _guard
    _guard = _Guard()


os.register_at_fork(after_in_child=_after_fork)


@contextmanager
def within(seconds: float) -> Iterator[Watch]:
    """A block that talks over one socket for so many seconds at most, however slowly the other side drips."""
    watch = _guard.watch(seconds)
    try:
        yield watch
    except (OSError, http.client.HTTPException, EOFError) as fault:
        late = watch.over or isinstance(fault, TimeoutError)
        raise Stalled("timeout" if late else _why(fault)) from None
    finally:
        watch.done = True


def _why(fault: Exception) -> str:
    if isinstance(fault, ssl.SSLError):
        return "tls"
    if isinstance(fault, http.client.HTTPException):
        return "no-http"
    return "unreachable"


def ask(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    seconds: float,
    *,
    own: bool,
    public: bool = False,
) -> Answer:
    """The answer to one request, whatever its status. `own`: this computer may be asked, too.

    `public`: nothing but the public internet may, where the address is one that anybody could have given.
    Raises `Stalled`, or `Failed("own")` for an address that may not be asked.
    """
    parts = urlsplit(url)
    host, tls = parts.hostname or "", parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with within(seconds) as watch:
        until = time.monotonic() + seconds
        line = _connected(host, parts.port or (443 if tls else 80), until, own=own, public=public)
        try:
            if not own and _is_own(line):
                raise Failed("own", final=public)
            watch.socket = lambda: line
            if watch.over:
                raise TimeoutError
            if tls:
                context = ssl.create_default_context()
                line = context.wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)
                line.do_handshake()
            http_ = http.client.HTTPConnection(host, parts.port)
            http_.sock = line
            http_.request(method, path, body or None, {"Host": parts.netloc.rpartition("@")[2], **headers})
            answer = http_.getresponse()
            text = answer.read(ANSWER_BYTES).decode("utf-8", "replace")
        finally:
            line.close()
    return Answer(answer.status, text)


def _connected(host: str, port: int, until: float, *, own: bool, public: bool) -> socket.socket:
    """A connection to one of the addresses of a name, which is asked for once; `until`: of `time.monotonic`.

    However many there are, and whoever wrote them there, all of them together have the time of one.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    asked = [one for one in found if _may_be_asked(_ip(str(one[4][0])), own=own, public=public)][:ADDRESSES]
    if not asked:
        raise Failed("own", final=public)
    fault: OSError = TimeoutError()
    for rest, (family, kind, protocol, _, address) in zip(range(len(asked), 0, -1), asked, strict=True):
        left = until - time.monotonic()
        if left <= 0:
            break
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(left / rest)
            line.connect(address)
        except OSError as error:
            line.close()
            fault = error
        else:
            line.settimeout(left)
            return line
    raise fault


def _may_be_asked(address: IP, *, own: bool, public: bool) -> bool:
    if public:
        return address.is_global
    return own or not (address.is_loopback or address.is_unspecified)


def _ip(text: str) -> IP:
    found = ipaddress.ip_address(text.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _is_own(line: socket.socket) -> bool:
    """Whether the other end is this computer: asked of the connection itself, so no name can deceive."""
    there, here = _ip(line.getpeername()[0]), _ip(line.getsockname()[0])
    return there == here or there.is_loopback or there.is_unspecified
