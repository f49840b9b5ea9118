"""Declarations: what the items of all files introduce, before any condition is read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import TypeVar, assert_never

from ..source.text import Source, Span
from ..syntax import tree as syntax
from ..syntax.lexis import PERIOD, SCALAR_TYPES
from ..syntax.visit import items_of
from . import fact_faults, faults, value_faults
from .adopted import is_adopted
from .elaborate import Scope, stated_constant
from .findings import Report
from .tree import MARKET, Citation, Edition, Plain, Window
from .types import ElementType, EnumerationType, ListType, RecordType, Scalar, Type
from .vocabulary import Fact, RecordShape, Vocabulary

Content = TypeVar("Content")

_EARLIEST = date.min


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A law, standard or internal policy that may be cited."""

    name: str
    title: str
    url: str


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
            self.report(faults.name_of_the_market(span, name))
            return False
        first = self._words.setdefault(name, (what, span))
        if first[1] is span:
            return True
        if first[0] == what:
            self._twice(what, name, first[1], span)
        else:
            place = str(self.sources[first[1].source].locate(first[1].start))
            article = "an" if first[0][0] in "aeiou" else "a"
            self.report(faults.name_taken(span, name, f"{article} {first[0]}", place))
        return False

    def _twice(self, what: str, name: str, first: Span, second: Span) -> None:
        """Report what is declared twice; a file that copies an adopted one is told once."""
        if is_adopted(first.source) is is_adopted(second.source):
            place = self.sources[first.source].locate(first.start)
            self.report(faults.duplicate(second, what, name, str(place)))
            return
        own, adopted = (second, first) if is_adopted(first.source) else (first, second)
        copy = own.source, adopted.source
        if copy not in self._copies:
            self._copies.add(copy)
            self.report(faults.adopted_already(own, what, name, adopted.source))


def instruments(files: Iterable[syntax.File], names: Names) -> dict[str, Instrument]:
    """Return the instruments that the files declare, by name."""
    found = {}
    for item in items_of(syntax.Instrument, files):
        if names.claim("instrument", item.name.text, item.name.span):
            name = item.name.text
            found[name] = Instrument(name=name, title=item.title.value, url=item.url.value)
    return found


def cited(
    clause: syntax.SourceClause | None, known: Mapping[str, Instrument], report: Report
) -> tuple[Citation, ...]:
    """Return the provisions that a clause cites, reporting instruments that nobody declares."""
    written = clause.citations if clause is not None else ()
    return tuple(made for node in written if (made := _citation(node, known, report)) is not None)


def _citation(
    node: syntax.Citation, known: Mapping[str, Instrument], report: Report
) -> Citation | None:
    name = node.instrument.text
    instrument = known.get(name)
    if instrument is None:
        report(faults.unknown_instrument(node.instrument.span, name, known))
        return None
    return Citation(
        instrument=name, title=instrument.title, provision=node.provision, url=instrument.url
    )


# --- vocabulary -------------------------------------------------------------------------------


def vocabulary(
    files: Iterable[syntax.File], names: Names
) -> tuple[Vocabulary, dict[str, EnumerationType]] | None:
    """Return the vocabulary that all `vocabulary` blocks make together, and the named types.

    Blocks of one name extend each other: an organisation adds facts in a file of its own.
    """
    blocks = tuple(items_of(syntax.Vocabulary, files))
    if not blocks:
        return None
    root = blocks[0].name.text
    names.claim_word("vocabulary", blocks[0].name)
    for block in blocks:
        if block.name.text != root:
            names.report(faults.second_vocabulary(block.name.span, block.name.text, root))
    builder = _VocabularyBuilder(names=names, root=root)
    builder.collect(blocks)
    return builder.build(), builder.enumerations


