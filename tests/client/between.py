"""What may stand between a client and the service: it passes on, answers itself, or breaks off."""

import http.client
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Lose:
    """The service gets the request; its answer never arrives."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Its answer breaks off after so many bytes."""

    size: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is answered for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """The answer is this, and the service hears of nothing."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raw:
    """The answer is these bytes, which need not be HTTP."""

    content: bytes


Deed = Lose | Cut | Wait | Say | Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """Where it listens, what it does with the next requests, and which it had.

    Where it does nothing (None), a request and its answer are passed on.
    """

    url: str
    deeds: deque[Deed | None]
    seen: list[tuple[str, dict[str, str]]]

    @property
    def keys(self) -> list[str | None]:
        """The idempotency keys of the requests."""
        return [headers.get("Idempotency-Key") for _, headers in self.seen]


class _Handler(BaseHTTPRequestHandler):
    between: Between
    port: int
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.between.seen.append((self.path, dict(self.headers)))
        deed = self.between.deeds.popleft() if self.between.deeds else None
        self.close_connection = deed is not None
        match deed:
            case Wait(seconds=seconds):
                time.sleep(seconds)
            case Raw(content=content):
                self.wfile.write(content)
            case Say():
                self._send(deed.status, list(deed.headers.items()), deed.body)
            case Lose():
                self._asked(body)
            case Cut(size=size):
                status, headers, answer = self._asked(body)
                self._send(status, headers, answer, cut=size)
            case None:
                self._send(*self._asked(body))

    do_GET = do_POST = _any  # noqa: N815 - the names of the base class.

    def _asked(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        service = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name != "Host"}
        service.request(self.command, self.path, body, headers)
        answer = service.getresponse()
        told = [each for each in answer.getheaders() if each[0] not in _OF_CONNECTION]
        made = answer.status, told, answer.read()
        service.close()
        return made

    def _send(
        self, status: int, headers: list[tuple[str, str]], body: bytes, cut: int | None = None
    ) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:  # Unsaid, a client may send its next request into the end.
            self.send_header("Connection", "close")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def standing_between(port: int) -> Iterator[Between]:
    """Stand before the service that listens on a port of this machine."""
    deeds: deque[Deed | None] = deque()
    seen: list[tuple[str, dict[str, str]]] = []

    class Handler(_Handler):
        pass

    Handler.between, Handler.port = Between(url="", deeds=deeds, seen=seen), port
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        yield Between(url=url, deeds=deeds, seen=seen)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_OF_CONNECTION = ("Content-Length", "Transfer-Encoding", "Connection")
