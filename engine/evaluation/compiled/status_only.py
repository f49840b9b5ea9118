"""The status of a rule without its explanation, for days on which only the outcome matters.

It asks the questions of `judge`, by truth values alone, for rules of the common kind under one
state of the law. All other rules take the general path.
"""

from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from ...semantics.tree import Clause, Rule
from ...syntax.tree import UnknownTreatment
from ..outcome import Truth
from ..result import Status
from .closures import Frame, Names, Test, compile_test

StatusOf: TypeAlias = Callable[[Frame, Truth], Status]
"""Returns the status of a rule in a frame, where it applies by the truth given."""


def is_common(rule: Rule) -> bool:
    """Whether a rule is of the common kind: alike in all markets, and lifted by no permission."""
    return not (rule.reads_market or rule.permissions or rule.duty or not rule.effect.denies)


def compile_status(rule: Rule, names: Names) -> StatusOf:
    """Return the closure that yields the status of a rule of the common kind.

    INVARIANT: it is asked of candidates, so neither subject nor breach is false.
    """

    def test_of(clause: Clause) -> Test:
        return compile_test(clause.condition, names)

    subject = [test_of(clause) for clause in rule.applicability]
    main = test_of(rule.main)
    excuses = [test_of(each.clause) for each in rule.exemptions]
    waivers = [(each.window, test_of(each.scope)) for each in rule.waivers]
    denies = rule.if_unknown is UnknownTreatment.DENY
    undetermined = Status.VIOLATED if denies else Status.UNDETERMINED

    def is_waived(frame: Frame, day: date) -> bool:
        return any(window.meets(day, day) and scope(frame) is True for window, scope in waivers)

    def stand(frame: Frame, here: Truth) -> Status:
        truths = [test(frame) for test in subject]
        met = main(frame)
        if any(excuse(frame) is True for excuse in excuses):
            return Status.EXCEPTED
        if met is None or here is None or None in truths:
            return undetermined
        return Status.WAIVED if is_waived(frame, frame.law_day) else Status.VIOLATED

    return stand
