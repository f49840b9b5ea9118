"""Stretches of a line: what they have in common, and that they do not become many."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engine.semantics.lint.regions import Line, Stretch, line

ENDS = st.none() | st.integers(0, 6).map(Fraction)
STRETCHES = st.builds(
    Stretch, low=ENDS, high=ENDS, without_low=st.booleans(), without_high=st.booleans()
)
LINES = st.lists(STRETCHES, max_size=6)
VALUES = [Fraction(half, 2) for half in range(-1, 14)]
"""Every end, and a value on each side of it."""


def lies_in(value: Fraction, stretch: Stretch) -> bool:
    point = Stretch(low=value, high=value)
    return not stretch.meet(point).is_empty


def has(found: Line, value: Fraction) -> bool:
    return any(lies_in(value, each) for each in found.stretches)


@given(LINES)
def test_a_line_has_the_values_of_its_stretches_each_in_one(stretches: list[Stretch]) -> None:
    """A value lies in a line iff it lies in one of what the line was made of, and in one alone."""
    made = line(*stretches)
    for value in VALUES:
        within = sum(lies_in(value, each) for each in made.stretches)
        assert within == any(lies_in(value, each) for each in stretches)


@given(LINES, LINES)
def test_lines_have_in_common_what_both_have_in_few_stretches(
    one: list[Stretch], other: list[Stretch]
) -> None:
    """What two lines have in common has fewer stretches than both together."""
    left, right = line(*one), line(*other)
    common = left.meet(right)
    assert [has(common, each) for each in VALUES] == [
        has(left, each) and has(right, each) for each in VALUES
    ]
    assert len(common.stretches) <= max(0, len(left.stretches) + len(right.stretches) - 1)


@given(LINES)
def test_however_often_a_line_meets_itself_it_stays_as_it_is(stretches: list[Stretch]) -> None:
    """A line that meets itself is itself."""
    made = line(*stretches)
    assert made.meet(made) == made
