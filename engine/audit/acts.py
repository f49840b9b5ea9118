"""What is logged beside decisions: acts, by which somebody did something with the log or policies.

Contents of the log are erased, shown, held or kept for a time; a query is saved or deleted; a
version of policies comes closer to being in force; a waiver is asked for, granted, refused or
revoked; a standing fact is recorded or withdrawn.

An act has an entry of its own, with a leaf of the kind `erasure`, `access`, `hold`, `release`,
`schedule`, `query`, `policy`, `waiver` or `fact`. The leaf names the entries concerned by their
indexes, and whoever
acted by the digest of an RFC 9901 disclosure, as the leaf of a decision does. There is no payload.

`docs/audit-log.md` has the formats byte by byte. Nothing here reads a clock or stores anything.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, TypeAlias, TypedDict

import msgspec

from .canonical import CanonicalError, canonical
from .commitment import Disclosure, fresh_salt
from .record import LEAF_LIMIT, UNTIMED, LogEntry, Outcome, RecordError, SealedRecord, rfc3339
from .retention import Period, RetentionClass, Schedule
from .spans import Spans
from .tree import SIZE_LIMIT, leaf_hash

ACTOR = "actor"
"""The member that every act discloses."""

REASON = "reason"
"""The member that acts on policies, waivers and standing facts disclose too: a text, or null."""

TEXT = "text"
"""The member that acts on waivers disclose besides: what is asked for or granted, or null."""

NAME = "name"
"""The member that an act on a saved query discloses as well: the name of the query."""


class Ground(StrEnum):
    """Why contents are erased.

    Regulation (EU) 2016/679 (GDPR) art 17(1), points (a) to (f); and art 5(1)(e), that the period
    is over for which they are kept.
    """

    NO_LONGER_NEEDED = "no-longer-needed"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    OBJECTION = "objection"
    UNLAWFUL_PROCESSING = "unlawful-processing"
    LEGAL_OBLIGATION = "legal-obligation"
    COLLECTED_FROM_CHILD = "collected-from-child"
    RETENTION = "retention"


ASKED_FOR = tuple(ground for ground in Ground if ground is not Ground.RETENTION)
"""The grounds on which somebody asks for an erasure; the other one is for a schedule to know."""


class HoldGround(StrEnum):
    """Why contents must not be erased: GDPR art 17(3), points (e) and (b)."""

    LEGAL_CLAIMS = "legal-claims"
    LEGAL_OBLIGATION = "legal-obligation"


class Action(StrEnum):
    """How contents are shown: one decision, its receipt, its replay, a search, or an export."""

    READ = "read"
    RECEIPT = "receipt"
    REPLAY = "replay"
    SEARCH = "search"
    EXPORT = "export"


class QueryChange(StrEnum):
    """What happens to a saved query."""

    SAVE = "save"
    DELETE = "delete"


class Transition(StrEnum):
    """What happens to a version of policies; an import is by whoever prepares the service."""

    IMPORT = "import"
    UPLOAD = "upload"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    ACTIVATE = "activate"
    ROLLBACK = "rollback"


class WaiverStep(StrEnum):
    """What happens to a waiver that somebody asks for."""

    REQUEST = "request"
    GRANT = "grant"
    REFUSE = "refuse"
    REVOKE = "revoke"


class FactTransition(StrEnum):
    """What happens to a standing fact: it is stated, anew or otherwise than before, or no more."""

    RECORD = "record"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """That the contents of some entries are erased, on what ground, and by whom."""

    entries: Spans
    ground: Ground
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """That contents of some entries are shown, how, and to whom; a search may find none."""

    entries: Spans
    action: Action
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """That some entries must not be erased, on what ground, and by whom; none may be there yet."""

    entries: Spans
    ground: HoldGround
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """That a hold is lifted, by whom; the entries are those of the hold."""

    entries: Spans
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """That a version of a policy set changes its state, by whom, and why.

    `entries` names the act on this version that came before, if any. `in_force_from` is when the
    version comes into force: of an import, an activation and a rollback, and of nothing else.
    """

    entries: Spans
    transition: Transition
    policy_set: str
    digest: str
    actor: str
    in_force_from: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactChange:
    """That a standing fact has another version, by whom, and why.

    `entries` names the act on this fact that came before, if any. `commitment` is to what is
    stated, which lies beside the log; None where the fact is withdrawn.
    """

    entries: Spans
    transition: FactTransition
    fact: str
    version: int
    commitment: str | None
    actor: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """That contents are kept by a schedule from here on, as somebody says; it concerns no entry."""

    schedule: Schedule
    actor: str
    entries: Spans = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverChange:
    """That a waiver of a rule is asked for, granted, refused or revoked, by whom, and why.

    `entries` names the act on this waiver that came before, if any. `text` is the waiver in the
    language of policies, of a request and a grant: that of a grant is what decides.
    """

    entries: Spans
    step: WaiverStep
    waiver: str
    policy_set: str
    rule: str
    actor: str
    reason: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAct:
    """That a query is saved under a name, or deleted, and by whom.

    `entries` names the act that saved it, where it is deleted. `filters` is the commitment to what
    a query asks for, where it is saved: a search for a person names that person, and the log is
    not to do so for ever.
    """

    entries: Spans
    change: QueryChange
    name: str
    actor: str
    filters: str | None = None


Act: TypeAlias = (
    Erasure
    | Access
    | Hold
    | Release
    | Declaration
    | QueryAct
    | PolicyChange
    | WaiverChange
    | FactChange
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActEntry:
    """The entry of an act, with all that is stored of it."""

    index: int
    id: str
    kind: str
    logged_at: datetime
    leaf: bytes
    leaf_hash: bytes
    disclosures: tuple[Disclosure, ...]


# --- the shapes of JSON -----------------------------------------------------------------------

_Index: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=SIZE_LIMIT - 1)]


class _ActLeaf(
    msgspec.Struct, frozen=True, kw_only=True, rename={"sd_alg": "_sd_alg", "sd": "_sd"}
):
    """What the leaves of acts have in common; `discloses` are the members behind `_sd`."""

    discloses: ClassVar[tuple[str, ...]] = (ACTOR,)

    v: Literal[1]
    id: str
    logged_at: str
    entries: tuple[tuple[_Index, _Index], ...]
    sd_alg: Literal["sha-256"]
    sd: tuple[str, ...]

    def encode(self) -> bytes:
        """Return the leaf: the canonical bytes of its members."""
        return canonical(msgspec.json.decode(msgspec.json.encode(self)))


class ErasureLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `erasure`, version 1: these and no others."""

    kind: Literal["erasure"]
    ground: Ground


class AccessLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `access`, version 1: these and no others."""

    kind: Literal["access"]
    action: Action


class HoldLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `hold`, version 1: these and no others."""

    kind: Literal["hold"]
    ground: HoldGround


class ReleaseLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `release`, version 1: these and no others."""

    kind: Literal["release"]


class PolicyLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `policy`, version 1: these and no others."""

    discloses: ClassVar[tuple[str, ...]] = (ACTOR, REASON)

    kind: Literal["policy"]
    transition: Transition
    policy_set: str
    digest: str
    in_force_from: str | None


class WaiverLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `waiver`, version 1: these and no others."""

    discloses: ClassVar[tuple[str, ...]] = (ACTOR, REASON, TEXT)

    kind: Literal["waiver"]
    step: WaiverStep
    waiver: str
    policy_set: str
    rule: str


class FactLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `fact`, version 1: these and no others."""

    discloses: ClassVar[tuple[str, ...]] = (ACTOR, REASON)

    kind: Literal["fact"]
    transition: FactTransition
    fact: str
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    commitment: str | None


class ClassShape(msgspec.Struct, frozen=True, kw_only=True):
    """A class of a schedule, as a leaf has it; `period` is null for ever."""

    policy_set: str | None
    outcome: Outcome | None
    period: str | None


class ScheduleLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `schedule`, version 1: these and no others."""

    kind: Literal["schedule"]
    classes: tuple[ClassShape, ...]

    @property
    def schedule(self) -> Schedule:
        """The schedule that it declares. Raises `ScheduleError` where it is none."""
        return Schedule(
            classes=tuple(
                RetentionClass(
                    policy_set=each.policy_set,
                    outcome=each.outcome,
                    period=None if each.period is None else Period.read(each.period),
                )
                for each in self.classes
            )
        )


class QueryLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `query`, version 1: these and no others."""

    discloses: ClassVar[tuple[str, ...]] = (ACTOR, NAME)

    kind: Literal["query"]
    change: QueryChange
    filters_commitment: str | None


