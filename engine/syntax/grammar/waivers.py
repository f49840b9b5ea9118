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
    misfit,
    node,
    of,
    word,
)
from .policies import force
from .recovery import Complete, End, Recovering


def _clause(body: pp.ParserElement, build: Build) -> pp.ParserElement:
    return node(body - Complete(WAIVER_BORDER), build)


def _approval(span: Span, parts: Parts) -> tree.ApprovalClause:
    approver, role = of(tree.TextLiteral, parts)
    return tree.ApprovalClause(span=span, approver=approver, role=role, day=parts[-1])


def _waiver(span: Span, parts: Parts) -> tree.Waiver:
    clauses = of(tree.WaiverClause | tree.Broken, parts)
    return tree.Waiver(span=span, name=parts[1], clauses=clauses)


def waiver() -> pp.ParserElement:
    """Return the element for a waiver with its clauses."""
    clauses = [
        _clause(
            word("of") - REFERENCE,
            lambda span, parts: tree.WaivedClause(span=span, rule=parts[1]),
        ),
        _clause(
            word("for") - CONDITION_ELEMENT,
            lambda span, parts: tree.ScopeClause(span=span, condition=parts[1]),
        ),
        force(WAIVER_BORDER),
        _clause(word("approved by") - TITLE - word("as") - TITLE - word("on") - DAY, _approval),
        _clause(
            word("ticket") - TITLE,
            lambda span, parts: tree.TicketClause(span=span, text=parts[1]),
        ),
        _clause(
            word("reason") - TITLE,
            lambda span, parts: tree.ReasonClause(span=span, text=parts[1]),
        ),
    ]
    clause = Choice(clauses, misfit(WAIVER_BORDER, WAIVER_CLAUSE))
    return node(
        word("waiver")
        - IDENTIFIER
        - pp.ZeroOrMore(Recovering(clause, WAIVER_BORDER, "waiver"))
        - End("waiver"),
        _waiver,
    )
