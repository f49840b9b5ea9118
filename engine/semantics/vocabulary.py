"""The vocabulary: the one declaration of the campaign.

The type checker, the decoder of descriptors, the JSON Schema and the documentation all derive
from it. It holds shapes only; values are in `engine.evaluation`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..source.text import Span
from .types import ListType, RecordType, Type
from .values import Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact of a group: its name, its type, and the words in which a person is asked for it.

    `presumed` is the value that counts where it is absent. What is `sensitive`, with everything
    beneath, is never shown.
    """

    name: str
    type: Type
    required: bool
    label: str
    span: Span
    presumed: Plain | None = None
    sensitive: bool = False

    @property
    def is_list(self) -> bool:
        """Whether it has elements."""
        return isinstance(self.type, ListType)

    @property
    def record(self) -> str | None:
        """The name of the group of facts it leads into, directly or through a list."""
        inner = self.type.element if isinstance(self.type, ListType) else self.type
        return inner.name if isinstance(inner, RecordType) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordShape:
    """A group of facts in the order of their declaration, and the place of each, from zero."""

    name: str
    label: str
    facts: Mapping[str, Fact]
    positions: Mapping[str, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        positions = {name: position for position, name in enumerate(self.facts)}
        object.__setattr__(self, "positions", positions)

    @property
    def inner(self) -> frozenset[str]:
        """The names of the groups that its facts lead into."""
        return frozenset(fact.record for fact in self.facts.values() if fact.record is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Every group of facts by name; the campaign itself is the group named `root`."""

    root: str
    records: Mapping[str, RecordShape]
    demanding: frozenset[str] = field(init=False, compare=False, repr=False)
    """The groups that require a fact, or lead to a group that does."""

    def __post_init__(self) -> None:
        requiring = frozenset(
            name
            for name, shape in self.records.items()
            if any(fact.required for fact in shape.facts.values())
        )
        object.__setattr__(self, "demanding", self.with_groups_around(requiring))

    def with_groups_around(self, names: frozenset[str]) -> frozenset[str]:
        """Return some groups, and all that lead into one of them at any depth."""
        inner = {name: shape.inner for name, shape in self.records.items()}
        while wider := {name for name, below in inner.items() if below & names} - names:
            names |= wider
        return names

    @property
    def campaign(self) -> RecordShape:
        """The shape of a whole descriptor."""
        return self.records[self.root]

    def fact(self, group: str, name: str) -> Fact | None:
        """Return the fact of a name in a group; None where either is not declared."""
        shape = self.records.get(group)
        return None if shape is None else shape.facts.get(name)

    def find(self, steps: Iterable[str]) -> Fact | None:
        """Return the fact at a path of names below the root, passing through lists."""
        shape, fact = self.campaign, None
        for step in steps:
            if fact is not None:
                if fact.record is None:
                    return None
                shape = self.records[fact.record]
            fact = shape.facts.get(step)
            if fact is None:
                return None
        return fact

    def paths(self) -> Iterator[tuple[str, Fact]]:
        """Yield every fact with its dotted path, parents first; groups do not repeat themselves."""
        yield from self._below(self.campaign, self.root, frozenset({self.root}))

    def _below(
        self, shape: RecordShape, prefix: str, seen: frozenset[str]
    ) -> Iterator[tuple[str, Fact]]:
        for fact in shape.facts.values():
            path = f"{prefix}.{fact.name}"
            yield path, fact
            if fact.record is not None and fact.record not in seen:
                yield from self._below(self.records[fact.record], path, seen | {fact.record})
