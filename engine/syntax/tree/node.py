"""What every node is, and those that stand anywhere: a name, and what could not be parsed."""

from dataclasses import dataclass, field
from typing import ClassVar

from ...source.text import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node carries: where it was written."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed(Node):
    """A part that begins with words of the language, by which people call it."""

    keyword: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """An identifier."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken(Node):
    """Text that could not be parsed.

    `place` is the offset of the word that does not fit, `expected` what would fit there (empty
    where a construct should have ended), `context` the keyword of the construct.
    """

    place: int
    expected: str
    context: str
