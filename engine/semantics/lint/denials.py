"""`not A or B`, which denies A alone, where a reader may take it to deny both."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from ...source.diagnostic import Diagnostic
from ...syntax import tree as syntax
from ...syntax.lexis import Comparator
from ...syntax.visit import children, walk
from . import faults

_DENYING = (
    *(Comparator.IS_NOT, Comparator.NOT_ONE_OF, Comparator.NOT_LIKE, Comparator.NOT_EMPTY),
    *(Comparator.UNKNOWN, Comparator.INCLUDES_NONE_OF),
)


def half_denied(files: Iterable[syntax.File]) -> Iterator[Diagnostic]:
    """Yield a warning for each `not` without brackets before an `or` and an affirmation."""
    for node in (node for file in files for item in file.items for node in walk(item)):
        if isinstance(node, syntax.Junction) and node.kind is syntax.JunctionKind.OR:
            for denied, following in pairwise(node.operands):
                is_open = isinstance(denied, syntax.Not) and not _has_brackets(denied)
                if is_open and not _is_denial(following):
                    yield faults.half_denied(denied.span)


def _is_denial(condition: syntax.Expression) -> bool:
    match condition:
        case syntax.Comparison(comparator=comparator):
            return comparator in _DENYING
        case syntax.Quantified(kind=syntax.QuantifierKind.NO):
            return True
        case syntax.Listing(kind=syntax.ListingKind.NONE):
            return True
        case _:
            return isinstance(condition, syntax.Not)


def _has_brackets(denied: syntax.Not) -> bool:
    """Whether brackets stand around a denial, or around what it denies: they belong to its span."""
    inner = denied.operand
    first = next(children(inner), inner)
    return denied.span.end > inner.span.end or inner.span.start < first.span.start
