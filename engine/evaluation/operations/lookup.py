"""What a table gives for values that are known."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product

from ...semantics.tree import Constant, LookupTerm, Row, Table
from ...semantics.types import Scalar
from ..values import SENSITIVE, show_typed
from ..wording import any_sensitive
from .comparison import UndefinedError
from .places import country_of, parts_of


def looked_up(table: Table, day: date, values: Sequence[object]) -> Constant | None:
    """Return what a table gives under the law of a day; None where it has no edition.

    A case for a country is meant for its regions as well, save those that have a case of their own.
    Raises `UndefinedError` where the edition has no case for the values, or another for a part of a
    place.
    """
    rows = table.on(day)
    if rows is None:
        return None
    cases = [row for row in rows if row.cells is not None]
    meant = (row for tried in _ever_wider(table, values) for row in cases if row.is_meant(tried))
    found = next(meant, None) or next((row for row in rows if row.cells is None), None)
    _refuse_parts(table, cases, values, found)
    if found is None:
        given = zip(table.inputs, values, strict=True)
        words = ", ".join(show_typed(value, each.type) for each, value in given)
        raise UndefinedError(f"the table has no case for {words}")
    return found.value


def _ever_wider(table: Table, values: Sequence[object]) -> Iterator[tuple[object, ...]]:
    """Yield values, and then those with the countries of regions in their place."""
    choices: list[tuple[object, ...]] = [(value,) for value in values]
    for at, place in _places(table, values):
        choices[at] = tuple(dict.fromkeys((place, country_of(place))))
    return product(*choices)


def _refuse_parts(
    table: Table, cases: Sequence[Row], values: Sequence[object], found: Row | None
) -> None:
    """Raise `UndefinedError` where another case is meant for a part of a place.

    One that gives the same makes no difference.
    """
    for at, place in _places(table, values):
        for row in cases:
            cell = row.cells[at] if row.cells is not None else None
            if not isinstance(cell, frozenset) or _gives_alike(row, found):
                continue
            for part in parts_of(place, cell):  # type: ignore[arg-type]  # its members are places.
                if row.is_meant((*values[:at], part, *values[at + 1 :])):
                    why = f"the table has a case for {part}, which is only a part of {place}"
                    raise UndefinedError(why)


def _gives_alike(one: Row, other: Row | None) -> bool:
    return other is not None and one.value.value == other.value.value


def _places(table: Table, values: Sequence[object]) -> Iterator[tuple[int, str]]:
    """Yield the values that are places, each with its number."""
    for at, (each, value) in enumerate(zip(table.inputs, values, strict=True)):
        if each.type in (Scalar.PLACE, Scalar.COUNTRY):
            yield at, str(value)


def given(term: LookupTerm, found: Constant | None) -> str:
    """Return what a lookup gave, as a person may read it; it would tell what is sensitive."""
    if any_sensitive((term,)):
        return SENSITIVE
    return "unknown" if found is None else found.text
