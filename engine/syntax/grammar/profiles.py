"""The grammar of profiles."""

import pyparsing as pp

from ...source.text import Span
from .. import tree
from ..expectations import MODULE, PROFILE_CLAUSE, RULE_OR_PARAMETER
from ..lexis import NAME
from .borders import PROFILE_BORDER
from .conditions import VALUE_ELEMENT
from .elements import (
    DAY,
    IDENTIFIER,
    REFERENCE,
    TITLE,
    Choice,
    Parts,
    block,
    clause,
    first,
    leaf,
    listed,
    misfit,
    of,
    phrase_of,
    word,
)
from .policies import source

MODULE_NAME = leaf(rf"{NAME}(?:\.{NAME})*", MODULE)


def _tightened(span: Span, parts: Parts) -> tree.TightenedRule | tree.TightenedParameter:
    rule = first(tree.RuleReference, parts)
    if rule is not None:
        level = tree.Stringency(phrase_of(parts[3]))
        return tree.TightenedRule(span=span, rule=rule, stringency=level)
    return tree.TightenedParameter(span=span, name=parts[1], value=parts[3], start=parts[-1])


def _adopts(span: Span, parts: Parts) -> tree.AdoptsClause:
    names = (each for each in of(tree.Name, parts[1:]) if each.text != ",")
    return tree.AdoptsClause(span=span, modules=tuple(names))


def _profile(span: Span, parts: Parts) -> tree.Profile:
    return tree.Profile(
        span=span,
        name=parts[1],
        label=first(tree.TextLiteral, parts),
        clauses=of(tree.ProfileClause | tree.Broken, parts),
    )


def profile() -> pp.ParserElement:
    """Return the element for a profile with its clauses."""
    adopts = clause(word("adopts") - listed(MODULE_NAME), PROFILE_BORDER, _adopts)
    levels = word(*(each.value for each in tree.Stringency))
    of_rule = REFERENCE - word("to") - levels
    of_parameter = IDENTIFIER - word("to") - VALUE_ELEMENT - word("from") - DAY
    tightens = clause(
        word("tightens") - (of_rule | of_parameter).set_name(RULE_OR_PARAMETER),
        PROFILE_BORDER,
        _tightened,
    )
    parts = (source(PROFILE_BORDER), adopts, tightens)
    part = Choice(parts, misfit(PROFILE_BORDER, PROFILE_CLAUSE))
    heading = IDENTIFIER - pp.Optional(TITLE)
    return block("profile", heading, part, PROFILE_BORDER, _profile)
