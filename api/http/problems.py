"""Problems: everything that the service answers instead of what was asked for.

`application/problem+json` after RFC 9457. Each has the same members: `type`, `title`, `status`,
`detail`, `request_id` and `errors`, a list with one entry for each fault. An entry has a `message`
and, where they are known, a `pointer` (JSON Pointer, RFC 6901, into the body), a `parameter` (of
the query), `line` and `column` (of the body), and `help`. The problem of an erased decision has its
`erasure`, or `hold`, beside them. Types are relative URIs, `/problems/…`,
and never change their meaning. The wording of faults is that of whoever found them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from api.deciding.submission import Fault, Refused
from engine import CampaignFault
from engine.audit.checkpoints.publishing import NotWitnessed
from engine.audit.checkpoints.signing import LogForked
from engine.audit.errors import LogError, RecordError
from engine.audit.instants import rfc3339
from engine.audit.log import LogBusy
from engine.source.json_fault import JSONFault
from engine.source.quoting import excerpt
from engine.storage.lifecycle.erasures import Tombstone
from engine.storage.lifecycle.holds import UnderHold

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
"""When to try again after something that time may heal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKind:
    """A kind of problem: its name, which ends its type, its status, and what it means."""

    name: str
    status: int
    title: str
    meaning: str

    @property
    def type(self) -> str:
        """The URI reference that identifies the kind."""
        return f"/problems/{self.name}"


def _kind(name: str, status: int, title: str, meaning: str) -> ProblemKind:
    return ProblemKind(name=name, status=status, title=title, meaning=meaning)


BAD_REQUEST = _kind(
    "bad-request", 400, "The request cannot be read", "the request is not proper HTTP/1.1"
)
MALFORMED_JSON = _kind(
    "malformed-json",
    400,
    "The body is not proper JSON",
    "syntax, duplicate names, numbers or texts beyond the limits, nesting, or not UTF-8",
)
INCOMPLETE_BODY = _kind(
    "incomplete-body",
    400,
    "The body did not arrive in full",
    "fewer bytes came than were announced, or too slowly; nothing of it is decided",
)
INVALID_QUERY = _kind(
    "invalid-query",
    400,
    "The query cannot be answered",
    "an unknown parameter, a value that does not fit, or a cursor of another query",
)
INVALID_KEY = _kind(
    "invalid-idempotency-key",
    400,
    "The Idempotency-Key cannot be used",
    "it is not written as one key, or the request is of a kind that takes none",
)
UNAUTHENTICATED = _kind(
    "unauthenticated",
    401,
    "An API key is needed",
    "there is no key, or it is unknown, expired or revoked",
)
FORBIDDEN = _kind(
    "forbidden",
    403,
    "The key may not do this",
    "the key lacks the role that the endpoint asks for, or is limited to other policy sets",
)
OWN_VERSION = _kind(
    "own-version",
    403,
    "Another person has to approve it",
    "whoever uploaded or submitted a version of policies cannot be the one to approve it",
)
OWN_WAIVER = _kind(
    "own-waiver",
    403,
    "Another person has to grant it",
    "whoever asked for a waiver cannot be the one to grant it, with whatever key",
)
WRONG_ROLE = _kind(
    "wrong-role",
    403,
    "The rule is waived in another role",
    "the key grants no waivers in the role that the rule names behind `overridable by`",
)
NOT_FOUND = _kind(
    "not-found", 404, "There is nothing here", "no such path, or no such decision for this key"
)
METHOD_NOT_ALLOWED = _kind(
    "method-not-allowed", 405, "The method is not allowed here", "`Allow` names those that are"
)
WRONG_STATE = _kind(
    "wrong-state",
    409,
    "It is not ready for this",
    "a version or a waiver is not in the state that the step leads from; the version's check has"
    " errors, or its tests fail; the waiver is over, or its rule cannot be waived any more",
)
SAME_WAIVER = _kind(
    "same-waiver",
    409,
    "There is such a waiver already",
    "another is requested or granted for the same rule, campaigns and markets, and for all of the"
    " days; `detail` names it",
)
TAKEN = _kind(
    "taken",
    409,
    "Something else is saved there",
    "a query is saved under this name already, or as many are saved as may be; delete one first",
)
HELD = _kind(
    "held",
    409,
    "A legal hold keeps the contents",
    "some of what should be erased is held; `hold` says by which entry, and on what ground",
)
ERASED = _kind(
    "erased",
    410,
    "The decision was erased",
    "what was logged of it is deleted for good; `erasure` says on what ground, and by which entry",
)
OUTDATED = _kind(
    "outdated",
    412,
    "It has changed since you read it",
    "`If-Match` is not the `ETag` of now; read it again, and decide again",
)
TOO_LARGE = _kind(
    "too-large", 413, "The request is too large", "a body, a batch or a line beyond its limit"
)
URI_TOO_LONG = _kind(
    "uri-too-long",
    414,
    "The address is too long",
    "the first line of the request is beyond its limit; the server itself answers so",
)
UNSUPPORTED_TYPE = _kind(
    "unsupported-type",
    415,
    "The body is of a type that is not read here",
    "`Content-Type` is none that the endpoint reads, or the body is compressed",
)
MALFORMED_SUBMISSION = _kind(
    "malformed-submission",
    422,
    "The submission cannot be decided on",
    "the JSON does not follow the vocabulary, the platform's format, or the envelope",
)
MALFORMED_ORDER = _kind(
    "malformed-order",
    422,
    "The body does not say what to do",
    "a member is missing, is unknown, or does not fit; nothing was done",
)
KEY_REUSED = _kind(
    "idempotency-key-reused",
    422,
    "The Idempotency-Key belongs to another request",
    "the key came with another body or format before; nothing was decided",
)
MALFORMED_POLICIES = _kind(
    "malformed-policies",
    422,
    "The files are no policies that can be kept",
    "a name, a text, an archive or its size is not one of a policy bundle; nothing was kept",
)
MALFORMED_FACT = _kind(
    "malformed-fact",
    422,
    "The standing fact cannot be recorded",
    "it does not follow the vocabulary, or contradicts another about its subject; nothing was kept",
)
UNRECORDABLE = _kind(
    "unrecordable",
    422,
    "The decision cannot be recorded",
    "the campaign leads to a record that the log cannot hold; there is no decision",
)
UNCONDITIONAL = _kind(
    "unconditional",
    428,
    "Say which state you saw",
    "a change of policies or of a waiver needs `If-Match` with the `ETag` of what you read",
)
TOO_MANY = _kind(
    "too-many-requests",
    429,
    "The key asks too often",
    "more requests in a minute than `rate_limit`; `Retry-After` says when the next may come",
)
HEADERS_TOO_LARGE = _kind(
    "headers-too-large",
    431,
    "The headers are too large",
    "there are too many headers, or one is too long; the server itself answers so",
)
INTERNAL_ERROR = _kind(
    "internal-error",
    500,
    "Something is wrong with the service",
    "a defect of Assent; the request id leads to it in the log; there is no decision",
)
UNKNOWN_CODING = _kind(
    "unknown-transfer-coding",
    501,
    "The transfer coding is not understood",
    "`Transfer-Encoding` is another than `chunked`; the server itself answers so",
)
BUSY = _kind(
    "busy",
    503,
    "The service has too much to do at the moment",
    "the queue of the log is full, or too many streams are open; nothing was recorded",
)
UNAVAILABLE = _kind(
    "unavailable",
    503,
    "The service cannot record or read at the moment",
    "the database or the log does not answer; no decision was given",
)
UNSIGNED = _kind(
    "unsigned",
    503,
    "The log cannot be signed at the moment",
    "there is no receipt or checkpoint; a decision that the answer names is recorded all the same",
)
NOT_FRESH = _kind(
    "not-fresh",
    503,
    "It is not certain which policies are in force",
    "the process cannot confirm it, or others came into force meanwhile; nothing was decided",
)
NOT_READY = _kind(
    "not-ready", 503, "The service is not ready", "the answer of `/health/ready` until it is"
)

