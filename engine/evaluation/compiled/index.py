"""A bitmap index over conjunctive conditions: which rows a subject leaves possible.

A row is a conjunction, and a bit of an integer. For each fact that rows compare with constants
there is a column (`columns`), whose lookup gives the bitmap of rows possible for its value,
whatever their number; the bitmaps are intersected. Where rows ask for some element of a list, the
elements have an index of their own. Conditions that neither covers are evaluated for the rows
that are left, each distinct condition once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TypeAlias, TypeVar

from ...semantics.tree import Condition, FactTerm
from ...semantics.types import ListType
from ..values import Datum
from .closures import Frame, Test, compile_test
from .columns import (
    Facts,
    Find,
    Mask,
    MembershipTest,
    Scope,
    column,
    list_column,
    membership_test,
    sole_fact,
)
from .conjuncts import Part, SomeElement, as_condition

Slotted = TypeVar("Slotted", MembershipTest, SomeElement)

GroupColumns: TypeAlias = tuple[
    Callable[[Datum], Facts | None], Mask, tuple[tuple[int, Find, Mask], ...]
]
"""Reads the facts of one group; the rows possible where the group is unknown, and its columns, each
with the place of its fact."""

TestOfRows: TypeAlias = tuple[Mask, Test]
"""A compiled condition, with the rows that have it."""


_TOGETHER = 32
"""So many conditions are passed over at once where no row that is left has any of them."""

_WORD = 512
_IN_WORD = (1 << _WORD) - 1
"""Masks are scanned in words of so many bits: each step over a longer one would copy it."""


def bits(mask: Mask) -> Iterator[int]:
    """Yield the rows of a mask, in order."""
    base = 0
    while mask:
        word = mask & _IN_WORD
        while word:
            low = word & -word
            yield base + low.bit_length() - 1
            word ^= low
        mask >>= _WORD
        base += _WORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index of rows over one kind of subject: the campaign, or the elements of a list.

    `unindexed` are the conditions that neither columns nor lists cover, a few together, with the
    rows that have any of these.
    """

    columns: tuple[GroupColumns, ...]
    lists: "tuple[ElementIndex, ...]"
    unindexed: tuple[tuple[Mask, tuple[TestOfRows, ...]], ...]

    @property
    def reads_frame(self) -> bool:
        """Whether anything is evaluated in the frame, and not looked up by the subject alone."""
        return bool(self.unindexed) or any(each.index.reads_frame for each in self.lists)

    def possible(self, subject: Datum, frame: Frame, among: Mask) -> Mask:
        """Return which of some rows are possible; `frame` is the one in which the subject is."""
        for facts_of, unknown, columns in self.columns:
            facts = facts_of(subject)
            if facts is None:
                among &= unknown
                continue
            for place, find, otherwise in columns:
                among &= find(facts[place], otherwise)
                if not among:
                    return 0
        for elements in self.lists:
            among = elements.possible(subject, frame, among)
        for rows, tests in self.unindexed:
            if among & rows:
                for asking, test in tests:
                    asked = among & asking
                    if asked and test(frame) is False:
                        among ^= asked
        return among


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementIndex:
    """The index over the elements of a list, for rows with a condition on some element."""

    get: Callable[[Datum], tuple[Datum, ...] | None]
    index: Index
    rows: Mask
    of_nothing: Mask
    binds: bool

    def possible(self, subject: Datum, frame: Frame, among: Mask) -> Mask:
        """Return which of some rows a list of the subject leaves possible."""
        asking = among & self.rows
        if not asking:
            return among
        elements = self.get(subject)
        if elements is None:
            return among
        if not elements:
            return among ^ asking | asking & self.of_nothing
        find, left, inner = self.index.possible, asking, frame
        for element in elements:
            if self.binds:
                inner = Frame(frame.facts, frame.today, frame.law_day, (*frame.bound, element))
            left ^= find(element, inner, left)
            if not left:
                break
        return among ^ left


def build_index(rows: Mapping[int, Iterable[Part]], scope: Scope) -> Index:
    """Return the index of rows, each the parts of a conjunction over the subject of a scope."""
    return _Builder(rows, scope).index()


