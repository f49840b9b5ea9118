"""Month arithmetic as the formally proven library of Catala has it (`dates-calc`, Apache-2.0).

Every row is stated in the language; where a count of years, months and days is meant, the three are
added one after another.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.verdicts import truths
from tests.conftest import shared

_PERIOD = re.compile(r"\[(\d+) years, (\d+) months, (\d+) days\]")
_ROWS = {"exact_computations.csv": 19, "ambiguous_computations.csv": 11}


def rows(name: str) -> Iterator[list[str]]:
    """Yield the rows of a file as the words in them."""
    path: Path = shared("vectors", "dates-calc", name)
    with path.open(encoding="utf-8") as lines:
        _, *found = csv.reader(lines, delimiter=";")
    yield from ([word.strip() for word in row] for row in found)


def added(row: list[str]) -> str:
    """Return the first day of a row plus its period, in the language."""
    match = _PERIOD.fullmatch(row[1])
    assert match is not None, row
    units = zip(match.groups(), ("years", "months", "days"), strict=True)
    return " + ".join((row[0], *(f"{count} {unit}" for count, unit in units if count != "0")))


@pytest.mark.parametrize(
    ("file", "clause", "column"),
    [
        ("exact_computations.csv", "month end rounds down", 2),
        ("exact_computations.csv", "month end rounds up", 2),
        ("ambiguous_computations.csv", "month end rounds up", 2),
        ("ambiguous_computations.csv", "month end rounds down", 3),
    ],
)
def test_every_row_of_months_added_holds(file: str, clause: str, column: int) -> None:
    conditions = [f"{added(row)} is {row[column]}" for row in rows(file)]
    found, refused = truths(conditions, clause=clause)
    assert not refused
    assert found == dict.fromkeys(range(_ROWS[file]), True)


def test_the_first_and_last_days_of_months_lie_one_month_apart() -> None:
    """The language has no word for them; that a month ends where the next begins is stated."""
    conditions = [
        f"{first} + 1 month - 1 day is {last}"
        for _, first, last in rows("first_last_day_of_month.csv")
    ]
    found, refused = truths(conditions)
    assert not refused
    assert found == {0: True, 1: True}
