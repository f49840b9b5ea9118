"""Names that files declare, and what those of types stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...source.text import Source, Span
from ...syntax import tree as syntax
from ...syntax.lexis import SCALAR_TYPES
from .. import faults
from ..adopted import is_adopted
from ..findings import Report
from ..tree import MARKET
from ..types import EnumerationType, Scalar


@dataclass(slots=True, kw_only=True)
class Names:
    """The first place of every declared name, so that a second one can be refused."""

    sources: Mapping[str, Source]
    report: Report
    _first: dict[tuple[str, str], Span] = field(default_factory=dict)
    _words: dict[str, tuple[str, Span]] = field(default_factory=dict)
    _copies: set[tuple[str, str]] = field(default_factory=set)

    def claim(self, what: str, name: str, span: Span) -> bool:
        """Register a name; report it and return False where it is taken."""
        first = self._first.setdefault((what, name), span)
        if first is span:
            return True
        self._twice(what, name, first, span)
        return False

    def claim_word(self, what: str, written: syntax.Name) -> bool:
        """Register a name that stands as a bare word; report it where any other has it."""
        name, span = written.text, written.span
        if name == MARKET:
            self.report(faults.names.name_of_the_market(span, name))
            return False
        first = self._words.setdefault(name, (what, span))
        if first[1] is span:
            return True
        if first[0] == what:
            self._twice(what, name, first[1], span)
        else:
            place = str(self.sources[first[1].source].locate(first[1].start))
            article = "an" if first[0][0] in "aeiou" else "a"
            self.report(faults.names.name_taken(span, name, f"{article} {first[0]}", place))
        return False

    def _twice(self, what: str, name: str, first: Span, second: Span) -> None:
        """Report what is declared twice; a file that copies an adopted one is told once."""
        if is_adopted(first.source) is is_adopted(second.source):
            place = self.sources[first.source].locate(first.start)
            self.report(faults.names.duplicate(second, what, name, str(place)))
            return
        own, adopted = (second, first) if is_adopted(first.source) else (first, second)
        copy = own.source, adopted.source
        if copy not in self._copies:
            self._copies.add(copy)
            self.report(faults.names.adopted_already(own, what, name, adopted.source))


def value_type(
    written: syntax.Name,
    enumerations: Mapping[str, EnumerationType],
    report: Report,
    scalars: Sequence[str] = SCALAR_TYPES,
) -> Scalar | EnumerationType | None:
    """Return the type of single values that a name stands for."""
    name = written.text
    if name in enumerations:
        return enumerations[name]
    if name in scalars:
        return Scalar(name)
    report(faults.names.unknown_type(written.span, name, (*enumerations, *scalars)))
    return None
