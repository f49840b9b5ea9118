"""Requests that the service makes to others: bounded in time and size, and never redirected."""

import http.client
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

from engine import __version__
from engine.audit.checkpoints.panel import HTTPAnswer

PATIENCE_SECONDS = 5.0
"""How long one request may take to connect, and to bring each part of an answer."""

WHOLE_SECONDS = 10.0
"""How long it may take in all, once it is connected: nobody holds up the others bit by bit."""


def poster(media_type: str, limit: int) -> Callable[[str, bytes], HTTPAnswer]:
    """Return what posts bodies of a media type, and reads answers of at most some bytes."""

    def post(address: str, body: bytes) -> HTTPAnswer:
        headers = {"Content-Type": media_type, "User-Agent": f"assent/{__version__}"}
        request = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310 - http or https, as the settings are checked.
        return _asked(request, limit)

    return post


def getter(limit: int) -> Callable[[str], bytes]:
    """Return what gets an address. Raises `OSError` for all but a 200 within the limit."""

    def get(address: str) -> bytes:
        headers = {"Accept": "application/json", "User-Agent": f"assent/{__version__}"}
        request = urllib.request.Request(address, headers=headers)  # noqa: S310 - as above.
        answer = _asked(request, limit + 1)
        if answer.status != http.HTTPStatus.OK:
            raise OSError(f"it answers {answer.status}")
        if len(answer.body) > limit:
            raise OSError(f"its answer has more than {limit:,} bytes")
        return answer.body

    return get


def _asked(request: urllib.request.Request, most: int) -> HTTPAnswer:
    """Return what is answered, and at most so many bytes of it. Raises `OSError`."""
    end = _End()
    try:
        answer = _answer(request, most, end)
    except (OSError, http.client.HTTPException) as error:
        raise OSError(_why_not_answered(error, end)) from error
    finally:
        end.close()
    if end.has_come:  # What is cut off may look whole.
        raise OSError(_TOO_LONG)
    return answer


def _answer(request: urllib.request.Request, most: int, end: "_End") -> HTTPAnswer:
    opener = urllib.request.build_opener(_NoRedirects, _HTTP(end), _HTTPS(end))
    try:
        with opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            return HTTPAnswer(status=answer.status, body=answer.read(most))
    except urllib.error.HTTPError as error:
        with error:
            return HTTPAnswer(status=error.code, body=error.read(most))


_TOO_LONG = "its answer takes too long"


def _why_not_answered(error: Exception, end: "_End") -> str:
    if end.has_come:
        return _TOO_LONG
    match error:
        case urllib.error.URLError(reason=reason):
            return str(reason)
        case OSError():
            return str(error)
        case _:
            return "its answer is none of HTTP"


class _End:
    """Ends a connection that takes too long.

    The library counts its patience anew with each byte, be it of a status, a header, the size of a
    chunk or a handshake. So the connection is shut down from outside, by a handle of its own.
    """

    def __init__(self) -> None:
        self._begun = ExitStack()
        self.has_come = False

    def begin(self, connection: socket.socket) -> None:
        """Count from here."""
        handle = self._begun.enter_context(connection.dup())
        timer = threading.Timer(WHOLE_SECONDS, self._come, [handle])
        timer.daemon = True
        timer.start()
        self._begun.callback(timer.join)
        self._begun.callback(timer.cancel)

    def close(self) -> None:
        """Count no more."""
        self._begun.close()

    def _come(self, handle: socket.socket) -> None:
        self.has_come = True
        with suppress(OSError):  # It may be over already.
            handle.shutdown(socket.SHUT_RDWR)


class _Connection(http.client.HTTPConnection):
    """A connection that ends in time."""

    end: _End

    def connect(self) -> None:
        """Connect, and count from there: TLS is still to come."""
        super().connect()
        self.end.begin(self.sock)


class _TLSConnection(http.client.HTTPSConnection, _Connection):
    """A connection over TLS that ends in time."""


class _HTTP(urllib.request.HTTPHandler):
    """Opens connections that end in time."""

    def __init__(self, end: _End) -> None:
        super().__init__()
        self._end = end

    def do_open(self, http_class: Any, req: Any, **http_conn_args: Any) -> Any:
        """Send a request, and return its answer."""
        del http_class
        return super().do_open(_ending(_Connection, self._end), req, **http_conn_args)


class _HTTPS(urllib.request.HTTPSHandler):
    """Opens connections over TLS that end in time."""

    def __init__(self, end: _End) -> None:
        super().__init__()
        self._end = end

    def do_open(self, http_class: Any, req: Any, **http_conn_args: Any) -> Any:
        """Send a request, and return its answer."""
        del http_class
        return super().do_open(_ending(_TLSConnection, self._end), req, **http_conn_args)


def _ending(kind: type[_Connection], end: _End) -> Any:
    """Return what makes connections of a kind, whose arguments are the library's."""

    def make(*arguments: Any, **options: Any) -> _Connection:
        made = kind(*arguments, **options)
        made.end = end
        return made

    return make


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows nothing: who was named in the settings answers, or nobody."""

    def redirect_request(self, *_arguments: object) -> None:
        """Leave the answer as it is."""
