"""Computes the results of the rules that were not candidates, lazily, for one campaign.

They are needed by callers that list every rule: in full, without markets, or as the lines of a
record.
"""

from collections.abc import Callable, Iterable

import msgspec

from ..record_writer import PASSED, list_results, status_line_bytes
from ..result import RuleResult, Status
from ..results import ResultListing, ResultsByRow
from .closures import Frame
from .decision_state import DecisionState, EvaluateRow
from .index import bits
from .law import Law
from .prepared_results import PreparedResults, SortedRules


class LazyResults(msgspec.Struct, frozen=True):
    """The source of the results of one decision."""

    now: DecisionState
    evaluate_row: EvaluateRow
    prepared: Callable[[Law], PreparedResults]
    rules: int

    @property
    def rows(self) -> Iterable[int]:
        """The rows of the candidates, in order."""
        return bits(self.now.candidates.mask)

    def all_results(self, evaluated: ResultsByRow) -> tuple[RuleResult, ...]:
        """Return the result of every rule, with its markets."""
        context = self.now.context
        return tuple(
            evaluated.get(row) or self.evaluate_row(row, context) for row in range(self.rules)
        )

    def abridged(self, evaluated: ResultsByRow) -> tuple[RuleResult, ...]:
        """Return the result of every rule; those of rules that are no candidates lack markets."""
        law = self.now.candidates.only_law
        if law is None:
            return self.all_results(evaluated)
        prepared = self.prepared(law)
        context = self.now.context
        return tuple(
            evaluated.get(row) or result or self.evaluate_row(row, context)
            for row, result in enumerate(prepared.results(self._sorted(prepared, law)))
        )

    def listing(self, evaluated: ResultsByRow) -> ResultListing:
        """Return the list of all results as a record has it."""
        law = self.now.candidates.only_law
        if law is None:
            return list_results(self.all_results(evaluated))
        prepared, context = self.prepared(law), self.now.context
        found = self._sorted(prepared, law)
        unprepared = {
            row: self.evaluate_row(row, context) for row in prepared.unprepared - evaluated.keys()
        }
        apart = {**evaluated, **unprepared}
        passed = prepared.passed(found) + sum(each.status in PASSED for each in apart.values())
        quiet = (*PASSED, Status.NOT_APPLICABLE)
        others = sum(each.status not in quiet for each in apart.values())

        def lines() -> Iterable[bytes]:
            texts = prepared.texts(found)
            for row, result in apart.items():
                texts[row] = status_line_bytes(result)
            return texts

        return ResultListing(lines, passed=passed, not_applicable=self.rules - passed - others)

    def _sorted(self, prepared: PreparedResults, law: Law) -> SortedRules:
        now = self.now
        context = now.context
        frame = Frame(context.campaign.facts, context.moment.today, law.day)
        return prepared.sort(frame, context.markets, now.candidates.mask)
