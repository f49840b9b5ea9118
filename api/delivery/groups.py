"""What the counts of a campaign's delivery come to, for each group: a share, a rate, a ratio.

Percentages are cut after one decimal, never rounded up: a ratio of 79.96% is told as 79.9%, so that
a threshold in a policy falls as it would on the exact value.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .significance import Rate, Verdict, compare


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The counts of one group of people; `eligible` is None where it is not known."""

    attribute: str
    group: str
    delivered: int
    eligible: int | None

    @property
    def rate(self) -> Rate | None:
        """How many were reached of those who could be, or None where that makes no rate."""
        if self.eligible is None or not 0 <= self.delivered <= self.eligible or not self.eligible:
            return None
        return Rate(reached=self.delivered, of=self.eligible)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A group measured against the others of its attribute.

    `share` is of everyone that was reached, `impact_ratio` the rate by the highest one; each is
    None where it cannot be told. `verdict` compares the group with that of the highest rate.
    """

    count: Count
    share: Fraction | None
    impact_ratio: Fraction | None = None
    highest: str | None = None
    verdict: Verdict | None = None


def measure(counts: Iterable[Count]) -> Iterator[Measured]:
    """Yield the groups of one attribute, in their order, each measured against the others."""
    ordered = tuple(counts)
    total = sum(count.delivered for count in ordered)
    highest = _highest(ordered)
    for count in ordered:
        share = Fraction(count.delivered, total) if total else None
        rate, best = count.rate, highest.rate if highest is not None else None
        if highest is None or rate is None or best is None:
            yield Measured(count=count, share=share)
            continue
        yield Measured(
            count=count,
            share=share,
            impact_ratio=rate.value / best.value if best.reached else None,
            highest=highest.group,
            verdict=compare(rate, best) if count is not highest else None,
        )


def _highest(counts: Sequence[Count]) -> Count | None:
    """Return the first group of the highest rate, or None where not every rate is known."""
    rates = [rate.value for count in counts if (rate := count.rate) is not None]
    return counts[rates.index(max(rates))] if len(rates) == len(counts) > 0 else None


def percent(value: Fraction) -> str:
    """Return a value as a percentage, cut after one decimal."""
    tenths = int(value * 1_000)
    return f"{tenths // 10}.{tenths % 10}%"
