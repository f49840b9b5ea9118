"""What the files of a bundle declare for all of them, before any rule is read."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ...source.diagnostic import Diagnostic
from ...source.memory import Memory
from ...source.text import Source, Span
from ...syntax import tree as syntax
from ...syntax.visit import items_of
from .. import faults
from ..elaborate import Scope
from ..findings import Report, recalled
from ..tree import MARKET, Definition, Parameter, SetDefinition, Table
from ..types import EnumerationType, ListType, Scalar, Type
from ..vocabulary import Vocabulary
from .definitions import definitions
from .facts import vocabulary
from .instruments import Instrument, instruments
from .lists import LIST_SUFFIX
from .names import Names
from .parameters import parameter
from .sets import declared_sets
from .tables import table

_DEPENDED_ON: Mapping[tuple[str, ...], Type] = {
    ("id",): Scalar.TEXT,
    ("markets",): ListType(element=Scalar.PLACE),
    ("flight", "start"): Scalar.DATE,
    ("flight", "end"): Scalar.DATE,
    ("flight", "until_stopped"): Scalar.YES_NO,
}
"""What every campaign is identified by, and where and when law is read for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What files declare for all of them; None stands for what has faults or a name not its own."""

    vocabulary: Vocabulary
    instruments: Mapping[str, Instrument]
    sets: Mapping[str, SetDefinition]
    parameters: Mapping[str, Parameter | None]
    tables: Mapping[str, Table | None]
    definitions: Mapping[str, Definition | None]


def declarations(
    trees: list[syntax.File], sources: Mapping[str, Source], report: Report, memory: Memory
) -> Declared | None:
    """Return what files declare, reporting what is wrong with it; None without a vocabulary.

    With the `memory` of an earlier reading, what is written alike is not read again.
    """
    key = ("declared", _written_declarations(trees, sources))
    return recalled(memory, key, lambda tell: _declared(trees, sources, tell), report)


def _written_declarations(files: Iterable[syntax.File], sources: Mapping[str, Source]) -> Hashable:
    """Return all that declarations are made from: where each stands, its words, and the lists."""
    lists = tuple(sources[name] for name in sorted(sources) if name.endswith(LIST_SUFFIX))
    first = next((file.span.source for file in files), "")
    return (
        first,
        lists,
        tuple(
            _written(item, sources)
            for file in files
            for item in file.items
            if not isinstance(item, syntax.Policy | syntax.Test | syntax.Waiver | syntax.Profile)
        ),
    )


def _written(item: syntax.Item | syntax.Broken, sources: Mapping[str, Source]) -> Hashable:
    source, span = sources[item.span.source], item.span
    return source.locate(span.start), span.start, source.slice(span)


def _declared(
    trees: list[syntax.File], sources: Mapping[str, Source], report: Report
) -> Declared | None:
    names = Names(sources=sources, report=report)
    found = vocabulary(trees, names)
    if found is None:
        if trees:
            report(faults.facts.no_vocabulary(_beginning(trees[0])))
        return None
    shapes, enumerations = found
    for fault in _lacking(shapes, next(items_of(syntax.Vocabulary, trees)).name.span):
        report(fault)
    declaring = _Declaring(
        sources=sources,
        names=names,
        report=report,
        vocabulary=shapes,
        enumerations=enumerations,
        instruments=instruments(trees, names),
    )
    return declaring.read(trees)


def _lacking(vocabulary: Vocabulary, span: Span) -> Iterator[Diagnostic]:
    """Yield a fault for each fact that deciding itself depends on and the vocabulary lacks."""
    for path, kind in _DEPENDED_ON.items():
        fact, outermost = vocabulary.find(path), vocabulary.find(path[:1])
        is_one_of_many = len(path) > 1 and outermost is not None and outermost.is_list
        dotted = ".".join((vocabulary.root, *path))
        if fact is None or outermost is None or fact.type != kind or is_one_of_many:
            yield faults.facts.fact_depended_on(span, dotted, kind)
        elif fact.presumed is not None:
            yield faults.facts.plain_fact_needed(fact.span, dotted, "presumed")
        elif fact.sensitive or outermost.sensitive:
            yield faults.facts.plain_fact_needed(fact.span, dotted, "sensitive")


def _beginning(file: syntax.File) -> Span:
    return Span(source=file.span.source, start=0, end=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declaring:
    """Reads what files declare; each may use what any file declares before it in kind."""

    sources: Mapping[str, Source]
    names: Names
    report: Report
    vocabulary: Vocabulary
    enumerations: Mapping[str, EnumerationType]
    instruments: Mapping[str, Instrument]

    def read(self, files: list[syntax.File]) -> Declared:
        """Return what the files declare."""
        sets = self._sets(files)
        parameters = self._parameters(files)
        tables = self._tables(files, sets)
        written, refused = self._definitions(files, sets, parameters, tables)
        return Declared(
            vocabulary=self.vocabulary,
            instruments=self.instruments,
            sets=sets,
            parameters=parameters,
            tables=tables,
            # A name that is taken still means something: its uses are not faults of their own.
            definitions=dict.fromkeys(refused) | definitions(written, self.instruments),
        )

    def _scope(self, node: syntax.Node) -> Scope:
        """Return what names mean in a declaration as far as the vocabulary alone says."""
        source = self.sources[node.span.source]
        return Scope(source=source, vocabulary=self.vocabulary, report=self.report)

    def _sets(self, files: Iterable[syntax.File]) -> dict[str, SetDefinition]:
        written = [
            (node, self._scope(node))
            for node in items_of(syntax.SetDeclaration, files)
            if self.names.claim_word("set", node.name)
        ]
        return declared_sets(written, self.enumerations, self.sources, self.report)

    def _parameters(self, files: Iterable[syntax.File]) -> dict[str, Parameter | None]:
        """Return parameters by name, None where one has faults or another's name."""
        made: dict[str, Parameter | None] = {}
        for node in items_of(syntax.Parameter, files):
            found = parameter(node, self._scope(node), self.enumerations, self.instruments)
            is_free = self.names.claim_word("parameter", node.name)
            made.setdefault(node.name.text, found if is_free else None)
        return made

    def _tables(
        self, files: Iterable[syntax.File], sets: Mapping[str, SetDefinition]
    ) -> dict[str, Table | None]:
        """Return tables by name, None where one has faults or another's name."""
        made: dict[str, Table | None] = {}
        for node in items_of(syntax.Table, files):
            is_free = self.names.claim_word("table", node.name)
            scope = replace(self._scope(node), sets=sets)
            found = table(node, scope, self.enumerations, self.instruments)
            made.setdefault(node.name.text, found if is_free else None)
        return made

    def _definitions(
        self,
        files: Iterable[syntax.File],
        sets: Mapping[str, SetDefinition],
        parameters: Mapping[str, Parameter | None],
        tables: Mapping[str, Table | None],
    ) -> tuple[list[tuple[syntax.Definition, Scope]], list[str]]:
        """Return the definitions that the files hold, and the names that others have already."""
        written, refused = [], []
        for node in items_of(syntax.Definition, files):
            scope = replace(self._scope(node), sets=sets, parameters=parameters, tables=tables)
            if self.names.claim_word("definition", node.name):
                written.append((node, scope.binding(MARKET, Scalar.PLACE)))
            else:
                refused.append(node.name.text)
        return written, refused
