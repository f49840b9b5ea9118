"""The fast path of `judge`: a rule that certainly applies, alike in all markets, under one law.

It asks the questions of `judge` in the same order, with the same answers. What `judge` must work
out first (which days and markets count, whether the rule is in force, which waivers hold) is known
for such a rule; and where neither subject nor breach is unknown, outcomes need no merging.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from msgspec.structs import replace

from ...semantics.tree import Effect, Rule
from ...syntax.tree import UnknownTreatment
from ..evaluate_rule import EvaluationContext, result_without_breach
from ..justify import Breach, MakeFindings, obligation
from ..market_groups import APPLIES
from ..outcome import Outcome, Truth, conjunction, negation
from ..result import RuleResult, Status, UnmetExemption
from ..results import DeferredResult
from .closures import Frame, Names, compile_test
from .explanations import compile_explanation

FastPath: TypeAlias = Callable[[EvaluationContext, Frame, tuple[str, ...] | None], DeferredResult]
"""Judges a rule in a frame, for markets in which it applies."""


def takes_fast_path(rule: Rule) -> bool:
    """Whether a rule may be judged the fast_path way."""
    is_lifted = rule.permissions or rule.waivers
    return not (rule.reads_market or is_lifted or rule.effect is Effect.PERMIT)


def compile_fast_path(rule: Rule, names: Names, tell: MakeFindings) -> FastPath:
    """Return the closure that judges a rule, of which `takes_fast_path` must be true."""
    subject = [(compile_test(c.condition, names), c.text) for c in rule.applicability]
    main = compile_test(rule.main.condition, names)
    denied = rule.effect is Effect.REQUIRE
    excuses = [(each.name, compile_test(each.clause.condition, names)) for each in rule.exemptions]
    denies = rule.if_unknown is UnknownTreatment.DENY
    undetermined = Status.VIOLATED if denies else Status.UNDETERMINED
    passed = result_without_breach(rule)
    breach_of = _compile_breach(rule, names)
    told = _compile_told(rule, names, breach_of, tell)

    def fast_path(
        context: EvaluationContext, frame: Frame, markets: tuple[str, ...] | None
    ) -> DeferredResult:
        about: list[Truth] = []
        for asks, text in subject:
            truth = asks(frame)
            if truth is False:
                out = RuleResult(
                    rule=rule, status=Status.NOT_APPLICABLE, markets=markets, reason=text
                )
                return out, None
            about.append(truth)
        met = main(frame)
        if met is denied:
            return replace(passed, markets=markets), None
        shown = [asks(frame) for _, asks in excuses]
        if True in shown:
            reason = ", ".join(name for (name, _), it in zip(excuses, shown, strict=True) if it)
            out = RuleResult(rule=rule, status=Status.EXCEPTED, markets=markets, reason=reason)
            return out, None
        is_sure = met is not None and None not in about
        if is_sure and rule.duty is not None:
            owed = obligation(rule, rule.duty, breach_of(frame, about, met), context.campaign)
            out = RuleResult(rule=rule, status=Status.SATISFIED, markets=markets, obligation=owed)
            return out, None
        bare = RuleResult(
            rule=rule, status=Status.VIOLATED if is_sure else undetermined, markets=markets
        )
        whole = partial(told, context, frame, bare, (about, met, shown))
        return (bare, whole) if is_sure else (whole(), None)

    return fast_path


_BreachOf: TypeAlias = Callable[[Frame, Sequence[Truth], Truth], Breach]
"""Tells a breach from the truths of the subject and of the main clause, in a frame."""


def _compile_breach(rule: Rule, names: Names) -> _BreachOf:
    subject = [compile_explanation(c.condition, names) for c in rule.applicability]
    main = compile_explanation(rule.main.condition, names)
    denied = rule.effect is Effect.REQUIRE
    policies = names.policies

    def breach_of(frame: Frame, about: Sequence[Truth], met: Truth) -> Breach:
        outcome = main(frame, met)
        return Breach(
            main=negation(outcome) if denied else outcome,
            applicability=_both(
                [tells(frame, it) for tells, it in zip(subject, about, strict=True)]
            ),
            policies=policies,
            day=frame.law_day,
        )

    return breach_of


Truths: TypeAlias = tuple[Sequence[Truth], Truth, Sequence[Truth]]
"""The truths of the subject, of the main clause and of the exceptions of a rule."""


def _compile_told(
    rule: Rule, names: Names, breach_of: _BreachOf, tell: MakeFindings
) -> Callable[[EvaluationContext, Frame, RuleResult, Truths], RuleResult]:
    """Return what tells a breach with its findings, by the truths that were found."""
    excuses = [(e.name, compile_explanation(e.clause.condition, names)) for e in rule.exemptions]

    def told(
        context: EvaluationContext, frame: Frame, bare: RuleResult, truths: Truths
    ) -> RuleResult:
        about, met, shown = truths
        listed, more = tell(breach_of(frame, about, met), context.campaign)
        unmet = [(name, tells(frame, it)) for (name, tells), it in zip(excuses, shown, strict=True)]
        return RuleResult(
            rule=rule,
            status=bare.status,
            markets=bare.markets,
            findings=listed,
            unmet_exemptions=tuple(
                UnmetExemption(name=name, evidence=outcome.evidence, wanted=outcome.wanted)
                for name, outcome in unmet
            ),
            further_findings=more,
        )

    return told


def _both(about: Sequence[Outcome]) -> Outcome:
    """Return the outcomes that make up a subject as one."""
    if not about:
        return APPLIES
    return about[0] if len(about) == 1 else conjunction(about)
