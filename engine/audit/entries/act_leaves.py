"""The leaves of acts, by kinds: what the log has of each.

A leaf names the entries concerned by their indexes, and whoever acted by the digest of an RFC 9901
disclosure, as the leaf of a decision does. There is no payload. `docs/audit-log.md` has the formats
byte by byte.
"""

from typing import Annotated, ClassVar, Literal, TypeAlias

import msgspec

from ..canonical import canonical
from ..merkle.tree import SIZE_LIMIT
from .acts import (
    Action,
    FactTransition,
    Ground,
    HoldGround,
    KeyChange,
    QueryChange,
    Transition,
    WaiverStep,
)
from .record import Outcome
from .retention import Period, RetentionClass, Schedule

ACTOR = "actor"
"""The member that every act discloses."""

REASON = "reason"
"""The member that acts on policies, waivers and standing facts disclose too: a text, or null."""

TEXT = "text"
"""The member that acts on waivers disclose besides: what is asked for or granted, or null."""

NAME = "name"
"""The member that an act on a saved query discloses as well: the name of the query."""

KEYS = "keys"
"""The member that an erasure of sealed contents discloses as well: the ids of their keys."""

TERMS = "terms"
"""The member that an act on an API key discloses as well: what the key may do, or null."""

_Index: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=SIZE_LIMIT - 1)]


class _ActLeaf(
    msgspec.Struct, frozen=True, kw_only=True, rename={"sd_alg": "_sd_alg", "sd": "_sd"}
):
    """What the leaves of acts have in common; `discloses` are the members behind `_sd`."""

    discloses: ClassVar[tuple[str, ...]] = (ACTOR,)

    v: Literal[1, 2]
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


class KeyedErasureLeaf(ErasureLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `erasure`, version 2: it discloses which keys are to go."""

    discloses: ClassVar[tuple[str, ...]] = (ACTOR, KEYS)


class AccessLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `access`, version 1: these and no others."""

    kind: Literal["access"]
    action: Action


class HoldLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `hold`, version 1: these and no others."""

    kind: Literal["hold"]
    ground: HoldGround


class CommittedHoldLeaf(HoldLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `hold`, version 2: it commits to whom the hold is on."""

    subject_commitment: str


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


class KeyLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `key`, version 1: these and no others."""

    discloses: ClassVar[tuple[str, ...]] = (ACTOR, TERMS)

    kind: Literal["key"]
    change: KeyChange
    key: str


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
    | KeyLeaf
)
