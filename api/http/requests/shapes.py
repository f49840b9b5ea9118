"""The shapes around the campaign: query strings and the envelope, read by marshmallow.

Nothing unknown is passed over: a parameter or member that no shape has is a fault, with the near
name. All faults of a query or an envelope are reported together. The envelope's `campaign` is
handed on untouched.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar, TypeVar, get_args

from marshmallow import RAISE, Schema, fields
from werkzeug.datastructures import MultiDict

from api.deciding.submission import FORMAT_NAMES, NATIVE
from api.exports.formats import MEDIA_TYPES
from api.http.problems import ProblemError, ProblemRaised, invalid_query, malformed_order
from engine.audit.entries.acts import ASKED_FOR, Ground
from engine.audit.entries.record import Outcome
from engine.audit.workflows.waivers import WaiverState
from engine.evaluation.standing_facts.fact import SubjectKind
from engine.source.quoting import described, escaped
from engine.storage.governance.waivers import PAGE_LIMIT as WAIVER_PAGE_LIMIT
from engine.storage.lifecycle.subjects import Selector
from engine.storage.search.decisions import PAGE_LIMIT
from engine.storage.search.filters import SEARCHABLE_STATUSES, Criteria
from engine.storage.search.samples import SAMPLE_LIMIT

from .fields import (
    Cursor,
    Day,
    Described,
    Flag,
    Instant,
    LenientFlag,
    Line,
    Lines,
    Pattern,
    Place,
    QueryFlag,
    QueryName,
    QueryNumber,
    Text,
    Word,
)
from .loading import NOWHERE, NameFault, load
from .misplaced import in_address, misplaced

BRIEF, FULL = "brief", "full"
INDEX, WAIT = "index", "wait"
PAGE = "json"

EXPIRED = "expired"
"""How a waiver is called whose days are over, before it was granted or after."""

WAIVER_STATES = (*(each.value for each in WaiverState), EXPIRED)
LONGEST_REASON, MOST_MARKETS, MOST_EVIDENCE = 2_000, 300, 20

MOST_ENTRIES = 10**15
"""A size of the log beyond this is a slip of the pen."""


_READER = "reader"


def _read_by(reader: Described) -> Mapping[str, Described]:
    """Return what says of a member of a query how it is read."""
    return {_READER: reader}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactParameters:
    """The query of a list of standing facts."""

    kind: str | None = field(default=None, metadata=_read_by(Word(tuple(SubjectKind))))
    name: str | None = field(default=None, metadata=_read_by(Text()))
    limit: int = field(default=100, metadata=_read_by(QueryNumber(1, PAGE_LIMIT)))
    cursor: int = field(default=-1, metadata=_read_by(Cursor()))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoParameters:
    """The query of an endpoint that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySetParameters:
    """The query of an endpoint that is about one policy set: None for the default."""

    policy_set: str | None = field(default=None, metadata=_read_by(Text()))


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffParameters:
    """The query of a comparison: `old` is the version in force unless it is named."""

    new: str = field(metadata=_read_by(Text(required=True)))
    old: str | None = field(default=None, metadata=_read_by(Text()))


@dataclass(frozen=True, slots=True, kw_only=True)
class OPAParameters:
    """The query of OPA's data API; there is no explanation beside the reasons."""

    pretty: bool = field(default=False, metadata=_read_by(LenientFlag()))
    metrics: bool = field(default=False, metadata=_read_by(LenientFlag()))
    provenance: bool = field(default=False, metadata=_read_by(LenientFlag()))
    instrument: bool = field(default=False, metadata=_read_by(LenientFlag()))
    strict_builtin_errors: bool = field(
        default=False, metadata=_read_by(LenientFlag(data_key="strict-builtin-errors"))
    )
    explain: str | None = field(default=None, metadata=_read_by(Word(("off",))))


