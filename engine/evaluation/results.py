"""The results of all rules, computed lazily.

Most rules of a large bundle do not apply or are satisfied. Every decision has their results, but
they are computed only when they are read: the verdict and the findings do not depend on them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol, TypeAlias, overload

from .result import RuleResult


class ResultListing:
    """The list of all results in a record: its JSON, and how many rules passed or do not apply."""

    def __init__(
        self, lines: Callable[[], Iterable[bytes]], *, passed: int, not_applicable: int
    ) -> None:
        """Take the counts, and a function that yields the JSON of each result, in order."""
        self._lines = lines
        self.passed = passed
        self.not_applicable = not_applicable

    @cached_property
    def text(self) -> bytes:
        """The JSON of the list, made when it is first read."""
        return b"[%b]" % b",".join(self._lines())


ResultsByRow: TypeAlias = Mapping[int, RuleResult]
"""The results of the candidates, by the row (index among all rules) of each rule."""

DeferredResult: TypeAlias = tuple[RuleResult, Callable[[], RuleResult] | None]
"""A result, and a function that returns it with its findings; None where it has them."""


class ResultSource(Protocol):
    """Computes, for one campaign, the results of the rules that are not candidates."""

    @property
    def rows(self) -> Iterable[int]:
        """The rows of the candidates, in order."""
        ...

    def all_results(self, evaluated: ResultsByRow) -> tuple[RuleResult, ...]:
        """Return the result of every rule."""
        ...

    def abridged(self, evaluated: ResultsByRow) -> tuple[RuleResult, ...]:
        """Return the same; results that are satisfied or not applicable may lack their markets."""
        ...

    def listing(self, evaluated: ResultsByRow) -> ResultListing:
        """Return the list of all results as a record has it."""
        ...


class Results(Sequence[RuleResult]):
    """The results of all rules, in order of the ids.

    `candidate_results` are those of the candidates, in the same order: rules that may be other than
    satisfied or not applicable, or that oblige. They determine the verdict.
    """

    def __init__(self, deferred: Iterable[DeferredResult], source: ResultSource) -> None:
        """Take the results of the candidates, and the source of all others."""
        self._deferred = deferred
        self._source = source

    @cached_property
    def candidate_results(self) -> tuple[RuleResult, ...]:
        """The results of the candidates, with their findings."""
        return tuple(result if explain is None else explain() for result, explain in self._deferred)

    @cached_property
    def _by_row(self) -> Mapping[int, RuleResult]:
        return dict(zip(self._source.rows, self.candidate_results, strict=True))

    @cached_property
    def _all(self) -> tuple[RuleResult, ...]:
        return self._source.all_results(self._by_row)

    @cached_property
    def abridged(self) -> tuple[RuleResult, ...]:
        """All results; those that are satisfied or not applicable may lack their markets."""
        return self._source.abridged(self._by_row)

    @cached_property
    def listing(self) -> ResultListing:
        """The list of all results as a record has it."""
        return self._source.listing(self._by_row)

    def __len__(self) -> int:
        return len(self.abridged)

    def __iter__(self) -> Iterator[RuleResult]:
        return iter(self._all)

    @overload
    def __getitem__(self, index: int) -> RuleResult: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[RuleResult, ...]: ...

    def __getitem__(self, index: int | slice) -> RuleResult | tuple[RuleResult, ...]:
        return self._all[index]

    def __eq__(self, other: object) -> bool:
        """Whether all results are equal to those of another `Results` or of a tuple."""
        return isinstance(other, Results | tuple) and self._all == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all)

    def __repr__(self) -> str:
        return repr(self._all)


def candidate_results(results: Sequence[RuleResult]) -> tuple[RuleResult, ...]:
    """Return the results that may determine a verdict, in order: of `Results`, the candidates'."""
    return results.candidate_results if isinstance(results, Results) else tuple(results)


def abridged_results(results: Sequence[RuleResult]) -> Sequence[RuleResult]:
    """Return all results; those that are satisfied or not applicable may lack their markets."""
    return results.abridged if isinstance(results, Results) else results
