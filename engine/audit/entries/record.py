"""What is logged of one decision: the leaf, the payload beside it, and the columns to search by.

The **leaf** is the entry that the tree hashes: the RFC 8785 bytes of `Envelope`, at most 65,535
of them (C2SP tlog-tiles has a 16-bit length). It holds digests, never the campaign, its id or the
actor. The **payload** (input, result and their salts) and the **disclosures** (actor, campaign)
lie beside it. The **query columns** are a pure function of leaf, result and disclosures,
`query_columns`: the writer derives them with it, and so does the verifier, which therefore notices
an altered column. So are the words of the justification and the facets (`audit.entries.facets`).

`docs/audit-log.md` has the formats byte by byte. Nothing here reads a clock or stores anything.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from ...source.json_text import JSONValue
from ..canonical import CanonicalError, canonical, canonical_struct
from ..errors import RecordError
from ..instants import EPOCH, INSTANT, instant, rfc3339
from ..merkle.tiles import LEAF_LIMIT
from ..merkle.tree import leaf_hash
from .commitment import Disclosure, commit, fresh_salt
from .facets import (
    LONGEST_VALUE,
    UNSAID_ADVERTISER,
    UNSAID_PLATFORMS,
    articles_of,
    markets_of,
    platform_facet,
    policies_of,
)
from .idempotency import RequestKey
from .words import words_of

Outcome: TypeAlias = Literal["allow", "deny"]
RuleStatus: TypeAlias = Literal[
    "violated", "undetermined", "excepted", "waived", "satisfied", "not applicable"
]

DISCLOSED = ("actor", "campaign")
"""The members of which a leaf holds the digests; `campaign` is null where a decision has none."""

UNREMARKABLE = frozenset({"satisfied", "not applicable"})
"""Statuses of rules that are not indexed: every decision has many, and nobody searches for them."""

UNTIMED = "0000-00-00T00:00:00.000000Z"
"""What a leaf has for `logged_at` until it is logged: of the same length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One decision, as its maker hands it to the log.

    `decision_id` is a UUID as lower-case text with hyphens, `decided_at` aware, `input` the
    descriptor as bytes that the log never looks into, `result` the JSON-ready decision (integers
    safe, decimals as strings) or its canonical bytes, which are then taken as they are, `actor` the
    name of the API key, or `cli`. `request` is what keeps the same request from a second decision,
    where it has a key. `waivers` are the names of waivers granted by request that let a breach
    pass.
    """

    decision_id: str
    decided_at: datetime
    input: bytes
    result: Mapping[str, JSONValue] | bytes
    actor: str
    request: RequestKey | None = None
    waivers: tuple[str, ...] = ()


class QueryColumns(msgspec.Struct, frozen=True, kw_only=True):
    """What decisions are searched by.

    `rules` are the rules worth finding, with their status, sorted and without repetitions: those
    that are neither satisfied nor not applicable. `advertiser` is the beginning of its name, as far
    as an index can hold it; None where the record does not say.
    """

    decision_id: str
    decided_at: datetime
    outcome: str
    conclusive: bool
    campaign: str | None
    policy_set: str
    policy_version: str | None
    policy_digest: str
    actor: str | None
    advertiser: str | None
    rules: tuple[tuple[str, str], ...]


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What lies beside the leaf and can be erased: both contents with their salts."""

    input: bytes
    input_salt: bytes
    result: bytes
    result_salt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableContents:
    """Why contents that are there cannot be read.

    `is_altered` says that their key is at hand and does not open them.
    """

    why: str
    is_altered: bool = False


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The entry of a decision, with all that is stored of it.

    Once erased, `payload` is None, there are no disclosures, words or facets, and the columns have
    what the leaf says and nothing else. Facets are sorted, each once. Where it is sealed and does
    not open, `unread` says why.
    """

    index: int
    logged_at: datetime
    leaf: bytes
    leaf_hash: bytes
    columns: QueryColumns
    words: str
    facets: tuple[str, ...]
    payload: Payload | None
    disclosures: tuple[Disclosure, ...]
    unread: UnreadableContents | None = None

    @property
    def id(self) -> str:
        """The id of the decision, unique in a log."""
        return self.columns.decision_id


# --- the shapes of JSON -----------------------------------------------------------------------


class PolicySetName(msgspec.Struct, frozen=True, kw_only=True):
    """The policy set of a decision, as the leaf names it; the digest is of its content."""

    name: str
    version: str | None
    digest: str


class EngineName(msgspec.Struct, frozen=True, kw_only=True):
    """The engine of a decision, as the leaf names it."""

    name: str
    version: str


class Envelope(
    msgspec.Struct, frozen=True, kw_only=True, rename={"sd_alg": "_sd_alg", "sd": "_sd"}
):
    """The members of a leaf of kind `decision`, version 1: these and no others."""

    v: Literal[1]
    kind: Literal["decision"]
    decision_id: str
    logged_at: str
    decided_at: str
    outcome: Outcome
    conclusive: bool
    policy_set: PolicySetName
    engine: EngineName
    input_commitment: str
    result_commitment: str
    sd_alg: Literal["sha-256"]
    sd: tuple[str, ...]

    def encode(self) -> bytes:
        """Return the leaf: the canonical bytes of the envelope.

        Its values are texts, booleans and a 1.
        """
        return canonical_struct(self)


class _Rule(msgspec.Struct, frozen=True, kw_only=True, gc=False):  # Very many, and in no cycle.
    rule: str
    status: RuleStatus


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule rests on, as a finding cites it."""

    instrument: str | None = None
    title: str | None = None
    article: str | None = None


