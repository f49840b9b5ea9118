"""Sets, each made after those whose members it takes over."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from operator import or_

from ...source.text import Source
from ...syntax import tree as syntax
from ...syntax.lexis import SCALAR_TYPES
from .. import faults
from ..elaborate import Scope, bare_word, is_member, members, plain
from ..findings import Report
from ..tree import Constant, Edition, Members, SetDefinition, Window
from ..types import EnumerationType, Scalar
from .editions import apart, in_succession, window
from .lists import listed_members, name_in_bundle
from .names import value_type

MOST_TAKEN = 500_000
"""So many members all sets may take over from others, counted in each edition."""

Written = tuple[syntax.SetDeclaration, Scope]
"""A set as it stands in a file, with what names mean there."""


def declared_sets(
    written: Iterable[Written],
    enumerations: Mapping[str, EnumerationType],
    sources: Mapping[str, Source],
    report: Report,
) -> dict[str, SetDefinition]:
    """Return sets by name, without those whose members have no type.

    A set may name others among its members. It then has an edition for each time in which none of
    them changes, and none where one of them has none.
    """
    maker = _Maker(
        written={node.name.text: (node, scope) for node, scope in written},
        enumerations=enumerations,
        sources=sources,
        report=report,
    )
    for name in maker.in_order():
        maker.make(name)
    return {name: maker.made[name] for name in maker.written if name in maker.made}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What an edition says: its own members, and the sets whose members it takes over."""

    own: Members
    taken: tuple[SetDefinition, ...]


@dataclass(slots=True, kw_only=True)
class _Maker:
    written: Mapping[str, Written]
    enumerations: Mapping[str, EnumerationType]
    sources: Mapping[str, Source]
    report: Report
    made: dict[str, SetDefinition] = field(default_factory=dict)
    _count: int = 0

    def in_order(self) -> tuple[str, ...]:
        """Return the names, each behind those that its set takes members from.

        Of sets that rest on each other one is reported, and taken without the name that leads
        round.
        """
        named = {name: dict(self._named(node)) for name, (node, _) in self.written.items()}
        while True:
            try:
                return tuple(TopologicalSorter(named).static_order())
            except CycleError as fault:
                taken, by, *_ = circle = fault.args[1]
                self.report(faults.sets.circular_set(named[by].pop(taken).span, circle[::-1]))

    def _named(self, node: syntax.SetDeclaration) -> Iterator[tuple[str, syntax.Expression]]:
        """Yield the sets that a set names, each with where it does so first."""
        lists = (each.members for each in node.editions if not isinstance(each, syntax.Broken))
        written = [each for one in lists for each in _parts(one) if self._names_set(node, each)]
        yield from ((bare_word(each), each) for each in reversed(written))

    def _names_set(self, node: syntax.SetDeclaration, part: syntax.Expression) -> bool:
        """Whether a part of a set is the name of one. What may be a member is a member."""
        name = bare_word(part)
        kind = self.enumerations.get(node.type.text) or _SCALARS.get(node.type.text)
        return name in self.written and kind is not None and not is_member(name, kind)

    # --- one set -------------------------------------------------------------------------------

    def make(self, name: str) -> None:
        """Make a set, once those are made that it names."""
        node, scope = self.written[name]
        kind = _type(node, self.enumerations, self.report)
        if kind is None:
            return
        editions, spans = [], []
        for written in node.editions:
            if isinstance(written, syntax.Broken):
                continue
            content = self._content(node, written.members, kind, scope)
            if content is not None:
                force = window(written.start, written.end, self.report)
                file = _file_of(written.members)
                editions.append(Edition(window=force, content=content, file=file))
                spans.append(written.span)
        closed = in_succession(name, editions, spans, self.report)
        self.made[name] = SetDefinition(
            name=name,
            type=kind,
            label=node.label.value if node.label else name,
            editions=tuple(part for each in closed for part in self._with_members(node, each)),
            span=node.name.span,
            sets=frozenset(each.name for edition in closed for each in edition.content.taken),
        )

    def _content(
        self,
        node: syntax.SetDeclaration,
        written: syntax.SetLiteral | syntax.CsvColumn,
        kind: Scalar | EnumerationType,
        scope: Scope,
    ) -> _Content | None:
        if isinstance(written, syntax.CsvColumn):
            listed = listed_members(written, kind, self.sources, self.report)
            return None if listed is None else _Content(own=listed, taken=())
        own: list[syntax.Expression] = []
        named: list[syntax.Expression] = []
        for each in written.members:
            (named if self._names_set(node, each) else own).append(each)
        taken = [self.made.get(bare_word(each)) for each in named]
        for part, other in zip(named, taken, strict=True):
            if other is not None and plain(other.type) != plain(kind):
                self.report(faults.values.wrong_type(part.span, other.type, kind))
                return None
        known = tuple(each for each in taken if each is not None)
        if named and not own:
            return _Content(own=frozenset[str](), taken=known)
        stated = members(scope, replace(written, members=tuple(own)), kind)
        if isinstance(stated, Constant) and isinstance(stated.value, frozenset):
            return _Content(own=stated.value, taken=known)
        return None

    def _with_members(
        self, node: syntax.SetDeclaration, edition: Edition[_Content]
    ) -> list[Edition[Members]]:
        """Return an edition taken apart where a set changes whose members it takes over."""
        parts: list[Edition[Members]] = []
        for force in apart(edition.window, edition.content.taken):
            held = [each.on(force.first) for each in edition.content.taken]
            present = [each for each in held if each is not None]
            self._count += sum(map(len, present))
            if self._count > MOST_TAKEN:
                self.report(faults.sets.too_many_taken(node.name.span, MOST_TAKEN))
                break
            if len(present) < len(held):
                continue
            made = Edition(
                window=force, content=_union(edition.content.own, present), file=edition.file
            )
            if parts and (parts[-1].content, parts[-1].window.until) == (made.content, force.start):
                window = Window(start=parts.pop().window.start, until=force.until)
                made = replace(made, window=window)
            parts.append(made)
        return parts


def _type(
    node: syntax.SetDeclaration, enumerations: Mapping[str, EnumerationType], report: Report
) -> Scalar | EnumerationType | None:
    """Return the type of a set's members."""
    known = [name for name in SCALAR_TYPES if name not in ("yes_no", "money")]
    return value_type(node.type, enumerations, report, known)


_SCALARS: Mapping[str, Scalar] = {kind.value: kind for kind in Scalar}


def _parts(written: syntax.SetLiteral | syntax.CsvColumn) -> tuple[syntax.Expression, ...]:
    return written.members if isinstance(written, syntax.SetLiteral) else ()


def _file_of(written: syntax.SetLiteral | syntax.CsvColumn) -> str:
    return name_in_bundle(written.file) if isinstance(written, syntax.CsvColumn) else ""


def _union(own: Members, taken: Iterable[Members]) -> Members:
    # INVARIANT: a set takes over members of its own type alone.
    return reduce(or_, taken, own)
