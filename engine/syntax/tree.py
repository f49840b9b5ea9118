"""The syntax tree: policy text as it was written, one node kind per construct.

Nodes are values. Their spans take no part in equality, so `parse(show(tree)) == tree` compares
trees directly. Nothing is resolved here: a bare word may be a set, an enumeration member or a
country until `engine.semantics` says which.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from ..source.text import Span
from .lexis import Comparator


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node carries: where it was written."""

    span: Span = field(compare=False, repr=False)


# --- words and values -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """An identifier."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLiteral(Node):
    """An exact decimal number, such as `12` or `0.5`."""

    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentLiteral(Node):
    """A percentage, such as `80%`; the value is the number before the sign."""

    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLiteral(Node):
    """An amount of money, such as `EUR 5000.00`."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DateLiteral(Node):
    """A calendar day, such as `2026-08-02`."""

    value: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysLiteral(Node):
    """A duration in days, such as `365 days`."""

    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLiteral(Node):
    """A text in quotation marks; the value has its escapes undone."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNoLiteral(Node):
    """`yes` or `no`."""

    value: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Today(Node):
    """The day of the evaluation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Node):
    """One step of a path; an ordinal, counted from one, names an element of a list."""

    name: str
    ordinal: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Node):
    """A dotted path or a bare word: a fact, a bound name, a set, an enumeration member."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLiteral(Node):
    """Members in braces."""

    members: tuple["Expression", ...]


class ArithmeticOperator(Enum):
    """The four operations."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """Two values joined by one of the four operations."""

    operator: ArithmeticOperator
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentOf(Node):
    """A share of a value: `80% of …`."""

    percent: PercentLiteral
    whole: "Expression"


# --- conditions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Node):
    """A value compared, by one phrase, with none, one or two others.

    `is between` has two: the bounds, both included. The others have one, or none for `is known`,
    `is unknown`, `is empty` and `is not empty`.
    """

    comparator: Comparator
    left: "Expression"
    right: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Within(Node):
    """A date at most so many days before or after another: `is within 30 days before today`."""

    left: "Expression"
    days: "Expression"
    before: bool
    anchor: "Expression"


class JunctionKind(Enum):
    """How conditions are joined."""

    AND = "and"
    OR = "or"


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction(Node):
    """Conditions joined by `and` throughout, or by `or` throughout."""

    kind: JunctionKind
    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedJunction(Node):
    """`and` and `or` side by side without brackets: parsed, so that it can be refused well."""

    operands: tuple["Expression", ...]
    second: Name


class ListingKind(Enum):
    """How a labelled list joins its items."""

    ALL = "all of"
    ANY = "any of"
    NONE = "none of"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingItem(Node):
    """One labelled item of a list: `(a) …`."""

    label: str
    condition: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Node):
    """A labelled list of conditions: `all of (a) …; (b) …`."""

    kind: ListingKind
    items: tuple[ListingItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """A condition denied."""

    operand: "Expression"


class QuantifierKind(Enum):
    """How many elements must satisfy the condition."""

    ANY = "any"
    EVERY = "every"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantified(Node):
    """A condition over the elements of a list: `any segment in campaign.segments has (…)`.

    `if_any` (only with `every`) makes the known-empty list satisfy it.
    """

    kind: QuantifierKind
    variable: Name
    collection: Path
    if_any: bool
    condition: "Expression"


Literal = (
    NumberLiteral
    | PercentLiteral
    | MoneyLiteral
    | DateLiteral
    | DaysLiteral
    | TextLiteral
    | YesNoLiteral
)
Expression = (
    Literal
    | Today
    | Path
    | SetLiteral
    | Arithmetic
    | PercentOf
    | Comparison
    | Within
    | Junction
    | MixedJunction
    | Listing
    | Not
    | Quantified
)


# --- clauses of rules -------------------------------------------------------------------------


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
    """Whether a violation denies the campaign, or is only reported."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementClause(Node):
    """How the rule is enforced."""

    enforcement: Enforcement


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken(Node):
    """Text that could not be parsed.

    `place` is the offset of the word that does not fit, `expected` what would fit there (empty
    where a construct should have ended), `context` the keyword of the construct.
    """

    place: int
    expected: str
    context: str


Clause = (
    SourceClause
    | ForceClause
    | PlaceClause
    | ApplicabilityClause
    | ProhibitClause
    | RequireClause
    | ExceptionClause
    | UnknownClause
    | SeverityClause
    | EnforcementClause
    | MessageClause
    | RemedyClause
    | EvidenceClause
)


# --- items ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Module(Node):
    """The name of the module that a file belongs to."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument(Node):
    """A law, standard or internal policy that rules cite."""

    name: Name
    title: TextLiteral
    url: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeName(Node):
    """A type by name; `is_list` for `list of …`."""

    name: Name
    is_list: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineEnumeration(Node):
    """A type given by its members: `one of {…}`; `is_list` for `list of one of {…}`."""

    members: tuple[Name, ...]
    is_list: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDeclaration(Node):
    """One fact of a vocabulary or record, with its label in plain words."""

    name: Name
    type: TypeName | InlineEnumeration
    required: bool
    label: TextLiteral | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeclaration(Node):
    """A group of facts."""

    name: Name
    label: TextLiteral | None
    facts: tuple[FactDeclaration | Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumerationDeclaration(Node):
    """A named type with its members."""

    name: Name
    members: tuple[Name, ...]


VocabularyPart = FactDeclaration | RecordDeclaration | EnumerationDeclaration


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary(Node):
    """The typed facts that conditions may speak of."""

    name: Name
    label: TextLiteral | None
    parts: tuple[VocabularyPart | Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetEdition(Node):
    """The members of a set, from a day on where it is dated."""

    start: DateLiteral | None
    until: DateLiteral | None
    members: SetLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDeclaration(Node):
    """A named set, in one edition or in several dated ones."""

    name: Name
    type: Name
    label: TextLiteral | None
    editions: tuple[SetEdition | Broken, ...]


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


# --- tests ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OnStep(Node):
    """The day of the evaluation."""

    day: DateLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFile(Node):
    """The descriptor to begin with, by its path relative to the policy file."""

    file: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFact(Node):
    """A fact set to a value; no value stands for the known-empty list (`is empty`)."""

    path: Path
    value: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutFact(Node):
    """A fact made unknown."""

    path: Path


class Expected(Enum):
    """What a test expects of the decision."""

    ALLOW = "allow"
    DENY_BY = "deny by"
    DENY_FOR_WANT_OF = "deny for want of"
    WARN_BY = "warn by"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReference(Node):
    """A rule by its policy and name: `minors/no_profiling`."""

    policy: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation(Node):
    """What the decision must be, and by which rules or for want of which facts."""

    expected: Expected
    rules: tuple[RuleReference, ...] = ()
    paths: tuple[Path, ...] = ()


TestStep = OnStep | GivenFile | GivenFact | WithoutFact | Expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Test(Node):
    """A case: a campaign, a day, and what must come of it."""

    title: TextLiteral
    steps: tuple[TestStep | Broken, ...]


Item = Module | Instrument | Vocabulary | SetDeclaration | Policy | Test


@dataclass(frozen=True, slots=True, kw_only=True)
class File(Node):
    """One policy file."""

    items: tuple[Item | Broken, ...]