class _Builder:
    """Sorts the parts of rows into columns, lists, and conditions that must be evaluated."""

    def __init__(self, rows: Mapping[int, Iterable[Part]], scope: Scope) -> None:
        self._scope = scope
        self._all_rows = sum(1 << row for row in rows)
        self._facts: dict[tuple[str, ...], FactTerm] = {}
        self._compared: dict[tuple[str, ...], dict[int, list[Condition]]] = {}
        self._hits: dict[tuple[tuple[str, ...], int], dict[int, MembershipTest]] = {}
        self._some: dict[tuple[tuple[str, ...], int], dict[int, SomeElement]] = {}
        self._unindexed: dict[int, list[Condition]] = {}
        for row, parts in rows.items():
            for part in parts:
                self._sort(row, part)

    def _sort(self, row: int, part: Part) -> None:
        if isinstance(part, SomeElement):
            collection = part.over.collection
            if self._scope.reads(collection) and collection.presumed is None:
                _add_to_free_slot(self._some, (*collection.path, part.over.variable), row, part)
            else:
                self._unindexed.setdefault(row, []).append(as_condition(part))
        elif fact := sole_fact(part, self._scope):
            self._facts[fact.path] = fact
            self._compared.setdefault(fact.path, {}).setdefault(row, []).append(part)
        elif found := membership_test(part, self._scope):
            _add_to_free_slot(self._hits, found.collection.path, row, found)
        else:
            self._unindexed.setdefault(row, []).append(part)

    def index(self) -> Index:
        return Index(
            columns=tuple(self._columns()),
            lists=tuple(self._elements(asked) for asked in self._some.values()),
            unindexed=tuple(self._tests()),
        )

    def _columns(self) -> Iterator[GroupColumns]:
        columns = [
            (path, column(asked, self._facts[path], self._scope, self._free(asked)))
            for path, asked in self._compared.items()
        ]
        columns += [
            (path, list_column(asked, self._free(asked))) for (path, _), asked in self._hits.items()
        ]
        by_group: dict[tuple[str, ...], list[tuple[int, Find, Mask]]] = {}
        for path, (find, otherwise) in columns:
            placed = (self._scope.place_of(path), find, otherwise)
            by_group.setdefault(path[:-1], []).append(placed)
        for path, placed_columns in by_group.items():
            unknown = reduce(and_, (find(None, otherwise) for _, find, otherwise in placed_columns))
            yield self._scope.facts_of(path), unknown, tuple(placed_columns)

    def _free(self, asked: Iterable[int]) -> Mask:
        return self._all_rows & ~sum(1 << row for row in asked)

    def _tests(self) -> Iterator[tuple[Mask, tuple[TestOfRows, ...]]]:
        rows_by_condition: dict[Condition, Mask] = {}
        for row, conditions in self._unindexed.items():
            for each in conditions:
                rows_by_condition[each] = rows_by_condition.get(each, 0) | 1 << row
        names = self._scope.names
        tests = [(rows, compile_test(each, names)) for each, rows in rows_by_condition.items()]
        for start in range(0, len(tests), _TOGETHER):
            together = tuple(tests[start : start + _TOGETHER])
            yield reduce(or_, (rows for rows, _ in together)), together

    def _elements(self, asked: Mapping[int, SomeElement]) -> ElementIndex:
        over = next(iter(asked.values())).over
        collection = over.collection
        assert isinstance(collection.type, ListType)  # noqa: S101 - as all that are quantified over.
        scope = Scope(
            names=self._scope.names.binding(over),
            variable=over.variable,
            kind=collection.type.element,
        )
        index = build_index({row: each.parts for row, each in asked.items()}, scope)
        return ElementIndex(
            get=self._scope.getter(collection),  # type: ignore[arg-type]  # the fact is a list.
            index=index,
            rows=sum(1 << row for row in asked),
            of_nothing=sum(1 << row for row, each in asked.items() if each.of_nothing),
            binds=index.reads_frame,
        )


def _add_to_free_slot(
    places: dict[tuple[tuple[str, ...], int], dict[int, Slotted]],
    path: tuple[str, ...],
    row: int,
    part: Slotted,
) -> None:
    """Add a part of a row to the first index of a list in which the row has none yet."""
    turn = 0
    while row in (taken := places.setdefault((path, turn), {})):
        turn += 1
    taken[row] = part
