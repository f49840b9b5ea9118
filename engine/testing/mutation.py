"""The mutation check: whether any test notices when one thing in a rule or declaration is changed.

A test notices where it passes as the rules are and would fail as they would be. Only tests that
pass are asked, and of those only the ones in which a changed rule was looked at. The mutated rules
are judged alone, by their compiled program, and their results put among those of the others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from ..bundle.bundle import Bundle
from ..evaluation.combine import missing_facts, missing_required_facts, verdict
from ..evaluation.compiled.program import Program
from ..evaluation.decision import Decision
from ..evaluation.evaluate_rule import EvaluationContext
from ..evaluation.result import RuleResult, Status
from ..semantics.cases import Case
from ..semantics.tree import Rule
from .declaration_mutants import mutants_of_declarations
from .expectations import is_met
from .mutants import Mutant, mutants_of, mutants_of_definition
from .parts import words_of
from .runner import CaseResult
from .set_mutants import mutants_of_sets


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A mutant, and the first test that notices it; None where none does."""

    mutant: Mutant
    noticed_by: Case | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Witness:
    """A test that passes, ready to be asked again."""

    case: Case
    context: EvaluationContext
    decision: Decision

    def result_of(self, rule: Rule) -> RuleResult:
        """Return what came of a rule."""
        return next(each for each in self.decision.results if each.rule.id == rule.id)

    def looks_at(self, rule: Rule) -> bool:
        """Whether a condition of the rule was looked at."""
        result = self.result_of(rule)
        texts = {clause.text for clause in (*rule.applicability, rule.main)}
        return result.status is not Status.NOT_APPLICABLE or result.reason in texts

    def notices(self, rules: Sequence[Rule], results: Sequence[RuleResult]) -> bool:
        """Whether the test would fail if rules came to other results, or were not there."""
        made = {result.rule.id: result for result in results}
        same = all(
            rule.id in made and _weight(made[rule.id]) == _weight(self.result_of(rule))
            for rule in rules
        )
        if same:
            return False
        known = {rule.id: made.get(rule.id) for rule in rules}
        decision = _with_results(self.context, self.decision, known)
        return not all(is_met(each, decision) for each in self.case.expectations)


def try_mutants(bundle: Bundle, results: Iterable[CaseResult]) -> Iterator[Trial]:
    """Yield every mutant of every rule and declaration with the test that notices it."""
    witnesses = [
        _Witness(case=each.case, context=each.context, decision=each.decision)
        for each in results
        if each.passed and each.context is not None and each.decision is not None
    ]
    for mutant in _mutants(bundle):
        if not bundle.is_tested_here(mutant.location.source):
            continue
        asked = witnesses
        if mutant.in_clause or len(mutant.changed) < len(mutant.rules):
            asked = [each for each in witnesses if any(map(each.looks_at, mutant.rules))]
        yield Trial(mutant=mutant, noticed_by=_first_to_notice(bundle, mutant, asked))


def _mutants(bundle: Bundle) -> Iterator[Mutant]:
    words, rules = words_of(bundle), bundle.policies.rules
    for rule in rules:
        for mutant in mutants_of(rule, words):
            yield _with_lifted(mutant, rule, rules)
    for definition in bundle.policies.definitions.values():
        yield from mutants_of_definition(definition, rules, words)
    yield from mutants_of_declarations(bundle.policies, words)
    yield from mutants_of_sets(bundle.policies, words)


def _with_lifted(mutant: Mutant, rule: Rule, rules: Iterable[Rule]) -> Mutant:
    """Return the mutant of a rule with the rules that it lifts, if it is a permission."""
    lifted = tuple(each for each in rules if rule in each.permissions)
    changed = tuple(
        replace(each, permissions=(*(p for p in each.permissions if p != rule), *mutant.changed))
        for each in lifted
    )
    return replace(mutant, rules=(*mutant.rules, *lifted), changed=(*mutant.changed, *changed))


def _first_to_notice(bundle: Bundle, mutant: Mutant, asked: Iterable[_Witness]) -> Case | None:
    policies = replace(mutant.policies or bundle.policies, rules=mutant.changed)
    program = Program(policies)
    for each in asked:
        results = program.evaluate_rules(structs.replace(each.context, policies=policies))
        if each.notices(mutant.rules, results):
            return each.case
    return None


def _weight(result: RuleResult) -> tuple[object, ...]:
    """Return all by which the result of one rule can make a difference to a test."""
    statuses = frozenset(part.status for part in result.parts)
    found = (finding for part in result.parts for finding in part.findings)
    wanted = frozenset(want.path for finding in found for want in finding.wanted)
    owed = any(part.obligation is not None for part in result.parts)
    waivers = frozenset(each.name for part in result.parts for each in part.waivers)
    return result.status, statuses, result.is_enforced, wanted, owed, waivers


def _with_results(
    context: EvaluationContext, decision: Decision, known: Mapping[str, RuleResult | None]
) -> Decision:
    """Return a decision with other results of some rules, or without them."""
    results = tuple(
        made for each in decision.results if (made := known.get(each.rule.id, each)) is not None
    )
    vocabulary = context.policies.vocabulary
    required = missing_required_facts(context.campaign, vocabulary)
    missing, further = missing_facts(required, results)
    return structs.replace(
        decision,
        verdict=verdict(results, complete=not required),
        results=results,
        missing=missing,
        further_missing=further,
    )
