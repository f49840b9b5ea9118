"""Sets of indexes as spans: half-open stretches `(first, beyond)` of neighbours.

In their one spelling, spans ascend, none is empty, and none overlaps or touches the next. A page of
neighbouring entries, or a whole log, is one span.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
Spans: TypeAlias = tuple[Span, ...]


def spans_of(indexes: Iterable[int]) -> Spans:
    """Return the spans of some indexes, in whatever order these come."""
    return merged((index, index + 1) for index in indexes)


def merged(spans: Iterable[Span]) -> Spans:
    """Return the one spelling of some spans that are not empty."""
    made: list[Span] = []
    for first, beyond in sorted(spans):
        if made and first <= made[-1][1]:
            made[-1] = (made[-1][0], max(beyond, made[-1][1]))
        else:
            made.append((first, beyond))
    return tuple(made)


def is_merged(spans: Sequence[Span]) -> bool:
    """Whether spans are in their one spelling."""
    ascend = all(before[1] < after[0] for before, after in pairwise(spans))
    return ascend and all(first < beyond for first, beyond in spans)


def common(spans: Spans, others: Spans) -> Iterator[Span]:
    """Yield what two sets of spans share; both are in their one spelling."""
    rest = iter(others)
    other = next(rest, None)
    for first, beyond in spans:
        while other is not None and other[1] <= first:
            other = next(rest, None)
        while other is not None and other[0] < beyond:
            yield max(first, other[0]), min(beyond, other[1])
            if other[1] >= beyond:
                break
            other = next(rest, None)


def without(spans: Spans, others: Spans) -> Iterator[Span]:
    """Yield what of some spans is in no other; both are in their one spelling."""
    rest = iter(others)
    other = next(rest, None)
    for span in spans:
        first, beyond = span
        while other is not None and other[1] <= first:
            other = next(rest, None)
        while other is not None and other[0] < beyond:
            if first < other[0]:
                yield first, other[0]
            first = other[1]
            if first >= beyond:
                break
            other = next(rest, None)
        if first < beyond:
            yield first, beyond
