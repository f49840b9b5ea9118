"""Tables: cases that are told apart, made of what the files declare."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...source.diagnostic import Diagnostic
from ...source.text import Span
from ...syntax import tree as syntax
from ...syntax.lexis import SCALAR_TYPES, Comparator
from ...syntax.visit import any_broken, first_of
from .. import faults
from ..clauses import Reasons, structure_faults
from ..elaborate import Scope, has_order, members
from ..tree import (
    Cell,
    Constant,
    Edition,
    Input,
    Reach,
    Row,
    Rows,
    SetDefinition,
    SetTerm,
    Table,
    Window,
    size,
)
from ..types import ElementType, EnumerationType
from .cells import MOST_INPUTS, MOST_ROWS, MOST_SAMPLES, Grid
from .editions import apart, in_succession, window
from .instruments import Instrument, cited
from .names import value_type
from .parameters import stated

_LOOKED_UP_BY = [name for name in SCALAR_TYPES if name not in ("money", "instant")]
"""Amounts of two currencies have no order, and no cell of a table could hold an instant."""

_NEEDED: Reasons = {
    syntax.InputsClause: "say what it is looked up by: `given age : whole_number`",
    syntax.ResultClause: "say the type of what it gives: `gives months`",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """The cases that stand behind one date, or before any."""

    head: syntax.EditionClause | None
    rows: list[syntax.CaseRow | syntax.OtherwiseRow]


def table(
    node: syntax.Table,
    scope: Scope,
    enumerations: Mapping[str, EnumerationType],
    instruments: Mapping[str, Instrument],
) -> Table | None:
    """Return the table, or None where a fault in it was reported."""
    inner, found = scope.heeding()
    maker = _Maker(
        node=node, scope=inner, found=found, enumerations=enumerations, instruments=instruments
    )
    made = maker.make()
    return None if found else made


@dataclass(slots=True, kw_only=True)
class _Maker:
    node: syntax.Table
    scope: Scope
    found: Sequence[Diagnostic]
    enumerations: Mapping[str, EnumerationType]
    instruments: Mapping[str, Instrument]
    sets: set[str] = field(default_factory=set)

    def make(self) -> Table | None:
        """Return the table; where there are faults, as far as it can be made."""
        for fault in _structure_faults(self.node):
            self.scope.report(fault)
        inputs = self._inputs()
        result = first_of(syntax.ResultClause, self.node.clauses)
        kind = None
        if result is not None:
            kind = value_type(result.type, self.enumerations, self.scope.report)
        source = first_of(syntax.SourceClause, self.node.clauses)
        sources = cited(source, self.instruments, self.scope.report)
        if inputs is None or kind is None or any_broken(self.node.clauses):
            return None
        name = self.node.name.text
        return Table(
            name=name,
            label=self.node.label.value if self.node.label else name.replace("_", " "),
            editions=self._editions(inputs, kind),
            inputs=inputs,
            type=kind,
            sources=sources,
            sets=frozenset(self.sets),
        )

    def _inputs(self) -> tuple[Input, ...] | None:
        clause = first_of(syntax.InputsClause, self.node.clauses)
        made: list[Input] = []
        if clause is None:
            return None
        if len(clause.inputs) > MOST_INPUTS:
            self._is_too_large(f"more than {MOST_INPUTS} inputs")
            return None
        for each in clause.inputs:
            kind = value_type(each.type, self.enumerations, self.scope.report, _LOOKED_UP_BY)
            if any(each.name.text == other.name for other in made):
                place = str(self.scope.source.locate(clause.span.start))
                self.scope.report(
                    faults.names.duplicate(each.name.span, "input", each.name.text, place)
                )
            if kind is not None:
                made.append(Input(name=each.name.text, type=kind))
        return tuple(made) if len(made) == len(clause.inputs) else None

    # --- editions ------------------------------------------------------------------------------

    def _editions(self, inputs: tuple[Input, ...], kind: ElementType) -> tuple[Edition[Rows], ...]:
        editions, spans = [], []
        for written in _written(self.node):
            rows = [self._row(each, inputs, kind) for each in written.rows]
            known = tuple(row for row in rows if row is not None)
            if len(known) < len(rows):
                continue
            head = written.head
            force = Window()
            if head is not None:
                force = window(head.start, head.end, self.scope.report)
            editions.append(Edition(window=force, content=known))
            spans.append(self.node.name.span if head is None else head.span)
        ordered = in_succession(self.node.name.text, editions, spans, self.scope.report)
        return () if self.found else tuple(self._apart(ordered, inputs))

    def _apart(
        self, editions: Sequence[Edition[tuple["_RowOfTerms", ...]]], inputs: tuple[Input, ...]
    ) -> Iterator[Edition[Rows]]:
        """Yield editions with members in place of sets, each taken apart where a set changes."""
        count = 0
        for edition in editions:
            for force in apart(edition.window, self._sets_in(edition)):
                count += len(edition.content)
                if count > MOST_ROWS:
                    self._is_too_large(f"more than {MOST_ROWS} cases, counted in each edition")
                    return
                rows = [self._with_members(each, force) for each in edition.content]
                held = tuple(row for row in rows if row is not None)
                if len(held) == len(rows):
                    yield Edition(window=force, content=held)
                    self._check(held, inputs, [span for _, _, span in edition.content])
                if self.found:
                    break  # Where a set changes, the same faults would be found again.

    def _sets_in(self, edition: Edition[tuple["_RowOfTerms", ...]]) -> list[SetDefinition]:
        terms = (term for _, terms, _ in edition.content for term in terms)
        names = {term.name for term in terms if isinstance(term, SetTerm)}
        self.sets |= names
        return [self.scope.sets[name] for name in names]

    def _with_members(self, written: "_RowOfTerms", force: Window) -> Row | None:
        """Return a row as it is over some days; None where a set that it names has no edition."""
        row, terms, _ = written
        cells: list[Cell] = []
        for term in terms:
            if not isinstance(term, SetTerm):
                cells.append(term)
                continue
            held = self.scope.sets[term.name].on(force.first)
            if held is None:
                return None
            cells.append(frozenset(held))
        return row if row.cells is None else replace(row, cells=tuple(cells))

    def _check(self, rows: Rows, inputs: tuple[Input, ...], spans: Sequence[Span]) -> None:
        """Report two cases that are meant at once, and a case that is missing."""
        grid = Grid(inputs=inputs, rows=tuple(row for row in rows if row.cells is not None))
        overlap = grid.overlap()
        if overlap is not None:
            one, other, example = overlap
            words = ", ".join(rows[one].words)
            line = self.scope.source.locate(spans[one].start).line
            self.scope.report(faults.tables.overlapping_rows(spans[other], words, line, example))
        if any(row.cells is None for row in rows) or overlap is not None:
            return
        if grid.samples > MOST_SAMPLES:
            self._is_too_large("too many combinations of values to try them all")
        elif (missing := grid.gap()) is not None:
            name = self.node.name
            self.scope.report(faults.tables.missing_case(name.span, name.text, missing))

    def _is_too_large(self, what: str) -> None:
        name = self.node.name
        self.scope.report(faults.tables.large_table(name.span, name.text, what))

    # --- rows ----------------------------------------------------------------------------------

    def _row(
        self,
        written: syntax.CaseRow | syntax.OtherwiseRow,
        inputs: tuple[Input, ...],
        kind: ElementType,
    ) -> "_RowOfTerms | None":
        value = stated(self.scope, written.value, kind, "table")
        if isinstance(written, syntax.OtherwiseRow):
            if value is None:
                return None
            return Row(cells=None, words=("otherwise",), value=value), (), written.span
        if len(written.cells) != len(inputs):
            count = len(inputs), len(written.cells)
            self.scope.report(faults.tables.number_of_cells(written.span, *count))
            return None
        cells = [
            self._cell(cell, each.type) for cell, each in zip(written.cells, inputs, strict=True)
        ]
        terms = tuple(cell for made in cells if made is not None for cell in made)
        if value is None or len(terms) < len(cells):
            return None
        words = tuple(self.scope.words(cell.span) for cell in written.cells)
        return Row(cells=(), words=words, value=value), terms, written.span

    def _cell(
        self, written: syntax.CaseCell, kind: ElementType
    ) -> tuple[Reach | frozenset[object] | SetTerm | None] | None:
        """Return the one cell that is written, or None where it has a fault."""
        match written:
            case syntax.AnyCell():
                return (None,)
            case syntax.BoundCell(comparator=comparator, limit=limit):
                return self._bound(written, comparator, limit, kind)
            case syntax.RangeCell(low=low, high=high):
                return self._range(written, low, high, kind)
            case syntax.Path(steps=(syntax.Step(name=name),)) if name in self.scope.sets:
                return self._members(written, kind)
            case syntax.SetLiteral():
                return self._members(written, kind)
            case _:
                value = stated(self.scope, written, kind, "case")
                return None if value is None else (frozenset({value.value}),)

    def _members(
        self, written: syntax.Expression, kind: ElementType
    ) -> tuple[frozenset[object] | SetTerm] | None:
        some = members(self.scope, written, kind)
        match some:
            case SetTerm():
                return (some,)
            case Constant(value=frozenset() as listed):
                return (frozenset(listed),)
            case _:
                return None

    def _bound(
        self,
        written: syntax.BoundCell,
        comparator: Comparator,
        limit: syntax.Expression,
        kind: ElementType,
    ) -> tuple[Reach] | None:
        if not has_order(comparator, kind):
            self.scope.report(faults.values.not_comparable(written.span, comparator, kind, None))
            return None
        value = stated(self.scope, limit, kind, "case")
        if value is None:
            return None
        at = size(value.value)
        if -1 in comparator.sides:
            return (Reach(high=at, high_included=0 in comparator.sides),)
        return (Reach(low=at, low_included=0 in comparator.sides),)

    def _range(
        self,
        written: syntax.RangeCell,
        low: syntax.Expression,
        high: syntax.Expression,
        kind: ElementType,
    ) -> tuple[Reach] | None:
        if not has_order(Comparator.BETWEEN, kind):
            self.scope.report(
                faults.values.not_comparable(written.span, Comparator.BETWEEN, kind, None)
            )
            return None
        first = stated(self.scope, low, kind, "case")
        last = stated(self.scope, high, kind, "case")
        if first is None or last is None:
            return None
        reach = Reach(low=size(first.value), high=size(last.value))
        if last.value not in reach:
            self.scope.report(faults.tables.empty_range(written.span))
            return None
        return (reach,)


_RowOfTerms = tuple[Row, tuple[Reach | frozenset[object] | SetTerm | None, ...], Span]
"""A row, its cells in which sets still go by their names, and where it stands."""


def _written(node: syntax.Table) -> list[_Written]:
    """Return the cases by the date behind which they stand, `otherwise` last."""
    found = [_Written(head=None, rows=[])]
    for clause in node.clauses:
        match clause:
            case syntax.EditionClause():
                found.append(_Written(head=clause, rows=[]))
            case syntax.CaseRow() | syntax.OtherwiseRow():
                found[-1].rows.append(clause)
            case _:
                pass
    for each in found:
        each.rows.sort(key=lambda row: isinstance(row, syntax.OtherwiseRow))
    return [each for each in found if each.rows or each.head is not None]


def _structure_faults(node: syntax.Table) -> Iterator[Diagnostic]:
    yield from structure_faults(node, "table", _NEEDED)
    parts = _written(node)
    for written in parts:
        rest = [row for row in written.rows if isinstance(row, syntax.OtherwiseRow)][1:]
        yield from (
            faults.structure.repeated_clause(row.span, "otherwise", "table") for row in rest
        )
    if not any_broken(node.clauses) and not (parts and all(each.rows for each in parts)):
        why = "write its cases: `case less than 18 gives 3 months`"
        yield faults.structure.missing_clause(node.name.span, node.name.text, "case", why, "table")
