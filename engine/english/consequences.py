"""What a rule brings about, and when it holds, in full sentences."""

from typing import assert_never

from ..semantics.tree import Duty, Effect, Enforcement, Rule, Window
from ..syntax.tree import Term, UnknownTreatment
from .amounts import day, single


def in_force(window: Window) -> str:
    """Return when law holds, with its last day."""
    start = f"from {day(window.start)}" if window.start is not None else ""
    last = f"up to and including {day(window.last)}" if window.last is not None else ""
    return " ".join(filter(None, (start, last))) or "without limit in time"


def opening(rule: Rule) -> str:
    """Return the words that open the sentence of a rule."""
    modal = "should" if rule.enforcement is Enforcement.ADVISORY else "may"
    match rule.effect:
        case Effect.PROHIBIT:
            return f"An ad {modal} not be shown if"
        case Effect.REQUIRE:
            return f"An ad {modal} be shown only if"
        case Effect.OBLIGE:
            return "A duty is owed if"
        case Effect.PERMIT:
            return "As an exception, an ad may be shown if"
    assert_never(rule.effect)


def due(duty: Duty) -> str:
    """Return by when a duty is to be done."""
    length = single(duty.within, duty.within.kind) if duty.within is not None else ""
    match duty.term:
        case Term.BEFORE_LAUNCH:
            return "before the first day of the campaign"
        case Term.OF_LAUNCH:
            return f"within {length} of the first day of the campaign"
        case Term.AFTER_THE_END:
            return f"within {length} after the last day of the campaign"
    assert_never(duty.term)


def effect(rule: Rule) -> str:
    """Return what becomes of a campaign that breaks a rule, or that owes its duty."""
    if rule.effect is Effect.OBLIGE:
        return "The campaign is allowed; the decision lists the duty with the day it is due."
    if rule.effect is Effect.PERMIT:
        return "Where this is shown, the rules that it lifts do not stand against the campaign."
    match rule.enforcement:
        case Enforcement.ADVISORY:
            return "A campaign that breaks this rule is allowed, with a warning."
        case Enforcement.ENFORCED:
            return "A campaign that breaks this rule is denied."
        case Enforcement.OVERRIDABLE:
            return f"A campaign that breaks this rule is denied; {rule.override_role} may waive it."
        case Enforcement.MANDATORY:
            return "A campaign that breaks this rule is denied, and nobody can waive it."
    assert_never(rule.enforcement)


def missing(rule: Rule) -> str:
    """Return what becomes of a campaign that leaves out what the rule needs to know."""
    if rule.effect is Effect.PERMIT:
        return "It is for the advertiser to show; what is not stated does not establish it."
    is_advice = rule.enforcement is Enforcement.ADVISORY
    match rule.if_unknown:
        case UnknownTreatment.ASK if is_advice:
            return "The rule is reported as undecided, and the facts it needs are named."
        case UnknownTreatment.ASK:
            return "The campaign is denied until the facts are stated; the decision names them."
        case UnknownTreatment.DENY if is_advice:
            return "What is not stated counts as a breach, and draws the warning."
        case UnknownTreatment.DENY:
            return "What is not stated counts as a breach, and the campaign is denied."
    assert_never(rule.if_unknown)