@dataclass(frozen=True, slots=True, kw_only=True)
class OPAHealthParameters:
    """The query of OPA's health API: readiness covers both."""

    bundles: bool = field(default=False, metadata=_read_by(LenientFlag()))
    plugins: bool = field(default=False, metadata=_read_by(LenientFlag()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _ShownParameters:
    """Whose record is sent, and how much is told of the decision."""

    format: str = field(default=NATIVE, metadata=_read_by(Word(FORMAT_NAMES)))
    view: str = field(default=BRIEF, metadata=_read_by(Word((BRIEF, FULL))))


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionParameters(_ShownParameters):
    """The query of a single decision."""

    receipt: str = field(default=INDEX, metadata=_read_by(Word((INDEX, WAIT))))


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchParameters(_ShownParameters):
    """The query of a batch: the terms of all its items."""

    as_of: datetime | None = field(default=None, metadata=_read_by(Instant()))
    as_if_launched: date | None = field(default=None, metadata=_read_by(Day()))
    dry_run: bool = field(default=False, metadata=_read_by(QueryFlag()))
    policy_set: str | None = field(default=None, metadata=_read_by(Text()))


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterParameters(Criteria):
    """The filters of a query: what decisions are found and counted by.

    `saved` names a query that has them; beside it there may be `as_of`.
    """

    as_of: int | None = field(default=None, metadata=_read_by(QueryNumber(0, MOST_ENTRIES)))
    saved: str | None = field(default=None, metadata=_read_by(QueryName()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchParameters(FilterParameters):
    """The query of a search; what is no page has neither `limit` nor `cursor`."""

    format: str | None = field(default=None, metadata=_read_by(Word((PAGE, *MEDIA_TYPES))))
    limit: int | None = field(default=None, metadata=_read_by(QueryNumber(1, PAGE_LIMIT)))
    cursor: str | None = field(default=None, metadata=_read_by(Text()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactParameters(FilterParameters):
    """The query of what other policies would have decided, page by page."""

    against: str | None = field(default=None, metadata=_read_by(Text()))
    limit: int = field(default=PAGE_LIMIT, metadata=_read_by(QueryNumber(1, PAGE_LIMIT)))
    cursor: str | None = field(default=None, metadata=_read_by(Text()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestParameters(FilterParameters):
    """The query of the manifest of an export."""

    format: str = field(metadata=_read_by(Word(tuple(MEDIA_TYPES), required=True)))
    as_of: int = field(metadata=_read_by(QueryNumber(0, MOST_ENTRIES, required=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleParameters(FilterParameters):
    """The query of a sample."""

    count: int = field(metadata=_read_by(QueryNumber(1, SAMPLE_LIMIT, required=True)))
    as_of: int = field(metadata=_read_by(QueryNumber(0, MOST_ENTRIES, required=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverParameters:
    """The query of a list of waivers."""

    state: str | None = field(default=None, metadata=_read_by(Word(WAIVER_STATES)))
    used: bool | None = field(default=None, metadata=_read_by(QueryFlag()))
    rule: str | None = field(default=None, metadata=_read_by(Text()))
    policy_set: str | None = field(default=None, metadata=_read_by(Text()))
    limit: int = field(default=100, metadata=_read_by(QueryNumber(1, WAIVER_PAGE_LIMIT)))
    cursor: int | None = field(default=None, metadata=_read_by(Cursor()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What is around a campaign in the body of a single decision."""

    as_of: datetime | None = None
    as_if_launched: date | None = None
    dry_run: bool = False
    policy_set: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureOrder:
    """What the body of an erasure says: which decisions, and on what ground."""

    selector: Selector
    value: str
    ground: Ground


class _Shape(Schema):
    class Meta:
        unknown = RAISE


_WORDS = {"outcome": get_args(Outcome), "rule_status": SEARCHABLE_STATUSES}


def _criterion(name: str, kind: object) -> Described:
    """Return what reads one of the `Criteria`."""
    if name in _WORDS:
        return Word(_WORDS[name])
    if kind == bool | None:
        return QueryFlag()
    return Instant() if kind == datetime | None else Text()


class _SavedQueryShape(_Shape):
    class Meta(_Shape.Meta):
        include: ClassVar = {
            each.name: _criterion(each.name, each.type)
            for each in dataclass_fields(Criteria)
            if each.name != "conclusive"  # Which a body says in another way than a query.
        }

    name = QueryName(required=True)
    conclusive = Flag()


class _WaiverRequestShape(_Shape):
    policy_set = Text()
    rule = Pattern(
        "[a-z][a-z0-9_]*/[a-z][a-z0-9_]*",
        "the name of a rule",
        "spending/second_approval",
        required=True,
    )
    campaign = Line()
    advertiser = Line()
    markets = Lines(MOST_MARKETS, Place())
    start = Day(data_key="from", required=True)
    until = Day(required=True)
    ticket = Line(required=True)
    reason = Line(LONGEST_REASON, required=True)
    evidence = Lines(MOST_EVIDENCE, Line())


class _GrantShape(_Shape):
    role = Line(data_key="as")
    reason = Line(LONGEST_REASON)


class EnvelopeShape(_Shape):
    """What may be around a campaign."""

    campaign = fields.Raw(allow_none=True)
    as_of = Instant()
    as_if_launched: fields.Field[Any] = Day()
    dry_run = Flag()
    policy_set: fields.Field[Any] = Text()


class _ErasureShape(_Shape):
    decision = Text()
    campaign = Text()
    actor = Text()
    ground = Word(ASKED_FOR)


class _ReasonShape(_Shape):
    reason = Text()


class _RejectionShape(_Shape):
    reason = Text(required=True)


class _ActivationShape(_Shape):
    version = Text(required=True)
    since = Instant(data_key="from")
    reason = Text()


_Parameters = TypeVar("_Parameters")

ENVELOPE = EnvelopeShape()
ERASURE = _ErasureShape()
SAVED_QUERY = _SavedQueryShape()
REASON, REJECTION, ACTIVATION = _ReasonShape(), _RejectionShape(), _ActivationShape()
WAIVER_REQUEST, GRANT = _WaiverRequestShape(), _GrantShape()


_SCHEMAS: dict[type[object], Schema] = {}


def schema_of(query: type[Any]) -> Schema:
    """Return the schema that reads a query, with a field for each of its members; made once."""
    known = _SCHEMAS.get(query)
    if known is None:
        members = {
            each.name: each.metadata.get(_READER) or _criterion(each.name, each.type)
            for each in dataclass_fields(query)
        }
        known = _SCHEMAS[query] = _Shape.from_dict(members)()
    return known


def read_query(
    shape: type[_Parameters], query: MultiDict[str, str], elsewhere: Mapping[str, str] = NOWHERE
) -> _Parameters:
    """Return the parameters of a query. Raises `ProblemRaised` with every fault of it.

    `elsewhere` says where a name stands that the query has not (`misplaced.in_body`).
    """
    twice = [
        ProblemError(message="the parameter is given twice", parameter=name, help="leave one out")
        for name, values in query.lists()
        if len(values) > 1
    ]
    read = schema_of(shape)
    given = dict(query.items())
    values, faults = load(read, given, elsewhere) if given else _of_no_query(read)
    faults = [*faults, *_assumed(values, faults)]
    errors = [
        *twice,
        *(
            ProblemError(message=fault.message, parameter=fault.name, help=fault.help)
            for fault in faults
        ),
    ]
    if errors:
        raise ProblemRaised(invalid_query(errors))
    return shape(**values)


@cache
def _of_no_query(shape: Schema) -> tuple[dict[str, Any], list[NameFault]]:
    """Return what `load` makes of no parameters at all, which is always the same."""
    return load(shape, {})


def read_envelope(
    body: object,
    query: type[object],
    *,
    shape: Schema | None = None,
    before: str = "",
) -> tuple[object, Envelope, tuple[ProblemError, ...]]:
    """Return the campaign in a body (None where there is none), what is around it, every fault.

    `query` is the shape of the query that comes with it. `shape` is `ENVELOPE` unless it is another
    one of its members, and `before` the pointer to where it lies in the body of the request.
    """
    if not isinstance(body, dict):
        message = f"this should be an object, and is {described(body)}"
        error = ProblemError(message=message, pointer=before, help=_ENVELOPE_HELP)
        return None, Envelope(), (error,)
    if body.keys() == _ALONE and body["campaign"] is not None:
        return body["campaign"], _BARE, ()  # There is nothing around it that could be wrong.
    values, faults = load(shape or ENVELOPE, body, in_address(schema_of(query)))
    faults += _assumed(values, faults)
    unknown = [fault.name for fault in faults if fault.is_unknown]
    if (itself := misplaced(body, unknown)) is not None:
        error = ProblemError(message=itself, pointer=before, help=_ENVELOPE_HELP)
        return None, Envelope(), (error,)
    errors = tuple(_errors(faults, before))
    campaign = values.pop("campaign", None)
    if campaign is None:
        missing = ProblemError(
            message="there is no campaign", pointer=f"{before}/campaign", help=_ENVELOPE_HELP
        )
        errors = (missing, *errors)
    return campaign, Envelope(**values), errors


def read_erasure(body: object) -> ErasureOrder:
    """Return the order in the body of an erasure. Raises `ProblemRaised` with every fault of it."""
    if not isinstance(body, dict):
        error = ProblemError(message="the body should be an object", pointer="", help=_ERASURE_HELP)
        raise ProblemRaised(malformed_order([error]))
    values, faults = load(ERASURE, body)
    errors = list(_errors(faults))
    given = [selector for selector in Selector if body.get(selector) is not None]
    if len(given) != 1:
        message = "exactly one of `decision`, `campaign` and `actor` says what to erase"
        errors.append(ProblemError(message=message, pointer="", help=_ERASURE_HELP))
    if body.get("ground") is None:
        message = "there is no ground"
        errors.append(ProblemError(message=message, pointer="/ground", help=_ERASURE_HELP))
    if errors:
        raise ProblemRaised(malformed_order(errors))
    (selector,) = given
    return ErasureOrder(selector=selector, value=values[selector], ground=Ground(values["ground"]))


def read_members(shape: Schema, body: object, advice: str) -> dict[str, Any]:
    """Return the members of a body that says what to do. Raises `ProblemRaised` with every fault.

    `advice` is an example of such a body.
    """
    if not isinstance(body, dict):
        error = ProblemError(message="the body should be an object", pointer="", help=advice)
        raise ProblemRaised(malformed_order([error]))
    values, faults = load(shape, body)
    if faults:
        raise ProblemRaised(malformed_order(_errors(faults, advice=advice)))
    return values


def _errors(
    faults: Iterable[NameFault], before: str = "", *, advice: str | None = None
) -> Iterator[ProblemError]:
    """Yield faults of the members of a body, with pointers to them behind `before`."""
    for fault in faults:
        inside = "" if fault.index is None else f"/{fault.index}"
        pointer = f"{before}/{escaped(fault.name)}{inside}"
        yield ProblemError(message=fault.message, pointer=pointer, help=fault.help or advice)


_ERASURE_HELP = 'write `{"campaign": "cmp-7", "ground": "objection"}`'

_ALONE, _BARE = {"campaign"}, Envelope()
_ENVELOPE_HELP = 'write the campaign, or the platform\'s record, as `{"campaign": {…}}`'


def _assumed(values: Mapping[str, Any], faults: Sequence[NameFault]) -> list[NameFault]:
    """Return the fault of a decision that would be recorded upon what is only assumed."""
    is_dry = values.get("dry_run") or any(fault.name == "dry_run" for fault in faults)
    if "as_if_launched" not in values or is_dry:
        return []
    message = "only a dry run is decided as if launched on another day"
    advice = "ask for a dry run (`dry_run`), or leave out `as_if_launched`"
    return [NameFault(name="as_if_launched", message=message, help=advice)]
