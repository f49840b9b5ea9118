"""Which clauses a rule or a declaration has: each once, those it needs, and none in vain."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from ..source.diagnostic import Diagnostic
from ..syntax import tree as syntax
from ..syntax.visit import any_broken
from . import faults

Keywords: TypeAlias = Mapping[type[syntax.Node], str]
"""Clauses by their kind, with the words that begin them."""

Needed: TypeAlias = Mapping[type[syntax.Node], tuple[str, str]]
"""Clauses by their kind, with the words that begin them, and how to say them."""

Declaration: TypeAlias = (
    syntax.Parameter | syntax.Definition | syntax.Table | syntax.Waiver | syntax.Profile
)
"""What has clauses of its own beside rules."""

KEYWORDS: Keywords = {
    syntax.SourceClause: "source",
    syntax.ForceClause: "in force from",
    syntax.PlaceClause: "applies in",
    syntax.ApplicabilityClause: "applies when",
    syntax.ProhibitClause: "prohibit when",
    syntax.RequireClause: "require",
    syntax.ObligeClause: "oblige",
    syntax.PermitClause: "permit when",
    syntax.DespiteClause: "despite",
    syntax.SubjectClause: "subject to",
    syntax.ExceptionClause: "unless",
    syntax.UnknownClause: "if unknown",
    syntax.SeverityClause: "severity",
    syntax.EnforcementClause: "enforcement",
    syntax.MonthEndClause: "month end",
    syntax.TextClause: "text",
    syntax.MessageClause: "message",
    syntax.RemedyClause: "remedy",
    syntax.EvidenceClause: "evidence",
}

MAIN = (syntax.ProhibitClause, syntax.RequireClause, syntax.ObligeClause, syntax.PermitClause)
"""The clauses that say what a rule does."""

_REPEATABLE = (syntax.ApplicabilityClause, syntax.ExceptionClause)
_ONCE = {kind: keyword for kind, keyword in KEYWORDS.items() if kind not in _REPEATABLE}
_COMMON = (
    *(syntax.SourceClause, syntax.ForceClause, syntax.PlaceClause, syntax.ApplicabilityClause),
    *(syntax.SeverityClause, syntax.EnforcementClause, syntax.UnknownClause),
    syntax.MonthEndClause,
)
_REASONS: Mapping[type[syntax.Node], str] = {
    syntax.SourceClause: "say where the rule comes from: `source DSA art 28(2)`",
    syntax.ForceClause: "say from which day it holds: `in force from 2024-02-17`",
    syntax.DespiteClause: "say which rule it lifts: `despite minors/no_profiling`",
    syntax.MessageClause: 'say what a person is told: `message "…"`',
    syntax.RemedyClause: 'say what to change to be allowed: `remedy "…"`',
}
_ALWAYS = (syntax.SourceClause, syntax.ForceClause)
_TEXTS = (syntax.MessageClause, syntax.RemedyClause)
_NEEDED: Mapping[type[syntax.Node], tuple[type[syntax.Node], ...]] = {
    syntax.ObligeClause: _ALWAYS,
    syntax.PermitClause: (*_ALWAYS, syntax.DespiteClause),
}
_USELESS: Mapping[type[syntax.Node], tuple[type[syntax.Node], ...]] = {
    syntax.ProhibitClause: (syntax.DespiteClause,),
    syntax.RequireClause: (syntax.DespiteClause,),
    syntax.ObligeClause: (*_TEXTS, syntax.DespiteClause),
    syntax.PermitClause: (
        *(*_TEXTS, syntax.EvidenceClause, syntax.ExceptionClause, syntax.SubjectClause),
        *(syntax.UnknownClause, syntax.SeverityClause, syntax.EnforcementClause),
    ),
}


def misplaced(policy: syntax.Policy) -> Iterator[Diagnostic]:
    """Yield a fault for each common clause of a policy that belongs into a rule."""
    for clause in policy.clauses:
        if not isinstance(clause, (*_COMMON, syntax.Broken)):
            yield faults.misplaced_clause(clause.span, KEYWORDS[type(clause)])


def repeated(
    clauses: Iterable[syntax.Node], once: Keywords = _ONCE, what: str = "rule"
) -> Iterator[Diagnostic]:
    """Yield a fault for each clause that may stand `once` and stands again."""
    seen: set[type[syntax.Node]] = set()
    for clause in clauses:
        kind = type(clause)
        if kind in seen and kind in once:
            yield faults.repeated_clause(clause.span, once[kind], what)
        seen.add(kind)


def structure_faults(
    node: Declaration,
    what: str,
    once: Keywords,
    needed: Needed,
) -> Iterator[Diagnostic]:
    """Yield a fault for each clause that a declaration repeats or lacks.

    `once` are the clauses that may stand once, and `needed` those that must be there. A
    broken clause may be the one that seems to be missing.
    """
    yield from repeated(node.clauses, once, what)
    if any_broken(node.clauses):
        return
    name, written = node.name, set(map(type, node.clauses))
    for kind, (keyword, why) in needed.items():
        if kind not in written:
            yield faults.missing_clause(name.span, name.text, keyword, why, what)


def unfit(policy: syntax.Policy, rule: syntax.Rule) -> Iterator[Diagnostic]:
    """Yield a fault for each clause that a rule without broken clauses lacks, or has in vain."""
    main = next((type(clause) for clause in rule.clauses if isinstance(clause, MAIN)), None)
    written = {type(clause) for clause in (*policy.clauses, *rule.clauses)}
    needed = (*_ALWAYS, *_TEXTS) if main is None else _NEEDED.get(main, (*_ALWAYS, *_TEXTS))
    name = rule.name
    for kind in needed:
        if kind not in written:
            yield faults.missing_clause(name.span, name.text, KEYWORDS[kind], _REASONS[kind])
    if main is None:
        why = (
            "say what the rule does: `prohibit when …`, `require …`, `oblige …` or `permit when …`"
        )
        kinds = "prohibit when`, `require`, `oblige` or `permit when"
        yield faults.missing_clause(name.span, name.text, kinds, why)
        return
    for clause in rule.clauses:
        if type(clause) in _USELESS[main]:
            yield faults.useless_clause(clause.span, KEYWORDS[type(clause)], KEYWORDS[main])
