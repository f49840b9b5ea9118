"""What a table gives for values that are known."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product

from ...semantics.tree import Cell, Constant, LookupTerm, Row, Rows, Table
from ...semantics.types import HAVING_PARTS, Scalar, wholes_of
from ...source.characters import same
from ..values import SENSITIVE, show_typed
from ..wording import any_sensitive
from .comparison import UndefinedError, only_alike
from .places import lies_within, parts_of


def look_up(table: Table, day: date, values: Sequence[object]) -> Constant | None:
    """Return what a table gives under the law of a day; None where it has no edition.

    A case for a country is meant for its regions as well, save those that have a case of their own.
    Raises `UndefinedError` where the edition has no case for the values, or another for a part of a
    place, or for a text that only reads alike.
    """
    rows = table.on(day)
    if rows is None:
        return None
    found = _nearest(table, rows, values)
    _refuse_other_cases(table, rows, values, found)
    if found is None:
        given = zip(table.inputs, values, strict=True)
        words = ", ".join(show_typed(value, each.type) for each, value in given)
        raise UndefinedError(f"the table has no case for {words}")
    return found.value


def _nearest(table: Table, rows: Rows, values: Sequence[object]) -> Row | None:
    """Return the case that is meant for some values, or else for the places around regions.

    Raises `UndefinedError` where one is nearer by one place, and another by another.
    """
    cases = [row for row in rows if row.cells is not None]
    exact = next((row for row in cases if row.is_meant(values)), None)
    if exact is not None:
        return exact
    meant = [
        (row, _named(row, tried))
        for tried in _ever_wider(table, values)
        for row in cases
        if row.is_meant(tried)
    ]
    if not meant:
        return next((row for row in rows if row.cells is None), None)
    for row, near in meant:
        if all(_gives_alike(row, other) or not _narrower(far, near) for other, far in meant):
            return row
    raise UndefinedError(_undecided([near for _, near in meant]))


def _named(row: Row, values: Sequence[object]) -> tuple[object, ...]:
    """Return the values that a case names; by one of which it says `any`, none is nearer."""
    return tuple(
        None if cell is None else value for cell, value in zip(row.cells or (), values, strict=True)
    )


def _undecided(named: Sequence[Sequence[object]]) -> str:
    """Return why none of some cases is the nearest."""
    pairs = ((_narrower(one, other), _narrower(other, one)) for one in named for other in named)
    for one, other in pairs:
        if one and other:
            return f"the table has a case for {one}, one for {other}, none for both"
    return "of the cases of the table none is the nearest"


def _narrower(one: Sequence[object], other: Sequence[object]) -> object | None:
    """Return the first of some places that is a part of the one in its place among others."""
    pairs = zip(one, other, strict=True)
    return next((each for each, wide in pairs if wide != each and wide in _wholes(each)), None)


def _wholes(value: object) -> tuple[str, ...]:
    return wholes_of(value) if isinstance(value, str) else ()


def _ever_wider(table: Table, values: Sequence[object]) -> Iterator[tuple[object, ...]]:
    """Yield values, and then those with the places around regions in their place."""
    choices: list[tuple[object, ...]] = [(value,) for value in values]
    for at, place in _places(table, values):
        choices[at] = (place, *wholes_of(place))
    return product(*choices)


def _refuse_other_cases(
    table: Table, rows: Rows, values: Sequence[object], found: Row | None
) -> None:
    """Raise `UndefinedError` where another case is meant for a part of a place, or a text alike.

    One that gives the same makes no difference.
    """
    for row in rows:
        if row.cells is None or _gives_alike(row, found):
            continue
        for others in _others_meant(table, row.cells, values, found):
            if not _gives_alike(_nearest(table, rows, others), found):
                raise UndefinedError(_why_open(table, others, values))


def _why_open(table: Table, others: Sequence[object], values: Sequence[object]) -> str:
    """Return why a case for others than some values keeps open what these give."""
    each, other, value = next(
        three for three in zip(table.inputs, others, values, strict=True) if three[1] != three[2]
    )
    if each.type is Scalar.TEXT:
        return only_alike(str(other), str(value))
    return f"the table has a case for {other}, which is only a part of {value}"


def _others_meant(
    table: Table, cells: Sequence[Cell], values: Sequence[object], found: Row | None
) -> Iterator[tuple[object, ...]]:
    """Yield values of which one or more are replaced, where a case is meant for these.

    In place of a place stands a part of it, and in that of a text one that reads alike, unless the
    case that was found names the text itself.
    """
    choices: list[tuple[object, ...]] = [
        (value,) if cell is None or value in cell else ()
        for cell, value in zip(cells, values, strict=True)
    ]
    for at, place in _places(table, values):
        cell = cells[at]
        if isinstance(cell, frozenset):
            whole = (place,) if lies_within(place, cell) else ()  # type: ignore[arg-type]  # its members are places.
            choices[at] = (*whole, *parts_of(place, cell))  # type: ignore[arg-type]  # likewise.
    for at, (each, value) in enumerate(zip(table.inputs, values, strict=True)):
        cell = cells[at]
        is_named = found is not None and found.cells is not None and found.cells[at] is not None
        if each.type is Scalar.TEXT and isinstance(cell, frozenset) and not is_named:
            alike = (text for text in map(str, cell) if same(str(value), text) is None)
            choices[at] = (*choices[at], *sorted(alike))
    return (others for others in product(*choices) if others != tuple(values))


def _gives_alike(one: Row | None, other: Row | None) -> bool:
    return one is not None and other is not None and one.value.value == other.value.value


def _places(table: Table, values: Sequence[object]) -> Iterator[tuple[int, str]]:
    """Yield the values that are places or languages, each with its number."""
    for at, (each, value) in enumerate(zip(table.inputs, values, strict=True)):
        if each.type is Scalar.COUNTRY or each.type in HAVING_PARTS:
            yield at, str(value)


def lookup_text(term: LookupTerm, found: Constant | None) -> str:
    """Return the result of a lookup as text, which is hidden if an argument is sensitive."""
    if any_sensitive((term,)):
        return SENSITIVE
    return "unknown" if found is None else found.text
