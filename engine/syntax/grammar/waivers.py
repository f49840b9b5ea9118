"""The grammar of waivers."""

import pyparsing as pp

from ...source.text import Span
from .. import tree
from ..expectations import WAIVER_CLAUSE
from .borders import WAIVER_BORDER
from .conditions import CONDITION_ELEMENT
from .elements import (
    DAY,
    IDENTIFIER,
    REFERENCE,
    TITLE,
    Build,
    Choice,
    Parts,
    block,
    clause,
    misfit,
    of,
    word,
)
from .policies import force


def _approval(span: Span, parts: Parts) -> tree.ApprovalClause:
    approver, role = of(tree.TextLiteral, parts)
    return tree.ApprovalClause(span=span, approver=approver, role=role, day=parts[-1])


def _waiver(span: Span, parts: Parts) -> tree.Waiver:
    clauses = of(tree.WaiverClause | tree.Broken, parts)
    return tree.Waiver(span=span, name=parts[1], clauses=clauses)


def waiver() -> pp.ParserElement:
    """Return the element for a waiver with its clauses."""
    clauses: tuple[tuple[pp.ParserElement, Build], ...] = (
        (
            word("of") - REFERENCE,
            lambda span, parts: tree.WaivedClause(span=span, rule=parts[1]),
        ),
        (
            word("for") - CONDITION_ELEMENT,
            lambda span, parts: tree.ScopeClause(span=span, condition=parts[1]),
        ),
        (word("approved by") - TITLE - word("as") - TITLE - word("on") - DAY, _approval),
        (word("ticket") - TITLE, lambda span, parts: tree.TicketClause(span=span, text=parts[1])),
        (word("reason") - TITLE, lambda span, parts: tree.ReasonClause(span=span, text=parts[1])),
    )
    parts = (force(WAIVER_BORDER), *(clause(body, WAIVER_BORDER, make) for body, make in clauses))
    part = Choice(parts, misfit(WAIVER_BORDER, WAIVER_CLAUSE))
    return block("waiver", IDENTIFIER, part, WAIVER_BORDER, _waiver)
