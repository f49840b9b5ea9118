"""Tests in the language: a campaign, a day, and what must come of it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from ..source.diagnostic import Diagnostic
from ..source.text import Location, Span
from ..syntax import tree as syntax
from ..syntax.visit import all_of, any_broken
from . import faults
from .elaborate import Scope, is_period, members, period, stated_constant
from .fact_advice import fact_advice
from .tree import Constant
from .types import ListType, RecordType, Scalar, Type

Steps = tuple[tuple[str, int | None], ...]
"""A path into a descriptor: names below the campaign, each with an ordinal or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A fact set to a value of its type; `()` is the list known to be empty, None is unknown."""

    steps: Steps
    type: Type
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """A fact made unknown."""

    steps: Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the decision must be, by which rules or for want of which facts.

    Where waivers are expected to hold, the rules are those that they waive.
    """

    expected: syntax.Expected
    rules: tuple[str, ...]
    paths: tuple[str, ...]
    text: str
    waivers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test, or one row of its table, ready to be run.

    `file` is the path of its campaign from the folder of the policy, and stands at `file_span`.
    """

    title: str
    location: Location
    day: date
    file: str | None
    changes: tuple[Given | Without, ...]
    expectations: tuple[Expectation, ...]
    file_span: Span | None = None


def cases_of(
    node: syntax.Test, scope: Scope, rules: Collection[str], waived: Mapping[str, str]
) -> tuple[Case, ...]:
    """Return the cases of a test, one for each row of its table; none where it has a fault.

    `waived` are the rules of the waivers, by the names of those.
    """
    inner, found = scope.heeding()
    made = _CaseReader(node=node, scope=inner, rules=rules, waived=waived).read()
    return () if found or any_broken(node.steps) else made


@dataclass(frozen=True, slots=True, kw_only=True)
class _CaseReader:
    node: syntax.Test
    scope: Scope
    rules: Collection[str]
    waived: Mapping[str, str]

    def read(self) -> tuple[Case, ...]:
        """Return the cases of the test as far as they can be read."""
        days = all_of(syntax.OnStep, self.node.steps)
        files = all_of(syntax.GivenFile, self.node.steps)
        expected = all_of(syntax.Expectation, self.node.steps)
        heads = all_of(syntax.Columns, self.node.steps)
        for second in (*days[1:], *files[1:], *heads[1:]):
            self.scope.report(faults.cases.repeated_step(second.span))
        if not any_broken(self.node.steps):
            wanted = (*expected, *heads, *all_of(syntax.Row, self.node.steps))
            for steps, name in ((days, "on DATE"), (wanted, "expect …"), *self._table_lacks()):
                if not steps:
                    self.scope.report(faults.cases.incomplete_test(self.node.title.span, name))
        self._given_once()
        changes = tuple(self._changes())
        expectations = tuple(self._expectation(step) for step in expected)
        rows = list(self._rows(heads))
        if not days:
            return ()
        whole = Case(
            title=self.node.title.value,
            location=self.scope.source.locate(self.node.span.start),
            day=days[0].day.value,
            file=files[0].file.value if files else None,
            changes=changes,
            expectations=expectations,
            file_span=files[0].file.span if files else None,
        )
        return tuple(self._in_row(whole, *row) for row in rows) if heads else (whole,)

    # --- tables --------------------------------------------------------------------------------

    def _table_lacks(self) -> Iterator[tuple[tuple[syntax.Node, ...], str]]:
        """Yield what a table needs: rows below its head, and a head above its rows."""
        heads, rows = all_of(syntax.Columns, self.node.steps), all_of(syntax.Row, self.node.steps)
        if heads or rows:
            yield rows, "case …"
            yield heads, "for each …"

    def _rows(
        self, heads: tuple[syntax.Columns, ...]
    ) -> Iterator[tuple[syntax.Row, tuple[Given, ...], Expectation]]:
        """Yield the rows of a table with what they give and expect."""
        columns = [(path, self._target(path)) for head in heads[:1] for path in head.paths]
        for row in all_of(syntax.Row, self.node.steps):
            if heads and len(row.cells) != len(columns):
                self.scope.report(faults.cases.uneven_row(row.span, len(row.cells), len(columns)))
            given = [
                made
                for cell, (path, target) in zip(row.cells, columns, strict=False)
                if target is not None
                for made in self._given(target, path.span, cell.value)
            ]
            yield row, tuple(given), self._expectation(row.expectation)

    def _in_row(
        self, whole: Case, row: syntax.Row, given: tuple[Given, ...], expected: Expectation
    ) -> Case:
        cells = ", ".join(self.scope.words(cell.span) for cell in row.cells)
        return replace(
            whole,
            title=f"{whole.title} ({cells})",
            location=self.scope.source.locate(row.span.start),
            changes=(*whole.changes, *given),
            expectations=(*whole.expectations, expected),
        )

    # --- steps ---------------------------------------------------------------------------------

    def _given_once(self) -> None:
        """Report what is given a second time; the value given before would not be tried."""
        given: set[str] = set()
        for step in self.node.steps:
            match step:
                case syntax.GivenFact(path=path):
                    self._give(path, given)
                case syntax.WithoutFact():
                    given.clear()  # What stood behind an element has another number now.
                case syntax.Columns(paths=paths):
                    columns: set[str] = set()  # A row may give anew what stands above its table.
                    for path in paths:
                        self._give(path, columns)
                case _:
                    pass

    def _give(self, path: syntax.Path, given: set[str]) -> None:
        if path.text in given:
            self.scope.report(faults.cases.given_twice(path.span, path.text))
        given.add(path.text)

    def _changes(self) -> list[Given | Without]:
        changes: list[Given | Without] = []
        for step in self.node.steps:
            match step:
                case syntax.GivenFact(path=path, value=written):
                    found = self._target(path)
                    if found is not None:
                        changes.extend(self._given(found, path.span, written))
                case syntax.WithoutFact(path=path):
                    found = self._target(path)
                    if found is not None:
                        changes.append(Without(steps=found[0]))
                case _:
                    pass
        return changes

    def _target(self, path: syntax.Path) -> tuple[Steps, Type] | None:
        """Return where in a descriptor a path leads, and the type of what stands there."""
        vocabulary = self.scope.vocabulary
        first, *rest = path.steps
        if first.name != vocabulary.root:
            self.scope.report(self._without_root(first))
            return None
        kind: Type = RecordType(name=vocabulary.root)
        owner, steps = first.name, []
        for step in rest:
            below = self._below(owner, kind, step)
            if below is None:
                return None
            kind, owner = below, f"{owner}.{step.name}"
            steps.append((step.name, step.ordinal))
        return tuple(steps), kind

    def _without_root(self, first: syntax.Step) -> Diagnostic:
        vocabulary = self.scope.vocabulary
        if first.name in vocabulary.campaign.facts:
            path = f"{vocabulary.root}.{first.name}"
            return faults.names.rootless(first.span, first.name, path)
        return faults.names.unknown_word(first.span, first.name, (vocabulary.root,))

    def _below(self, owner: str, kind: Type, step: syntax.Step) -> Type | None:
        if isinstance(kind, ListType):
            self.scope.report(faults.cases.element_needed(step.span, owner))
            return None
        if not isinstance(kind, RecordType):
            self.scope.report(faults.names.no_facts_below(step.span, owner, kind))
            return None
        facts = self.scope.vocabulary.records[kind.name].facts
        found = facts.get(step.name)
        if found is None:
            advice = fact_advice(self.scope.vocabulary, kind.name, step.name)
            self.scope.report(faults.names.unknown_fact(step.span, step.name, owner, facts, advice))
            return None
        if step.ordinal is None:
            return found.type
        if not isinstance(found.type, ListType):
            self.scope.report(faults.values.not_a_list(step.span, found.type))
            return None
        if step.ordinal == 0:
            self.scope.report(faults.cases.counted_from_one(step.span, f"{owner}.{step.name}"))
            return None
        return found.type.element

    def _given(
        self, target: tuple[Steps, Type], span: Span, written: syntax.Expression | syntax.Told
    ) -> Iterator[Given]:
        steps, kind = target
        if written is syntax.Told.UNKNOWN:
            yield Given(steps=steps, type=kind, value=None)
        elif isinstance(written, syntax.Told) and isinstance(kind, ListType):
            yield Given(steps=steps, type=kind, value=())
        elif isinstance(written, syntax.Told):
            self.scope.report(faults.values.not_a_list(span, kind))
        elif isinstance(written, syntax.PeriodLiteral) and is_period(kind, self.scope.vocabulary):
            for name, day in zip(("start", "end"), period(self.scope, written) or (), strict=False):
                assert isinstance(day, Constant)  # noqa: S101 - its days are written out.
                yield Given(steps=(*steps, (name, None)), type=Scalar.DATE, value=day.value)
        else:
            term = self._value(kind, written)
            if term is not None:
                yield Given(steps=steps, type=kind, value=term.value)

    def _value(self, kind: Type, written: syntax.Expression) -> Constant | None:
        if isinstance(kind, RecordType) or (
            isinstance(kind, ListType) and isinstance(kind.element, RecordType)
        ):
            self.scope.report(faults.cases.group_as_value(written.span))
            return None
        return self._constant(kind, written)

    def _constant(self, kind: Type, written: syntax.Expression) -> Constant | None:
        if not isinstance(kind, ListType):
            return stated_constant(self.scope, written, kind, faults.cases.not_a_constant)
        listed = members(self.scope, written, kind.element)
        if listed is None or isinstance(listed, Constant):
            return listed
        self.scope.report(faults.cases.not_a_constant(written.span))
        return None

    def _expectation(self, node: syntax.Expectation) -> Expectation:
        names = []
        for reference in node.rules:
            name = f"{reference.policy}/{reference.rule}"
            if name not in self.rules:
                self.scope.report(faults.names.unknown_rule(reference.span, name, self.rules))
            names.append(name)
        for path in node.paths:
            self._target(path)
        waivers = [each.text for each in node.waivers]
        for each in node.waivers:
            if each.text not in self.waived:
                self.scope.report(faults.waivers.unknown_waiver(each.span, each.text, self.waived))
        return Expectation(
            expected=node.expected,
            rules=(*names, *(self.waived[each] for each in waivers if each in self.waived)),
            paths=tuple(path.text for path in node.paths),
            text=self.scope.words(node.span),
            waivers=tuple(waivers),
        )


def without_ordinals(path: str) -> str:
    """Return a path without the ordinals of elements."""
    return ".".join(step.partition("[")[0] for step in path.split("."))
