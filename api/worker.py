"""A process of gunicorn, in which a request that never reaches the application is a problem too.

Gunicorn by itself answers what it cannot parse with a page in HTML that quotes it, and writes it to
its log: a query, or a header that was cut in two, which may be half a key. Here the answer has the
one shape of RFC 9457, and nothing of what was sent is told to anybody.
"""

import errno
import re
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE
from types import SimpleNamespace
from typing import Any

from gunicorn import util  # type: ignore[import-untyped] # It has no types.
from gunicorn.http import errors, get_parser  # type: ignore[import-untyped] # It has no types.
from gunicorn.http.body import ChunkedReader  # type: ignore[import-untyped] # It has no types.
from gunicorn.workers.gthread import (  # type: ignore[import-untyped] # It has no types.
    PollableMethodQueue,
    ThreadWorker,
)

from . import journal
from .http.answers import SECURITY_HEADERS, problem_answer
from .http.failures import problem_of
from .http.problems import (
    BAD_REQUEST,
    HEADERS_TOO_LARGE,
    UNKNOWN_CODING,
    URI_TOO_LONG,
    Problem,
    ProblemKind,
)

LONGEST_LINE = 8_190
"""The most bytes of the first line of a request: URIs of 8,000 are to be read (RFC 9110 §4.1)."""

MOST_HEADERS, LONGEST_HEADER = 100, 8_190

_LONGEST_HEAD = LONGEST_LINE + MOST_HEADERS * (LONGEST_HEADER + len("\r\n")) + len("\r\n\r\n")
"""With more bytes than these, the head of a request is refused without its end."""

CLIENT_SECONDS = 30
"""How long a client may neither send what is awaited nor take what is sent."""

BODY_SECONDS = 120
"""How long a body may take to come: at this rate, 8 MiB come at half a megabit per second."""

_LINGER_SECONDS = 2.0
"""How long a client may go on sending once it is told that its connection has ended."""

_PASS_OVER_SECONDS = 0.01
"""How long a thread looks for the rest of a body that nobody reads."""

_SHORT_BODY = 1 << 16
"""A body of so many bytes is awaited without a thread; the longest examples have a tenth."""

_MOST_UNSENT = 64 << 20
"""So many bytes of answers wait in a process for their clients; with more, the slowest gives up."""

_CHUNK = 1 << 16

_NO_FILE = (errno.EMFILE, errno.ENFILE)

_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
_ENDS_BY_ITSELF = re.compile(
    rb"\r\n(Content-Length:|Transfer-Encoding:[ \t]*chunked)", re.IGNORECASE
)
"""What in the head of an answer says where it ends: an HTTP/1.0 client may not be told."""

_BY_AND_BY = re.compile(rb"\r\n(Expect|Transfer-Encoding):|x-ndjson", re.IGNORECASE)
"""What in a head says that its body comes when something is answered, or by and by."""

_HAS_BODY = re.compile(rb"\r\n(Content-Length|Transfer-Encoding):", re.IGNORECASE)

_NDJSON = "application/x-ndjson"

