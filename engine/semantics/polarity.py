"""The polarity check: absence must never help.

A condition is read with a sign: whether its truth leads towards denial or towards allowing. In a
position where truth leads towards denial, `is known` would let a campaign escape by leaving the
fact out; where truth leads towards allowing, `is unknown` would. Everything else in the language
is monotone in information, so this check makes `allow` monotone as a whole.
"""

from collections.abc import Iterator
from typing import assert_never

from ..source.diagnostic import Diagnostic
from ..syntax.lexis import Comparator
from ..syntax.tree import QuantifierKind
from . import faults
from .tree import (
    AggregateTerm,
    Compared,
    Condition,
    Defined,
    Denied,
    Holds,
    Joined,
    Over,
    conditions_below,
    terms_of,
)


def absence_faults(  # noqa: C901 - one case for each kind of condition.
    condition: Condition, *, towards_denial: bool
) -> Iterator[Diagnostic]:
    """Yield a fault for each place at which an absent fact would help.

    Within a definition the fault is that of its use: elsewhere the same words may stand well.
    """
    match condition:
        case Holds():
            return
        case Compared(comparator=comparator, span=span):
            helpful = Comparator.KNOWN if towards_denial else Comparator.UNKNOWN
            if comparator is helpful:
                yield faults.absence_helps(span, comparator)
            for term in terms_of(condition):
                if isinstance(term, AggregateTerm) and term.where is not None:
                    yield from _within_aggregate(term.where)
        case Joined(operands=operands):
            for operand in operands:
                yield from absence_faults(operand, towards_denial=towards_denial)
        case Denied(operand=operand):
            yield from absence_faults(operand, towards_denial=not towards_denial)
        case Over(kind=kind, condition=inner):
            flips = kind is QuantifierKind.NO
            yield from absence_faults(inner, towards_denial=towards_denial is not flips)
        case Defined(span=span, name=name, condition=inner):
            if any(absence_faults(inner, towards_denial=towards_denial)):
                yield faults.absence_helps_in_definition(span, name)
        case _:
            assert_never(condition)


def _within_aggregate(where: Condition) -> Iterator[Diagnostic]:
    """Yield a fault for each question in a choice of elements whether a fact is stated.

    An aggregate may rise or fall with each element, so there is no direction in which it is safe.
    """
    for part in conditions_below(where):
        if isinstance(part, Compared) and part.comparator in (
            Comparator.KNOWN,
            Comparator.UNKNOWN,
        ):
            yield faults.absence_helps(part.span, part.comparator)
