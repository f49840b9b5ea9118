"""Runs the tests of a bundle: each is a descriptor, a day, and what must come of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time

from ..bundle.bundle import Bundle
from ..evaluation.decision import Decision
from ..evaluation.evaluate_rule import EvaluationContext
from ..evaluation.moment import flight_of, moment
from ..evaluation.prose import explain
from ..semantics.cases import Case, Expectation
from .descriptors import CaseError, campaign_of
from .expectations import failure, is_met


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What came of a test: `failures` says what was expected and what came instead.

    `unmet` are the expectations that failed. A test that cannot be run has no context and no
    decision, and its one failure says why.
    """

    case: Case
    failures: tuple[str, ...]
    decision: Decision | None
    unmet: tuple[Expectation, ...] = ()
    context: EvaluationContext | None = None

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.failures

    @property
    def explanation(self) -> str:
        """The decision that came, as a person reads it; empty where none did."""
        return explain(self.decision) if self.decision is not None else ""


def run_cases(bundle: Bundle) -> Iterator[CaseResult]:
    """Yield the result of each test of a bundle, by file and place."""
    for case in bundle.cases:
        yield run_case(bundle, case)


def run_case(bundle: Bundle, case: Case) -> CaseResult:
    """Return the result of one test."""
    try:
        campaign = campaign_of(bundle, case)
    except CaseError as error:
        return CaseResult(case=case, failures=(str(error),), decision=None)
    as_of = datetime.combine(case.day, time(), tzinfo=UTC)
    decision = bundle.program.decide(campaign, as_of=as_of)
    unmet = tuple(each for each in case.expectations if not is_met(each, decision))
    then = moment(flight_of(campaign), case.day)
    return CaseResult(
        case=case,
        failures=tuple(failure(each, decision) for each in unmet),
        decision=decision,
        unmet=unmet,
        context=EvaluationContext(policies=bundle.policies, campaign=campaign, moment=then),
    )