class RuleStatement(msgspec.Struct, frozen=True, kw_only=True):
    """What a result says of a rule in words: those of a finding, or of an obligation."""

    status: str | None = None
    title: str | None = None
    message: str | None = None
    remedy: str | None = None
    text: str | None = None
    sources: tuple[Source, ...] = ()


class _Market(msgspec.Struct, frozen=True, kw_only=True):
    market: str | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The members of a result that the log reads; it may have any others.

    Advertiser and platforms are not there in what an earlier version recorded, nor where they are
    sensitive.
    """

    id: str
    decision: Outcome
    conclusive: bool
    campaign: str | None
    policy_set: PolicySetName
    engine: EngineName
    rules: tuple[_Rule, ...]
    findings: tuple[RuleStatement, ...] = ()
    warnings: tuple[RuleStatement, ...] = ()
    waived: tuple[RuleStatement, ...] = ()
    obligations: tuple[RuleStatement, ...] = ()
    markets: tuple[_Market, ...] = ()
    advertiser: str | UnsetType | None = UNSET
    platforms: tuple[str, ...] | UnsetType = UNSET

    @cached_property
    def found_rules(self) -> tuple[tuple[str, str], ...]:
        """The rules worth finding, with their status, sorted and without repetitions."""
        found = {(one.rule, one.status) for one in self.rules if one.status not in UNREMARKABLE}
        return tuple(sorted(found))


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID_AND_TIMES = re.compile(f"{_UUID.pattern} {INSTANT.pattern} {INSTANT.pattern}")
_LOGGED_AT = b'"logged_at":"'
_READ_ENVELOPE = msgspec.json.Decoder(Envelope)
_READ_RESULT = msgspec.json.Decoder(Result)


def envelope_of(leaf: bytes) -> Envelope | None:
    """Return the members of a leaf, None where `read_envelope` would say what is wrong with it."""
    try:
        envelope = _READ_ENVELOPE.decode(leaf)
    except (ValueError, RecursionError):
        return None
    return envelope if canonical_struct(envelope) == leaf else None


def read_envelope(leaf: bytes) -> Envelope:
    """Return the members of a leaf. Raises `RecordError` unless it is canonical and complete."""
    try:
        envelope = _READ_ENVELOPE.decode(leaf)
        is_canonical = envelope.encode() == leaf
    except (ValueError, RecursionError) as error:
        raise RecordError(f"the leaf is not an envelope of this log: {error}") from error
    if not is_canonical:  # Whatever it has beyond the envelope is not written again either.
        raise RecordError("the leaf is not the canonical JSON (RFC 8785) of its envelope")
    return envelope


def read_result(content: bytes) -> Result:
    """Return what the log reads of a result. Raises `RecordError` where it lacks a member."""
    try:
        return _READ_RESULT.decode(content)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"the result is not that of a decision: {error}") from error


def query_columns(
    *, result: Result, decided_at: datetime, actor: str | None, campaign: str | None
) -> QueryColumns:
    """Derive what a decision is searched by.

    `actor` and `campaign` are what the disclosures say. The writer and the verifier both use
    this, and nothing else does it.
    """
    return QueryColumns(
        decision_id=result.id,
        decided_at=decided_at,
        outcome=result.decision,
        conclusive=result.conclusive,
        campaign=campaign,
        policy_set=result.policy_set.name,
        policy_version=result.policy_set.version,
        policy_digest=result.policy_set.digest,
        actor=actor,
        advertiser=result.advertiser[:LONGEST_VALUE] if result.advertiser else None,
        rules=result.found_rules,
    )


def justification_words(result: Result) -> str:
    """Derive the words of its justification that a decision is found by (`audit.entries.words`).

    They are those of the titles, messages, remedies and sources of findings, of warnings and of
    what was waived, and of the texts of obligations. Of the campaign, they have what a message
    quotes. The writer and the verifier both use this.
    """
    said = (*result.findings, *result.warnings, *result.waived, *result.obligations)
    return words_of(text for each in said for text in _texts(each))


def _texts(said: RuleStatement) -> Iterator[str]:
    for text in (said.title, said.message, said.remedy, said.text):
        if text is not None:
            yield text
    for source in said.sources:
        named = (source.instrument, source.title, source.article)
        yield from (text for text in named if text is not None)


def search_facets(result: Result) -> tuple[str, ...]:
    """Derive the facets that a decision is found by (`audit.entries.facets`), sorted, each once.

    What is cited is that of findings, of warnings and of what was waived, under the status of each.
    The writer and the verifier both use this.
    """
    found = {
        *policies_of(result.found_rules),
        *markets_of(each.market for each in result.markets if each.market),
    }
    for each in (*result.findings, *result.warnings, *result.waived):
        for source in each.sources:
            if each.status and source.instrument and source.article:
                found.update(articles_of(each.status, source.instrument, source.article))
    if result.advertiser is UNSET:
        found.add(UNSAID_ADVERTISER)
    if isinstance(result.platforms, UnsetType):
        found.add(UNSAID_PLATFORMS)
    else:
        found.update(map(platform_facet, result.platforms))
    return tuple(sorted(found))


# --- sealing ----------------------------------------------------------------------------------


class SealedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record ready for the log: all but its index and the time at which it is logged.

    `frame` is the leaf before and behind that time.
    """

    frame: tuple[bytes, bytes]
    payload: Payload
    disclosures: tuple[Disclosure, ...]
    columns: QueryColumns
    words: str
    facets: tuple[str, ...]
    request: RequestKey | None
    waivers: tuple[str, ...]

    @property
    def id(self) -> str:
        """The id of the decision, unique in a log."""
        return self.columns.decision_id

    def leaf(self, logged_at: datetime) -> bytes:
        """Return the leaf that this becomes when logged at a time."""
        before, behind = self.frame
        return b"%b%b%b" % (before, rfc3339(logged_at).encode(), behind)

    def entry(self, index: int, logged_at: datetime) -> LogEntry:
        """Return the entry that this becomes at an index of the log."""
        leaf = self.leaf(logged_at)
        return LogEntry(
            index=index,
            logged_at=logged_at,
            leaf=leaf,
            leaf_hash=leaf_hash(leaf),
            columns=self.columns,
            words=self.words,
            facets=self.facets,
            payload=self.payload,
            disclosures=self.disclosures,
        )


