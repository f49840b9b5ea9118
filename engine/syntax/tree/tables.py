"""Tables: what follows from some values, case by case."""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from ..lexis import Comparator
from .ends import End
from .expressions import DateLiteral, Expression, TextLiteral
from .node import Broken, Keyed, Name, Node
from .policies import SourceClause


@dataclass(frozen=True, slots=True, kw_only=True)
class TableInput(Node):
    """One of the values that a table is looked up by."""

    name: Name
    type: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class InputsClause(Keyed):
    """What a table is looked up by, in the order of its columns."""

    keyword: ClassVar = "given"
    inputs: tuple[TableInput, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultClause(Keyed):
    """The type of what a table gives."""

    keyword: ClassVar = "gives"
    type: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionClause(Node):
    """The days for which the cases hold that follow."""

    start: DateLiteral
    end: End | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyCell(Node):
    """`any`: whatever the value is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCell(Node):
    """Values on one side of a limit: `less than 13`."""

    comparator: Comparator
    limit: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeCell(Node):
    """Values between two, both included: `13 to 17`."""

    low: Expression
    high: Expression


CaseCell: TypeAlias = AnyCell | BoundCell | RangeCell | Expression
"""For which values of an input a case is meant; an expression is a value or a set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow(Node):
    """One case: a cell for each input, and what the table gives there."""

    cells: tuple[CaseCell, ...]
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherwiseRow(Node):
    """What the table gives where none of the cases is meant."""

    value: Expression


TableClause = SourceClause | InputsClause | ResultClause | EditionClause | CaseRow | OtherwiseRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Node):
    """A table, to be looked up by its name wherever a value stands."""

    name: Name
    label: TextLiteral | None
    clauses: tuple[TableClause | Broken, ...]
