"""Lists that files state, as the handbook tells them."""

import pytest

from engine import bundle_from_files
from engine.handbook.handbook import handbook
from engine.handbook.values import ListEdition
from tests.unit.handbook.bookshelf import VOCABULARY


def told(count: int) -> ListEdition:
    """Return the one edition of a list of so many members, as it is told."""
    named = 'set AREAS of text "areas" is column "area" of "areas.csv" end set'
    rows = "".join(f"{number:03}\n" for number in range(count))
    files = {"words.policy": VOCABULARY, "p.policy": named, "areas.csv": f"area\n{rows}"}
    made = handbook(bundle_from_files(files, name="golden"))
    (edition,) = next(each for each in made.lists if each.name == "AREAS").editions
    return edition


@pytest.mark.parametrize(("count", "shown", "more"), [(1, 1, 0), (100, 100, 0), (150, 100, 50)])
def test_a_list_is_told_by_its_first_members_and_its_file(
    count: int, shown: int, more: int
) -> None:
    edition = told(count)
    assert (edition.file, edition.members[0]) == ("areas.csv", "“000”")
    assert (len(edition.members), edition.more) == (shown, more)
