"""Calls over HTTP: with a key, a bound on time and size, and tries that can do no harm.

What may be sent again is decided here, once. A request that cannot have arrived is always sent
again. One that may have arrived is sent again only where a second arrival changes nothing: it
reads, it is a dry run, or it carries an `Idempotency-Key`. An answer that says that nothing was
done (429, and 503 of a service that is busy) is heeded, with its `Retry-After`. Redirects are never
followed: a key is for the address that was given.
"""

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from ssl import SSLCertVerificationError, SSLContext, SSLError
from typing import TypeVar

import httpx
import msgspec

from engine import __version__
from engine.source.layout import printable

from .errors import (
    AssentError,
    BusyError,
    Problem,
    UnexpectedAnswerError,
    UnreachableError,
    problem_error,
)
from .files import replaced

LARGEST_ANSWER = 64 * 1024 * 1024
"""The most bytes of one answer; a batch comes in many."""

_CONNECT_SECONDS = 5.0
_SLOW_TIMEOUT, _SLOW_TOTAL = 90.0, 180.0
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 8.0
_JSON = "application/json"
_PROBLEM = "application/problem+json"
_READ_PROBLEM = msgspec.json.Decoder(Problem)
_NOTHING_WAS_DONE = frozenset(
    {"/problems/too-many-requests", "/problems/busy", "/problems/not-fresh"}
)
_PASSING = frozenset({429, 502, 503, 504})
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_BROKEN_OFF = ("Server disconnected", "peer closed connection")
_LOST = "the connection to {} was lost before the answer came"

# A key of the service, or three parts of an identity provider's (RFC 7515 §3.1): no file that was
# named by mistake is sent.
_TOKEN = re.compile(r"assent_[!-~]+|[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited: for one answer, for all tries together, and how many there are.

    `timeout` bounds each silence of the service, `total` all that one call takes, both in seconds.
    Where policies are examined, or decisions erased, which takes longest, they are 90 and 180 at
    least.
    """

    timeout: float = 30.0
    total: float = 60.0
    tries: int = 5
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request.

    `is_repeatable` says that a second arrival would change nothing, `is_slow` that policies are
    examined, or decisions erased, before it is answered.
    """

    method: str
    path: str
    is_repeatable: bool
    is_slow: bool = False
    accept: str = _JSON
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer with a status below 300: its media type, headers and body."""

    status: int
    type: str
    headers: Mapping[str, str]
    body: bytes


def token_of(key: str | Path) -> str:
    """Return the text of a key, or what the file with it holds.

    Raises `ValueError` where it is none, and `OSError` where the file cannot be read.
    """
    text = key.read_text(encoding="utf-8").strip() if isinstance(key, Path) else key
    if not _TOKEN.fullmatch(text):
        raise ValueError("this is no key: it is `assent_…` alone, or an access token")
    return text


class Transport:
    """Calls one service with one key. Safe to share between threads."""

    def __init__(
        self, url: str, token: str, *, patience: Patience, ssl_context: SSLContext | None
    ) -> None:
        self._url = _address(url)
        self._patience = patience
        self._http = httpx.Client(
            verify=True if ssl_context is None else ssl_context,
            follow_redirects=False,
            headers={
                "Authorization": f"Bearer {token}",
                "User-Agent": f"assent/{__version__}",
                "Accept-Encoding": "identity",
            },
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, request: Request) -> Reply:
        """Return the answer to a request, after as many tries as are safe and allowed.

        Raises `AssentError`.
        """

        def once(answer: httpx.Response, deadline: float) -> Iterator[Reply]:
            body = _read(answer, deadline)
            yield Reply(
                status=answer.status_code,
                type=_media_type(answer),
                headers=answer.headers,
                body=body,
            )

        (reply,) = self._tries(request, once)
        return reply

    def save(self, request: Request, to: Path) -> Mapping[str, str]:
        """Write an answer into a file, in flat memory, and return its headers.

        The file is there once the answer is whole, and what was there before stands until then. A
        download takes as long as something comes; one that breaks off begins again, while there is
        patience. Raises `AssentError`, and `OSError` where it cannot be written.
        """

        def written(answer: httpx.Response, _: float) -> Iterator[Mapping[str, str]]:
            with replaced(to) as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
            yield answer.headers

        (headers,) = self._tries(request, written)
        return headers

    def lines(self, request: Request) -> Iterator[str]:
        """Yield the lines of an answer as they come; nothing is sent again after the first.

        Raises `AssentError`, also between two lines.
        """
        return self._tries(request, lambda answer, _: answer.iter_lines())

    def _tries(
        self, request: Request, read: Callable[[httpx.Response, float], Iterator[_Part]]
    ) -> Iterator[_Part]:
        """Yield what is read of the answer, of the first try that has one."""
        total = self._patience.total
        deadline = time.monotonic() + (max(total, _SLOW_TOTAL) if request.is_slow else total)
        pause, has_begun = _FIRST_PAUSE_SECONDS, False
        for left in reversed(range(self._patience.tries)):
            try:
                with _told(self._url), self._sent(request) as answer:
                    _check(answer, request, self._url, deadline)
                    for part in read(answer, deadline):
                        has_begun = True
                        yield part
                    return
            except AssentError as error:
                error.idempotency_key = request.key
                wait = _wait(error, pause)
                is_over = not left or time.monotonic() + wait > deadline
                if has_begun or is_over or not _may_go_again(error, request):
                    raise
            self._patience.sleep(wait)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _sent(self, request: Request) -> AbstractContextManager[httpx.Response]:
        usual = self._patience.timeout
        longest = max(usual, _SLOW_TIMEOUT) if request.is_slow else usual
        return self._http.stream(
            request.method,
            f"{self._url}{request.path}",
            params=dict(request.query),
            headers={"Accept": request.accept, **request.headers},
            content=request.body,
            timeout=httpx.Timeout(longest, connect=min(usual, _CONNECT_SECONDS)),
        )


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Tell what goes wrong on the way as errors of this package."""
    try:
        yield
    except _NEVER_SENT as error:
        raise _unreached(url, error) from error
    except httpx.TimeoutException as error:
        raise UnreachableError(f"{url} did not answer in time", may_have_arrived=True) from error
    except httpx.RemoteProtocolError as error:
        if not str(error).startswith(_BROKEN_OFF):
            raise UnexpectedAnswerError(f"{url} answers nothing that can be read") from error
        raise UnreachableError(_LOST.format(url), may_have_arrived=True) from error
    except httpx.TransportError as error:
        raise UnreachableError(_LOST.format(url), may_have_arrived=True) from error
    except httpx.HTTPError as error:
        raise UnexpectedAnswerError(f"{url} answers nothing that can be read") from error


def _unreached(url: str, error: BaseException) -> AssentError:
    """Return the error that a request was not sent: nobody is there, or somebody else is."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, SSLCertVerificationError):
        why = f"{url} has a certificate that is not trusted: {cause.verify_message}"
        return UnexpectedAnswerError(f"{why}; name those to trust in SSL_CERT_FILE")
    if cause is not None:
        return UnexpectedAnswerError(f"{url} does not speak TLS as it should; is it http:// there?")
    why = f"{url} cannot be reached; check the address, and that the service runs"
    return UnreachableError(why, may_have_arrived=False)


def _address(url: str) -> str:
    """Return an address without the slash at its end. Raises `ValueError`."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL()
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"`{printable(url)}` is no address; write `https://assent.example`")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise ValueError("the address has a user, a query or a fragment; give the host alone")
    return url.rstrip("/")