_LINE = f"the first line, with path and query, has more than {LONGEST_LINE:,} bytes; ask for less"
_LARGE = f"there are more than {MOST_HEADERS} headers, or one beyond {LONGEST_HEADER:,} bytes"
_CODING = "send the body as it is, with its `Content-Length` or `chunked`"
_NO_HOST = "an HTTP/1.1 request has one `Host`, with the name and port of the service"
_NO_FRAGMENT = "the address has a `#` in it; write `%23` where it is meant"
_NO_LINE = "the first line is not written like `GET /v1/decisions?campaign=a%20b HTTP/1.1`"
_NO_HEADER = "a header is not `Name: value`, cannot have its value, or contradicts another"
_NO_EXPECTATION = "its `Expect` is not `100-continue`"
_NO_HTTP = "it is not proper HTTP/1.1"
_FAULTS: tuple[tuple[type[Exception], ProblemKind, str], ...] = (
    (errors.LimitRequestLine, URI_TOO_LONG, _LINE),
    (errors.LimitRequestHeaders, HEADERS_TOO_LARGE, _LARGE),
    (errors.UnsupportedTransferCoding, UNKNOWN_CODING, _CODING),
    (errors.InvalidRequestLine, BAD_REQUEST, _NO_LINE),
    (errors.InvalidRequestMethod, BAD_REQUEST, _NO_LINE),
    (errors.InvalidHTTPVersion, BAD_REQUEST, _NO_LINE),
    (errors.InvalidHeader, BAD_REQUEST, _NO_HEADER),
    (errors.InvalidHeaderName, BAD_REQUEST, _NO_HEADER),
    (errors.ObsoleteFolding, BAD_REQUEST, _NO_HEADER),
    (errors.ExpectationFailed, BAD_REQUEST, _NO_EXPECTATION),
    (errors.ParseException, BAD_REQUEST, _NO_HTTP),
)
"""What gunicorn finds wrong with a request: the kinds before those that include them."""

_OURS = (
    errors.ConfigurationProblem,
    errors.InvalidResponseHeader,
    errors.InvalidResponseHeaderName,
)
"""What gunicorn counts among the same kinds, and is no fault of the request."""


_HOST = re.compile(
    r"(\[[0-9A-Za-z:.]+\]|([\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(:[0-9]*)?", re.ASCII
)
"""`Host` as RFC 9110 §7.2 has it; it is empty where the address has no name."""

_OUR_VERSION = (1, 1)


