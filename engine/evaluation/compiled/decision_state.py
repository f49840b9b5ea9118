"""A decision on a campaign as far as it is made, for what is found out from there."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from ..evaluate_rule import EvaluationContext
from ..moment import Flight
from ..result import RuleResult
from ..validity import Answer
from .candidates import Candidates
from .index import bits

EvaluateRow: TypeAlias = Callable[[int, EvaluationContext], RuleResult]
"""Evaluates the rule of a row."""


class DecisionState(msgspec.Struct, frozen=True, kw_only=True):
    """The context, the candidates with their results in order, and the answer.

    `complete` unless a required fact is missing.
    """

    context: EvaluationContext
    flight: Flight
    candidates: Candidates
    results: Sequence[RuleResult]
    answer: Answer
    complete: bool

    def results_by_row(self) -> dict[int, RuleResult]:
        """Return the result of each candidate, by its row."""
        return dict(zip(bits(self.candidates.mask), self.results, strict=True))