def _check(answer: httpx.Response, request: Request, url: str, deadline: float) -> None:
    """Raise `AssentError` unless an answer is what was asked for."""
    status = answer.status_code
    if status >= 400:
        raise _error(answer, url, deadline)
    if status >= 300:
        to = printable(answer.headers.get("Location", "elsewhere"))
        raise UnexpectedAnswerError(f"{url} leads to {to}; give the address of the service itself")
    if status >= 204 or _media_type(answer) != request.accept:
        raise UnexpectedAnswerError(f"{url} answers {status}, and not as Assent does")


def _error(answer: httpx.Response, url: str, deadline: float) -> AssentError:
    status, later = answer.status_code, _retry_after(answer)
    try:
        if _media_type(answer) != _PROBLEM:
            raise msgspec.ValidationError("no problem")
        problem = _READ_PROBLEM.decode(_read(answer, deadline))
    except msgspec.MsgspecError:
        # What stands in front of a service answers so while it is away.
        if status in _PASSING:
            return _PassingError(f"{url} answers {status}: the service is away", retry_after=later)
        return UnexpectedAnswerError(f"{url} answers {status}, and not as Assent does")
    if problem.status != status:
        return UnexpectedAnswerError(f"{url} answers {status}, and says {problem.status}")
    return problem_error(problem, retry_after=later)


class _PassingError(UnreachableError):
    """A proxy says that the service is away for the moment."""

    def __init__(self, message: str, *, retry_after: float | None) -> None:
        super().__init__(message, may_have_arrived=True)
        self.retry_after = retry_after


def _read(answer: httpx.Response, deadline: float) -> bytes:
    pieces, size = [], 0
    for piece in answer.iter_bytes():
        size += len(piece)
        pieces.append(piece)
        if size > LARGEST_ANSWER:
            raise UnexpectedAnswerError(f"the answer is longer than {LARGEST_ANSWER:,} bytes")
        if time.monotonic() > deadline:
            raise UnreachableError("the answer takes too long", may_have_arrived=True)
    return b"".join(pieces)


def _may_go_again(error: AssentError, request: Request) -> bool:
    match error:
        case UnreachableError():
            return request.is_repeatable or not error.may_have_arrived
        case BusyError(problem=problem):
            return request.is_repeatable or problem.type in _NOTHING_WAS_DONE
        case _:
            return False


def _wait(error: AssentError, pause: float) -> float:
    """Return how long to wait: as the service says, and else longer each time, by chance apart."""
    asked = error.retry_after if isinstance(error, BusyError | _PassingError) else None
    apart = pause * random.uniform(0.5, 1.0)  # noqa: S311 - nothing is secret about a pause.
    return apart if asked is None else asked + apart


def _retry_after(answer: httpx.Response) -> float | None:
    """Return the seconds of `Retry-After` (RFC 9110 §10.2.3), None where there is none."""
    text = answer.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, (until - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # It is no date, or one without a zone.
        return None


def _media_type(answer: httpx.Response) -> str:
    kind: str = answer.headers.get("Content-Type", "")
    return kind.partition(";")[0].strip().lower()
