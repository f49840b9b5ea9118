"""Sets of indexes as spans: their one spelling, what is in one and not in another, and in both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.merkle.spans import Spans, common, is_merged, merged, spans_of, without

INDEXES = st.sets(st.integers(0, 40))


def indexes_of(spans: Spans) -> set[int]:
    return {index for first, beyond in spans for index in range(first, beyond)}


@given(indexes=INDEXES)
def test_spans_are_their_indexes_in_one_spelling(indexes: set[int]) -> None:
    spans = spans_of(indexes)
    assert indexes_of(spans) == indexes
    assert is_merged(spans)
    assert merged(reversed(spans)) == spans


@given(indexes=INDEXES, others=INDEXES)
def test_difference_is_that_of_the_sets(indexes: set[int], others: set[int]) -> None:
    left = tuple(without(spans_of(indexes), spans_of(others)))
    assert left == spans_of(indexes - others)


@pytest.mark.parametrize(
    "spans", [((1, 1),), ((2, 1),), ((1, 2), (2, 3)), ((1, 3), (2, 4)), ((3, 4), (1, 2))]
)
def test_other_spellings_are_none(spans: Spans) -> None:
    assert not is_merged(spans)


@given(indexes=INDEXES, others=INDEXES)
def test_intersection_is_that_of_the_sets(indexes: set[int], others: set[int]) -> None:
    shared = tuple(common(spans_of(indexes), spans_of(others)))
    assert shared == spans_of(indexes & others)
