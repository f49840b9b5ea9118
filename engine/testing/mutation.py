"""The mutation check: whether any test notices when one thing in a rule is changed.

A test notices where it passes as the rules are and would fail as they would be. Only tests that
pass are asked, and of those only the ones in which the changed rule was looked at. The mutated rule
is judged alone, by its compiled program, and its result put among those of the other rules.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..bundle.bundle import Bundle
from ..evaluation.combine import missing_facts, required_facts, verdict
from ..evaluation.decision import Decision
from ..evaluation.judge import Hearing
from ..evaluation.program import compile_program
from ..evaluation.result import RuleResult, Status
from ..semantics.cases import Case
from ..semantics.tree import Rule
from .expectations import is_met
from .mutants import Mutant, mutants_of
from .parts import words_of
from .runner import CaseResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A mutant, and the first test that notices it; None where none does."""

    mutant: Mutant
    noticed_by: Case | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Witness:
    """A test that passes, ready to be asked again."""

    case: Case
    hearing: Hearing
    decision: Decision

    def result_of(self, rule: Rule) -> RuleResult:
        """Return what came of a rule."""
        return next(each for each in self.decision.results if each.rule.id == rule.id)

    def looks_at(self, rule: Rule) -> bool:
        """Whether a condition of the rule was looked at."""
        result = self.result_of(rule)
        texts = {clause.text for clause in rule.applicability}
        return result.status is not Status.NOT_APPLICABLE or result.reason in texts

    def notices(self, rule: Rule, result: RuleResult | None) -> bool:
        """Whether the test would fail if a rule came to another result, or were not there."""
        if result is not None and _weight(result) == _weight(self.result_of(rule)):
            return False
        decision = _with_result(self.hearing, self.decision, rule, result)
        return not all(is_met(each, decision) for each in self.case.expectations)


def try_mutants(bundle: Bundle, results: Iterable[CaseResult]) -> Iterator[Trial]:
    """Yield every mutant of every rule with the test that notices it."""
    words = words_of(bundle)
    witnesses = [
        _Witness(case=each.case, hearing=each.hearing, decision=each.decision)
        for each in results
        if each.passed and each.hearing is not None and each.decision is not None
    ]
    for rule in bundle.policies.rules:
        near = [each for each in witnesses if each.looks_at(rule)]
        for mutant in mutants_of(rule, words):
            asked = near if mutant.in_clause or mutant.changed is None else witnesses
            yield Trial(mutant=mutant, noticed_by=_first_to_notice(bundle, mutant, asked))


def _first_to_notice(bundle: Bundle, mutant: Mutant, asked: Iterable[_Witness]) -> Case | None:
    rule, changed = mutant.rule, mutant.changed
    if changed is None:
        return next((each.case for each in asked if each.notices(rule, None)), None)
    policies = replace(bundle.policies, rules=(changed,))
    program = compile_program(policies)
    for each in asked:
        (result,) = program.judge_all(replace(each.hearing, policies=policies))
        if each.notices(rule, result):
            return each.case
    return None


def _weight(result: RuleResult) -> tuple[object, ...]:
    """Return all by which the result of one rule can make a difference to a test."""
    wanted = frozenset(want.path for found in result.findings for want in found.wanted)
    return result.status, result.is_enforced, wanted


def _with_result(
    hearing: Hearing, decision: Decision, rule: Rule, result: RuleResult | None
) -> Decision:
    """Return a decision with another result of one rule, or without it."""
    results = tuple(
        made
        for each in decision.results
        if (made := result if each.rule.id == rule.id else each) is not None
    )
    vocabulary = hearing.policies.vocabulary
    complete = not required_facts(hearing.campaign, vocabulary)
    return replace(
        decision,
        verdict=verdict(results, complete=complete),
        results=results,
        missing=missing_facts(hearing.campaign, vocabulary, results),
    )
