"""The results of all rules, of which those that came to nothing are told when they are asked for.

Most rules of a large bundle do not apply or are satisfied. They have their status in every decision
all the same; but who asks only for the verdict and the findings does not wait for them.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Protocol, overload

import msgspec

from .result import RuleResult


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """All results as a record lists them: the JSON of the list, and how many are of which kind."""

    text: bytes
    passed: int
    not_applicable: int


class Settling(Protocol):
    """What works out, for one campaign, the results that nobody has asked for yet."""

    def all(self) -> tuple[RuleResult, ...]:
        """Return the result of every rule."""
        ...

    def brief(self) -> tuple[RuleResult, ...]:
        """Return the same, those that came to nothing without their markets."""
        ...

    def listed(self) -> Listed:
        """Return the same as a record lists them."""
        ...


class Results(Sequence[RuleResult]):
    """The result of every rule, in order of the ids.

    `heard` are those that may be other than satisfied or not applicable, or oblige to something, in
    the same order: what a verdict hangs on.
    """

    def __init__(self, heard: tuple[RuleResult, ...], settling: Settling) -> None:
        """Take the results that were heard, and what makes all."""
        self.heard = heard
        self._settling = settling

    @cached_property
    def _all(self) -> tuple[RuleResult, ...]:
        return self._settling.all()

    @cached_property
    def brief(self) -> tuple[RuleResult, ...]:
        """The same results; those that came to nothing do not say in which markets."""
        return self._settling.brief()

    @cached_property
    def listed(self) -> Listed:
        """The same results as a record lists them."""
        return self._settling.listed()

    def __len__(self) -> int:
        return len(self.brief)

    def __iter__(self) -> Iterator[RuleResult]:
        return iter(self._all)

    @overload
    def __getitem__(self, index: int) -> RuleResult: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[RuleResult, ...]: ...

    def __getitem__(self, index: int | slice) -> RuleResult | tuple[RuleResult, ...]:
        return self._all[index]

    def __eq__(self, other: object) -> bool:
        """Whether all results are the same, however they are kept."""
        return isinstance(other, Results | tuple) and self._all == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all)

    def __repr__(self) -> str:
        return repr(self._all)


def heard(results: Sequence[RuleResult]) -> tuple[RuleResult, ...]:
    """Return the results on which a verdict may hang, in order."""
    return results.heard if isinstance(results, Results) else tuple(results)


def brief(results: Sequence[RuleResult]) -> Sequence[RuleResult]:
    """Return all results, of which those that came to nothing need not name their markets."""
    return results.brief if isinstance(results, Results) else results
