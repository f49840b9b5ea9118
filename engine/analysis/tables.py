"""Tables as a matter of days: which cases hold when, in whatever order they stand.

As the typed core has them, an edition ends where a set that its cases name does. As people wrote
them it goes on, so that one change of a set is not one of every table that names it.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ..semantics.tree import Cell, Constant, Row, Rows, Table
from .timelines import Span, spans


def cases(table: Table) -> tuple[Span[Hashable], ...]:
    """Return the spans of a table, each with its cases; their order has no meaning."""
    return spans(table, lambda rows: frozenset((row.cells, row.value.value) for row in rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as it is written.

    `asked` has the words for each input, but for those of which any value will do; it is None for
    `otherwise`. `cells` are what the words stand for, from each day on on which that changes.
    """

    asked: Mapping[str, str] | None
    cells: tuple[tuple[date | None, frozenset[tuple[str, Cell]]], ...]
    value: Constant

    @property
    def words(self) -> frozenset[tuple[str, str]] | None:
        """What the case says, in whatever order its inputs stand."""
        return None if self.asked is None else frozenset(self.asked.items())


Written = Span[tuple[Case, ...]]
"""The cases that stand behind one date, and the days on which they hold."""


def written(table: Table, names: Mapping[str, str]) -> tuple[Written, ...]:
    """Return the editions of a table; `names` are what its inputs are called, where otherwise."""
    inputs = [names.get(each.name, each.name) for each in table.inputs]
    return tuple(
        Span(window=span.window, content=tuple(_cases(table, span, inputs)))
        for span in spans(table, _as_written)
    )


def _as_written(rows: Rows) -> Hashable:
    return frozenset((row.words, row.value.value) for row in rows)


def _cases(table: Table, span: Span[Hashable], inputs: Sequence[str]) -> Iterator[Case]:
    held = [
        (each.window.start, each.content)
        for each in table.editions
        if span.window.holds_on(each.window.first)
    ]
    for row in held[0][1]:
        cells: list[tuple[date | None, frozenset[tuple[str, Cell]]]] = []
        for day, rows in held:
            alike = next(each for each in rows if each.words == row.words)
            content = frozenset(_narrow(inputs, alike.cells or ()))
            if not cells or cells[-1][1] != content:
                cells.append((day, content))
        yield Case(asked=_asked(row, inputs), cells=tuple(cells), value=row.value)


def _asked(row: Row, inputs: Sequence[str]) -> Mapping[str, str] | None:
    if row.cells is None:
        return None
    words = dict(zip(inputs, row.words, strict=True))
    return {name: words[name] for name, _ in _narrow(inputs, row.cells)}


def _narrow(inputs: Sequence[str], cells: Sequence[Cell]) -> Iterator[tuple[str, Cell]]:
    """Yield the cells with their inputs, but for those that any value fits."""
    named = zip(inputs, cells, strict=False)  # `otherwise` has no cells.
    yield from ((name, cell) for name, cell in named if cell is not None)


def paired(
    old: Sequence[Case], new: Sequence[Case]
) -> tuple[list[tuple[Case | None, Case]], list[Case]]:
    """Return the new cases, each with what it was before or None, and the old ones that are gone.

    A case is the one of the same words, else of the same meaning, else one that gives the same and
    asks otherwise about one of the inputs alone.
    """
    former: dict[int, Case] = {}
    gone = list(old)
    for is_same in (_says_alike, _means_alike, _differs_in_one):
        for place, case in enumerate(new):
            same = next((each for each in gone if is_same(each, case)), None)
            if place not in former and same is not None:
                gone.remove(same)
                former[place] = same
    return [(former.get(place), case) for place, case in enumerate(new)], gone


def _says_alike(old: Case, new: Case) -> bool:
    return old.words == new.words


def _means_alike(old: Case, new: Case) -> bool:
    return None not in (old.words, new.words) and old.cells == new.cells


def _differs_in_one(old: Case, new: Case) -> bool:
    if old.words is None or new.words is None or old.value.value != new.value.value:
        return False
    return len({name for name, _ in old.words ^ new.words}) == 1
