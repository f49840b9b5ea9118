"""Acts as log entries: first given an id and disclosures, then an index in the log.

Nothing here reads a clock or stores anything.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, TypedDict, assert_never

import msgspec

from ..canonical import CanonicalError
from ..errors import RecordError
from ..instants import rfc3339
from ..merkle.spans import Spans
from ..merkle.tiles import LEAF_LIMIT
from ..merkle.tree import leaf_hash
from .act_leaves import (
    ACTOR,
    KEYS,
    NAME,
    REASON,
    TERMS,
    TEXT,
    AccessLeaf,
    ActLeaf,
    ClassShape,
    CommittedHoldLeaf,
    ErasureLeaf,
    FactLeaf,
    HoldLeaf,
    KeyedErasureLeaf,
    KeyLeaf,
    PolicyLeaf,
    QueryLeaf,
    ReleaseLeaf,
    ScheduleLeaf,
    WaiverLeaf,
)
from .acts import (
    Access,
    Act,
    Declaration,
    Erasure,
    FactChange,
    Hold,
    KeyAct,
    PolicyChange,
    QueryAct,
    Release,
    WaiverChange,
)
from .commitment import Disclosure, fresh_salt
from .record import UNTIMED, LogEntry, SealedRecord
from .retention import Schedule


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


class _Common(TypedDict):
    """What `_ActLeaf` has, as it is handed to each kind."""

    v: Literal[1, 2]
    id: str
    logged_at: str
    entries: Spans
    sd_alg: Literal["sha-256"]
    sd: tuple[str, ...]


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
    if isinstance(act, Erasure) and act.keys:
        yield KEYS, " ".join(act.keys)
    if isinstance(act, PolicyChange | WaiverChange | FactChange):
        yield REASON, act.reason
    if isinstance(act, WaiverChange):
        yield TEXT, act.text
    if isinstance(act, QueryAct):
        yield NAME, act.name
    if isinstance(act, KeyAct):
        yield TERMS, act.terms


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
            if act.keys:
                common["v"] = 2
                return KeyedErasureLeaf(kind="erasure", ground=act.ground, **common)
            return ErasureLeaf(kind="erasure", ground=act.ground, **common)
        case Access():
            return AccessLeaf(kind="access", action=act.action, **common)
        case Hold():
            if act.subject is not None:
                common["v"] = 2
                return CommittedHoldLeaf(
                    kind="hold", ground=act.ground, subject_commitment=act.subject, **common
                )
            return HoldLeaf(kind="hold", ground=act.ground, **common)
        case Release():
            return ReleaseLeaf(kind="release", **common)
        case Declaration():
            return ScheduleLeaf(kind="schedule", classes=_shapes(act.schedule), **common)
        case _:
            return _registered(act, common)


def _registered(
    act: QueryAct | PolicyChange | WaiverChange | FactChange | KeyAct, common: _Common
) -> ActLeaf:
    """Return the leaf of an act that a table tells of as well."""
    match act:
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
        case KeyAct():
            return KeyLeaf(kind="key", change=act.change, key=act.key, **common)
    assert_never(act)


def _shapes(schedule: Schedule) -> tuple[ClassShape, ...]:
    return tuple(
        ClassShape(
            policy_set=each.policy_set,
            outcome=each.outcome,
            period=None if each.period is None else str(each.period),
        )
        for each in schedule.classes
    )
