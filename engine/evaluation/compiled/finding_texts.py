"""Findings from compiled text templates: those of `justify.findings_maker`, made faster.

The facts in a template, and their places, are resolved when the policies are compiled. Undetermined
rules, and texts that quote parameters or tables of the day, are left to `justify` itself.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from ...semantics.tree import MARKET, FactTerm, Rule, Template
from ...semantics.types import RecordType
from ..justify import (
    MOST_FINDINGS,
    Breach,
    Findings,
    MakeFindings,
    declared_evidence,
    findings_maker,
    listed_evidence,
    truncated,
    truncated_text,
    value_at,
    witnesses_of,
)
from ..outcome import Evidence
from ..result import Finding
from ..values import Campaign, Datum, Group, compile_show_fact
from ..wording import variables
from .closures import Names, descend, places_of

Bound: TypeAlias = Mapping[str, str]
"""The bound names of a text, each with the pointer of its element."""

Fill: TypeAlias = Callable[[Campaign, Bound], str]
"""Returns a text, or a part of one, for a campaign and bound elements."""

Value: TypeAlias = Callable[[Campaign, Bound], Datum | None]

_NO_WITNESS: Sequence[tuple[tuple[str, str], ...]] = ((),)


def compile_findings(rule: Rule, names: Names) -> MakeFindings:
    """Return the same function as `justify.findings_maker`, with the texts of the rule compiled."""
    make_generally = findings_maker(rule)
    if not (_is_of_facts(rule.message) and _is_of_facts(rule.remedy)):
        return make_generally
    message, remedy = names.once(_compiled, rule.message), names.once(_compiled, rule.remedy)
    named = variables(rule.message) | variables(rule.remedy)
    if MARKET in named:
        return make_generally

    def make_findings(breach: Breach, campaign: Campaign) -> Findings:
        if breach.main.truth is not True or breach.applicability.truth is not True:
            return make_generally(breach, campaign)
        breach_evidence = breach.main.evidence
        found = tuple(dict.fromkeys(witnesses_of(breach_evidence, named))) if named else _NO_WITNESS
        if not found:
            return make_generally(breach, campaign)
        evidence = (*breach_evidence, *breach.applicability.evidence)
        if rule.evidence:
            evidence += tuple(declared_evidence(rule, campaign, breach.market))
        made = []
        for witness in found[:MOST_FINDINGS]:
            bound = dict(witness)
            listed, further = _listed_evidence(evidence, bound)
            made.append(
                Finding(
                    clause=rule.main,
                    message=message(campaign, bound),
                    remedy=remedy(campaign, bound),
                    evidence=listed,
                    wanted=breach.main.wanted,
                    further_evidence=further,
                    is_cut=breach.is_cut,
                )
            )
        return tuple(made), len(found) - len(made)

    return make_findings


def _listed_evidence(
    evidence: tuple[Evidence, ...], bound: Bound
) -> tuple[tuple[Evidence, ...], int]:
    """Return the facts that a finding lists, and how many it leaves out."""
    if len(evidence) == 1 and not bound:
        return (truncated(evidence[0]),), 0
    return listed_evidence(evidence, bound)


def _is_of_facts(template: Template) -> bool:
    """Whether a text quotes nothing but facts of the campaign."""
    return all(isinstance(part, str | FactTerm) for part in template.parts)


def _compiled(template: Template, names: Names) -> Fill:
    """Return the function that fills a text in; its parts are joined by a format string."""
    facts = [part for part in template.parts if isinstance(part, FactTerm)]
    fills = tuple(names.once(_fact, fact) for fact in facts)
    pattern = "".join(
        part.replace("%", "%%") if isinstance(part, str) else "%s" for part in template.parts
    )
    if not fills:
        written = pattern % ()
        return lambda _campaign, _bound: written
    return lambda campaign, bound: pattern % tuple([fill(campaign, bound) for fill in fills])


def _fact(fact: FactTerm, names: Names) -> Fill:
    value = _of_element(fact) if fact.variable is not None else _of_campaign(fact, names)
    show, presumed = compile_show_fact(fact), fact.presumed

    def fill(campaign: Campaign, bound: Bound) -> str:
        stated = value(campaign, bound)
        return truncated_text(show(presumed if stated is None else stated))

    return fill


def _of_campaign(fact: FactTerm, names: Names) -> Value:
    places = places_of(fact.path, RecordType(name=names.policies.vocabulary.root), names)
    return lambda campaign, _bound: descend(campaign.facts, places)


def _of_element(fact: FactTerm) -> Value:
    variable, path = fact.variable, fact.path

    def value(campaign: Campaign, bound: Bound) -> Datum | None:
        found = value_at(campaign, bound.get(variable or ""))
        for name in path:
            found = found.get(name) if isinstance(found, Group) else None
        return found

    return value