class Worker(ThreadWorker):  # type: ignore[misc] # It has no types.
    """A process with threads that answers whatever goes wrong around the application.

    A connection has a thread while a request of it is answered: once its head and a short body are
    there, until the answer is written. Gunicorn has a thread wait for the rest of either, and its
    loop for clients to hang up, so that a few of them hold up all others. A request whose body is
    still to come has one of as many other threads, so that it holds up none that is there. And
    whoever has a thread for nobody takes no connection, which another process may serve at once.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin without connections."""
        super().__init__(*args, **kwargs)
        self._busy = 0
        self.method_queue = _Wakings()
        self._waiting = self.get_thread_pool()  # It begins a thread once there is work for it.

    def enqueue_req(self, connection: Any) -> None:
        """Give a connection to a thread, or wait for its next request."""
        if self.cfg.is_ssl:  # What comes is for the thread to decrypt, and the head unknown here.
            self._give(connection)
            return
        if connection.parser is None:
            connection.parser = get_parser(connection.cfg, connection.sock, connection.client)
        if _is_readable(connection.parser.unreader.buf.getvalue()):
            self._give(connection)
            return
        connection.sock.settimeout(0)
        connection.set_timeout()
        self.keepalived_conns.append(connection)
        readable = partial(self.on_client_socket_readable, connection)
        self.poller.register(connection.sock, EVENT_READ, readable)
        readable(connection.sock)  # Mostly it is there already.

    def on_client_socket_readable(self, connection: Any, client: Any) -> None:
        """Read on in a request, whose time begins with its first byte."""
        if client.fileno() < 0:  # It was given up since.
            return
        if self.cfg.is_ssl:
            super().on_client_socket_readable(connection, client)
            return
        unreader = connection.parser.unreader
        before = unreader.take_buffered()
        try:
            come = client.recv(_CHUNK)
        except BlockingIOError:
            come = None
        except OSError:  # The thread meets it again, and closes the connection.
            come = b""
        held = before + (come or b"")
        unreader.unread(held)
        if come == b"" or _is_readable(held):
            self.poller.unregister(client)
            self.keepalived_conns.remove(connection)
            self._give(connection)
        elif come and not before and self.alive:
            self.keepalived_conns.remove(connection)
            connection.set_timeout()
            self.keepalived_conns.append(connection)

    def accept(self, listener: Any) -> None:
        """Take a connection; where the system has no file for it, only once another has ended.

        Where there are as many as may be, the one that has been idle for longest makes room.
        """
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno not in _NO_FILE:
                raise
            self.worker_connections = max(self.nr_conns, 1)
        if self.nr_conns >= self.worker_connections and self.alive:
            self._forget_idlest()

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001 - as gunicorn calls it.
        """Take connections, unless each thread has one: gunicorn asks after each event."""
        super().set_accept_enabled(enabled and self._busy < self.cfg.threads)

    def finish_request(self, connection: Any, done: Any) -> None:
        """Send what is left of an answer, and go on with the connection: its thread is free."""
        self._busy -= connection.is_whole
        if self.cfg.is_ssl:
            super().finish_request(connection, done)
        elif connection.sock.fileno() < 0:  # The answer failed on the way.
            self._forget(connection)
        else:
            self._send_on(connection, done)

    def murder_pending(self) -> None:
        """Close connections whose client has not taken an answer, or not hung up, in time."""
        now = time.monotonic()
        for connection in [each for each in self.pending_conns if each.timeout <= now]:
            self._take_back(connection)
            self._forget(connection)

    def _send_on(self, connection: Any, done: Any) -> None:
        """Send what the client takes of an answer, then keep its connection alive or end it."""
        try:
            connection.answer.send_on()
        except OSError:
            self._forget(connection)
            return
        if connection.answer.left:
            end = time.monotonic() + CLIENT_SECONDS
            self._await(connection, EVENT_WRITE, end, partial(self._send_on, connection, done))
            self._forget_slowest()
        elif done.exception() is None and done.result():
            super().finish_request(connection, done)
        elif connection.answer.is_open:
            self._forget(connection)
        else:
            self._end(connection)

    def _forget_idlest(self) -> None:
        """End the connection over which nothing has come for longest, unless it is the only one."""
        if len(self.keepalived_conns) > 1:
            connection = self.keepalived_conns.popleft()
            self.poller.unregister(connection.sock)
            self._forget(connection)

    def _forget_slowest(self) -> None:
        """End the connections whose clients have taken nothing for longest, if too much waits."""
        unsent = [each for each in self.pending_conns if each.answer.left]
        excess = sum(len(each.answer.left) for each in unsent) - _MOST_UNSENT
        for connection in unsent[:-1]:  # In the order in which anything of them was taken.
            if excess <= 0:
                return
            excess -= len(connection.answer.left)
            self._take_back(connection)
            self._forget(connection)

    def _end(self, connection: Any) -> None:
        """Say that nothing more comes, and let the client say so too (RFC 9112 §9.6)."""
        try:
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:  # It has hung up.
            self._forget(connection)
            return
        self._pass_over(connection, time.monotonic() + _LINGER_SECONDS)

    def _pass_over(self, connection: Any, end: float) -> None:
        """Pass over what is still sent: to close before would cut off the answer."""
        connection.sock.settimeout(0)
        try:
            is_over = not connection.sock.recv(_CHUNK)
        except BlockingIOError:
            is_over = False
        except OSError:
            is_over = True
        if is_over:
            self._forget(connection)
        else:
            self._await(connection, EVENT_READ, end, partial(self._pass_over, connection, end))

    def _await(self, connection: Any, event: int, end: float, act: Callable[[], None]) -> None:
        """Act once more can be sent or read; where that takes too long, the connection ends."""

        def on_event(_client: Any) -> None:
            if connection.sock.fileno() >= 0:  # Or it was given up since.
                self._take_back(connection)
                act()

        connection.sock.settimeout(0)
        connection.timeout = end
        self.pending_conns.append(connection)
        self.poller.register(connection.sock, event, on_event)

    def _take_back(self, connection: Any) -> None:
        self.poller.unregister(connection.sock)
        self.pending_conns.remove(connection)

    def _forget(self, connection: Any) -> None:
        self.nr_conns -= 1
        connection.close()

    def _keepalive_after(self, connection: Any, keepalive: bool) -> bool:  # noqa: FBT001 - as gunicorn calls it.
        """Whether a connection can have another request: not where a body was refused unread.

        What is there is passed over however long that takes on a busy machine: the client has its
        answer, and may be sending its next request.
        """
        parser = connection.parser
        patience = CLIENT_SECONDS if _is_there(parser) else _PASS_OVER_SECONDS
        soon = time.monotonic() + patience
        return keepalive and bool(parser.finish_body(deadline=soon, max_bytes=_SHORT_BODY + 1))

    def _cap_keepalive(self, deadline: float) -> None:
        """Bound the waiting for requests at the end, and take the connections that wait too.

        To close what listens would cut them off. Gunicorn calls this once, when its loop has ended.
        """
        for listener in self.sockets:
            self._take_all(listener)
            listener.close()
        super()._cap_keepalive(deadline)

    def _take_all(self, listener: Any) -> None:
        before = -1
        while before < self.nr_conns < self.worker_connections:
            before = self.nr_conns
            self.accept(listener)

    def _give(self, connection: Any) -> None:
        connection.data_ready |= not self.cfg.is_ssl
        connection.answer = _Answer(connection.sock)
        connection.is_whole = self.cfg.is_ssl or _is_whole(
            connection.parser.unreader.buf.getvalue()
        )
        self._busy += connection.is_whole
        pool = self.tpool if connection.is_whole else self._waiting
        answered = pool.submit(self.handle, connection)
        answered.add_done_callback(
            partial(self.method_queue.defer, self.finish_request, connection)
        )
        if self._accepting:
            self.set_accept_enabled(True)

    def handle(self, connection: Any) -> Any:
        """Answer a request; with an endless head, without waiting for more of it as gunicorn does.

        Nothing else is waited for either, unless the body is still to come.
        """
        if not self.cfg.is_ssl:
            unreader = connection.parser.unreader
            unreader.sock = connection.incoming = _Incoming(connection.sock)
            if _has_endless_head(unreader.buf.getvalue()):
                _refuse(connection.sock, Problem(kind=HEADERS_TOO_LARGE, detail=_LARGE))
                return False
        return super().handle(connection)

    def handle_request(self, request: Any, connection: Any) -> bool:
        """Answer a request; return whether the connection goes on.

        What gunicorn takes, and HTTP/1.1 does not, ends here. An answer never names a later version
        than ours (RFC 9110 §2.5), as gunicorn would by repeating that of the request.
        """
        problem = _improper(request)
        if problem is not None:
            _refuse(connection.sock, problem, has_body=request.method != "HEAD")
            return False
        request.version = min(request.version, _OUR_VERSION)
        if not self.cfg.is_ssl:
            if not connection.is_whole:
                connection.incoming.allow(None if _is_ndjson(request) else BODY_SECONDS)
            client, server = connection.client, connection.server
            connection = SimpleNamespace(sock=connection.answer, client=client, server=server)
        goes_on: bool = super().handle_request(request, connection)
        if not self.cfg.is_ssl:
            connection.sock.end()
        return goes_on

    def handle_error(self, request: Any, client: Any, _address: Any, error: Exception) -> None:
        """Answer a request that could not be read, or that the server failed to answer."""
        is_unparsed = isinstance(error, errors.ParseException) and not isinstance(error, _OURS)
        if is_unparsed and request is not None:
            return  # It is answered, and what is left of its body was only passed over.
        if is_unparsed:
            _refuse(client, _unparsed(error))
        else:
            problem, request_id = problem_of(error), journal.request_id(None)
            fields = {"request_id": request_id, "reason": problem.detail}
            journal.ERRORS.error(problem.kind.name, exc_info=error, extra={"fields": fields})
            _send(client, answer_of(problem, request_id))


