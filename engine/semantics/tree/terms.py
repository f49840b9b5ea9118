"""Values of the typed core: what a comparison reads."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...source.text import Span
from ...syntax.lexis import MonthEnd
from ...syntax.tree import AggregateKind, ArithmeticOperator
from ..types import ElementType, Type
from ..values import Plain, Value

if TYPE_CHECKING:
    from .conditions import Condition


MARKET = "market"
"""The name by which a condition speaks of the market of the campaign that is being judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What every node carries: where it was written."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Term):
    """A value written in the policy; `text` is how it reads there."""

    type: Type
    value: Value
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTerm(Term):
    """A fact: of the campaign where `variable` is None, else of the element bound to it.

    `path` is empty where the bound element itself is meant. `text` is the path as written.
    `presumed` is the value that counts where the fact is absent; one that is `sensitive` is read,
    and never shown.
    """

    type: Type
    variable: str | None
    path: tuple[str, ...]
    label: str
    text: str
    presumed: "Plain | None" = None
    sensitive: bool = False

    @property
    def is_market(self) -> bool:
        """Whether it is the market that is being judged."""
        return self.variable == MARKET


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayTerm(Term):
    """The day of the evaluation."""

    @property
    def text(self) -> str:
        """How it is written."""
        return "today"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArithmeticTerm(Term):
    """Two values joined; `text` is the whole as written."""

    type: Type
    operator: ArithmeticOperator
    left: "ValueTerm"
    right: "ValueTerm"
    text: str
    month_end: MonthEnd = MonthEnd.ROUNDS_DOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTerm(Term):
    """A declared set; its members depend on the day the law is read for."""

    name: str
    type: ElementType
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterTerm(Term):
    """A parameter; its value depends on the day the law is read for."""

    name: str
    type: Type
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupTerm(Term):
    """What a table gives for some values; its cases depend on the day the law is read for."""

    name: str
    arguments: tuple["ValueTerm", ...]
    type: ElementType
    label: str
    text: str


DatedTerm = SetTerm | ParameterTerm | LookupTerm
"""What stands for a dated declaration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateTerm(Term):
    """One value of the elements of a list, each bound to `variable` in turn.

    `value` is what is taken of each, None where they are counted; `where` chooses among them.
    """

    type: Type
    kind: AggregateKind
    variable: str
    collection: FactTerm
    value: "ValueTerm | None"
    where: "Condition | None"
    text: str


ELEMENT = "each element"
"""The name of the elements of an aggregate that gives them none; no author can write it."""

ValueTerm = AggregateTerm | Constant | FactTerm | TodayTerm | ArithmeticTerm | DatedTerm
