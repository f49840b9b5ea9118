"""The grammar of policies: clauses, and the rules that they make up."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pyparsing as pp

from ...source.text import Span
from .. import tree
from ..expectations import CLAUSE, DUE, ENFORCEMENT, INSTRUMENT, NO_END_OF_RULE, PROVISION
from ..lexis import PROVISIONS, MonthEnd
from .borders import RULE_BORDER
from .conditions import CONDITION_ELEMENT, SET_ELEMENT
from .elements import (
    DAY,
    END,
    FACT_PATH,
    IDENTIFIER,
    LENGTH,
    REFERENCE,
    TITLE,
    Build,
    Choice,
    Parts,
    clause,
    first,
    leaf,
    listed,
    misfit,
    node,
    of,
    phrase_of,
    word,
)
from .recovery import End, Recovering

_HEADING = "heading"
_PROVISION = rf"(?:{'|'.join(PROVISIONS)})[ \t]+\w+(?:[.:-]\w+)*(?:\(\w+\))*"


def _clause(keyword: str, body: pp.ParserElement, build: Build) -> pp.ParserElement:
    return clause(word(keyword) - body, RULE_BORDER, build)


def _citation(span: Span, parts: Parts) -> tree.Citation:
    provision = " ".join(parts[1].text.split())
    return tree.Citation(span=span, instrument=parts[0], provision=provision)


def source(border: str) -> pp.ParserElement:
    """Return the element for the clause that says where something comes from."""
    citation = node(
        leaf(r"[A-Z]\w*", INSTRUMENT) - leaf(rf"{_PROVISION}(?:[ \t]+{_PROVISION})*", PROVISION),
        _citation,
    )
    return clause(
        word("source") - listed(citation),
        border,
        lambda span, parts: tree.SourceClause(span=span, citations=of(tree.Citation, parts)),
    )


def _force(span: Span, parts: Parts) -> tree.ForceClause:
    return tree.ForceClause(span=span, start=parts[1], end=first(tree.End, parts))


def force(border: str) -> pp.ParserElement:
    """Return the element for the clause that says on which days something holds."""
    return clause(word("in force from") - DAY - pp.Optional(END), border, _force)


def _require(span: Span, parts: Parts) -> tree.RequireClause:
    when = parts[3] if len(parts) > 2 else None
    return tree.RequireClause(span=span, condition=parts[1], when=when)


def _oblige(span: Span, parts: Parts) -> tree.ObligeClause:
    return tree.ObligeClause(span=span, duty=parts[1], condition=parts[3], due=parts[4])


def _due() -> pp.ParserElement:
    """Return the element that says by when a duty is to be done."""
    before, *later = (term.value for term in tree.Term)
    times = (word(before) | word("within") - LENGTH - word(*later)).set_name(DUE)
    return node(
        word("due") - times,
        lambda span, parts: tree.Due(
            span=span,
            term=tree.Term(phrase_of(parts[-1])),
            within=first(tree.MeasureLiteral, parts),
        ),
    )


def _exception(span: Span, parts: Parts) -> tree.ExceptionClause:
    return tree.ExceptionClause(span=span, name=parts[1], condition=parts[2])


def _origin() -> Iterator[pp.ParserElement]:
    """Yield the clauses that say where a rule comes from, and when and where it applies."""
    yield source(RULE_BORDER)
    yield force(RULE_BORDER)
    yield _clause(
        "applies in",
        SET_ELEMENT,
        lambda span, parts: tree.PlaceClause(span=span, places=parts[1]),
    )
    yield _clause(
        "applies when",
        CONDITION_ELEMENT,
        lambda span, parts: tree.ApplicabilityClause(span=span, condition=parts[1]),
    )


def _effect() -> Iterator[pp.ParserElement]:
    """Yield the clauses that say what a rule does, and what excepts from it."""
    yield _clause(
        "prohibit when",
        CONDITION_ELEMENT,
        lambda span, parts: tree.ProhibitClause(span=span, condition=parts[1]),
    )
    yield _clause(
        "require", CONDITION_ELEMENT + pp.Optional(word("when") - CONDITION_ELEMENT), _require
    )
    yield _clause("oblige", TITLE - word("when") - CONDITION_ELEMENT - _due(), _oblige)
    yield _clause(
        "permit when",
        CONDITION_ELEMENT,
        lambda span, parts: tree.PermitClause(span=span, condition=parts[1]),
    )
    yield _clause(
        "despite",
        listed(REFERENCE),
        lambda span, parts: tree.DespiteClause(span=span, rules=of(tree.RuleReference, parts)),
    )
    yield _clause(
        "subject to",
        listed(REFERENCE),
        lambda span, parts: tree.SubjectClause(span=span, permits=of(tree.RuleReference, parts)),
    )
    yield _clause("unless", TITLE - CONDITION_ELEMENT, _exception)


def _treatment() -> Iterator[pp.ParserElement]:
    """Yield the clauses that choose from a few words."""
    yield _clause(
        "if unknown",
        word(*(treatment.value for treatment in tree.UnknownTreatment)),
        lambda span, parts: tree.UnknownClause(
            span=span, treatment=tree.UnknownTreatment(parts[1].text)
        ),
    )
    yield _clause(
        "severity",
        word(*(gravity.value for gravity in tree.Gravity)),
        lambda span, parts: tree.SeverityClause(span=span, gravity=tree.Gravity(parts[1].text)),
    )
    yield _clause(
        "enforcement",
        (word(tree.Enforcement.OVERRIDABLE.value) - TITLE | word("advisory", "mandatory")).set_name(
            ENFORCEMENT
        ),
        lambda span, parts: tree.EnforcementClause(
            span=span,
            enforcement=tree.Enforcement(phrase_of(parts[1])),
            role=first(tree.TextLiteral, parts),
        ),
    )


def _counting() -> Iterator[pp.ParserElement]:
    """Yield the clause that says how months are counted."""
    yield _clause(
        "month end",
        word(*(each.value for each in MonthEnd)),
        lambda span, parts: tree.MonthEndClause(span=span, month_end=MonthEnd(phrase_of(parts[1]))),
    )


def _wording() -> Iterator[pp.ParserElement]:
    """Yield the clauses that a person is shown."""
    yield _clause("text", TITLE, lambda span, parts: tree.TextClause(span=span, text=parts[1]))
    yield _clause(
        "message", TITLE, lambda span, parts: tree.MessageClause(span=span, text=parts[1])
    )
    yield _clause("remedy", TITLE, lambda span, parts: tree.RemedyClause(span=span, text=parts[1]))
    yield _clause(
        "evidence",
        listed(FACT_PATH),
        lambda span, parts: tree.EvidenceClause(span=span, paths=of(tree.Path, parts)),
    )


def _end_of_rule(span: Span, _: Parts) -> tree.Broken:
    return tree.Broken(span=span, place=span.start, expected=NO_END_OF_RULE, context="rule")


def _heading(span: Span, parts: Parts) -> tree.Rule:
    title = first(tree.TextLiteral, parts)
    return tree.Rule(span=span, name=parts[1], title=title, clauses=())


def _gathered(parts: Parts) -> tuple[tuple[tree.Rule, ...], tuple[tree.Clause | tree.Broken, ...]]:
    """Return the rules with their clauses, and the clauses that are common to all of them.

    The clauses below a broken heading belong to no rule: only the broken ones are kept.
    """
    rules: list[tuple[tree.Rule, list[tree.Clause | tree.Broken]]] = []
    common: list[tree.Clause | tree.Broken] = []
    is_lost = False
    for part in parts:
        match part:
            case tree.Rule():
                rules.append((part, []))
                is_lost = False
            case tree.Broken(context="heading"):
                common.append(part)
                is_lost = True
            case _ if is_lost and not isinstance(part, tree.Broken):
                pass
            case _ if is_lost or not rules:
                common.append(part)
            case _:
                rules[-1][1].append(part)
    return tuple(_completed(heading, clauses) for heading, clauses in rules), tuple(common)


def _completed(heading: tree.Rule, clauses: Sequence[tree.Clause | tree.Broken]) -> tree.Rule:
    last = clauses[-1] if clauses else heading
    return replace(heading, span=heading.span.to(last.span), clauses=tuple(clauses))


def _policy(span: Span, parts: Parts) -> tree.Policy:
    *body, end = parts
    rules, common = _gathered(of(tree.Clause | tree.Broken | tree.Rule, body))
    return tree.Policy(
        span=span,
        name=parts[1],
        title=parts[2] if isinstance(parts[2], tree.TextLiteral) else None,
        clauses=(*common, *of(tree.Broken, (end,))),
        rules=rules,
    )


def policy() -> pp.ParserElement:
    """Return the element for a policy with its rules."""
    heading = node(word("rule") - IDENTIFIER - pp.Optional(TITLE), _heading)
    clauses: list[Callable[[], Iterator[pp.ParserElement]]] = [
        *(_origin, _effect, _treatment, _counting, _wording)
    ]
    part_of_rule = Choice(
        [
            node(word("end rule"), _end_of_rule),
            *(element for family in clauses for element in family()),
        ],
        misfit(RULE_BORDER, CLAUSE),
    )
    part = Choice(
        [Recovering(heading, RULE_BORDER, _HEADING)], Recovering(part_of_rule, RULE_BORDER, "rule")
    )
    return node(
        word("policy") - IDENTIFIER - pp.Optional(TITLE) - pp.ZeroOrMore(part) - End("policy"),
        _policy,
    )