class _Wakings(PollableMethodQueue):  # type: ignore[misc] # It has no types.
    """What threads tell the loop of a process, and the pipe by which they wake it.

    INVARIANT: the pipe stays open until the process ends. A thread that ends after the loop writes
    into it all the same, or into whatever was opened under its number since, as the database.
    """

    def close(self) -> None:
        """Leave it to the end of the process."""


class _Incoming:
    """The side of a socket from which a request is read, and waited for only once it is allowed.

    INVARIANT: a thread for requests that are there waits for no client, whatever it sent.
    """

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._may_wait = False
        self._end: float | None = None

    def __getattr__(self, name: str) -> Any:
        """Be the socket in all else."""
        return getattr(self._sock, name)

    def allow(self, seconds: float | None) -> None:
        """Allow to wait so long from now on; without a number, as long as something comes."""
        self._may_wait = True
        self._end = None if seconds is None else time.monotonic() + seconds

    def recv(self, size: int) -> bytes:
        """Return what comes next. Raises `OSError` where it takes too long."""
        come: bytes
        if not self._may_wait:
            come = self._sock.recv(size, socket.MSG_DONTWAIT)
            return come
        patience = float(CLIENT_SECONDS)
        if self._end is not None:
            patience = min(patience, self._end - time.monotonic())
        if patience <= 0:
            raise TimeoutError
        allowed = struct.pack("ll", int(patience), max(int(patience % 1 * 1_000_000), 1))
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, allowed)
        come = self._sock.recv(size)
        return come


