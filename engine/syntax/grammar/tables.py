"""The grammar of tables."""

import pyparsing as pp

from ...source.text import Span
from .. import tree
from ..expectations import TABLE_CLAUSE
from .borders import TABLE_BORDER
from .conditions import CELL_ELEMENT, VALUE_ELEMENT
from .elements import (
    DAY,
    END,
    IDENTIFIER,
    TITLE,
    Build,
    Choice,
    Parts,
    block,
    clause,
    first,
    listed,
    mark,
    misfit,
    node,
    of,
    word,
)
from .policies import source


def _edition(span: Span, parts: Parts) -> tree.EditionClause:
    return tree.EditionClause(span=span, start=parts[1], end=first(tree.End, parts))


def _row(span: Span, parts: Parts) -> tree.CaseRow:
    return tree.CaseRow(span=span, cells=tuple(parts[1:-2:2]), value=parts[-1])


def _table(span: Span, parts: Parts) -> tree.Table:
    return tree.Table(
        span=span,
        name=parts[1],
        label=first(tree.TextLiteral, parts),
        clauses=of(tree.TableClause | tree.Broken, parts),
    )


def table() -> pp.ParserElement:
    """Return the element for a table with its cases."""
    given = node(
        IDENTIFIER - mark(":") - IDENTIFIER,
        lambda span, parts: tree.TableInput(span=span, name=parts[0], type=parts[2]),
    ).set_name("a name")
    clauses: tuple[tuple[pp.ParserElement, Build], ...] = (
        (
            word("given") - listed(given),
            lambda span, parts: tree.InputsClause(span=span, inputs=of(tree.TableInput, parts)),
        ),
        (
            word("gives") - IDENTIFIER,
            lambda span, parts: tree.ResultClause(span=span, type=parts[1]),
        ),
        (word("from") - DAY - pp.Optional(END), _edition),
        (word("case") - listed(CELL_ELEMENT) - word("gives") - VALUE_ELEMENT, _row),
        (
            word("otherwise") - word("gives") - VALUE_ELEMENT,
            lambda span, parts: tree.OtherwiseRow(span=span, value=parts[-1]),
        ),
    )
    parts = (source(TABLE_BORDER), *(clause(body, TABLE_BORDER, make) for body, make in clauses))
    part = Choice(parts, misfit(TABLE_BORDER, TABLE_CLAUSE))
    heading = IDENTIFIER - word("unique") - pp.Optional(TITLE)
    return block("table", heading, part, TABLE_BORDER, _table)
