"""The fast path: a rule is evaluated by truth values, under one state of the law.

It asks the questions of `evaluate_rule` in the same order, with the same answers. What that must
work out first (which days and markets count, which permissions and waivers hold) is known here, or
not needed: a rule that does not apply, or is not breached, has its result. Where a breach is
possible, rules that are alike in all markets and lifted by nothing have their status too; what
explains it is made when it is asked for. For all other rules the answer is None, and
`evaluate_rule` takes over.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TypeAlias

from msgspec.structs import replace

from ...semantics.tree import Effect, Rule
from ...syntax.tree import UnknownTreatment
from ..evaluate_rule import EvaluationContext, result_without_breach
from ..justify import Breach, obligation
from ..market_groups import APPLIES
from ..outcome import Truth, conjunction, negation
from ..result import RuleResult, Status, UnmetExemption
from .closures import Frame, Names, compile_test
from .explanations import compile_explanation
from .finding_texts import compile_findings

FastResult: TypeAlias = tuple[RuleResult, Callable[[], RuleResult] | None, bool]
"""A result without findings; what returns it with them, or None where it has none; and whether it
is certain, no fact being wanted."""

FastPath: TypeAlias = Callable[
    [EvaluationContext, Frame, tuple[str, ...] | None, Truth], FastResult | None
]
"""Evaluates a rule in a frame, for the markets given; the last argument is whether it applies in
them, which is never false."""


def settles_breaches(rule: Rule) -> bool:
    """Whether the fast path settles a rule also where a breach is possible."""
    is_lifted = rule.permissions or rule.waivers
    return not (rule.reads_market or is_lifted or rule.effect is Effect.PERMIT)


def compile_fast_path(rule: Rule, names: Names) -> FastPath:
    """Return the closure that evaluates a rule by the fast path."""
    conditions = [(compile_test(c.condition, names), c.text) for c in rule.applicability]
    main = compile_test(rule.main.condition, names)
    passing = rule.effect is Effect.REQUIRE
    passed = result_without_breach(rule)
    on_breach = _compile_breach(rule, names) if settles_breaches(rule) else None

    def fast_path(
        context: EvaluationContext,
        frame: Frame,
        markets: tuple[str, ...] | None,
        applies: Truth,
    ) -> FastResult | None:
        applicability: list[Truth] = []
        for test, text in conditions:
            truth = test(frame)
            if truth is False:
                excluded = RuleResult(
                    rule=rule, status=Status.NOT_APPLICABLE, markets=markets, reason=text
                )
                return excluded, None, True
            applicability.append(truth)
        truth = main(frame)
        if truth is passing:
            return replace(passed, markets=markets), None, True
        if on_breach is None or applies is None:
            return None
        return on_breach(context, frame, markets, applicability, truth)

    return fast_path


_OnBreach: TypeAlias = Callable[
    [EvaluationContext, Frame, tuple[str, ...] | None, Sequence[Truth], Truth], FastResult
]
"""Settles a rule that may be breached, by the truths of its applicability and its main clause."""


def _compile_breach(rule: Rule, names: Names) -> _OnBreach:
    exemptions = [(e.name, compile_test(e.clause.condition, names)) for e in rule.exemptions]
    denies = rule.if_unknown is UnknownTreatment.DENY
    undetermined = Status.VIOLATED if denies else Status.UNDETERMINED
    explanation = cache(partial(_Explanation, rule, names))  # Compiled for the first breach.

    def on_breach(
        context: EvaluationContext,
        frame: Frame,
        markets: tuple[str, ...] | None,
        applicability: Sequence[Truth],
        main: Truth,
    ) -> FastResult:
        exempted = [test(frame) for _, test in exemptions]
        if True in exempted:
            holding = (name for (name, _), it in zip(exemptions, exempted, strict=True) if it)
            reason = ", ".join(holding)
            result = RuleResult(rule=rule, status=Status.EXCEPTED, markets=markets, reason=reason)
            return result, None, True
        is_certain = main is not None and None not in applicability
        if is_certain and rule.duty is not None:
            breach = explanation().breach(frame, applicability, main)
            duty = obligation(rule, rule.duty, breach, context.campaign)
            result = RuleResult(
                rule=rule, status=Status.SATISFIED, markets=markets, obligation=duty
            )
            return result, None, True
        result = RuleResult(
            rule=rule, status=Status.VIOLATED if is_certain else undetermined, markets=markets
        )

        def explain() -> RuleResult:
            breach = explanation().breach(frame, applicability, main)
            return explanation().result(result, breach, context, frame, exempted)

        return result, explain, is_certain

    return on_breach


class _Explanation:
    """Explains the results of a rule by the truths that were found: its clauses, compiled."""

    def __init__(self, rule: Rule, names: Names) -> None:
        self._denied = rule.effect is Effect.REQUIRE
        self._applicability = [compile_explanation(c.condition, names) for c in rule.applicability]
        self._main = compile_explanation(rule.main.condition, names)
        self._exemptions = [
            (each.name, compile_explanation(each.clause.condition, names))
            for each in rule.exemptions
        ]
        self._make_findings = compile_findings(rule, names)
        self._policies = names.policies

    def breach(self, frame: Frame, applicability: Sequence[Truth], main: Truth) -> Breach:
        """Return the breach by the truths of the applicability and of the main clause."""
        outcome = self._main(frame, main)
        pairs = zip(self._applicability, applicability, strict=True)
        return Breach(
            main=negation(outcome) if self._denied else outcome,
            applicability=conjunction([APPLIES, *(explain(frame, it) for explain, it in pairs)]),
            policies=self._policies,
            day=frame.law_day,
        )

    def result(
        self,
        result: RuleResult,
        breach: Breach,
        context: EvaluationContext,
        frame: Frame,
        exempted: Sequence[Truth],
    ) -> RuleResult:
        """Return a result with its findings, and with the exemptions that are not met."""
        findings, further = self._make_findings(breach, context.campaign)
        pairs = zip(self._exemptions, exempted, strict=True)
        unmet = [(name, explain(frame, truth)) for (name, explain), truth in pairs]
        return RuleResult(
            rule=result.rule,
            status=result.status,
            markets=result.markets,
            findings=findings,
            unmet_exemptions=tuple(UnmetExemption.of(name, outcome) for name, outcome in unmet),
            further_findings=further,
        )
