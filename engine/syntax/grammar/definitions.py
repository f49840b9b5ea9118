"""The grammar of statutory definitions."""

import pyparsing as pp

from ...source.text import Span
from .. import tree
from ..expectations import DEFINITION_CLAUSE
from .borders import DEFINITION_BORDER
from .conditions import CONDITION_ELEMENT
from .elements import IDENTIFIER, TITLE, Parts, block, clause, first, misfit, of, word
from .policies import source


def _definition(span: Span, parts: Parts) -> tree.Definition:
    return tree.Definition(
        span=span,
        name=parts[1],
        label=first(tree.TextLiteral, parts),
        clauses=of(tree.DefinitionClause | tree.Broken, parts),
    )


def definition() -> pp.ParserElement:
    """Return the element for a definition with its clauses."""
    means = clause(
        word("means") - CONDITION_ELEMENT,
        DEFINITION_BORDER,
        lambda span, parts: tree.MeansClause(span=span, condition=parts[1]),
    )
    part = source(DEFINITION_BORDER) | means | misfit(DEFINITION_BORDER, DEFINITION_CLAUSE)
    heading = IDENTIFIER - pp.Optional(TITLE)
    return block("define", heading, part, DEFINITION_BORDER, _definition)
