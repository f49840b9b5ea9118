"""Values of the typed core: what a comparison reads."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from ...source.text import Span
from ...syntax.tree import ArithmeticOperator
from ..types import ElementType, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in one currency; amounts of two currencies are never compared."""

    amount: Fraction
    currency: str


MARKET = "market"
"""The name by which a condition speaks of the market of the campaign that is being judged."""

Value = str | bool | int | Fraction | date | Money | frozenset[str] | frozenset[Fraction]


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
    """

    type: Type
    variable: str | None
    path: tuple[str, ...]
    label: str
    text: str

    @property
    def is_market(self) -> bool:
        """Whether it is the market that is being judged."""
        return self.variable == MARKET


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayTerm(Term):
    """The day of the evaluation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArithmeticTerm(Term):
    """Two numbers or amounts joined; `text` is the whole as written."""

    type: Type
    operator: ArithmeticOperator
    left: "ValueTerm"
    right: "ValueTerm"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTerm(Term):
    """A declared set; its members depend on the day the law is read for."""

    name: str
    type: ElementType
    text: str


ValueTerm = Constant | FactTerm | TodayTerm | ArithmeticTerm | SetTerm
