"""Whether two rates differ by more than chance: exactly, without floating point.

Two groups, of each how many were reached and how many were not. Up to a thousand people Fisher's
exact test decides (two-sided: the tables that are no likelier than the one that was seen); beyond
that Pearson's chi-square test without correction, where every expected count is at least five,
against the quantile of its distribution. Elsewhere neither is to be trusted.
"""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import comb

MOST_FOR_FISHER = 1_000
"""The most people for whom Fisher's test is made."""

_LEAST_EXPECTED = 5
_LEVEL = Fraction(5, 100)
_QUANTILE = Fraction("3.841458820694124")
"""Of the chi-square distribution with one degree of freedom, at 95%."""


class Method(Enum):
    """By which test two rates were compared."""

    FISHER = "fisher"
    CHI_SQUARE = "chi_square"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many of a group were reached, of how many; the first is no more than the second."""

    reached: int
    of: int

    @property
    def value(self) -> Fraction:
        """The rate itself."""
        return Fraction(self.reached, self.of)

    @property
    def missed(self) -> int:
        """How many were not reached."""
        return self.of - self.reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether two rates differ significantly at 5%, and by which test."""

    significant: bool
    method: Method


def compare(one: Rate, other: Rate) -> Verdict | None:
    """Return whether two rates differ significantly, or None where no test is to be trusted."""
    if one.of + other.of <= MOST_FOR_FISHER:
        return Verdict(significant=fisher(one, other) < _LEVEL, method=Method.FISHER)
    if _least_expected(one, other) < _LEAST_EXPECTED:
        return None
    return Verdict(significant=chi_square(one, other) > _QUANTILE, method=Method.CHI_SQUARE)


def fisher(one: Rate, other: Rate) -> Fraction:
    """Return the two-sided p-value of Fisher's exact test."""
    reached = one.reached + other.reached
    least, most = max(0, reached - other.of), min(reached, one.of)
    weights = [comb(one.of, least) * comb(other.of, reached - least)]
    for each in range(least, most):
        # From one table to the next, without computing the binomials anew.
        up = (one.of - each) * (reached - each)
        down = (each + 1) * (other.of - reached + each + 1)
        weights.append(weights[-1] * up // down)
    seen = weights[one.reached - least]
    return Fraction(sum(weight for weight in weights if weight <= seen), sum(weights))


def chi_square(one: Rate, other: Rate) -> Fraction:
    """Return Pearson's statistic; the groups have members, some reached and some not."""
    total = one.of + other.of
    reached, missed = one.reached + other.reached, one.missed + other.missed
    cross = one.reached * other.missed - other.reached * one.missed
    return Fraction(total * cross * cross, one.of * other.of * reached * missed)


def _least_expected(one: Rate, other: Rate) -> Fraction:
    fewest = min(one.of, other.of)
    rarest = min(one.reached + other.reached, one.missed + other.missed)
    return Fraction(fewest * rarest, one.of + other.of)
