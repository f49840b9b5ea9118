"""Tests, as they are written beside the policies."""

from dataclasses import dataclass
from enum import Enum

from .expressions import DateLiteral, Expression, Path, TextLiteral
from .node import Broken, Name, Node
from .policies import RuleReference


@dataclass(frozen=True, slots=True, kw_only=True)
class OnStep(Node):
    """The day of the evaluation."""

    day: DateLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFile(Node):
    """The descriptor to begin with, by its path relative to the policy file."""

    file: TextLiteral


class Told(Enum):
    """What may be told of a fact in place of a value."""

    EMPTY = "empty"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFact(Node):
    """A fact set to a value, to the list known to be empty, or made unknown."""

    path: Path
    value: Expression | Told


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
    NO_WARNING_BY = "no warning by"
    WAIVED_BY = "waived by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation(Node):
    """What the decision must be, and by which rules or waivers, or for want of which facts.

    `deny by` has paths too where the rules must deny because facts are unknown.
    """

    expected: Expected
    rules: tuple[RuleReference, ...] = ()
    waivers: tuple[Name, ...] = ()
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns(Node):
    """The head of a table: the facts that its rows give, `for each A | B | expect`."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell(Node):
    """What a row tells of the fact of its column."""

    value: Expression | Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Node):
    """A row of a table, a case of its own: `case 17 | yes | deny by minors/age`."""

    cells: tuple[Cell, ...]
    expectation: Expectation


TestStep = OnStep | GivenFile | GivenFact | WithoutFact | Expectation | Columns | Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Test(Node):
    """A case: a campaign, a day, and what must come of it."""

    title: TextLiteral
    steps: tuple[TestStep | Broken, ...]
