"""The grammar of statutory definitions."""

import pyparsing as pp

from ...source.text import Span
from .. import tree
from ..expectations import DEFINITION_CLAUSE
from .borders import DEFINITION_BORDER
from .conditions import CONDITION_ELEMENT
from .elements import IDENTIFIER, TITLE, Parts, first, misfit, node, of, word
from .policies import source
from .recovery import Complete, End, Recovering


def _definition(span: Span, parts: Parts) -> tree.Definition:
    return tree.Definition(
        span=span,
        name=parts[1],
        label=first(tree.TextLiteral, parts),
        clauses=of(tree.DefinitionClause | tree.Broken, parts),
    )


def definition() -> pp.ParserElement:
    """Return the element for a definition with its clauses."""
    means = node(
        word("means") - CONDITION_ELEMENT - Complete(DEFINITION_BORDER),
        lambda span, parts: tree.MeansClause(span=span, condition=parts[1]),
    )
    clause = source(DEFINITION_BORDER) | means | misfit(DEFINITION_BORDER, DEFINITION_CLAUSE)
    return node(
        word("define")
        - IDENTIFIER
        - pp.Optional(TITLE)
        - pp.ZeroOrMore(Recovering(clause, DEFINITION_BORDER, "define"))
        - End("define"),
        _definition,
    )
