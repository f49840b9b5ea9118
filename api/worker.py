"""A process of gunicorn, in which a request that never reaches the application is a problem too.

Gunicorn by itself answers what it cannot parse with a page in HTML that quotes it, and writes it to
its log: a query, or a header that was cut in two, which may be half a key. Here the answer has the
one shape of RFC 9457, and nothing of what was sent is told to anybody.
"""

import re
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn import util  # type: ignore[import-untyped] # It has no types.
from gunicorn.http import errors  # type: ignore[import-untyped] # As above.
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped] # As above.

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
    """A process with threads that answers whatever goes wrong around the application."""

    def enqueue_req(self, connection: Any) -> None:
        """Give a connection to a thread: a new one once something has come, as one kept alive.

        Gunicorn has a thread wait for it, and so a few that say nothing, as a browser opens them
        ahead of time, hold up all others for seconds.
        """
        if connection.timeout is not None:
            super().enqueue_req(connection)
            return
        connection.set_timeout()
        self.keepalived_conns.append(connection)
        readable = partial(self.on_client_socket_readable, connection)
        self.poller.register(connection.sock, EVENT_READ, readable)

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
        goes_on: bool = super().handle_request(request, connection)
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
