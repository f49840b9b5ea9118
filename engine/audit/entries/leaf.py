"""Reading leaves of every kind: that of a decision, and those of acts.

A kind and its version are the first thing that is read: a leaf of another kind, or of a version to
come, is told apart from a broken one, and is refused all the same.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias, TypeVar

import msgspec

from ..errors import RecordError
from ..instants import instant
from ..merkle.spans import is_merged
from .act_leaves import (
    AccessLeaf,
    ActLeaf,
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
from .acts import FactTransition, KeyChange, QueryChange, Transition
from .commitment import is_commitment
from .record import DISCLOSED, Envelope, envelope_of, has_sound_texts, is_uuid, read_envelope
from .retention import ScheduleError

Leaf: TypeAlias = Envelope | ActLeaf

_Act = TypeVar("_Act", bound=ActLeaf)


class UnknownKind(RecordError):  # noqa: N818 - the house names what happened; the base is an error.
    """A leaf is of a kind, or of a version of one, that this version of Assent does not know."""


class _Kind(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    v: int


_READ_KIND = msgspec.json.Decoder(_Kind)
_READ_ERASURE = msgspec.json.Decoder(ErasureLeaf)
_READ_KEYED_ERASURE = msgspec.json.Decoder(KeyedErasureLeaf)
_READ_ACCESS = msgspec.json.Decoder(AccessLeaf)
_READ_HOLD = msgspec.json.Decoder(HoldLeaf)
_READ_COMMITTED_HOLD = msgspec.json.Decoder(CommittedHoldLeaf)
_READ_RELEASE = msgspec.json.Decoder(ReleaseLeaf)
_READ_SCHEDULE = msgspec.json.Decoder(ScheduleLeaf)
_READ_QUERY = msgspec.json.Decoder(QueryLeaf)
_READ_POLICY = msgspec.json.Decoder(PolicyLeaf)
_READ_WAIVER = msgspec.json.Decoder(WaiverLeaf)
_READ_FACT = msgspec.json.Decoder(FactLeaf)
_READ_KEY = msgspec.json.Decoder(KeyLeaf)

_TIMED = frozenset({Transition.IMPORT, Transition.ACTIVATE, Transition.ROLLBACK})
"""The transitions that bring a version into force."""


def read_leaf(leaf: bytes) -> Leaf:
    """Return the members of a leaf, each of which can be.

    Raises `UnknownKind`, and `RecordError` unless it is canonical, complete and sound.
    """
    envelope = envelope_of(leaf)
    if envelope is not None:  # Nearly all leaves are.
        return _sound(envelope)
    try:
        found = _READ_KIND.decode(leaf)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"the leaf is not an entry of this log: {error}") from error
    read = _KINDS.get((found.kind, found.v))
    if read is None:
        raise UnknownKind(
            f"the leaf is of kind `{found.kind[:32]}`, version {found.v}, which this version of"
            " Assent does not know"
        )
    return read(leaf)


def _sound(envelope: Envelope) -> Envelope:
    if not has_sound_texts(envelope):
        _check_time(envelope.decided_at)
        _check_time(envelope.logged_at)
        raise RecordError("the leaf has a decision id that is not a UUID")
    if len(envelope.sd) != len(DISCLOSED) or envelope.sd[0] >= envelope.sd[1]:
        raise RecordError("the leaf does not have two sorted digests of disclosures")
    return envelope


def _read_erasure(leaf: bytes) -> ErasureLeaf:
    return _of_something(_read_act(_READ_ERASURE, leaf))


def _read_keyed_erasure(leaf: bytes) -> ErasureLeaf:
    return _of_something(_read_act(_READ_KEYED_ERASURE, leaf))


def _of_something(erasure: ErasureLeaf) -> ErasureLeaf:
    if not erasure.entries:
        raise RecordError("the leaf is that of an erasure of nothing")
    return erasure


def _read_access(leaf: bytes) -> AccessLeaf:
    return _read_act(_READ_ACCESS, leaf)


def _read_hold(leaf: bytes) -> HoldLeaf:
    return _read_act(_READ_HOLD, leaf)


def _read_committed_hold(leaf: bytes) -> HoldLeaf:
    hold = _read_act(_READ_COMMITTED_HOLD, leaf)
    _check_commitment(hold.subject_commitment)
    return hold


def _read_release(leaf: bytes) -> ReleaseLeaf:
    release = _read_act(_READ_RELEASE, leaf)
    if not release.entries:
        raise RecordError("the leaf is that of a release of nothing")
    return release


def _read_policy(leaf: bytes) -> PolicyLeaf:
    policy = _read_act(_READ_POLICY, leaf)
    if (policy.in_force_from is not None) != (policy.transition in _TIMED):
        raise RecordError("the leaf does not say when a version comes into force, or should not")
    if policy.in_force_from is not None:
        _check_time(policy.in_force_from)
    return policy


def _read_waiver(leaf: bytes) -> WaiverLeaf:
    return _read_act(_READ_WAIVER, leaf)


def _read_fact(leaf: bytes) -> FactLeaf:
    fact = _read_act(_READ_FACT, leaf)
    if not is_uuid(fact.fact):
        raise RecordError("the leaf is of a standing fact whose id is not a UUID")
    if (fact.commitment is None) != (fact.transition is FactTransition.WITHDRAW):
        raise RecordError("the leaf does not commit to what is stated, or should not")
    if fact.commitment is not None:
        _check_commitment(fact.commitment)
    return fact


def _read_schedule(leaf: bytes) -> ScheduleLeaf:
    declared = _read_act(_READ_SCHEDULE, leaf)
    if declared.entries:
        raise RecordError("the leaf is that of a schedule, and names entries")
    try:
        _ = declared.schedule
    except ScheduleError as error:
        raise RecordError(f"the leaf has no schedule, which should be {error}") from error
    return declared


def _read_query(leaf: bytes) -> QueryLeaf:
    query = _read_act(_READ_QUERY, leaf)
    is_saved = query.change is QueryChange.SAVE
    if (query.filters_commitment is not None) != is_saved:
        raise RecordError("the leaf does not commit to what a saved query asks, or should not")
    if bool(query.entries) == is_saved:
        raise RecordError("the leaf does not name the query that is deleted, or names another")
    return query


def _read_key(leaf: bytes) -> KeyLeaf:
    key = _read_act(_READ_KEY, leaf)
    if bool(key.entries) != (key.change is KeyChange.REVOKE):
        raise RecordError("the leaf does not name the key that is revoked, or names another")
    return key


def _read_act(decoder: msgspec.json.Decoder[_Act], leaf: bytes) -> _Act:
    try:
        act = decoder.decode(leaf)
        is_canonical = act.encode() == leaf
    except (ValueError, RecursionError) as error:
        raise RecordError(f"the leaf is not that of an act: {error}") from error
    if not is_canonical:
        raise RecordError("the leaf is not the canonical JSON (RFC 8785) of its act")
    _check_time(act.logged_at)
    if not is_uuid(act.id):
        raise RecordError("the leaf has an id that is not a UUID")
    if not is_merged(act.entries):
        raise RecordError("the leaf has entries that are not ascending spans")
    if sorted(set(act.sd)) != list(act.sd) or len(act.sd) != len(act.discloses):
        raise RecordError("the leaf does not have one sorted digest for each disclosure")
    return act


def _check_commitment(text: str) -> None:
    if not is_commitment(text):
        raise RecordError("the leaf has a commitment that is none")


def _check_time(text: str) -> None:
    try:
        instant(text)
    except ValueError as error:
        raise RecordError(f"the leaf has a time that is none: {error}") from error


_KINDS: Mapping[tuple[str, int], Callable[[bytes], Leaf]] = MappingProxyType(
    {
        ("decision", 1): read_envelope,  # It says what is wrong with it.
        ("erasure", 1): _read_erasure,
        ("erasure", 2): _read_keyed_erasure,
        ("access", 1): _read_access,
        ("hold", 1): _read_hold,
        ("hold", 2): _read_committed_hold,
        ("release", 1): _read_release,
        ("schedule", 1): _read_schedule,
        ("query", 1): _read_query,
        ("policy", 1): _read_policy,
        ("waiver", 1): _read_waiver,
        ("fact", 1): _read_fact,
        ("key", 1): _read_key,
    }
)