class _Answer:
    """The side of a socket to which an answer is written.

    What a client does not take at once of it is left for later. An answer that is streamed is not:
    its client may wait for it before it sends what the answer goes on with.
    """

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._is_streamed: bool | None = None
        self.left = memoryview(b"")
        """What is still to be sent."""
        self.is_open = False
        """Whether the end of the connection would be taken for that of the answer, which is not."""

    def __getattr__(self, name: str) -> Any:
        """Be the socket in all else."""
        return getattr(self._sock, name)

    def sendall(self, data: bytes) -> None:
        """Send, or leave for later, the next part of an answer; the first one is its head."""
        if self._is_streamed is None:
            self._is_streamed = _LENGTH.search(data) is None
            if _ENDS_BY_ITSELF.search(data) is None:
                self._open(is_open=True)
        self.left = memoryview(b"".join((self.left, data)))
        self.send_on()
        if self._is_streamed and self.left:
            # INVARIANT: where the client stalls in the middle, nothing of it is sent again.
            rest, self.left = self.left, memoryview(b"")
            self._sock.sendall(rest)

    def shutdown(self, how: int) -> None:
        """Say that nothing more comes, as gunicorn does where an answer breaks off."""
        if self.is_open:
            raise ConnectionAbortedError  # It closes it then, which tells the client.
        self._sock.shutdown(how)

    def end(self) -> None:
        """Note that an answer is whole."""
        if self.is_open:
            self._open(is_open=False)

    def _open(self, *, is_open: bool) -> None:
        """Have the system reset the connection, however it ends, for as long as an answer is open.

        A proxy takes an export that broke off for a whole one otherwise: nginx asks by HTTP/1.0.
        """
        self.is_open = is_open
        linger = struct.pack("ii", is_open, 0)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def send_on(self) -> None:
        """Send what is taken at once; the rest takes at most twice the memory of its bytes."""
        with suppress(BlockingIOError):
            while self.left:
                self.left = self.left[self._sock.send(self.left, socket.MSG_DONTWAIT) :]
        if 2 * self.left.nbytes < memoryview(self.left.obj).nbytes:
            self.left = memoryview(self.left.tobytes())  # A view keeps all that it is of.