KINDS = (
    BAD_REQUEST,
    MALFORMED_JSON,
    INCOMPLETE_BODY,
    INVALID_QUERY,
    INVALID_KEY,
    UNAUTHENTICATED,
    FORBIDDEN,
    OWN_VERSION,
    OWN_WAIVER,
    WRONG_ROLE,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    WRONG_STATE,
    SAME_WAIVER,
    TAKEN,
    HELD,
    ERASED,
    OUTDATED,
    TOO_LARGE,
    URI_TOO_LONG,
    UNSUPPORTED_TYPE,
    MALFORMED_SUBMISSION,
    MALFORMED_ORDER,
    KEY_REUSED,
    MALFORMED_POLICIES,
    MALFORMED_FACT,
    UNRECORDABLE,
    UNCONDITIONAL,
    TOO_MANY,
    HEADERS_TOO_LARGE,
    INTERNAL_ERROR,
    UNKNOWN_CODING,
    BUSY,
    UNAVAILABLE,
    UNSIGNED,
    NOT_FRESH,
    NOT_READY,
)
"""Every kind, in order of status."""

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_NO_MEMBERS: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemError:
    """One fault among those of a problem; what is None is left out of the answer."""

    message: str
    pointer: str | None = None
    parameter: str | None = None
    line: int | None = None
    column: int | None = None
    help: str | None = None

    def document(self) -> dict[str, object]:
        """Return the JSON form."""
        members = {
            "pointer": self.pointer,
            "parameter": self.parameter,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "help": self.help,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem: its kind, what happened this time, every fault, and headers to answer with.

    `more` are members of its kind alone (RFC 9457 §3.2).
    """

    kind: ProblemKind
    detail: str
    errors: tuple[ProblemError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)
    more: Mapping[str, object] = field(default_factory=lambda: _NO_MEMBERS)

    def document(self, request_id: str) -> dict[str, object]:
        """Return the JSON form: the same members for every problem, and those of its kind."""
        return {
            "type": self.kind.type,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "request_id": request_id,
            "errors": [error.document() for error in self.errors],
            **self.more,
        }


class ProblemRaised(Exception):  # noqa: N818 - a problem is an answer, which unwinds to the edge.
    """Ends a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind.name)
        self.problem = problem


