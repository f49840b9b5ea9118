"""Which clauses a rule or a declaration has: each once, those it needs, and none in vain."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from ..source.diagnostic import Diagnostic
from ..syntax import tree as syntax
from ..syntax.visit import any_broken
from . import faults

Kinds: TypeAlias = tuple[type[syntax.Keyed], ...]
Reasons: TypeAlias = Mapping[type[syntax.Keyed], str]
"""Clauses that are needed, each with how to say it."""

Declaration: TypeAlias = (
    syntax.Parameter | syntax.Definition | syntax.Table | syntax.Waiver | syntax.Profile
)
"""What has clauses of its own beside rules."""

MAIN = (syntax.ProhibitClause, syntax.RequireClause, syntax.ObligeClause, syntax.PermitClause)
"""The clauses that say what a rule does."""

_REPEATABLE: Kinds = (syntax.ApplicabilityClause, syntax.ExceptionClause)
_COMMON: Kinds = (
    *(syntax.SourceClause, syntax.ForceClause, syntax.PlaceClause, syntax.ApplicabilityClause),
    *(syntax.SeverityClause, syntax.EnforcementClause, syntax.UnknownClause),
    syntax.MonthEndClause,
)
_REASONS: Reasons = {
    syntax.SourceClause: "say where the rule comes from: `source DSA art 28(2)`",
    syntax.ForceClause: "say from which day it holds: `in force from 2024-02-17`",
    syntax.DespiteClause: "say which rule it lifts: `despite minors/no_profiling`",
    syntax.MessageClause: 'say what a person is told: `message "…"`',
    syntax.RemedyClause: 'say what to change to be allowed: `remedy "…"`',
}
_ALWAYS: Kinds = (syntax.SourceClause, syntax.ForceClause)
_TEXTS: Kinds = (syntax.MessageClause, syntax.RemedyClause)
_NEEDED: Mapping[type[syntax.Keyed], Kinds] = {
    syntax.ObligeClause: _ALWAYS,
    syntax.PermitClause: (*_ALWAYS, syntax.DespiteClause),
}
_USELESS: Mapping[type[syntax.Keyed], Kinds] = {
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
        if isinstance(clause, syntax.Keyed) and not isinstance(clause, _COMMON):
            yield faults.structure.misplaced_clause(clause.span, clause.keyword)


def repeated(
    clauses: Iterable[syntax.Node], what: str = "rule", repeatable: Kinds = _REPEATABLE
) -> Iterator[Diagnostic]:
    """Yield a fault for each clause that stands again, but for those that may."""
    seen: set[type[syntax.Node]] = set()
    for clause in clauses:
        if isinstance(clause, syntax.Keyed) and not isinstance(clause, repeatable):
            if type(clause) in seen:
                yield faults.structure.repeated_clause(clause.span, clause.keyword, what)
            seen.add(type(clause))


def structure_faults(
    node: Declaration, what: str, needed: Reasons, repeatable: Kinds = ()
) -> Iterator[Diagnostic]:
    """Yield a fault for each clause that a declaration repeats or lacks.

    A broken clause may be the one that seems to be missing.
    """
    yield from repeated(node.clauses, what, repeatable)
    if any_broken(node.clauses):
        return
    name, written = node.name, set(map(type, node.clauses))
    for kind, why in needed.items():
        if kind not in written:
            yield faults.structure.missing_clause(name.span, name.text, kind.keyword, why, what)


def unfit(policy: syntax.Policy, rule: syntax.Rule) -> Iterator[Diagnostic]:
    """Yield a fault for each clause that a rule without broken clauses lacks, or has in vain."""
    main = next((type(clause) for clause in rule.clauses if isinstance(clause, MAIN)), None)
    written = {type(clause) for clause in (*policy.clauses, *rule.clauses)}
    needed = (*_ALWAYS, *_TEXTS) if main is None else _NEEDED.get(main, (*_ALWAYS, *_TEXTS))
    name = rule.name
    for kind in needed:
        if kind not in written:
            yield faults.structure.missing_clause(
                name.span, name.text, kind.keyword, _REASONS[kind]
            )
    if main is None:
        why = (
            "say what the rule does: `prohibit when …`, `require …`, `oblige …` or `permit when …`"
        )
        kinds = "prohibit when`, `require`, `oblige` or `permit when"
        yield faults.structure.missing_clause(name.span, name.text, kinds, why)
        return
    for clause in rule.clauses:
        if isinstance(clause, _USELESS[main]):
            yield faults.structure.useless_clause(clause.span, clause.keyword, main.keyword)
