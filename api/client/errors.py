"""What a call to the service can come to when there is no answer to it.

None of them is a decision, and least of all an allow: whoever catches one knows no more than
before. A campaign that is denied is a result and never one of these.
"""

from datetime import datetime

import msgspec


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault among those of a problem.

    `pointer` is a JSON Pointer (RFC 6901) into the body that was sent, where the campaign is
    `/campaign`; for an item of a batch it leads into the item.
    """

    message: str
    pointer: str | None = None
    parameter: str | None = None
    line: int | None = None
    column: int | None = None
    help: str | None = None

    def __str__(self) -> str:
        """Return where it is, what it is, and what to do."""
        place = self.pointer or self.parameter
        text = f"{place}: {self.message}" if place else self.message
        return f"{text}; {self.help}" if self.help else text


class Tombstone(msgspec.Struct, frozen=True, kw_only=True):
    """The erasure of a decision: its entry in the log, and on what ground it was asked for."""

    id: str
    index: int
    erased_at: datetime
    ground: str


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """The legal hold that keeps what should be erased: its entry in the log, and its ground."""

    id: str
    index: int
    placed_at: datetime
    ground: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem as the service tells it (RFC 9457). `type` never changes its meaning.

    `request_id` leads to the request in the service's own log. `erasure` is there where a decision
    was erased, `hold` where a legal hold forbids it.
    """

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: tuple[Fault, ...] = ()
    erasure: Tombstone | None = None
    hold: Hold | None = None

    def __str__(self) -> str:
        """Return the problem in a line."""
        told = "; ".join(str(each) for each in self.errors)
        if len(self.errors) == 1 and self.detail.endswith(self.errors[0].message):
            return f"{self.title}: {told}"
        return f"{self.title}: {self.detail}" + (f" ({told})" if told else "")


class AssentError(Exception):
    """There is no answer. The base of every error of the client.

    `idempotency_key` is that of the request, where it had one: sent again with it, the request has
    one decision, whether or not the service recorded it before.
    """

    idempotency_key: str | None = None


class UnreachableError(AssentError):
    """The service did not answer in time, though it may have got the request.

    `may_have_arrived` is false where it cannot have.
    """

    def __init__(self, message: str, *, may_have_arrived: bool) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived


class UnexpectedAnswerError(AssentError):
    """Something answered, but not as Assent does: another server, a proxy, or a redirect."""


class ProblemError(AssentError):
    """The service says what is wrong: `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class UnauthenticatedError(ProblemError):
    """The key is unknown, expired or revoked (401)."""


class ForbiddenError(ProblemError):
    """The key may not do this (403)."""


class NotFoundError(ProblemError):
    """There is no such thing, or not for this key (404)."""


class ErasedError(ProblemError):
    """The decision was erased (410)."""


class ConflictError(ProblemError):
    """Something stands against it as things are now (409, 412, 428)."""


class InvalidRequestError(ProblemError):
    """The request cannot be read or decided on (400, 413 to 415, 422, 431); `errors` say where."""


class BusyError(ProblemError):
    """The service cannot answer at the moment (429, 503), after every try that was allowed.

    `retry_after` is how many seconds it wants to be left alone, where it says so.
    """

    def __init__(self, problem: Problem, *, retry_after: float | None = None) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class ServiceFaultError(ProblemError):
    """Something is wrong with the service (any other status)."""


_BY_STATUS: dict[int, type[ProblemError]] = {
    400: InvalidRequestError,
    401: UnauthenticatedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: ErasedError,
    412: ConflictError,
    413: InvalidRequestError,
    414: InvalidRequestError,
    415: InvalidRequestError,
    422: InvalidRequestError,
    428: ConflictError,
    431: InvalidRequestError,
}


def problem_error(problem: Problem, *, retry_after: float | None = None) -> ProblemError:
    """Return the error of a problem."""
    if problem.status in (429, 503):
        return BusyError(problem, retry_after=retry_after)
    return _BY_STATUS.get(problem.status, ServiceFaultError)(problem)
