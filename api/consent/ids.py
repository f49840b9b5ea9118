"""Sets of vendors or sections, kept as the ranges in which they are written.

A range is never spelled out while a string is read: four thousand restrictions of sixty thousand
vendors each are as many pairs of numbers as they were written in.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from .bits import Bits, UnreadableString


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """A set of whole numbers from 1 to 65,535; `ranges` are in order, apart, ends included."""

    ranges: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, ranges: Iterable[tuple[int, int]]) -> "Ids":
        """Return the set that ranges make, which may overlap and be in any order."""
        merged: list[tuple[int, int]] = []
        for first, last in sorted(ranges):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = merged[-1][0], max(merged[-1][1], last)
            else:
                merged.append((first, last))
        return cls(ranges=tuple(merged))

    def __iter__(self) -> Iterator[int]:
        """Yield the numbers in order."""
        return chain.from_iterable(range(first, last + 1) for first, last in self.ranges)

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return sum(last - first + 1 for first, last in self.ranges)


def read_entries(bits: Bits, field: str) -> list[tuple[int, int]]:
    """Return ranges that are written as numbers of 16 bits, after a count of 12 bits."""
    entries = []
    for _ in range(bits.number(12, field)):
        is_range = bits.flag(field)
        first = bits.number(16, field)
        entries.append(_ordered(first, bits.number(16, field) if is_range else first, field))
    return entries


def read_fibonacci_entries(bits: Bits, field: str) -> list[tuple[int, int]]:
    """Return ranges in Fibonacci coding, in which a number is what it adds to the one before."""
    entries, reached = [], 0
    for _ in range(bits.number(12, field)):
        is_range = bits.flag(field)
        first = reached + bits.fibonacci(field)
        reached = first + bits.fibonacci(field) if is_range else first
        if reached > _GREATEST:
            raise UnreadableString(f"`{field}` goes beyond {_GREATEST:,}")
        entries.append((first, reached))
    return entries


def read_vendors(bits: Bits, field: str, *, fibonacci: bool = False) -> Ids:
    """Return vendors: the greatest number, then a field of bits or ranges."""
    greatest = bits.number(16, field)
    if not bits.flag(field):
        return Ids.of((number, number) for number in bits.field(greatest, field))
    entries = read_fibonacci_entries(bits, field) if fibonacci else read_entries(bits, field)
    reached = max((last for _, last in entries), default=0)
    if reached > greatest:
        raise UnreadableString(f"`{field}` names {reached}, and says that {greatest} is the last")
    return Ids.of(entries)


def _ordered(first: int, last: int, field: str) -> tuple[int, int]:
    if first == 0:
        raise UnreadableString(f"`{field}` names a vendor 0, and vendors are numbered from 1")
    if last < first:
        raise UnreadableString(f"`{field}` has a range from {first} back to {last}")
    return first, last


_GREATEST = 65_535
