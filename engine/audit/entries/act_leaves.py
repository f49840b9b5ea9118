"""The leaves of acts, by kinds: what the log has of each.

A leaf names the entries concerned by their indexes, and whoever acted by the digest of an RFC 9901
disclosure, as the leaf of a decision does. There is no payload. `docs/audit-log.md` has the formats
byte by byte.
"""

from typing import Annotated, ClassVar, Literal, TypeAlias

import msgspec

from ..canonical import canonical
from ..errors import RecordError
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
from .commitment import is_commitment
from .record import Outcome, check_time, is_uuid
from .retention import Period, RetentionClass, Schedule, ScheduleError

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

_TIMED = frozenset({Transition.IMPORT, Transition.ACTIVATE, Transition.ROLLBACK})
"""The transitions that bring a version into force."""

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

    def check(self) -> None:
        """Raise `RecordError` where the members of its kind do not go together."""


def _check_commitment(text: str) -> None:
    if not is_commitment(text):
        raise RecordError("the leaf has a commitment that is none")


class ErasureLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `erasure`, version 1: these and no others."""

    kind: Literal["erasure"]
    ground: Ground

    def check(self) -> None:
        """Raise `RecordError` for an erasure of nothing."""
        if not self.entries:
            raise RecordError("the leaf is that of an erasure of nothing")


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

    def check(self) -> None:
        """Raise `RecordError` where the commitment is none."""
        _check_commitment(self.subject_commitment)


class ReleaseLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `release`, version 1: these and no others."""

    kind: Literal["release"]

    def check(self) -> None:
        """Raise `RecordError` for a release of nothing."""
        if not self.entries:
            raise RecordError("the leaf is that of a release of nothing")


class PolicyLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `policy`, version 1: these and no others."""

    discloses: ClassVar[tuple[str, ...]] = (ACTOR, REASON)

    kind: Literal["policy"]
    transition: Transition
    policy_set: str
    digest: str
    in_force_from: str | None

    def check(self) -> None:
        """Raise `RecordError` unless it says when a version comes into force that does."""
        if (self.in_force_from is not None) != (self.transition in _TIMED):
            told = "the leaf does not say when a version comes into force, or should not"
            raise RecordError(told)
        if self.in_force_from is not None:
            check_time(self.in_force_from)


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

    def check(self) -> None:
        """Raise `RecordError` unless it commits to what is stated, where anything is."""
        if not is_uuid(self.fact):
            raise RecordError("the leaf is of a standing fact whose id is not a UUID")
        if (self.commitment is None) != (self.transition is FactTransition.WITHDRAW):
            raise RecordError("the leaf does not commit to what is stated, or should not")
        if self.commitment is not None:
            _check_commitment(self.commitment)


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

    def check(self) -> None:
        """Raise `RecordError` where it has no schedule, or names entries."""
        if self.entries:
            raise RecordError("the leaf is that of a schedule, and names entries")
        try:
            _ = self.schedule
        except ScheduleError as error:
            raise RecordError(f"the leaf has no schedule, which should be {error}") from error


class QueryLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `query`, version 1: these and no others."""

    discloses: ClassVar[tuple[str, ...]] = (ACTOR, NAME)

    kind: Literal["query"]
    change: QueryChange
    filters_commitment: str | None

    def check(self) -> None:
        """Raise `RecordError` unless it commits to what is saved, or names what is deleted."""
        is_saved = self.change is QueryChange.SAVE
        if (self.filters_commitment is not None) != is_saved:
            raise RecordError("the leaf does not commit to what a saved query asks, or should not")
        if bool(self.entries) == is_saved:
            raise RecordError("the leaf does not name the query that is deleted, or names another")


class KeyLeaf(_ActLeaf, frozen=True, kw_only=True):
    """The members of a leaf of kind `key`, version 1: these and no others."""

    discloses: ClassVar[tuple[str, ...]] = (ACTOR, TERMS)

    kind: Literal["key"]
    change: KeyChange
    key: str

    def check(self) -> None:
        """Raise `RecordError` unless it names the key that is revoked, and no other."""
        if bool(self.entries) != (self.change is KeyChange.REVOKE):
            raise RecordError("the leaf does not name the key that is revoked, or names another")


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