ActLeaf: TypeAlias = (
    ErasureLeaf
    | AccessLeaf
    | HoldLeaf
    | ReleaseLeaf
    | ScheduleLeaf
    | QueryLeaf
    | PolicyLeaf
    | WaiverLeaf
    | FactLeaf
)


class _Common(TypedDict):
    """What `_ActLeaf` has, as it is handed to each kind."""

    v: Literal[1]
    id: str
    logged_at: str
    entries: Spans
    sd_alg: Literal["sha-256"]
    sd: tuple[str, ...]


# --- sealing ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAct:
    """An act ready for the log: all but its index and the time at which it is logged."""

    template: ActLeaf
    disclosures: tuple[Disclosure, ...]

    @property
    def id(self) -> str:
        """The id of the act, unique in a log."""
        return self.template.id

    def leaf(self, logged_at: datetime) -> bytes:
        """Return the leaf that this becomes when logged at a time."""
        return msgspec.structs.replace(self.template, logged_at=rfc3339(logged_at)).encode()

    def entry(self, index: int, logged_at: datetime) -> ActEntry:
        """Return the entry that this becomes at an index of the log."""
        leaf = self.leaf(logged_at)
        return ActEntry(
            index=index,
            id=self.id,
            kind=self.template.kind,
            logged_at=logged_at,
            leaf=leaf,
            leaf_hash=leaf_hash(leaf),
            disclosures=self.disclosures,
        )


Sealed: TypeAlias = SealedRecord | SealedAct
"""What can be appended to the log."""

Entry: TypeAlias = LogEntry | ActEntry
"""What is in the log."""


def seal_act(act: Act, *, salt: Callable[[], bytes] = fresh_salt) -> SealedAct:
    """Return an act with its disclosure and an id of its own.

    Raises `RecordError` where it cannot be logged: with an actor that JSON cannot write, or
    with entries too scattered for one leaf.
    """
    try:
        disclosed = tuple(Disclosure.make(*each, salt()) for each in _disclosed(act))
        sealed = SealedAct(
            template=_leaf_of(act, tuple(sorted(each.digest() for each in disclosed))),
            disclosures=disclosed,
        )
        size = len(sealed.template.encode())
    except CanonicalError as error:
        raise RecordError(f"the act cannot be logged: {error}") from error
    if size > LEAF_LIMIT:
        raise RecordError("the act concerns more entries than one leaf can name")
    return sealed


def _disclosed(act: Act) -> Iterator[tuple[str, str | None]]:
    yield ACTOR, act.actor
    if isinstance(act, PolicyChange | WaiverChange | FactChange):
        yield REASON, act.reason
    if isinstance(act, WaiverChange):
        yield TEXT, act.text
    if isinstance(act, QueryAct):
        yield NAME, act.name


def _leaf_of(act: Act, digests: tuple[str, ...]) -> ActLeaf:
    common = _Common(
        v=1,
        id=str(uuid.uuid4()),
        logged_at=UNTIMED,
        entries=act.entries,
        sd_alg="sha-256",
        sd=digests,
    )
    match act:
        case Erasure():
            return ErasureLeaf(kind="erasure", ground=act.ground, **common)
        case Access():
            return AccessLeaf(kind="access", action=act.action, **common)
        case Hold():
            return HoldLeaf(kind="hold", ground=act.ground, **common)
        case Release():
            return ReleaseLeaf(kind="release", **common)
        case Declaration():
            return ScheduleLeaf(kind="schedule", classes=_shapes(act.schedule), **common)
        case QueryAct():
            return QueryLeaf(
                kind="query", change=act.change, filters_commitment=act.filters, **common
            )
        case PolicyChange():
            return PolicyLeaf(
                kind="policy",
                transition=act.transition,
                policy_set=act.policy_set,
                digest=act.digest,
                in_force_from=None if act.in_force_from is None else rfc3339(act.in_force_from),
                **common,
            )
        case WaiverChange():
            return WaiverLeaf(
                kind="waiver",
                step=act.step,
                waiver=act.waiver,
                policy_set=act.policy_set,
                rule=act.rule,
                **common,
            )
        case FactChange():
            return FactLeaf(
                kind="fact",
                transition=act.transition,
                fact=act.fact,
                version=act.version,
                commitment=act.commitment,
                **common,
            )


def _shapes(schedule: Schedule) -> tuple[ClassShape, ...]:
    return tuple(
        ClassShape(
            policy_set=each.policy_set,
            outcome=each.outcome,
            period=None if each.period is None else str(each.period),
        )
        for each in schedule.classes
    )
