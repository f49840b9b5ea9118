"""Findings from the outcome of a breach: one for each witness (binding) that the message names."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from ..semantics.tree import (
    MARKET,
    Constant,
    Duty,
    FactTerm,
    Filling,
    LookupTerm,
    ParameterTerm,
    Policies,
    Rule,
    Template,
    ValueTerm,
)
from ..semantics.types import Scalar
from ..syntax.tree import Term
from .market_groups import Market
from .moment import FLIGHT
from .operations.comparison import UndefinedError
from .operations.days import days_later, months_later
from .operations.lookup import look_up
from .outcome import Evidence, Outcome, WantedFact
from .result import Finding, Obligation
from .values import Campaign, Datum, Group, show_fact
from .wording import in_force, variables

MOST_FINDINGS = 50
"""A rule lists at most so many findings and counts the rest; a finding lists so many facts."""

_LONGEST_VALUE = 300


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """A breach of a rule, or a possible one: the outcomes of its main clause and its applicability.

    `main` is the outcome of the breach: of a rule that requires, the negation of its main clause.
    The law is that of `day`, in `market` if the rule reads it.
    """

    main: Outcome
    applicability: Outcome
    policies: Policies
    day: date
    market: Market | None = None

    @property
    def is_cut(self) -> bool:
        """Whether it may have more facts than those it tells of."""
        return self.main.is_cut or self.applicability.is_cut


Findings: TypeAlias = tuple[tuple[Finding, ...], int]
"""The findings of a breach, and how many further ones are left out."""

MakeFindings: TypeAlias = Callable[["Breach", Campaign], Findings]
"""Makes the findings of a breach for which no exemption holds."""


def findings_maker(rule: Rule) -> MakeFindings:
    """Return the function that makes the findings of a rule."""
    # The market is the same for all witnesses of one group, and makes none of its own.
    names = (variables(rule.message) | variables(rule.remedy)) - {MARKET}

    def make_findings(breach: Breach, campaign: Campaign) -> Findings:
        # Where it is unknown whether the rule applies, only that is asked.
        whole = breach.main if breach.applicability.truth is True else breach.applicability
        if whole.truth is not True:
            return (_undetermined_finding(rule, whole),), 0
        witnesses = list(dict.fromkeys(witnesses_of(breach.main.evidence, names))) or [()]
        evidence = (*breach.main.evidence, *breach.applicability.evidence)
        if rule.evidence:
            evidence += tuple(declared_evidence(rule, campaign, breach.market))
        # Where no fact is about all elements that a text names, each is the first in the evidence.
        first_bindings = _market_binding(breach) | _first_bindings(evidence)
        renderer = _TemplateRenderer(campaign=campaign, breach=breach)
        made = tuple(
            _finding(rule, renderer, evidence, first_bindings, dict(witness))
            for witness in witnesses[:MOST_FINDINGS]
        )
        return made, len(witnesses) - len(made)

    return make_findings


def _finding(
    rule: Rule,
    renderer: "_TemplateRenderer",
    evidence: tuple[Evidence, ...],
    first_bindings: Mapping[str, str],
    bound: Mapping[str, str],
) -> Finding:
    bindings = {**first_bindings, **bound}
    listed, further = listed_evidence(evidence, bound)
    return Finding(
        clause=rule.main,
        message=renderer.render(rule.message, bindings),
        remedy=renderer.render(rule.remedy, bindings),
        evidence=listed,
        wanted=renderer.breach.main.wanted,
        further_evidence=further,
        is_cut=renderer.breach.is_cut,
    )


def _undetermined_finding(rule: Rule, whole: Outcome) -> Finding:
    """Return the one finding of an undetermined rule, by its unknown outcome."""
    return Finding(
        clause=rule.main,
        message=_undetermined_message(whole.wanted),
        remedy=_undetermined_remedy(whole.wanted),
        evidence=(),
        wanted=whole.wanted,
        is_cut=whole.is_cut,
    )


def obligation(rule: Rule, duty: Duty, breach: Breach, campaign: Campaign) -> Obligation:
    """Return the obligation of a rule; its text names the first elements in the evidence."""
    declared = declared_evidence(rule, campaign, breach.market)
    evidence = (*breach.main.evidence, *breach.applicability.evidence, *declared)
    bindings = _market_binding(breach) | _first_bindings(evidence)
    due, why = _due(duty, campaign)
    listed, further = listed_evidence(evidence, bindings)
    return Obligation(
        text=_TemplateRenderer(campaign=campaign, breach=breach).render(duty.text, bindings),
        term=duty.due,
        due=due,
        why=why,
        evidence=listed,
        further_evidence=further,
        is_cut=breach.is_cut,
    )


def _due(duty: Duty, campaign: Campaign) -> tuple[date | None, str]:
    """Return the last day on which a duty may be done, or None and why it is not known."""
    after = duty.term is Term.AFTER_THE_END
    known = campaign.day(FLIGHT, "end" if after else "start")
    if known is None:
        if after and campaign.at(FLIGHT, "until_stopped") is True:
            return None, "the ads run until they are stopped"
        return None, f"the {'last' if after else 'first'} day of the flight is not known"
    due = _last_day(duty, known)
    return due, "" if due is not None else "it lies beyond the calendar"


def _last_day(duty: Duty, day: date) -> date | None:
    if duty.within is None:
        return days_later(day, -1)
    count = int(duty.within.size)
    if duty.within.kind is Scalar.DAYS:
        return days_later(day, count)
    return months_later(day, count, duty.month_end)


def _market_binding(breach: Breach) -> dict[str, str]:
    """Return the pointer that `market` is bound to, where the rule reads it; else nothing."""
    return {MARKET: breach.market.pointer} if breach.market is not None else {}


def _first_bindings(evidence: Sequence[Evidence]) -> dict[str, str]:
    """Return, for each bound name, the pointer of its first element in the evidence."""
    return {name: where for each in reversed(evidence) for name, where in each.bindings}


def _undetermined_message(wanted: Sequence[WantedFact]) -> str:
    lacking = dict.fromkeys(each.label for each in wanted if not each.why)
    unfit = dict.fromkeys(f"{each.label} ({each.why})" for each in wanted if each.why)
    sentences = []
    if lacking:
        sentences.append(f"This cannot be judged until it is known: {'; '.join(lacking)}.")
    if unfit:
        sentences.append(f"This cannot be judged as it stands: {'; '.join(unfit)}.")
    return " ".join(sentences)


def _undetermined_remedy(wanted: Sequence[WantedFact]) -> str:
    sentences = []
    if not all(each.why for each in wanted):
        sentences.append("State what is missing; the rule is judged then.")
    if any(each.why for each in wanted):
        sentences.append(
            "State otherwise what cannot be judged as it stands, or ask whoever keeps the policies."
        )
    return " ".join(sentences)


def witnesses_of(
    evidence: Iterable[Evidence], names: frozenset[str]
) -> Iterable[tuple[tuple[str, str], ...]]:
    """Yield the bindings of facts that bind all names of a text: each is a witness."""
    for each in evidence:
        bound = tuple((name, pointer) for name, pointer in each.bindings if name in names)
        if bound and len(bound) == len(names):
            yield bound


def listed_evidence(
    evidence: Iterable[Evidence], bound: Mapping[str, str]
) -> tuple[tuple[Evidence, ...], int]:
    """Return the facts that a finding lists for a witness, and how many it leaves out."""
    found = _evidence_about(evidence, bound)
    return tuple(map(truncated, found[:MOST_FINDINGS])), len(found[MOST_FINDINGS:])


def _evidence_about(evidence: Iterable[Evidence], bound: Mapping[str, str]) -> list[Evidence]:
    """Return the facts that are about no element other than the witness, each fact once."""
    kept: dict[str, Evidence] = {}
    for each in evidence:
        is_about_another = any(
            bound.get(name, pointer) != pointer for name, pointer in each.bindings
        )
        if not is_about_another:
            kept.setdefault(each.pointer + each.required, each)
    required = {each.pointer for each in kept.values() if each.required}
    return [each for each in kept.values() if each.required or each.pointer not in required]


def declared_evidence(rule: Rule, campaign: Campaign, market: Market | None) -> Iterable[Evidence]:
    """Yield the facts that the `evidence` clause of a rule adds to those that determined it."""
    for fact in rule.evidence:
        value, pointer = campaign.at(*fact.path), "/" + "/".join(fact.path)
        if market is not None and fact.is_market:
            value, pointer = market.code, market.pointer
        yield Evidence(
            pointer=pointer,
            path=fact.text,
            label=fact.label,
            value=show_fact(fact, fact.presumed if value is None else value),
            required="",
            is_presumed=value is None and fact.presumed is not None,
        )


def truncated(evidence: Evidence) -> Evidence:
    """Return a fact with its value truncated to the most characters that a finding shows."""
    value = truncated_text(evidence.value)
    return evidence if value is evidence.value else replace(evidence, value=value)


def truncated_text(text: str) -> str:
    """Return a text, truncated to the most characters that a finding shows of a value."""
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


# --- templates --------------------------------------------------------------------------------


class _TemplateRenderer(msgspec.Struct, frozen=True, kw_only=True):
    """Substitutes the facts of one breach into templates."""

    campaign: Campaign
    breach: Breach

    def render(self, template: Template, bound: Mapping[str, str]) -> str:
        """Return the text of a template; `bound` are the pointers of the elements it names."""
        return "".join(
            part if isinstance(part, str) else self._value(part, bound) for part in template.parts
        )

    def _value(self, term: Filling, bound: Mapping[str, str]) -> str:
        match term:
            case ParameterTerm():
                text = in_force(term, self.breach.policies, self.breach.day)
            case LookupTerm():
                found = self._looked_up(term, bound)
                text = "unknown" if found is None else found.text
            case _:
                value = self._datum(term, bound)
                text = show_fact(term, term.presumed if value is None else value)
        return truncated_text(text)

    def _looked_up(self, term: LookupTerm, bound: Mapping[str, str]) -> Constant | None:
        values = [self._argument(argument, bound) for argument in term.arguments]
        if None in values:
            return None
        try:
            return look_up(self.breach.policies.tables[term.name], self.breach.day, values)
        except UndefinedError:
            return None

    def _argument(self, term: ValueTerm, bound: Mapping[str, str]) -> object:
        match term:
            case Constant(value=value):
                return value
            case ParameterTerm(name=name):
                found = self.breach.policies.parameters[name].on(self.breach.day)
                return None if found is None else found.value
            case _:
                # INVARIANT: the checker lets a text look a table up by nothing else.
                assert isinstance(term, FactTerm)  # noqa: S101
                stated = self._datum(term, bound)
                return term.presumed if stated is None else stated

    def _datum(self, fact: FactTerm, bound: Mapping[str, str]) -> Datum | None:
        base: Datum | None = self.campaign.facts
        if fact.variable is not None:
            base = value_at(self.campaign, bound.get(fact.variable))
        for name in fact.path:
            base = base.get(name) if isinstance(base, Group) else None
        return base


def value_at(campaign: Campaign, pointer: str | None) -> Datum | None:
    """Return the value at a pointer that an evaluation has made; None for no pointer."""
    if pointer is None:
        return None
    value: Datum | None = campaign.facts
    for step in pointer.split("/")[1:]:
        if isinstance(value, Group):
            value = value.get(step)
        else:
            assert isinstance(value, tuple)  # noqa: S101 - it led there when it was made.
            value = value[int(step)]
    return value