@dataclass(slots=True, kw_only=True)
class _VocabularyBuilder:
    names: Names
    root: str
    enumerations: dict[str, EnumerationType] = field(default_factory=dict)
    _facts: dict[str, list[syntax.FactDeclaration]] = field(default_factory=dict)
    _labels: dict[str, str] = field(default_factory=dict)
    _period: Span | None = None

    def collect(self, blocks: Iterable[syntax.Vocabulary]) -> None:
        """Gather records, types and facts of all blocks by name."""
        for block in blocks:
            self._labels.setdefault(self.root, block.label.value if block.label else "")
            self._facts.setdefault(self.root, [])
            for part in block.parts:
                self._part(part)

    def _part(self, part: syntax.VocabularyPart | syntax.Broken) -> None:
        match part:
            case syntax.FactDeclaration():
                self._facts[self.root].append(part)
            case syntax.RecordDeclaration(name=name, label=label, facts=facts):
                self._check_free(name, (*SCALAR_TYPES, PERIOD, self.root))
                self._labels.setdefault(name.text, label.value if label else "")
                declared = (f for f in facts if isinstance(f, syntax.FactDeclaration))
                self._facts.setdefault(name.text, []).extend(declared)
            case syntax.EnumerationDeclaration(name=name, members=members):
                self._check_free(name, (*SCALAR_TYPES, PERIOD, self.root, *self._facts))
                if self.names.claim("type", name.text, name.span):
                    words = self._members(members)
                    self.enumerations[name.text] = EnumerationType(name=name.text, members=words)
            case syntax.Broken():
                pass
            case _:
                assert_never(part)

    def _check_free(self, name: syntax.Name, taken: tuple[str, ...]) -> None:
        """Report a record or type whose name already means something where types are named."""
        if name.text in taken:
            self.names.report(faults.type_name_taken(name.span, name.text))

    def _members(self, members: tuple[syntax.Name, ...]) -> tuple[str, ...]:
        seen: dict[str, Span] = {}
        for member in members:
            if member.text in seen:
                place = str(self.names.sources[member.span.source].locate(seen[member.text].start))
                self.names.report(faults.duplicate(member.span, "member", member.text, place))
            seen.setdefault(member.text, member.span)
        return tuple(seen)

    def build(self) -> Vocabulary:
        """Return the vocabulary once everything is gathered."""
        shapes = {
            name: RecordShape(name=name, label=self._labels[name], facts=self._shape(name, facts))
            for name, facts in self._facts.items()
        }
        if self._period is not None:
            shapes[PERIOD] = _period_shape(self._period)
        return Vocabulary(root=self.root, records=shapes)

    def _shape(self, owner: str, declared: Iterable[syntax.FactDeclaration]) -> dict[str, Fact]:
        facts = {}
        for node in declared:
            kind = self._type(owner, node)
            presumed = None if kind is None else self._presumed(node, kind)
            if node.label is None:
                self.names.report(faults.unlabelled_fact(node.name.span, node.name.text))
            taken = not self.names.claim("fact", f"{owner}.{node.name.text}", node.name.span)
            if kind is None or taken:
                continue
            facts[node.name.text] = Fact(
                name=node.name.text,
                type=kind,
                required=node.required,
                label=node.label.value if node.label else node.name.text,
                span=node.name.span,
                presumed=presumed,
                sensitive=node.sensitive,
            )
        return facts

    def _presumed(self, node: syntax.FactDeclaration, kind: Type) -> Plain | None:
        """Return what is presumed of a fact, or None after reporting why nothing is."""
        written = node.presumed
        if written is None:
            return None
        if node.required:
            self.names.report(fact_faults.required_and_presumed(written.span, node.name.text))
            return None
        if isinstance(kind, ListType | RecordType):
            self.names.report(fact_faults.nothing_to_presume(written.span, node.name.text, kind))
            return None
        nothing = Vocabulary(root=self.root, records={})
        scope = Scope(
            source=self.names.sources[written.span.source],
            vocabulary=nothing,
            report=self.names.report,
        )
        found = stated_constant(scope, written, kind, fact_faults.presumed_not_stated)
        if found is None:
            return None
        if kind is Scalar.WHOLE_NUMBER and isinstance(found.value, Fraction):
            words = scope.words(written.span)
            self.names.report(value_faults.wrong_type(written.span, found.type, kind, words))
            return None
        # INVARIANT: members in braces are no value of a single fact.
        assert not isinstance(found.value, frozenset)  # noqa: S101 - as said.
        return found.value

    def _type(self, owner: str, node: syntax.FactDeclaration) -> Type | None:
        match node.type:
            case syntax.InlineEnumeration(members=members, is_list=is_list):
                name = f"{owner}.{node.name.text}"
                inner: ElementType | None
                inner = EnumerationType(name=name, members=self._members(members))
            case syntax.TypeName(name=name_node, is_list=is_list):
                inner = self._named(name_node)
            case _:
                assert_never(node.type)
        if inner is None:
            return None
        return ListType(element=inner) if is_list else inner

    def _named(self, name: syntax.Name) -> ElementType | None:
        if name.text in SCALAR_TYPES:
            return Scalar(name.text)
        if name.text in self.enumerations:
            return self.enumerations[name.text]
        if name.text == PERIOD:
            self._period = self._period or name.span
            return RecordType(name=PERIOD)
        if name.text in self._facts and name.text != self.root:
            return RecordType(name=name.text)
        known = (*SCALAR_TYPES, PERIOD, *self.enumerations, *self._facts)
        self.names.report(faults.unknown_type(name.span, name.text, known))
        return None


