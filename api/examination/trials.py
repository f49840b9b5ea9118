"""Results of the tests in policies, as values of a JSON document."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from engine.bundle.bundle import Bundle
from engine.evaluation.result import Status
from engine.semantics.tree import Definition, Parameter, Rule, SetDefinition, Table
from engine.source.text import Location
from engine.testing.coverage import Coverage, PartCoverage, share
from engine.testing.mutants import Mutant
from engine.testing.mutation import Trial
from engine.testing.parts import Words, words_of
from engine.testing.runner import CaseResult
from engine.testing.set_mutants import PartlyTried
from engine.testing.trace import RuleTrace, TraceLine, traces
from engine.testing.written import LimitTests

from .policy_files import PolicyFiles

Document = dict[str, object]

UPHELD = (Status.SATISFIED, Status.EXCEPTED)
"""The statuses of a rule that nothing was against."""


def _place(policies: PolicyFiles, location: Location) -> Document:
    return {"file": policies.shown(location.source), "line": location.line}


def failure(policies: PolicyFiles, result: CaseResult, traces: Sequence[RuleTrace]) -> Document:
    """Return a failed test, with the clauses that decided."""
    return {
        "title": result.case.title,
        **_place(policies, result.case.location),
        "failures": list(result.failures),
        "explanation": result.explanation,
        "rules": [_trace(policies, trace) for trace in traces],
    }


def summary(
    policies: PolicyFiles, bundle: Bundle, results: Sequence[CaseResult], words: Words | None = None
) -> Document:
    """Return what tests came to, those that failed, and the rules that no test sees both ways."""
    failed = [each for each in results if not each.passed]
    known = words if words is not None else words_of(bundle)
    return {
        "passed": len(results) - len(failed),
        "failed": len(failed),
        "failures": [failure(policies, each, traces(each, known)) for each in failed],
        "never_violated": never_violated(bundle, results),
        "never_satisfied": never(bundle, results, *UPHELD),
    }


def never_violated(bundle: Bundle, results: Iterable[CaseResult]) -> list[str]:
    """Return the rules that could be violated, and are in no test."""
    could = {rule.id for rule in bundle.own_rules if rule.effect.denies}
    return [name for name in never(bundle, results, Status.VIOLATED) if name in could]


def never(bundle: Bundle, results: Iterable[CaseResult], *statuses: Status) -> list[str]:
    """Return the rules that no test sees in one of some statuses."""
    decisions = (each.decision for each in results if each.decision is not None)
    seen = {each.rule.id for made in decisions for each in made.with_status(*statuses)}
    return [rule.id for rule in bundle.own_rules if rule.id not in seen]


def _trace(policies: PolicyFiles, trace: RuleTrace) -> Document:
    return {
        "rule": trace.rule.id,
        "status": trace.status.value,
        "reason": trace.reason,
        "clauses": [
            {
                "text": clause.text,
                **_place(policies, clause.location),
                "parts": [_line(line) for line in clause.lines],
            }
            for clause in trace.clauses
        ],
    }


def _line(line: TraceLine) -> Document:
    if line.is_value:
        return {"depth": line.depth, "value": line.text}
    return {"depth": line.depth, "part": line.text, "truth": line.truth}


def coverage(policies: PolicyFiles, measured: Coverage) -> Document:
    """Return what the tests decide, rule by rule and part by part."""
    return {
        "percentage": measured.percentage,
        "parts": measured.parts,
        "both_ways": measured.both_ways,
        "rules": [
            {
                "rule": rule.rule.id,
                "seen": sorted(status.value for status in rule.statuses),
                "never_seen": list(rule.unseen_in_words),
                "parts": _parts(policies, rule.parts),
            }
            for rule in measured.rules
        ],
        "definitions": [
            {"definition": each.definition.name, "parts": _parts(policies, each.parts)}
            for each in measured.definitions
        ],
    }


def _parts(policies: PolicyFiles, parts: Sequence[PartCoverage]) -> list[Document]:
    return [
        {
            "kind": each.part.kind.value,
            "text": each.part.text,
            **_place(policies, each.part.location),
            "true": each.is_true,
            "false": each.is_false,
        }
        for each in parts
    ]


def mutants(
    policies: PolicyFiles, trials: Sequence[Trial], partly: Sequence[PartlyTried]
) -> Document:
    """Return how many changes are noticed, and those that are not."""
    unnoticed = [trial.mutant for trial in trials if trial.noticed_by is None]
    noticed = len(trials) - len(unnoticed)
    return {
        "percentage": share(noticed, len(trials)),
        "changes": len(trials),
        "noticed": noticed,
        "unnoticed": [
            {
                _kind(mutant): mutant.name,
                "change": mutant.change,
                **_place(policies, mutant.location),
            }
            for mutant in unnoticed
        ],
        "partly_tried": [
            {"set": each.name, "tried": each.tried, "members": each.members} for each in partly
        ],
    }


def _kind(mutant: Mutant) -> str:
    match mutant.owner:
        case Rule():
            return "rule"
        case Definition():
            return "definition"
        case Parameter():
            return "parameter"
        case Table():
            return "table"
        case SetDefinition():
            return "set"
    assert_never(mutant.owner)


def boundaries(policies: PolicyFiles, offered: Sequence[LimitTests]) -> list[Document]:
    """Return the tests that are offered at each limit; none where no test reaches it."""
    return [
        {
            "rule": limit.rule.id,
            "limit": limit.text,
            **_place(policies, limit.location),
            "decides": limit.decides,
            "tests": [
                {
                    "title": test.title,
                    "append_to": policies.shown(test.file),
                    "side": test.side.value,
                    "text": test.text,
                }
                for test in limit.tests
            ],
        }
        for limit in offered
    ]
