"""Profiles: which policies of others a house adopts, and what it tightens in them."""

from dataclasses import dataclass
from enum import Enum

from .expressions import DateLiteral, Expression, TextLiteral
from .node import Broken, Name, Node
from .policies import RuleReference, SourceClause


class Stringency(Enum):
    """How a rule may be tightened: to one that denies, or to one that nothing sets aside."""

    ENFORCED = "enforced"
    MANDATORY = "mandatory"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptsClause(Node):
    """The modules that are adopted, each with all modules below it: `assent.privacy`."""

    modules: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TightenedRule(Node):
    """A rule that is enforced more strictly than it says itself."""

    rule: RuleReference
    stringency: Stringency


@dataclass(frozen=True, slots=True, kw_only=True)
class TightenedParameter(Node):
    """A parameter with the stricter value that it has from a day on."""

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
