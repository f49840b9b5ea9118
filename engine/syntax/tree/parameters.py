"""Dated values that the law or the house sets."""

from dataclasses import dataclass
from typing import ClassVar

from .ends import End
from .expressions import DateLiteral, Expression, TextLiteral
from .node import Broken, Keyed, Name, Node
from .policies import SourceClause


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterEdition(Keyed):
    """The value of a parameter, from a day on where it is dated, and what sets it."""

    keyword: ClassVar = "is"
    start: DateLiteral | None
    end: End | None
    value: Expression
    source: SourceClause | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewClause(Keyed):
    """The day on which somebody last saw that a declaration is still right."""

    keyword: ClassVar = "reviewed on"
    day: DateLiteral


ParameterClause = SourceClause | ParameterEdition | ReviewClause


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Node):
    """A named value, in one edition or in several dated ones."""

    name: Name
    type: Name
    label: TextLiteral | None
    clauses: tuple[ParameterClause | Broken, ...]
