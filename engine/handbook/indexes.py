"""Indexes: from a provision, a market or a fact to the rules, and from rules to their tests."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ..english.amounts import place
from ..english.provisions import natural
from ..semantics.tree import Constant, Policies, Rule, SetTerm
from .values import (
    CoverageRow,
    FactReference,
    FactUse,
    InstrumentCoverage,
    InstrumentEntry,
    MarketEntry,
    Outcome,
    ProvisionEntry,
    RuleEntry,
    RuleReference,
)

References = dict[str, RuleReference]


def instruments(entries: Iterable[RuleEntry]) -> tuple[InstrumentEntry, ...]:
    """Return the instruments by title, each with its provisions and the rules under them."""
    titles: dict[str, tuple[str, str | None]] = {}
    found: dict[str, dict[str, References]] = {}
    for entry in entries:
        for each in entry.authorities:
            titles[each.instrument] = each.title, each.url
            under = found.setdefault(each.instrument, {}).setdefault(each.provision, {})
            under[entry.id] = entry.reference
    return tuple(
        InstrumentEntry(
            name=name,
            title=titles[name][0],
            url=titles[name][1],
            provisions=tuple(
                ProvisionEntry(provision=each, rules=tuple(found[name][each].values()))
                for each in sorted(found[name], key=natural)
            ),
        )
        for name in sorted(found, key=lambda name: (titles[name][0], name))
    )


def coverage(
    instruments: Iterable[InstrumentEntry], entries: Iterable[RuleEntry]
) -> tuple[InstrumentCoverage, ...]:
    """Return, for each instrument, a row for each rule under each of its provisions."""
    tests = {entry.id: Counter(each.outcome for each in entry.examples) for entry in entries}
    return tuple(
        InstrumentCoverage(
            name=instrument.name,
            title=instrument.title,
            rows=tuple(
                CoverageRow(
                    provision=provision.provision,
                    rule=rule,
                    denied=tests[rule.id][Outcome.DENIED],
                    warned=tests[rule.id][Outcome.WARNED],
                    open=tests[rule.id][Outcome.OPEN],
                    allowed=tests[rule.id][Outcome.ALLOWED],
                )
                for provision in instrument.provisions
                for rule in provision.rules
            ),
        )
        for instrument in instruments
    )


def markets(policies: Policies, entries: Iterable[RuleEntry]) -> tuple[MarketEntry, ...]:
    """Return the markets by name, each with the rules that are meant for it."""
    rules = {rule.id: rule for rule in policies.rules}
    found: dict[str, References] = {}
    for entry in entries:
        for code in _codes(policies, rules[entry.id]):
            found.setdefault(code, {})[entry.id] = entry.reference
    named = sorted((place(code), code) for code in found)
    return tuple(
        MarketEntry(code=code, name=name, rules=tuple(found[code].values())) for name, code in named
    )


def _codes(policies: Policies, rule: Rule) -> Iterator[str]:
    """Yield the places of a rule; of a list, those that are on it while the rule is in force."""
    match rule.places:
        case SetTerm(name=name):
            for edition in policies.sets[name].editions:
                if edition.window.meets(rule.window.start, rule.window.last):
                    yield from map(str, edition.content)
        case Constant(value=frozenset() as codes):
            yield from map(str, codes)
        case _:
            pass


def facts(entries: Iterable[RuleEntry]) -> tuple[FactUse, ...]:
    """Return the facts that rules read, by label."""
    found: dict[FactReference, References] = {}
    for entry in entries:
        for fact in entry.facts:
            found.setdefault(fact, {})[entry.id] = entry.reference
    ordered = sorted(found, key=lambda fact: (fact.label.lower(), fact.path))
    return tuple(FactUse(fact=fact, rules=tuple(found[fact].values())) for fact in ordered)
