"""A change in meaning between two versions of policies, as a value.

It says what was touched, how it read before and reads now, and which way it leans. The words are in
`wording`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from ..semantics.tree import Constant, Effect
from ..source.text import Location


class Lean(Enum):
    """Which way a change leans.

    STRICTER never turns a denial into permission, LOOSER never permission into a denial, and
    NEUTRAL neither. UNCLEAR is whatever cannot be told from the text alone.
    """

    STRICTER = "stricter"
    LOOSER = "looser"
    NEUTRAL = "neutral"
    UNCLEAR = "unclear"


def lean_of_growth(*, grows: bool | None, sign: int) -> Lean:
    """Return the lean of a condition that holds more often, or less; None where neither is sure.

    `sign` is 1 where the truth of the condition leads towards denial, -1 where towards allowing,
    and 0 where only what is unknown does.
    """
    if grows is None or sign == 0:
        return Lean.UNCLEAR
    return Lean.STRICTER if grows is (sign > 0) else Lean.LOOSER


def combined_lean(leans: Iterable[Lean]) -> Lean:
    """Return the lean of several changes at once; those that pull apart are unclear."""
    found = set(leans) - {Lean.NEUTRAL}
    if not found:
        return Lean.NEUTRAL
    return found.pop() if len(found) == 1 else Lean.UNCLEAR


SIGNS = {Effect.PROHIBIT: 1, Effect.REQUIRE: -1, Effect.OBLIGE: 0, Effect.PERMIT: -1}
"""Whether the truth of a main clause leads towards denial, towards allowing, or to neither."""

APPLYING = {Effect.PROHIBIT: 1, Effect.REQUIRE: 1, Effect.OBLIGE: 0, Effect.PERMIT: -1}
"""The same of what the rule is about."""


class Realm(Enum):
    """What sort of thing was changed, in the order in which changes are told."""

    RULE = "rule"
    WAIVER = "waiver"
    DEFINITION = "definition"
    PARAMETER = "parameter"
    TABLE = "table"
    SET = "set"
    INSTRUMENT = "instrument"
    FACT = "fact"
    TYPE = "type"

    @property
    def noun(self) -> str:
        """How a person calls one."""
        return "list of words" if self is Realm.TYPE else self.value

    @property
    def plural(self) -> str:
        """How a person calls several."""
        return "lists of words" if self is Realm.TYPE else f"{self.value}s"


class Part(Enum):
    """The part of a rule in which a condition stands, or else of what it is the condition."""

    APPLICABILITY = "applicability"
    PROHIBITION = "prohibition"
    REQUIREMENT = "requirement"
    OBLIGATION = "obligation"
    PERMISSION = "permission"
    EXCEPTION = "exception"
    DEFINITION = "definition"
    WAIVER = "waiver"


class Kind(Enum):
    """What happened; `old` and `new` of the change hold what is named here."""

    ADDED = "added"  # neither
    REMOVED = "removed"  # neither
    RENAMED = "renamed"  # the two names
    TITLE = "title"
    CITATION_ADDED = "citation added"
    CITATION_REMOVED = "citation removed"
    IN_FORCE_FROM = "in force from"  # days, or None
    IN_FORCE_UNTIL = "in force until"  # days, or None
    PLACES = "places"  # members, or None for everywhere
    PLACES_NAMED = "places named otherwise"  # how the same places are written
    ENFORCEMENT = "enforcement"
    SEVERITY = "severity"
    IF_UNKNOWN = "if unknown"
    MESSAGE = "message"
    REMEDY = "remedy"
    ROLE = "role"  # who may override it, or None
    PERMISSION_ADDED = "permission added"  # its id
    PERMISSION_REMOVED = "permission removed"
    WAIVED = "waived"  # the two rules
    APPROVAL = "approval"  # who has approved a waiver, as what, and when
    TICKET = "ticket"
    REASON = "reason"
    TEXT = "text"
    DUTY = "duty"
    DUE = "due"
    EVIDENCE = "evidence"  # sets of paths
    EXCEPTION_ADDED = "exception added"  # its condition
    EXCEPTION_REMOVED = "exception removed"
    EXCEPTION_RENAMED = "exception renamed"
    DEMAND = "demand"  # the whole demands, of different effect
    LIMIT = "limit"  # constants
    COMPARISON = "comparison"  # the phrase with what is behind it
    MEMBER_ADDED = "member added"  # members
    MEMBER_DROPPED = "member dropped"
    ALTERNATIVE_ADDED = "alternative added"  # conditions joined by `or`
    ALTERNATIVE_DROPPED = "alternative dropped"
    CONDITION_ADDED = "condition added"  # conditions joined by `and`
    CONDITION_DROPPED = "condition dropped"
    CONNECTIVE = "connective"  # `and` or `or`; `about` has the operands
    QUANTIFIER = "quantifier"
    CONDITION = "condition"  # everything else: both texts
    LABEL = "label"
    URL = "url"
    RETYPED = "retyped"
    REQUIRED = "required"  # booleans
    PRESUMED = "presumed"  # values, or None
    SENSITIVE = "sensitive"  # booleans
    EDITION_ADDED = "edition added"  # members; `about` has the days
    EDITION_REMOVED = "edition removed"
    EDITION_UNTIL = "edition until"
    INPUT_ADDED = "input added"  # its type; `about` has its name
    INPUT_REMOVED = "input removed"
    INPUTS_ORDER = "order of inputs"  # their names
    CASE_ADDED = "case added"  # constants; `about` has the days, and when the case is meant
    CASE_REMOVED = "case removed"
    CASE_VALUE = "case value"  # likewise
    CASE_ASKS = "case asks"  # when it is meant; `about` has the days, and what it gives
    VALUE = "value"  # constants; `about` has the days
    REVIEWED = "reviewed on"  # days, or None


Shown = str | bool | date | Constant | frozenset[str] | tuple[str, ...] | None
"""What a change holds of before and after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What was changed: its name, the words in which people speak of it, and where it stands.

    The place is in the new version, except for what was removed, and takes no part in equality.
    """

    realm: Realm
    name: str
    title: str
    place: Location | None = field(default=None, compare=False)

    def change(
        self,
        kind: Kind,
        lean: Lean = Lean.NEUTRAL,
        old: Shown = None,
        new: Shown = None,
        *,
        about: str = "",
    ) -> "Change":
        """Return a change of it as a whole, and not in a condition of it."""
        return Change(kind=kind, subject=self, lean=lean, old=old, new=new, about=about)

    def compared(
        self, kind: Kind, old: Shown, new: Shown, lean: Lean = Lean.NEUTRAL, *, about: str = ""
    ) -> Iterator["Change"]:
        """Yield the change from one value to another, unless that is the same."""
        if old != new:
            yield self.change(kind, lean, old, new, about=about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change in meaning.

    `about` is what in the subject it is about: the fact that is limited, a set, an edition. `part`
    and `exception` say in which condition of a rule it stands.
    """

    kind: Kind
    subject: Subject
    lean: Lean
    old: Shown = None
    new: Shown = None
    about: str = ""
    part: Part | None = None
    exception: str = ""
