"""How a list of faults ends, and which faults say that there is more than was read."""

from ..source.diagnostic import Diagnostic
from ..source.text import Span
from . import faults
from .lexis import MOST_FAULTS


def first_faults(found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Return faults in their order; where there are more than `MOST_FAULTS`, that too."""
    return found if len(found) <= MOST_FAULTS else cut_short(found)


def cut_short(found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Return the first faults of a list that goes on, and that it does."""
    listed = found[:MOST_FAULTS]
    last = listed[-1].span
    return (
        *listed,
        faults.characters.too_many_faults(Span(source=last.source, start=last.end, end=last.end)),
    )


def is_unread(fault: Diagnostic) -> bool:
    """Whether a fault says that there is text which was not read, or not judged."""
    return fault.code in ("E0108", "E0110")
