"""Reading leaves of every kind: that of a decision, and those of acts.

A kind and its version are the first thing that is read: a leaf of another kind, or of a version to
come, is told apart from a broken one, and is refused all the same.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

import msgspec

from ..errors import RecordError
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
from .record import (
    DISCLOSED,
    Envelope,
    check_time,
    envelope_of,
    has_sound_texts,
    is_uuid,
    read_envelope,
)

Leaf: TypeAlias = Envelope | ActLeaf


class UnknownKind(RecordError):  # noqa: N818 - the house names what happened; the base is an error.
    """A leaf is of a kind, or of a version of one, that this version of Assent does not know."""


class _Kind(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    v: int


_READ_KIND = msgspec.json.Decoder(_Kind)
_DECISION = ("decision", 1)
_ACTS: Mapping[tuple[str, int], type[ActLeaf]] = MappingProxyType(
    {
        ("erasure", 1): ErasureLeaf,
        ("erasure", 2): KeyedErasureLeaf,
        ("access", 1): AccessLeaf,
        ("hold", 1): HoldLeaf,
        ("hold", 2): CommittedHoldLeaf,
        ("release", 1): ReleaseLeaf,
        ("schedule", 1): ScheduleLeaf,
        ("query", 1): QueryLeaf,
        ("policy", 1): PolicyLeaf,
        ("waiver", 1): WaiverLeaf,
        ("fact", 1): FactLeaf,
        ("key", 1): KeyLeaf,
    }
)
"""The leaves of acts, by kind and version."""

_READ_ACT = {known: msgspec.json.Decoder(shape) for known, shape in _ACTS.items()}


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
    if (found.kind, found.v) == _DECISION:
        return read_envelope(leaf)  # It says what is wrong with it.
    reader = _READ_ACT.get((found.kind, found.v))
    if reader is None:
        raise UnknownKind(
            f"the leaf is of kind `{found.kind[:32]}`, version {found.v}, which this version of"
            " Assent does not know"
        )
    return _read_act(reader, leaf)


def _sound(envelope: Envelope) -> Envelope:
    if not has_sound_texts(envelope):
        check_time(envelope.decided_at)
        check_time(envelope.logged_at)
        raise RecordError("the leaf has a decision id that is not a UUID")
    if len(envelope.sd) != len(DISCLOSED) or envelope.sd[0] >= envelope.sd[1]:
        raise RecordError("the leaf does not have two sorted digests of disclosures")
    return envelope


def _read_act(reader: msgspec.json.Decoder[ActLeaf], leaf: bytes) -> ActLeaf:
    try:
        act = reader.decode(leaf)
        is_canonical = act.encode() == leaf
    except (ValueError, RecursionError) as error:
        raise RecordError(f"the leaf is not that of an act: {error}") from error
    if not is_canonical:
        raise RecordError("the leaf is not the canonical JSON (RFC 8785) of its act")
    check_time(act.logged_at)
    if not is_uuid(act.id):
        raise RecordError("the leaf has an id that is not a UUID")
    if not is_merged(act.entries):
        raise RecordError("the leaf has entries that are not ascending spans")
    if sorted(set(act.sd)) != list(act.sd) or len(act.sd) != len(act.discloses):
        raise RecordError("the leaf does not have one sorted digest for each disclosure")
    act.check()
    return act
