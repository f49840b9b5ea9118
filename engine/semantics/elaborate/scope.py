"""What names mean at one place of a policy, and how a fault there is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ...source.diagnostic import Diagnostic
from ...source.text import Source, Span
from ...syntax.lexis import MonthEnd
from ..tree import Constant, Definition, Parameter, SetDefinition, Table
from ..types import Type
from ..values import Value
from ..vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What names mean at one place of a policy, and whom to tell about faults.

    What is not given is not declared. A parameter, definition or table is None where it has
    faults, reported where it stands.
    """

    source: Source
    vocabulary: Vocabulary
    report: Callable[[Diagnostic], None]
    sets: Mapping[str, SetDefinition] = field(default_factory=dict)
    variables: Mapping[str, Type] = field(default_factory=dict)
    parameters: Mapping[str, Parameter | None] = field(default_factory=dict)
    definitions: Mapping[str, Definition | None] = field(default_factory=dict)
    tables: Mapping[str, Table | None] = field(default_factory=dict)
    month_end: MonthEnd = MonthEnd.ROUNDS_DOWN
    sensitive: frozenset[str] = frozenset()
    """The bound names whose values are never shown."""

    def binding(self, name: str, kind: Type, *, sensitive: bool = False) -> "Scope":
        """Return the scope inside a quantifier."""
        hidden = self.sensitive | {name} if sensitive else self.sensitive - {name}
        return replace(self, variables={**self.variables, name: kind}, sensitive=hidden)

    def heeding(self) -> "tuple[Scope, list[Diagnostic]]":
        """Return the same scope, and the faults that are reported in it from now on."""
        found: list[Diagnostic] = []

        def report(fault: Diagnostic) -> None:
            found.append(fault)
            self.report(fault)

        return replace(self, report=report), found

    def is_taken(self, name: str) -> bool:
        """Whether a bare word means something here already."""
        declared = (self.variables, self.sets, self.parameters, self.definitions, self.tables)
        return name == self.vocabulary.root or any(name in known for known in declared)

    def refuse(self, fault: Diagnostic) -> None:
        """Report a fault, and return the nothing that is made of the text for it."""
        self.report(fault)

    def words(self, span: Span) -> str:
        """Return the words of a span, on one line."""
        return " ".join(self.source.slice(span).split())


def constant(scope: Scope, span: Span, kind: Type, literal: Value) -> Constant:
    """Return a value as it was written at a span."""
    return Constant(span=span, type=kind, value=literal, text=scope.words(span))