def _is_readable(held: bytes) -> bool:
    """Whether a request can be answered, or refused, without waiting for more of it.

    A long body is not waited for, which would have to be kept for whoever sends it, with or without
    a key; nor one whose length is unknown.
    """
    line = held.find(b"\n")
    if line < 0:
        return len(held) > LONGEST_LINE + len("\r\n")
    if not held.endswith(b"\r", 0, line):
        return True
    head, end, body = held.partition(b"\r\n\r\n")
    if not end:
        return _has_endless_head(held)
    length = _length_of(head + end)
    return length is None or not len(body) < length <= _SHORT_BODY or bool(_BY_AND_BY.search(head))


def _has_endless_head(held: bytes) -> bool:
    return len(held) > _LONGEST_HEAD and b"\r\n\r\n" not in held


def _is_whole(held: bytes) -> bool:
    """Whether nothing more is to come of a request that is readable."""
    head, end, body = held.partition(b"\r\n\r\n")
    length = _length_of(head + end)
    return length is not None and len(body) >= length


def _length_of(head: bytes) -> int | None:
    """Return how many bytes the body of a request has, None where its head does not say plainly."""
    found = [each.lower() for each in _HAS_BODY.findall(head)]
    length = _LENGTH.search(head)
    if found == [b"content-length"] and length is not None:
        return int(length[1])
    return None if found else 0


def _is_ndjson(request: Any) -> bool:
    """Whether a body is one that is answered while it comes, for as long as its client likes."""
    types = [value for name, value in request.headers if name == "CONTENT-TYPE"]
    return [each.partition(";")[0].strip().lower() for each in types] == [_NDJSON]


def _is_there(parser: Any) -> bool:
    """Whether what nobody has read of a body has come."""
    reader = parser.mesg.body.reader
    if isinstance(reader, ChunkedReader):
        return reader.parser is None
    return bool(reader.length <= len(parser.unreader.buf.getvalue()))


def _improper(request: Any) -> Problem | None:
    """Return what is wrong with a request that gunicorn could parse, None where it is proper."""
    hosts = [value for name, value in request.headers if name == "HOST"]
    if len(hosts) != 1 and request.version >= _OUR_VERSION:  # RFC 9112 §3.2
        return Problem(kind=BAD_REQUEST, detail=_NO_HOST)
    if not all(map(_HOST.fullmatch, hosts)):
        return Problem(kind=BAD_REQUEST, detail=_NO_HOST)
    if "#" in request.uri:  # RFC 9112 §3.2: no form of a target has a fragment.
        return Problem(kind=BAD_REQUEST, detail=_NO_FRAGMENT)
    codings = [value.lower() for name, value in request.headers if name == "TRANSFER-ENCODING"]
    if codings not in ([], ["chunked"]):  # Gunicorn takes `gzip, chunked`, and undoes the latter.
        return Problem(kind=UNKNOWN_CODING, detail=_CODING)
    return None


def _refuse(client: Any, problem: Problem, *, has_body: bool = True) -> None:
    """Answer a request that is not to reach the application, and say so in the log."""
    request_id = journal.request_id(None)
    fields = {"request_id": request_id, "reason": problem.detail}
    journal.ERRORS.warning(problem.kind.name, extra={"fields": fields})
    _send(client, answer_of(problem, request_id, has_body=has_body))


def _send(client: Any, answer: bytes) -> None:
    with suppress(OSError):  # Who asked may be gone.
        util.write_nonblock(client, answer)


def _unparsed(error: Exception) -> Problem:
    """Return the problem of a request that did not reach the application."""
    kind, detail = next((kind, why) for fault, kind, why in _FAULTS if isinstance(error, fault))
    return Problem(kind=kind, detail=detail)


def answer_of(problem: Problem, request_id: str, *, has_body: bool = True) -> bytes:
    """Return the whole answer, after which the connection ends, as it goes over the wire."""
    answer = problem_answer(problem, request_id)
    answer.headers.extend({"X-Request-ID": request_id, **SECURITY_HEADERS, "Connection": "close"})
    answer.headers["Date"] = util.http_date()
    body: bytes = answer.get_data()
    answer.headers["Content-Length"] = str(len(body))
    lines = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in answer.headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body if has_body else b"")