def _period_shape(span: Span) -> RecordShape:
    """Return the group that a period is; `span` is where the vocabulary first names one."""
    facts = {
        name: Fact(name=name, type=Scalar.DATE, required=False, label=label, span=span)
        for name, label in (("start", "first day"), ("end", "last day"))
    }
    return RecordShape(name=PERIOD, label="a period of days", facts=facts)


# --- sets -------------------------------------------------------------------------------------


def set_type(
    node: syntax.SetDeclaration, enumerations: Mapping[str, EnumerationType], report: Report
) -> Scalar | EnumerationType | None:
    """Return the type of a set's members."""
    known = [name for name in SCALAR_TYPES if name not in ("yes_no", "money")]
    return value_type(node.type, enumerations, report, known)


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
    report(faults.unknown_type(written.span, name, (*enumerations, *scalars)))
    return None


def window(
    start: syntax.DateLiteral | None, until: syntax.DateLiteral | None, report: Report
) -> Window:
    """Return the window between two days, reporting an empty one."""
    made = Window(start=start.value if start else None, until=until.value if until else None)
    if (
        until is not None
        and made.start is not None
        and made.until is not None
        and made.until <= made.start
    ):
        report(faults.empty_window(until.span))
    return made


def in_succession(
    name: str,
    editions: Sequence[Edition[Content]],
    spans: Sequence[Span],
    report: Report,
) -> tuple[Edition[Content], ...]:
    """Return editions in order, each open one ended by the next, reporting overlaps."""
    order = sorted(range(len(spans)), key=lambda i: editions[i].window.start or _EARLIEST)
    closed: list[Edition[Content]] = []
    for position, index in enumerate(order):
        edition = editions[index]
        successor = order[position + 1] if position + 1 < len(order) else None
        if successor is not None:
            start, until = edition.window.start, edition.window.until
            begins = editions[successor].window.start
            if begins is None or begins == start or (until and until > begins):
                report(faults.overlapping_editions(spans[successor], name))
            edition = replace(edition, window=Window(start=start, until=until or begins))
        closed.append(edition)
    return tuple(closed)


def apart(window: Window, days: Iterable[date]) -> Iterator[Window]:
    """Yield a window taken apart at the days that lie in it."""
    start = window.start
    for day in sorted(days):
        is_later = start is None or day > start
        if is_later and (window.until is None or day < window.until):
            yield Window(start=start, until=day)
            start = day
    yield Window(start=start, until=window.until)
