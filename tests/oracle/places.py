"""Places, "compared by the ground they cover", and the cases of tables for them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from engine.semantics.tree import Reach, Row
from engine.semantics.types import Scalar
from tests.oracle.calculating import plain
from tests.oracle.truth import Truth


def lies_in(place: str, country: str) -> bool:
    """Whether one place is a region of another."""
    return place.startswith(f"{country}-")


def is_place(one: str, other: str) -> Truth:
    """Whether one place is another: "A region is its country.

    Whether a country is one of its regions is unknown."
    """
    if one == other or lies_in(one, other):
        return True
    return None if lies_in(other, one) else False


def share_ground(one: str, other: str) -> bool:
    """Whether `applies in` one place reaches a market that is another (decision 6)."""
    return one == other or lies_in(one, other) or lies_in(other, one)


def covers(places: Iterable[str], part: str) -> bool:
    """Whether all of a place lies in some places."""
    return any(is_place(part, each) for each in places)


def common(market: str, places: Iterable[str]) -> list[str]:
    """Return the ground that a market has in common with some places: of two, the smaller."""
    return [max(market, each, key=len) for each in places if share_ground(market, each)]


def case_for(rows: Sequence[Row], kinds: Sequence[Any], values: Sequence[Any]) -> Row | None:
    """Return the case that is meant for some values; None where none is known to be.

    A country is every region of it that the cases name, and the rest of it. It has a case where all
    of these have the same.
    """
    grounds = [
        list(_ground(value, [row.cells[place] for row in rows if row.cells]))
        if kind in (Scalar.PLACE, Scalar.COUNTRY)
        else [value]
        for place, (kind, value) in enumerate(zip(kinds, values, strict=True))
    ]
    found = {_nearest(rows, kinds, parts) for parts in product(*grounds)}
    return rows[only] if len(found) == 1 and (only := found.pop()) is not None else None


def _ground(place: str, cells: Sequence[Any]) -> Iterator[str]:
    yield place if "-" in place else f"{place}-"  # The rest of a country, which no case names.
    named = {each for cell in cells if cell is not None for each in cell}
    yield from sorted(each for each in named if lies_in(each, place))


def _nearest(rows: Sequence[Row], kinds: Sequence[Any], parts: Sequence[Any]) -> int | None:
    """Return the number of the case for some values, of which each place is a single part.

    "A case for a country is meant for its regions too, save those that have a case of their own."
    """
    meant = [
        (number, fits)
        for number, row in enumerate(rows)
        if row.cells is not None
        and None not in (fits := [_fit(*each) for each in zip(row.cells, kinds, parts, strict=True)])
    ]
    for number, fits in meant:
        if all(_is_as_near(fits, others) for _, others in meant):
            return number
    if meant:
        return None
    return next((number for number, row in enumerate(rows) if row.cells is None), None)


def _is_as_near(fits: Sequence[Any], others: Sequence[Any]) -> bool:
    return all(one >= other for one, other in zip(fits, others, strict=True))


def _fit(cell: Any, kind: Any, part: Any) -> int | None:
    """Return how near a cell is to a value, None where it is not meant for it."""
    if cell is None:
        return 0
    if isinstance(cell, Reach):
        return 1 if _reaches(cell, plain(part)) else None
    if kind not in (Scalar.PLACE, Scalar.COUNTRY):
        return 1 if part in cell else None
    if part in cell:
        return 2
    return 1 if part.split("-")[0] in cell else None


def _reaches(cell: Reach, size: Any) -> bool:
    above = cell.low is None or size > cell.low or (cell.low_included and size == cell.low)
    below = cell.high is None or size < cell.high or (cell.high_included and size == cell.high)
    return above and below
