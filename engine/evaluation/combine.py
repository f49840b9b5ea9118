"""The combining rule: from the results of all rules to a verdict for each market.

In a market the campaign is denied if an enforced rule is violated; else denied, inconclusively, if
an enforced rule is undetermined or a required fact is missing; else allowed. Overall the strictest
market counts. Nothing here depends on order, and a further result never turns deny into allow.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..semantics.types import ListType
from ..semantics.vocabulary import Fact, RecordShape, Vocabulary
from .decision import Effect, MarketVerdict, MissingFact, Verdict
from .justify import MOST_FINDINGS
from .outcome import WantedFact
from .result import RuleResult, Status
from .values import Campaign, Datum, Group

ALLOW = Verdict(effect=Effect.ALLOW, conclusive=True)
DENY = Verdict(effect=Effect.DENY, conclusive=True)
INCONCLUSIVE = Verdict(effect=Effect.DENY, conclusive=False)


def verdict(results: Iterable[RuleResult], *, complete: bool) -> Verdict:
    """Return the verdict of some results; `complete` unless a required fact is missing."""
    is_open = not complete
    for result in results:
        if result.status is Status.VIOLATED and result.is_enforced:
            return DENY
        is_open = is_open or (result.status is Status.UNDETERMINED and result.is_enforced)
    return INCONCLUSIVE if is_open else ALLOW


def market_verdicts(
    markets: Iterable[str], results: Sequence[RuleResult], *, complete: bool
) -> tuple[MarketVerdict, ...]:
    """Return the verdict of each market, by the results that concern it."""
    # INVARIANT: a result is the strictest of its parts; none of them is adverse where it is not.
    adverse = [result for result in results if result.is_adverse]
    overall = verdict((each for each in adverse if each.markets is None), complete=complete)
    by_market = [_by_market(each) for each in adverse if each.markets is not None]
    if not by_market or overall == DENY:
        return tuple(MarketVerdict(market=market, verdict=overall) for market in markets)
    return tuple(
        MarketVerdict(
            market=market,
            verdict=verdict(
                (
                    there
                    for found, rest in by_market
                    if (there := found.get(market, rest)) is not None
                ),
                complete=overall == ALLOW,
            ),
        )
        for market in markets
    )


def _by_market(result: RuleResult) -> tuple[Mapping[str, RuleResult], RuleResult | None]:
    """Return the results of a rule by market, and that in all other markets or None."""
    found: dict[str, RuleResult] = {}
    for part in result.parts:
        if part.markets is None:
            return found, part
        for market in part.markets:
            found.setdefault(market, part)
    return found, None


# --- missing facts ----------------------------------------------------------------------------


@dataclass(slots=True)
class _MissingFactBuilder:
    wanted: WantedFact
    is_required: bool = False
    rules: list[str] = field(default_factory=list)


def missing_facts(
    required: Iterable[WantedFact], results: Iterable[RuleResult]
) -> tuple[tuple[MissingFact, ...], int]:
    """Return the facts to ask for, and how many further ones are wanted.

    They are those required, then the first that each finding of an enforced rule wants. Each is
    listed once, with the ids of the rules among whose first it is.
    """
    builders: dict[tuple[str, str], _MissingFactBuilder] = {}
    further: set[tuple[str, str]] = set()
    for wanted in required:
        builders.setdefault(
            (wanted.pointer, wanted.why), _MissingFactBuilder(wanted, is_required=True)
        )
    for result in (part for each in results for part in each.parts):
        for finding in result.findings if result.is_enforced and result.is_adverse else ():
            for wanted in finding.wanted[:MOST_FINDINGS]:
                rules = builders.setdefault(_key(wanted), _MissingFactBuilder(wanted)).rules
                if result.rule.id not in rules:
                    rules.append(result.rule.id)
            further.update(map(_key, finding.wanted[MOST_FINDINGS:]))
    listed = tuple(
        MissingFact(
            pointer=each.wanted.pointer,
            path=each.wanted.path,
            label=each.wanted.label,
            type=each.wanted.type,
            why=each.wanted.why,
            is_required=each.is_required,
            rules=tuple(each.rules),
        )
        for each in builders.values()
    )
    return listed, len(further - builders.keys())


def _key(wanted: WantedFact) -> tuple[str, str]:
    return wanted.pointer or wanted.path, wanted.why


def missing_required_facts(campaign: Campaign, vocabulary: Vocabulary) -> tuple[WantedFact, ...]:
    """Return the facts that the vocabulary requires and the campaign lacks."""
    return tuple(_missing_in(campaign.facts, vocabulary.campaign, vocabulary, "", vocabulary.root))


def _missing_in(
    group: Group, shape: RecordShape, vocabulary: Vocabulary, pointer: str, path: str
) -> Iterator[WantedFact]:
    for fact in shape.facts.values():
        value = group.get(fact.name)
        where, name = f"{pointer}/{fact.name}", f"{path}.{fact.name}"
        if value is None and fact.required:
            yield from _leaves(fact, vocabulary, where, name, frozenset())
        elif fact.record in vocabulary.demanding:
            below = vocabulary.records[fact.record]
            for inner, place in _groups(value, where):
                yield from _missing_in(inner, below, vocabulary, place, name)


def _groups(value: Datum | None, pointer: str) -> Iterator[tuple[Group, str]]:
    """Yield a group, or those of a list, each with its pointer."""
    elements = value if isinstance(value, tuple) else ()
    places = [(value, pointer), *((e, f"{pointer}/{i}") for i, e in enumerate(elements))]
    yield from ((each, place) for each, place in places if isinstance(each, Group))


def _leaves(
    fact: Fact, vocabulary: Vocabulary, pointer: str, path: str, above: frozenset[str]
) -> Iterator[WantedFact]:
    """Yield what to ask for in place of an absent required fact: the required facts in it."""
    found = False
    if fact.record is not None and fact.record not in above and not isinstance(fact.type, ListType):
        for inner in vocabulary.records[fact.record].facts.values():
            if inner.required:
                found = True
                where, name = f"{pointer}/{inner.name}", f"{path}.{inner.name}"
                yield from _leaves(inner, vocabulary, where, name, above | {fact.record})
    if not found:
        yield WantedFact(pointer=pointer, path=path, label=fact.label, type=fact.type)
