"""Profiles: which policies of others a house adopts, and what it tightens in them."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from .expressions import DateLiteral, Expression, TextLiteral
from .node import Broken, Keyed, Name, Node
from .policies import RuleReference, SourceClause


class Stringency(Enum):
    """How a rule may be tightened: to one that denies, or to one that nothing sets aside."""

    ENFORCED = "enforced"
    MANDATORY = "mandatory"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptsClause(Keyed):
    """The modules that are adopted, each with all modules below it: `assent.privacy`."""

    keyword: ClassVar = "adopts"
    modules: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TightenedRule(Keyed):
    """A rule that is enforced more strictly than it says itself."""

    keyword: ClassVar = "tightens"
    rule: RuleReference
    stringency: Stringency


@dataclass(frozen=True, slots=True, kw_only=True)
class TightenedParameter(Keyed):
    """A parameter with the stricter value that it has from a day on."""

    keyword: ClassVar = "tightens"
    name: Name
    value: Expression
    start: DateLiteral


ProfileClause = AdoptsClause | SourceClause | TightenedRule | TightenedParameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Node):
    """How a house applies policies that somebody else has written."""

    name: Name
    label: TextLiteral | None
    clauses: tuple[ProfileClause | Broken, ...]
