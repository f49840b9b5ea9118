"""Statutory definitions: conditions with a name."""

from dataclasses import dataclass
from typing import ClassVar

from .expressions import Expression, TextLiteral
from .node import Broken, Keyed, Name, Node
from .policies import SourceClause


@dataclass(frozen=True, slots=True, kw_only=True)
class MeansClause(Keyed):
    """What a defined name means: a condition about the campaign."""

    keyword: ClassVar = "means"
    condition: Expression


DefinitionClause = SourceClause | MeansClause


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition(Node):
    """A named condition, to be used as a bare word wherever a condition stands."""

    name: Name
    label: TextLiteral | None
    clauses: tuple[DefinitionClause | Broken, ...]
