"""What the names in policies stand for, and where each of them is written."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from ..semantics.types import Type
from ..source.text import Span
from ..syntax.tree import Node

ELEMENT = "element"
"""The kind of a name that a quantifier binds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """Something with a name.

    `kind` is the word of the language that introduces it: `set`, `rule`, `record` and so on, also
    `fact`, `member` and `element`. `name` tells it from all others of its kind: `EU`,
    `minors/no_profiled_ads`, `targeting.age`. An element is told apart by where it is bound.
    """

    kind: str
    name: str
    bound_at: Span | None = None

    @property
    def word(self) -> str:
        """The word that stands where it is declared."""
        return self.name.rpartition("/")[2].rpartition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One place where a name is written."""

    span: Span
    symbol: Symbol
    is_declaration: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Every name of some files.

    `occurrences` are those of a file in the order of their places; `declared` are the constructs
    that introduce names, `elements` the types of what quantifiers bind.
    """

    occurrences: Mapping[str, tuple[Occurrence, ...]]
    declared: Mapping[Symbol, Node]
    elements: Mapping[Symbol, Type]

    def at(self, file: str, offset: int) -> Occurrence | None:
        """Return the name at an offset, or directly before it."""
        written = self.occurrences.get(file, ())
        place = bisect_right(written, offset, key=lambda each: each.span.start)
        nearest = written[place - 1] if place else None
        return nearest if nearest is not None and offset <= nearest.span.end else None

    def of(self, symbol: Symbol) -> tuple[Occurrence, ...]:
        """Return where a symbol is written, file by file."""
        return tuple(
            each
            for file in sorted(self.occurrences)
            for each in self.occurrences[file]
            if each.symbol == symbol
        )

    def names(self, *kinds: str) -> tuple[Symbol, ...]:
        """Return the declared symbols of some kinds, by name."""
        found = (symbol for symbol in self.declared if symbol.kind in kinds)
        return tuple(sorted(found, key=lambda symbol: symbol.name))
