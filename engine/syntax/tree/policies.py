"""Policies, their rules, and the clauses of both."""

from dataclasses import dataclass
from enum import Enum

from ..lexis import MonthEnd
from .expressions import DateLiteral, Expression, MeasureLiteral, Path, SetLiteral, TextLiteral
from .node import Broken, Name, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation(Node):
    """A provision of an instrument: `DSA art 26(3)`; the provision is `art 26(3)`."""

    instrument: Name
    provision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceClause(Node):
    """Where the rule comes from."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceClause(Node):
    """When the rule is in force: from a day on, until the day before `until` where given."""

    start: DateLiteral
    until: DateLiteral | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceClause(Node):
    """Where the rule applies: a set of places."""

    places: Path | SetLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicabilityClause(Node):
    """What the rule is about."""

    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ProhibitClause(Node):
    """What is prohibited."""

    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class RequireClause(Node):
    """What is required, and in which case."""

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
class ObligeClause(Node):
    """What is to be done in a case, and by when."""

    duty: TextLiteral
    condition: Expression
    due: Due


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitClause(Node):
    """What is permitted despite other rules."""

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
class DespiteClause(Node):
    """The rules that a permission lifts."""

    rules: tuple[RuleReference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectClause(Node):
    """The permissions by which a rule may be lifted."""

    permits: tuple[RuleReference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionClause(Node):
    """A named exception."""

    name: TextLiteral
    condition: Expression


class UnknownTreatment(Enum):
    """What an unknown fact does to a rule."""

    ASK = "ask"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownClause(Node):
    """`if unknown ask` leaves the rule undetermined; `if unknown deny` makes it violated."""

    treatment: UnknownTreatment


class Gravity(Enum):
    """How severe a violation is, for those who sort findings. It does not change a decision."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityClause(Node):
    """The severity of a violation."""

    gravity: Gravity


class Enforcement(Enum):
    """Whether a violation denies the campaign or is only reported, and whether it may be waived."""

    ADVISORY = "advisory"
    OVERRIDABLE = "overridable by"
    MANDATORY = "mandatory"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementClause(Node):
    """How the rule is enforced, and who may override it."""

    enforcement: Enforcement
    role: TextLiteral | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthEndClause(Node):
    """Where counts of months end whose last month lacks the day."""

    month_end: MonthEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class TextClause(Node):
    """The words of the law, for whoever reads the rule."""

    text: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageClause(Node):
    """What a person is told when the rule is violated; `{…}` is filled in."""

    text: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyClause(Node):
    """What to change to be allowed."""

    text: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceClause(Node):
    """Facts to show with every finding of the rule."""

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
