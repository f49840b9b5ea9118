"""Values and conditions, as they are written."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from ..lexis import Comparator, Unit
from .node import Name, Node


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
class MeasureLiteral(Node):
    """A length of time or a distance, such as `13 months` or `15 miles`."""

    amount: Decimal
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodLiteral(Node):
    """A period of days, both included, such as `2026-07-20 to 2026-08-31`."""

    start: date
    end: date


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

    @property
    def text(self) -> str:
        """How it is written, with the ordinals of elements: `campaign.segments[1].kind`."""
        return ".".join(
            step.name if step.ordinal is None else f"{step.name}[{step.ordinal}]"
            for step in self.steps
        )


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


class AggregateKind(Enum):
    """What is made of the elements of a list."""

    COUNT = "count"
    SUM = "sum"
    LOWEST = "lowest"
    HIGHEST = "highest"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Node):
    """One value of many: `sum of (item.price for each item in campaign.items where …)`.

    Without a variable it is of the elements themselves: `count of campaign.items`. Only what is
    counted has no value.
    """

    kind: AggregateKind
    value: "Expression | None"
    variable: Name | None
    collection: Path
    where: "Expression | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup(Node):
    """What a table gives for some values: `voting_age(market)`."""

    table: Name
    arguments: tuple["Expression", ...]


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
    """A date at most so long before or after another: `is within 13 months before today`."""

    left: "Expression"
    length: "Expression"
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
    | MeasureLiteral
    | PeriodLiteral
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
    | Aggregate
    | Lookup
    | Comparison
    | Within
    | Junction
    | MixedJunction
    | Listing
    | Not
    | Quantified
)