def seal(record: DecisionRecord, *, salt: Callable[[], bytes] = fresh_salt) -> SealedRecord:
    """Return a record with its commitments, disclosures and columns.

    Raises `RecordError` where the record cannot be logged. `salt` yields 16 bytes a call, never
    the same twice; it is an argument so that a test can foresee a leaf.
    """
    try:
        sealed = _sealed(record, salt)
        size = len(sealed.leaf(EPOCH))
    except CanonicalError as error:
        raise RecordError(f"the decision cannot be logged: {error}") from error
    if size > LEAF_LIMIT:
        raise RecordError(
            f"the leaf would have {size:,} bytes; at most {LEAF_LIMIT:,} can be logged"
        )
    return sealed


def _sealed(record: DecisionRecord, salt: Callable[[], bytes]) -> SealedRecord:
    given = record.result
    content = given if isinstance(given, bytes) else canonical(dict(given))
    result = read_result(content)
    _check_identity(record, result)
    payload = Payload(input=record.input, input_salt=salt(), result=content, result_salt=salt())
    disclosures = (
        Disclosure.make("actor", record.actor, salt()),
        Disclosure.make("campaign", result.campaign, salt()),
    )
    columns = query_columns(
        result=result,
        decided_at=record.decided_at.astimezone(UTC),
        actor=record.actor,
        campaign=result.campaign,
    )
    return SealedRecord(
        frame=_frame(_envelope(result, payload, disclosures, columns.decided_at)),
        payload=payload,
        disclosures=disclosures,
        columns=columns,
        words=justification_words(result),
        facets=search_facets(result),
        request=record.request,
        waivers=record.waivers,
    )


