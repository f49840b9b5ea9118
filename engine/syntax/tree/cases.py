"""Tests, as they are written beside the policies."""

from dataclasses import dataclass
from enum import Enum

from .expressions import DateLiteral, Expression, Path, TextLiteral
from .node import Broken, Node
from .policies import RuleReference


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
    OBLIGE_BY = "oblige by"


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
