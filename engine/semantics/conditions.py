"""Conditions of clauses: read, kept within measure, and held against where their truth leads."""

from itertools import islice

from ..source.text import Span
from ..syntax import tree as syntax
from ..syntax.lexis import MAXIMUM_HEIGHT
from . import faults
from .elaborate import Scope, condition
from .polarity import absence_faults
from .tree import (
    Clause,
    Condition,
    DefinedCondition,
    conditions_within,
    parts_within,
)

MOST_PARTS = 1_000
"""A condition may have so many parts once its definitions are written out."""


def checked_clause(
    scope: Scope, span: Span, node: syntax.Expression, *, towards_denial: bool | None
) -> Clause | None:
    """Return the clause at a span with its condition, or None where it is none, as reported.

    `towards_denial` is where its truth leads, so that absence cannot help; None for a definition,
    of which that is seen where it is used. A fault of that kind is reported, and the clause made.
    """
    made = condition(scope, node)
    if made is None:
        return None
    if _is_sprawling(made):
        scope.report(faults.structure.sprawling(span, MOST_PARTS))
        return None
    if towards_denial is not None:
        for fault in absence_faults(made, towards_denial=towards_denial):
            scope.report(fault)
    location = scope.source.locate(span.start)
    return Clause(condition=made, text=scope.words(span), location=location)


def _is_sprawling(whole: Condition) -> bool:
    """Whether a condition that uses definitions has too many parts once they are written out.

    Without a bound, ten definitions of definitions could stand for a thousand million parts.
    """
    parts = list(islice(conditions_within(whole), MOST_PARTS + 1))
    if not any(isinstance(part, DefinedCondition) for part in parts):
        return False
    return len(parts) > MOST_PARTS or _height(whole) > MAXIMUM_HEIGHT


def _height(whole: Condition) -> int:
    return 1 + max(map(_height, parts_within(whole)), default=0)
