"""The straight way of judging: a rule of the common kind, by one law, where it certainly applies.

The questions are those of `judge`, in its order, and so are the answers. What `judge` must find out
first (which days and markets count, whether the rule is in force, which waivers hold) is known of
such a rule; and where neither subject nor breach is open, nothing is joined that is one.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from ..semantics.tree import Effect, Rule
from ..syntax.tree import UnknownTreatment
from .closures import Frame, Names
from .judge import Hearing, unbreached
from .justify import Breach, Tell
from .outcome import Outcome, conjunction, negation
from .result import RuleResult, Status, Unestablished
from .standing import is_common
from .tracing import Trace, compile_trace
from .venue import HERE

Straight: TypeAlias = Callable[[Hearing, Frame, tuple[str, ...] | None], RuleResult]
"""Judges a rule in a frame, for markets in which it applies."""


def is_straight(rule: Rule) -> bool:
    """Whether a rule may be judged the straight way."""
    return is_common(rule) and not rule.waivers


def compile_straight(rule: Rule, names: Names, tell: Tell) -> Straight:
    """Return the closure that judges a rule, of which `is_straight` must be true."""
    subject = [(compile_trace(c.condition, names), c.text) for c in rule.applicability]
    main = compile_trace(rule.main.condition, names)
    denied = rule.effect is Effect.REQUIRE
    excuses = [(each.name, compile_trace(each.clause.condition, names)) for each in rule.exemptions]
    denies = rule.if_unknown is UnknownTreatment.DENY
    undetermined = Status.VIOLATED if denies else Status.UNDETERMINED
    policies, passed = names.policies, unbreached(rule)

    def straight(
        hearing: Hearing, frame: Frame, markets: tuple[str, ...] | None
    ) -> RuleResult:
        about = []
        for trace, text in subject:
            outcome = trace(frame)
            if outcome.truth is False:
                return RuleResult(
                    rule=rule, status=Status.NOT_APPLICABLE, markets=markets, reason=text
                )
            about.append(outcome)
        met = main(frame)
        breach = negation(met) if denied else met
        if breach.truth is False:
            return replace(passed, markets=markets)
        shown = [(name, trace(frame)) for name, trace in excuses]
        if holding := [name for name, outcome in shown if outcome.truth is True]:
            reason = ", ".join(holding)
            return RuleResult(rule=rule, status=Status.EXCEPTED, markets=markets, reason=reason)
        found = Breach(main=breach, subject=_both(about), policies=policies, day=frame.law_day)
        is_sure = breach.truth is True and found.subject.truth is True
        listed, more = tell(found, hearing.campaign)
        return RuleResult(
            rule=rule,
            status=Status.VIOLATED if is_sure else undetermined,
            markets=markets,
            findings=listed,
            exceptions=tuple(
                Unestablished(name=name, seen=outcome.seen, wanted=outcome.wanted)
                for name, outcome in shown
            ),
            more=more,
        )

    return straight


def _both(about: Sequence[Outcome]) -> Outcome:
    """Return the outcomes that make up a subject as one."""
    if not about:
        return HERE
    return about[0] if len(about) == 1 else conjunction(about)
