"""Whether a waiver holds: decided here and nowhere else.

A waiver holds on a day on which it is in force, in a market in which its scope is true. It is
closed-world, as exemptions are: where its scope is unknown, it does not hold. Only an established
breach is waived; an undetermined rule stays so, since nobody knows what would be waived.
"""

from collections.abc import Callable, Iterable
from datetime import date

from ..semantics.tree import Clause, Rule, Waiver
from .outcome import Outcome
from .result import UnmetExemption

WaiversInForce = tuple[tuple[Waiver, ...], tuple[UnmetExemption, ...]]
"""The waivers of a rule that hold, and those for this campaign that do not."""


def evaluate_waivers(
    rule: Rule, day: date, evaluate: Callable[[Clause], Outcome]
) -> WaiversInForce:
    """Return which waivers of a rule hold under the law of a day, and why others do not.

    `evaluate` evaluates a scope on that day. A waiver of other campaigns is in neither.
    """
    holding, unmet = [], []
    for waiver in rule.waivers:
        scope = evaluate(waiver.scope)
        in_force = waiver.window.holds_on(day)
        if in_force and scope.truth is True:
            holding.append(waiver)
        elif in_force and scope.truth is None:
            unmet.append(UnmetExemption.of(waiver_title(waiver), scope))
        elif scope.truth is True:
            name = f"{waiver_title(waiver)} {waiver.window.days}"
            unmet.append(UnmetExemption.of(name, scope))
    return tuple(holding), tuple(unmet)


def waiver_title(waiver: Waiver) -> str:
    """Return the name of a waiver among exemptions and permissions."""
    return f"waiver {waiver.name}"


def waiver_names(waivers: Iterable[Waiver]) -> str:
    """Return the names of waivers, as the reason why a rule is waived."""
    return ", ".join(waiver.name for waiver in waivers)