def in_a_line(errors: Sequence[ProblemError]) -> str:
    """Return the first of some faults with its place, and how many more there are.

    It is for those who show the `detail` of a problem alone.
    """
    first = errors[0]
    place = first.parameter or first.pointer or ""
    is_named = excerpt(place.removeprefix("/")) in first.message
    told = f"{excerpt(place)}: {first.message}" if place and not is_named else first.message
    return told if len(errors) == 1 else f"{told}; and {len(errors) - 1} more"


def malformed_json(fault: JSONFault) -> Problem:
    """Return the problem of a body, or of a line of one, that is not JSON."""
    error = ProblemError(
        message=fault.message,
        pointer=fault.pointer,
        line=fault.line,
        column=fault.column,
        help=fault.help,
    )
    place = f"line {fault.line}, column {fault.column}"
    return Problem(kind=MALFORMED_JSON, detail=f"{fault.message}, in {place}", errors=(error,))


def malformed_submission(
    refused: Refused, *, before: str = "", more: Sequence[ProblemError] = ()
) -> Problem:
    """Return the problem of a record that cannot be decided on, with every fault.

    `before` is the pointer to the record in the body; `more` are faults of what is around it.
    """
    return submission_problem((*more, *_errors(refused.faults, before)))


def submission_problem(errors: Sequence[ProblemError]) -> Problem:
    """Return the problem of a submission with these faults."""
    count = "one fault was found" if len(errors) == 1 else f"{len(errors)} faults were found"
    return Problem(kind=MALFORMED_SUBMISSION, detail=count, errors=tuple(errors))


def invalid_query(errors: Iterable[ProblemError]) -> Problem:
    """Return the problem of a query with these faults."""
    listed = tuple(errors)
    return Problem(kind=INVALID_QUERY, detail=in_a_line(listed), errors=listed)


def malformed_order(errors: Iterable[ProblemError]) -> Problem:
    """Return the problem of a body that should say what to do, with these faults."""
    listed = tuple(errors)
    return Problem(kind=MALFORMED_ORDER, detail=in_a_line(listed), errors=listed)


def malformed_fact(faults: Sequence[CampaignFault]) -> Problem:
    """Return the problem of a standing fact that cannot be recorded, with every fault."""
    errors = tuple(_errors(faults, ""))
    return Problem(kind=MALFORMED_FACT, detail=faults[0].message, errors=errors)


def _errors(faults: Iterable[Fault | CampaignFault], before: str) -> Iterable[ProblemError]:
    return (
        ProblemError(message=fault.message, pointer=before + fault.pointer, help=fault.help)
        for fault in faults
    )


def retry_later(kind: ProblemKind, detail: str, seconds: int = RETRY_SECONDS) -> Problem:
    """Return a problem that says when to try again (RFC 9110 §10.2.3)."""
    return Problem(kind=kind, detail=detail, headers={"Retry-After": str(seconds)})


def unlogged(error: LogError) -> Problem:
    """Return the problem of a log that did not take a decision, or is not signed."""
    if isinstance(error, LogBusy):
        return retry_later(BUSY, str(error), error.retry_after)
    if isinstance(error, RecordError):
        return Problem(kind=UNRECORDABLE, detail=str(error))
    if isinstance(error, LogForked | NotWitnessed):
        return retry_later(UNSIGNED, str(error))
    return retry_later(UNAVAILABLE, str(error))


def erased(tombstone: Tombstone) -> Problem:
    """Return the problem of a decision of which a tombstone is left."""
    on = rfc3339(tombstone.erased_at)
    return Problem(
        kind=ERASED,
        detail=f"the decision was erased at {on}, on the ground `{tombstone.ground}`",
        more={
            "erasure": {
                "id": tombstone.erasure_id,
                "index": tombstone.erasure_index,
                "erased_at": on,
                "ground": tombstone.ground,
            }
        },
    )


def held(error: UnderHold) -> Problem:
    """Return the problem of an erasure that a hold forbids."""
    return Problem(
        kind=HELD,
        detail=str(error),
        more={
            "hold": {
                "id": error.by.id,
                "index": error.by.index,
                "placed_at": rfc3339(error.by.placed_at),
                "ground": error.by.ground,
            }
        },
    )


def kinds_table() -> str:
    """Return the table of problems in `docs/http-api.md`."""
    rows = [f"| `{k.type}` | {k.status} | {k.title} | {k.meaning} |" for k in KINDS]
    return "\n".join(["| type | status | title | when |", "|---|---|---|---|", *rows]) + "\n"
