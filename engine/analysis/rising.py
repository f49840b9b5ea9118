"""Which way a rise of what a declaration gives leans, by how rules compare it.

That `x is at least LIMIT` is demanded asks for more as the limit rises; that it is prohibited asks
for less. A value that is calculated with leans neither way for sure.
"""

from collections.abc import Iterable, Iterator

from ..evaluation.operations.comparison import UndefinedError, order
from ..semantics.rules.directions import IsTerm, comes_true
from ..semantics.tree import ComparisonCondition, Constant, Policies, terms_of
from .change import Lean, combined_lean, lean_of_growth
from .declarations import signed


def rises(old: Constant, new: Constant) -> bool | None:
    """Whether a value rises; None where there is no order, as between two currencies."""
    try:
        return order(new.value, old.value) > 0
    except (UndefinedError, TypeError):
        return None


def lean_of(rise: bool | None, is_it: IsTerm, versions: Iterable[Policies]) -> Lean:  # noqa: FBT001 - None is a third answer.
    """Return how a rise (or fall) leans in both versions; neutral where no rule reads the value."""
    signs = {sign for policies in versions for sign in _uses(is_it, policies)}
    return combined_lean(lean_of_growth(grows=rise, sign=sign) for sign in signs)


def _uses(is_it: IsTerm, policies: Policies) -> Iterator[int]:
    """Yield, for each use, the sign of a rise of the value; 0 where a rise has none."""
    for rule in policies.rules:
        for condition, sign in signed(rule):
            if isinstance(condition, ComparisonCondition) and any(map(is_it, terms_of(condition))):
                rising = comes_true(condition, is_it)
                yield 0 if rising is None else sign if rising else -sign
