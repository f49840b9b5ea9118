"""The cells of tables held against a plain search over every value."""

from fractions import Fraction
from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from engine.semantics.declarations.cells import Grid
from engine.semantics.tree import Cell, Constant, Input, Reach, Row
from engine.semantics.types import EnumerationType, Scalar
from engine.source.text import Span

COLOURS = EnumerationType(name="colour", members=("red", "green", "blue"))
INPUTS = (Input(name="colour", type=COLOURS), Input(name="size", type=Scalar.WHOLE_NUMBER))
SIZES = [Fraction(number) for number in range(-1, 8)]
EVERY_VALUE = list(product(COLOURS.members, SIZES))

ENDS = st.none() | st.sampled_from(SIZES[1:-1])


@st.composite
def reaches(draw: st.DrawFn) -> Reach:
    """Return a reach as it may be written: open to one side, or with a value in it."""
    low, high = draw(ENDS), draw(ENDS)
    if low is not None and high is not None:
        return Reach(low=min(low, high), high=max(low, high))
    included = draw(st.booleans())
    return Reach(low=low, high=high, low_included=included, high_included=included)


def cells(members: list[object]) -> st.SearchStrategy[Cell]:
    return st.none() | st.frozensets(st.sampled_from(members), min_size=1, max_size=2)


ROWS = st.lists(
    st.tuples(cells(list(COLOURS.members)), cells(list(SIZES[1:-1])) | reaches()), max_size=5
)


def grid(written: list[tuple[Cell, Cell]]) -> Grid:
    nowhere = Span(source="t", start=0, end=0)
    value = Constant(type=Scalar.NUMBER, value=Fraction(1), text="1", span=nowhere)
    rows = tuple(Row(cells=pair, words=("",), value=value) for pair in written)
    return Grid(inputs=INPUTS, rows=rows)


@given(ROWS)
def test_the_first_two_cases_that_are_meant_at_once_are_found(
    written: list[tuple[Cell, Cell]],
) -> None:
    made = grid(written)
    both = (
        (one, other)
        for one, other in combinations(range(len(made.rows)), 2)
        if any(made.rows[one].is_meant(v) and made.rows[other].is_meant(v) for v in EVERY_VALUE)
    )
    found = made.overlap()
    assert (found and found[:2]) == next(both, None)
    if found is not None:
        colour, number = found[2].split(", ")
        assert all(made.rows[i].is_meant((colour, Fraction(number))) for i in found[:2])


@given(ROWS)
def test_values_for_which_no_case_is_meant_are_found(written: list[tuple[Cell, Cell]]) -> None:
    made = grid(written)
    missing = [v for v in EVERY_VALUE if not any(row.is_meant(v) for row in made.rows)]
    found = made.gap()
    assert (found is None) == (not missing)
    if found is not None:
        colour, number = found.split(", ")
        assert not any(row.is_meant((colour, Fraction(number))) for row in made.rows)