def _frame(envelope: Envelope) -> tuple[bytes, bytes]:
    """Return the leaf before and behind the time at which it is logged.

    Within a text of JSON, a quotation mark has a backslash in front: the member is found where it
    is, and nowhere else.
    """
    before, name, behind = envelope.encode().partition(_LOGGED_AT)
    return before + name, behind.removeprefix(UNTIMED.encode())


def _check_identity(record: DecisionRecord, result: Result) -> None:
    if not is_uuid(record.decision_id):
        raise RecordError("a decision id is a UUID, in lower case and with hyphens")
    if record.decision_id != result.id:
        raise RecordError("the record and its result name different decisions")
    if record.decided_at.tzinfo is None:
        raise RecordError("the time of a decision needs its offset from UTC")


def _envelope(
    result: Result, payload: Payload, disclosures: Sequence[Disclosure], decided_at: datetime
) -> Envelope:
    return Envelope(
        v=1,
        kind="decision",
        decision_id=result.id,
        logged_at=UNTIMED,
        decided_at=rfc3339(decided_at),
        outcome=result.decision,
        conclusive=result.conclusive,
        policy_set=result.policy_set,
        engine=result.engine,
        input_commitment=commit(payload.input_salt, payload.input),
        result_commitment=commit(payload.result_salt, payload.result),
        sd_alg="sha-256",
        sd=tuple(sorted(disclosure.digest() for disclosure in disclosures)),
    )


# --- times and ids ----------------------------------------------------------------------------


def has_sound_texts(envelope: Envelope) -> bool:
    """Return whether the id is a UUID, and both times are some: `is_uuid` and `instant` at once.

    A log is read leaf by leaf, and half of what is asked of each was to ask three times.
    """
    decided_at, logged_at = envelope.decided_at, envelope.logged_at
    if not _ID_AND_TIMES.fullmatch(f"{envelope.decision_id} {decided_at} {logged_at}"):
        return False
    try:
        datetime.fromisoformat(decided_at)  # There is no February 30.
        datetime.fromisoformat(logged_at)
    except ValueError:
        return False
    return True


def check_time(text: str) -> None:
    """Raise `RecordError` unless a text of a leaf is a time as `instant` reads it."""
    try:
        instant(text)
    except ValueError as error:
        raise RecordError(f"the leaf has a time that is none: {error}") from error


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in the one spelling that RFC 9562 §4 makes output."""
    return _UUID.fullmatch(text) is not None
