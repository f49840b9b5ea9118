"""A process of gunicorn, in which a request that never reaches the application is a problem too.

Gunicorn by itself answers what it cannot parse with a page in HTML that quotes it, and writes it to
its log: a query, or a header that was cut in two, which may be half a key. Here the answer has the
one shape of RFC 9457, and nothing of what was sent is told to anybody.
"""

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

    def handle_error(self, request: Any, client: Any, _address: Any, error: Exception) -> None:
        """Answer a request that could not be read, or that the server failed to answer."""
        is_unparsed = isinstance(error, errors.ParseException) and not isinstance(error, _OURS)
        if is_unparsed and request is not None:
            return  # It is answered, and what is left of its body was only passed over.
        problem = _unparsed(error) if is_unparsed else problem_of(error)
        request_id = journal.request_id(None)
        fields = {"request_id": request_id, "reason": problem.detail}
        if is_unparsed:
            journal.ERRORS.warning(problem.kind.name, extra={"fields": fields})
        else:
            journal.ERRORS.error(problem.kind.name, exc_info=error, extra={"fields": fields})
        with suppress(OSError):  # Who sent it may be gone.
            util.write_nonblock(client, answer_of(problem, request_id))


def _unparsed(error: Exception) -> Problem:
    """Return the problem of a request that did not reach the application."""
    kind, detail = next((kind, why) for fault, kind, why in _FAULTS if isinstance(error, fault))
    return Problem(kind=kind, detail=detail)


def answer_of(problem: Problem, request_id: str) -> bytes:
    """Return the whole answer, after which the connection ends, as it goes over the wire."""
    answer = problem_answer(problem, request_id)
    answer.headers.extend({"X-Request-ID": request_id, **SECURITY_HEADERS, "Connection": "close"})
    body: bytes = answer.get_data()
    answer.headers["Content-Length"] = str(len(body))
    lines = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in answer.headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
