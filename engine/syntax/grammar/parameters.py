"""The grammar of parameters: dated values."""

import pyparsing as pp

from ...source.text import Span
from .. import tree
from ..expectations import PARAMETER_CLAUSE
from .borders import PARAMETER_BORDER
from .conditions import VALUE_ELEMENT
from .elements import (
    DAY,
    IDENTIFIER,
    IS,
    TITLE,
    Parts,
    block,
    clause,
    first,
    mark,
    misfit,
    of,
    word,
)
from .policies import source


def _edition(span: Span, parts: Parts) -> tree.ParameterEdition:
    place = next(i for i, part in enumerate(parts) if getattr(part, "text", "") == "is")
    return tree.ParameterEdition(
        span=span,
        start=first(tree.DateLiteral, parts[:place]),
        end=first(tree.End, parts),
        value=parts[place + 1],
        source=first(tree.SourceClause, parts),
    )


def _parameter(span: Span, parts: Parts) -> tree.Parameter:
    return tree.Parameter(
        span=span,
        name=parts[1],
        type=parts[3],
        label=first(tree.TextLiteral, parts),
        clauses=of(tree.ParameterClause | tree.Broken, parts),
    )


def parameter() -> pp.ParserElement:
    """Return the element for a parameter with its editions."""
    cited = source(PARAMETER_BORDER)
    value = VALUE_ELEMENT - pp.Optional(cited)
    stated = word("from") - DAY - IS - value | word("is") - value
    edition = clause(stated, PARAMETER_BORDER, _edition)
    review = clause(
        word("reviewed on") - DAY,
        PARAMETER_BORDER,
        lambda span, parts: tree.ReviewClause(span=span, day=parts[1]),
    )
    part = cited | edition | review | misfit(PARAMETER_BORDER, PARAMETER_CLAUSE)
    heading = IDENTIFIER - mark(":") - IDENTIFIER - pp.Optional(TITLE)
    return block("parameter", heading, part, PARAMETER_BORDER, _parameter)
