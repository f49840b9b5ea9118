"""What a test expects of a decision, held against the decision that came."""

from typing import assert_never

from ..evaluation.decision import Decision, Effect
from ..evaluation.result import Status
from ..semantics.cases import Expectation, without_ordinals
from ..syntax.tree import Expected


def is_met(expectation: Expectation, decision: Decision) -> bool:
    """Whether a decision is as expected."""
    denies = decision.effect is Effect.DENY
    match expectation.expected:
        case Expected.ALLOW:
            return not denies
        case Expected.DENY_BY if expectation.paths:
            wanting = [_wanted_by(decision, rule) for rule in expectation.rules]
            paths = {without_ordinals(path) for path in expectation.paths}
            return denies and all(wanted >= paths for wanted in wanting)
        case Expected.DENY_BY:
            return denies and _violates(decision, expectation.rules, enforced=True)
        case Expected.NO_WARNING_BY:
            return not any(
                part.is_adverse
                for result in decision.results
                if result.rule.id in expectation.rules
                for part in result.parts
            )
        case Expected.WARN_BY:
            return _violates(decision, expectation.rules, enforced=False)
        case Expected.OBLIGE_BY:
            return {r.rule.id for r in decision.obligations}.issuperset(expectation.rules)
        case Expected.WAIVED_BY:
            holding = {waiver.name for part in decision.waived for waiver in part.waivers}
            return holding.issuperset(expectation.waivers)
        case Expected.DENY_FOR_WANT_OF:
            missing = {without_ordinals(fact.path) for fact in decision.missing if fact.pointer}
            wanted = {without_ordinals(path) for path in expectation.paths}
            return denies and not decision.verdict.conclusive and missing == wanted
    assert_never(expectation.expected)


def _wanted_by(decision: Decision, rule: str) -> set[str]:
    """Return the facts, without ordinals, for want of which an enforced rule stands against."""
    parts = (part for r in decision.results if r.rule.id == rule for part in r.parts)
    return {
        without_ordinals(wanted.path)
        for part in parts
        if part.is_enforced and part.is_adverse
        for finding in part.findings
        for wanted in finding.wanted
    }


def _violates(decision: Decision, rules: tuple[str, ...], *, enforced: bool) -> bool:
    """Whether all of some rules are violated, each with or without denying."""
    found = {r.rule.id for r in decision.with_status(Status.VIOLATED) if r.is_enforced is enforced}
    return found.issuperset(rules)


def failure(expectation: Expectation, decision: Decision) -> str:
    """Return how a decision differs from an expectation that it does not meet."""
    return f"expected {expectation.text.removeprefix('expect ')}, got {_got(decision)}"


def _got(decision: Decision) -> str:
    violated = decision.with_status(Status.VIOLATED)
    if decision.effect is Effect.ALLOW:
        warned = ", ".join(r.rule.id for r in violated)
        owed = ", ".join(r.rule.id for r in decision.obligations)
        waived = ", ".join(r.rule.id for r in decision.with_status(Status.WAIVED))
        warning = f", with a warning by {warned}" if warned else ""
        waiver = f", with a waiver of {waived}" if waived else ""
        return f"allow{warning}{waiver}{f', with a duty by {owed}' if owed else ''}"
    denying = ", ".join(r.rule.id for r in violated if r.is_enforced)
    if denying:
        return f"deny by {denying}"
    return f"deny for want of {', '.join(fact.path for fact in decision.missing)}"
