"""Places, "compared by the ground they cover", languages, and the cases of tables for them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

import pycountry

from engine.semantics.tree import Reach, Row
from engine.semantics.types import Scalar
from tests.oracle.calculating import plain
from tests.oracle.texts import is_text
from tests.oracle.truth import Truth

PARENTS = {each.code: each.parent_code for each in pycountry.subdivisions if each.parent_code}
"""The region in which each region lies that lies in another."""

HAVING_PARTS = (Scalar.PLACE, Scalar.COUNTRY, Scalar.LANGUAGE)

NAMED = 9
"""How near a case is to a value that it names; one for a place around it is less near."""


ANY = -1
"""What stands for the nearness of a case that says `any`."""


def lies_in(place: str, whole: str) -> bool:
    """Whether one place is a region of another, or of a region of it (ISO 3166-2)."""
    return whole in _wholes(place)


def _wholes(place: str) -> list[str]:
    """Return the places in which one lies, the nearest first; of a language, the wider ones."""
    if place[:1].islower():
        tags = place.split("-")
        return ["-".join(tags[:length]) for length in range(len(tags) - 1, 0, -1)]
    found = [place]
    while found[-1] in PARENTS:
        found.append(PARENTS[found[-1]])
    country, *region = place.split("-")
    return [*found[1:], country] if region else []


def is_place(one: str, other: str) -> Truth:
    """ "A region is its country. […] Whether a country is one of its regions is unknown" """
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
    return [
        market if is_place(market, each) else each for each in places if share_ground(market, each)
    ]


def case_for(rows: Sequence[Row], kinds: Sequence[Any], values: Sequence[Any]) -> Row | None:
    """Return the case that is meant for some values; None where none is known to be.

    A place is every region of it that the cases name, and the rest of it. It has a case where what
    these have gives the same.
    """
    grounds = [
        list(_ground(value, [row.cells[place] for row in rows if row.cells]))
        if kind in HAVING_PARTS
        else [value]
        for place, (kind, value) in enumerate(zip(kinds, values, strict=True))
    ]
    found = [_nearest(rows, kinds, parts) for parts in product(*grounds)]
    cases = [rows[number] for number in found if number is not None]
    alike = len({case.value.value for case in cases}) == 1
    return cases[0] if alike and len(cases) == len(found) else None


def text_case_for(rows: Sequence[Row], kinds: Sequence[Any], values: Sequence[Any]) -> Row | None:
    """Return the case as above, where a text may be any that it reads like and that a case names.

    Where the case of the text itself names it, it is no other.
    """
    found = case_for(rows, kinds, values)
    choices = [[value] for value in values]
    for place, (kind, value) in enumerate(zip(kinds, values, strict=True)):
        is_named = found is not None and found.cells and found.cells[place] is not None
        if kind is Scalar.TEXT and not is_named:
            cells = [row.cells[place] for row in rows if row.cells]
            named = [str(text) for cell in cells if isinstance(cell, frozenset) for text in cell]
            choices[place] += [text for text in named if is_text(value, text) is None]
    cases = [case_for(rows, kinds, parts) for parts in product(*choices)]
    return found if len({None if c is None else c.value.value for c in cases}) == 1 else None


def _ground(place: str, cells: Sequence[Any]) -> Iterator[str]:
    yield f"{place}/the rest"  # Which no case names.
    named = {each for cell in cells if cell is not None for each in cell}
    for part in sorted(each for each in named if lies_in(each, place)):
        yield f"{part}/the rest"


def _nearest(rows: Sequence[Row], kinds: Sequence[Any], parts: Sequence[Any]) -> int | None:
    """Return the number of the case for some values, of which each place is a single part.

    "A case for a country is meant for its regions too, save those that have a case of their own."
    """
    meant = [
        (number, fits)
        for number, row in enumerate(rows)
        if row.cells is not None
        and None
        not in (fits := [_fit(*each) for each in zip(row.cells, kinds, parts, strict=True)])
    ]
    for number, fits in meant:
        if all(
            _is_as_near(fits, others) or rows[number].value.value == rows[other].value.value
            for other, others in meant
        ):
            return number
    if meant:
        return None
    return next((number for number, row in enumerate(rows) if row.cells is None), None)


def _is_as_near(fits: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether a case is as near as another; one that says `any` is neither nearer nor farther."""
    pairs = zip(fits, others, strict=True)
    return all(ANY in (one, other) or one >= other for one, other in pairs)


def _fit(cell: Any, kind: Any, part: Any) -> int | None:
    """Return how near a cell is to a value, None where it is not meant for it."""
    if cell is None:
        return ANY
    if isinstance(cell, Reach):
        return NAMED if _reaches(cell, plain(part)) else None
    if kind not in HAVING_PARTS:
        return NAMED if part in cell else None
    place = part.split("/")[0]
    around = [place, *_wholes(place)]
    return next((NAMED - number for number, each in enumerate(around) if each in cell), None)


def _reaches(cell: Reach, size: Any) -> bool:
    above = cell.low is None or size > cell.low or (cell.low_included and size == cell.low)
    below = cell.high is None or size < cell.high or (cell.high_included and size == cell.high)
    return above and below
