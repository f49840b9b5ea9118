"""Policies, their rules, and the clauses of both."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from ..lexis import MonthEnd
from .ends import End
from .expressions import DateLiteral, Expression, MeasureLiteral, Path, SetLiteral, TextLiteral
from .node import Broken, Keyed, Name, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation(Node):
    """A provision of an instrument: `DSA art 26(3)`; the provision is `art 26(3)`."""

    instrument: Name
    provision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceClause(Keyed):
    """Where the rule comes from."""

    keyword: ClassVar = "source"
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceClause(Keyed):
    """When the rule is in force: from a day on, to its end where given."""

    keyword: ClassVar = "in force from"
    start: DateLiteral
    end: End | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceClause(Keyed):
    """Where the rule applies: a set of places."""

    keyword: ClassVar = "applies in"
    places: Path | SetLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicabilityClause(Keyed):
    """What the rule is about."""

    keyword: ClassVar = "applies when"
    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ProhibitClause(Keyed):
    """What is prohibited."""

    keyword: ClassVar = "prohibit when"
    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class RequireClause(Keyed):
    """What is required, and in which case."""

    keyword: ClassVar = "require"
    condition: Expression
    when: Expression | None


class Term(Enum):
    """What the time for a duty is counted from."""

    BEFORE_LAUNCH = "before launch"
    OF_LAUNCH = "of launch"
    AFTER_THE_END = "after the end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(Node):
    """By when a duty is to be done: `before launch`, or `within 30 days of launch`."""

    term: Term
    within: MeasureLiteral | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligeClause(Keyed):
    """What is to be done in a case, and by when."""

    keyword: ClassVar = "oblige"
    duty: TextLiteral
    condition: Expression
    due: Due


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitClause(Keyed):
    """What is permitted despite other rules."""

    keyword: ClassVar = "permit when"
    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReference(Node):
    """A rule by its policy and name: `minors/no_profiling`."""

    policy: str
    rule: str

    @property
    def id(self) -> str:
        """The name of the rule in the whole bundle."""
        return f"{self.policy}/{self.rule}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DespiteClause(Keyed):
    """The rules that a permission lifts."""

    keyword: ClassVar = "despite"
    rules: tuple[RuleReference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectClause(Keyed):
    """The permissions by which a rule may be lifted."""

    keyword: ClassVar = "subject to"
    permits: tuple[RuleReference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionClause(Keyed):
    """A named exception."""

    keyword: ClassVar = "unless"
    name: TextLiteral
    condition: Expression


class UnknownTreatment(Enum):
    """What an unknown fact does to a rule."""

    ASK = "ask"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownClause(Keyed):
    """`if unknown ask` leaves the rule undetermined; `if unknown deny` makes it violated."""

    keyword: ClassVar = "if unknown"
    treatment: UnknownTreatment


class Gravity(Enum):
    """How severe a violation is, for those who sort findings. It does not change a decision."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityClause(Keyed):
    """The severity of a violation."""

    keyword: ClassVar = "severity"
    gravity: Gravity


class Enforcement(Enum):
    """Whether a violation denies the campaign or is only reported, and whether it may be waived."""

    ADVISORY = "advisory"
    OVERRIDABLE = "overridable by"
    MANDATORY = "mandatory"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementClause(Keyed):
    """How the rule is enforced, and who may override it."""

    keyword: ClassVar = "enforcement"
    enforcement: Enforcement
    role: TextLiteral | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthEndClause(Keyed):
    """Where counts of months end whose last month lacks the day."""

    keyword: ClassVar = "month end"
    month_end: MonthEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class TextClause(Keyed):
    """The words of the law, for whoever reads the rule."""

    keyword: ClassVar = "text"
    text: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageClause(Keyed):
    """What a person is told when the rule is violated; `{…}` is filled in."""

    keyword: ClassVar = "message"
    text: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyClause(Keyed):
    """What to change to be allowed."""

    keyword: ClassVar = "remedy"
    text: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceClause(Keyed):
    """Facts to show with every finding of the rule."""

    keyword: ClassVar = "evidence"
    paths: tuple[Path, ...]


Clause = (
    SourceClause
    | ForceClause
    | PlaceClause
    | ApplicabilityClause
    | ProhibitClause
    | RequireClause
    | ObligeClause
    | PermitClause
    | DespiteClause
    | SubjectClause
    | ExceptionClause
    | UnknownClause
    | SeverityClause
    | EnforcementClause
    | MonthEndClause
    | TextClause
    | MessageClause
    | RemedyClause
    | EvidenceClause
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Node):
    """One rule of a policy."""

    name: Name
    title: TextLiteral | None
    clauses: tuple[Clause | Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Node):
    """Rules that belong together; its own clauses are common to all of them."""

    name: Name
    title: TextLiteral | None
    clauses: tuple[Clause | Broken, ...]
    rules: tuple[Rule, ...]
