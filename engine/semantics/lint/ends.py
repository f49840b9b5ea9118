"""Ends on the last day of a month, which `until` leaves out and few writers mean to."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date

from ...source.diagnostic import Diagnostic
from ...syntax import tree as syntax
from ...syntax.visit import children
from . import faults

_DATED = (
    syntax.ForceClause,
    syntax.ParameterEdition,
    syntax.EditionClause,
    syntax.SetEdition,
)


def left_out(files: Iterable[syntax.File]) -> Iterator[Diagnostic]:
    """Yield a warning for each end on the last day of a month, unless something begins with it."""
    for item in (item for file in files for item in file.items):
        dated = [node for node in _parts(item) if isinstance(node, _DATED)]
        begins = {node.start.value for node in dated if node.start is not None}
        for end in (node.end for node in dated if node.end is not None):
            day = end.day.value
            leaves_out = end.word is syntax.EndWord.UNTIL and _is_last_of_month(day)
            if leaves_out and day not in begins:
                yield faults.last_day_left_out(end.day.span, day)


def _parts(item: syntax.Node) -> Iterator[syntax.Node]:
    """Yield the clauses and editions of an item, and the clauses of its rules."""
    for part in children(item):
        yield part
        if isinstance(part, syntax.Rule):
            yield from children(part)


def _is_last_of_month(day: date) -> bool:
    return day != date.max and day.day == monthrange(day.year, day.month)[1]
