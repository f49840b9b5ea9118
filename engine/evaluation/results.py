"""The results of all rules, lazily: those without an effect are computed on demand.

Most rules of a large bundle do not apply or are satisfied. Every decision has their status all the
same; but a caller that needs only the verdict and the findings does not wait for them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol, TypeAlias, overload

from .result import RuleResult


class ResultListing:
    """All results as a record lists them: how many are of which kind, and the JSON of the list."""

    def __init__(
        self, lines: Callable[[], Iterable[bytes]], *, passed: int, not_applicable: int
    ) -> None:
        """Take the counts, and what yields the JSON of each result, in order."""
        self._lines = lines
        self.passed = passed
        self.not_applicable = not_applicable

    @cached_property
    def text(self) -> bytes:
        """The JSON of the list; who asks for counts alone does not wait for it."""
        return b"[%b]" % b",".join(self._lines())


ResultsByRow: TypeAlias = Mapping[int, RuleResult]
"""The results of the candidates, by the rows of their rules."""

DeferredResult: TypeAlias = tuple[RuleResult, Callable[[], RuleResult] | None]
"""What a rule comes to, and what explains it by its findings where the result has none yet."""


class ResultSource(Protocol):
    """Computes, for one campaign, the results that nobody has asked for yet."""

    @property
    def rows(self) -> Iterable[int]:
        """The rows of the candidates, in order."""
        ...

    def all_results(self, evaluated: ResultsByRow) -> tuple[RuleResult, ...]:
        """Return the result of every rule."""
        ...

    def abridged(self, evaluated: ResultsByRow) -> tuple[RuleResult, ...]:
        """Return the same, those that came to nothing without their markets."""
        ...

    def listing(self, evaluated: ResultsByRow) -> ResultListing:
        """Return the same as a record lists them."""
        ...


class Results(Sequence[RuleResult]):
    """The results of all rules, in order of the ids.

    `evaluated` are those of the candidate rules, in the same order: rules that may be other than
    satisfied or not applicable, or that oblige. They determine the verdict; findings are lazy.
    """

    def __init__(self, deferred: Iterable[DeferredResult], source: ResultSource) -> None:
        """Take the results of the candidates, what explains them, and the source of all others."""
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
        """The same results; those that came to nothing do not say in which markets."""
        return self._source.abridged(self._by_row)

    @cached_property
    def listing(self) -> ResultListing:
        """The same results as a record lists them."""
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
        """Whether all results are the same, however they are kept."""
        return isinstance(other, Results | tuple) and self._all == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all)

    def __repr__(self) -> str:
        return repr(self._all)


def candidate_results(results: Sequence[RuleResult]) -> tuple[RuleResult, ...]:
    """Return the results on which a verdict may hang, in order."""
    return results.candidate_results if isinstance(results, Results) else tuple(results)


def abridged_results(results: Sequence[RuleResult]) -> Sequence[RuleResult]:
    """Return all results, of which those that came to nothing need not name their markets."""
    return results.abridged if isinstance(results, Results) else results
