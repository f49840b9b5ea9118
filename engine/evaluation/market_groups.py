"""The markets of a campaign, grouped by where a rule can be evaluated once for all of them.

A rule whose conditions or texts read `market` is evaluated in each market separately, with the name
bound to it. Any other rule is evaluated once for all markets in which it applies on the same days.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec
from msgspec.structs import replace

from ..semantics.tree import Constant, Policies, Rule, SetTerm
from .operations.places import ground, lies_within, overlapping_markets
from .outcome import Outcome, WantedFact
from .values import Campaign


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """What `market` stands for: a market of the campaign, or None where they are unknown."""

    code: str | None
    pointer: str


class MarketGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Markets in which a rule is evaluated together; None for all, or where they are unknown.

    `market` is the value of `market` in the conditions, if they read it. `applies` has, for each
    day of the law, the outcome of whether the rule applies in these markets.
    """

    markets: tuple[str, ...] | None
    market: Market | None
    applies: Mapping[date, Outcome]

    @property
    def never_applies(self) -> bool:
        """Whether the rule applies on no day."""
        return all(outcome.truth is False for outcome in self.applies.values())


APPLIES, _DOES_NOT_APPLY = Outcome(truth=True), Outcome(truth=False)


def market_groups(
    rule: Rule, policies: Policies, campaign: Campaign, days: Sequence[date]
) -> tuple[MarketGroup, ...]:
    """Return the groups of markets for a rule, by the law of some days; there is always one.

    Markets in which the rule applies on none of the days are left out where there are others.
    """
    markets = campaign.markets
    unknown = Market(code=None, pointer="/markets") if rule.reads_market else None
    if rule.places is None and (unknown is None or not markets):
        return (MarketGroup(markets=None, market=unknown, applies=dict.fromkeys(days, APPLIES)),)
    reach = {day: _reach(rule, policies, day) for day in days}
    if not markets:
        applies = _unknown_markets(policies) if markets is None else _DOES_NOT_APPLY
        return (MarketGroup(markets=None, market=unknown, applies=dict.fromkeys(days, applies)),)
    groups = _group(rule, markets, reach, campaign)
    applying = tuple(group for group in groups if not group.never_applies)
    return applying or (replace(groups[0], markets=None, market=None),)


def _group(
    rule: Rule,
    markets: Iterable[str],
    reach: Mapping[date, frozenset[str] | Outcome],
    campaign: Campaign,
) -> tuple[MarketGroup, ...]:
    """Return a group for each market if conditions read it, else one for those alike."""
    by_code = _markets_by_code(campaign) if rule.reads_market else {}
    alike: dict[object, list[str]] = {}
    applies_by_key: dict[object, dict[date, Outcome]] = {}
    for market in markets:
        applies = {day: _applies(market, places) for day, places in reach.items()}
        key: object = market if rule.reads_market else tuple(applies.values())
        alike.setdefault(key, []).append(market)
        applies_by_key[key] = applies
    return tuple(
        MarketGroup(
            markets=tuple(members),
            market=by_code.get(members[0]),
            applies=applies_by_key[key],
        )
        for key, members in alike.items()
    )


def _applies(market: str, places: frozenset[str] | Outcome) -> Outcome:
    if isinstance(places, Outcome):
        return places
    return APPLIES if overlapping_markets((market,), places) else _DOES_NOT_APPLY


def _reach(rule: Rule, policies: Policies, day: date) -> frozenset[str] | Outcome:
    """Return the places of a rule on a day, or the outcome for every place where none is known."""
    if rule.places is None:
        return APPLIES
    members = places_on(rule.places, policies, day)
    if members is not None:
        return members
    named = rule.places.text
    why = f"the set has no edition for {day}"
    return Outcome(truth=None, wanted=(WantedFact(pointer="", path=named, label=named, why=why),))


def permission_applies(
    permit: Rule, rule: Rule, market: Market | None, policies: Policies, day: date
) -> Outcome:
    """Return whether a permission applies in all of a market in which the rule applies.

    A permission for a region of a country does not lift a rule in the rest of the country.
    """
    reach = _reach(permit, policies, day)
    if isinstance(reach, Outcome):
        return reach
    if market is None or market.code is None:
        return _unknown_markets(policies)
    named = _reach(rule, policies, day)
    shared = ground(market.code, None if isinstance(named, Outcome) else named)
    return APPLIES if all(lies_within(place, reach) for place in shared) else _DOES_NOT_APPLY


def _unknown_markets(policies: Policies) -> Outcome:
    vocabulary = policies.vocabulary
    fact = vocabulary.find(("markets",))
    wanted = WantedFact(
        pointer="/markets",
        path=f"{vocabulary.root}.markets",
        label=fact.label if fact is not None else "markets",
        type=fact.type if fact is not None else None,
    )
    return Outcome(truth=None, wanted=(wanted,))


def _markets_by_code(campaign: Campaign) -> Mapping[str, Market]:
    """Return each market of a campaign by its code, with the pointer of its first mention."""
    listed = campaign.at("markets")
    assert isinstance(listed, tuple)  # noqa: S101 - there are markets.
    first: dict[str, int] = {}
    for place, market in enumerate(listed):
        first.setdefault(str(market), place)
    return {code: Market(code=code, pointer=f"/markets/{place}") for code, place in first.items()}


def places_on(places: SetTerm | Constant, policies: Policies, day: date) -> frozenset[str] | None:
    """Return the places that a rule names, by the law of a day; None where a set has no edition."""
    if isinstance(places, SetTerm):
        members: object = policies.sets[places.name].on(day)
    else:
        members = places.value
    return members if isinstance(members, frozenset) else None
