"""A third evaluator, short and slow, that says what `docs/language.md` says and shares nothing.

The two evaluators of the engine share their operations, so that a fault in one of these is seen by
neither. This one was written from the page alone: it reads the campaign as JSON and imports nothing
of `engine.evaluation`. Sentences in quotation marks are those of the page.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from engine.semantics.tree import (
    Constant,
    Duty,
    Effect,
    Enforcement,
    Policies,
    Rule,
    SetTerm,
    measure,
)
from engine.semantics.types import ListType, RecordType, Scalar
from engine.syntax.lexis import Unit
from engine.syntax.tree import Term, UnknownTreatment
from tests.oracle.calculating import moved
from tests.oracle.conditions import Scene, edition, holds, truth
from tests.oracle.facts import fact, found_at
from tests.oracle.places import common, covers, share_ground
from tests.oracle.truth import Truth, all_of, any_of, negated

NOT_APPLICABLE, SATISFIED, EXCEPTED = "not applicable", "satisfied", "excepted"
WAIVED, VIOLATED, UNDETERMINED = "waived", "violated", "undetermined"

ALLOW, DENY, ASK = "allow", "deny", "deny, not conclusively"
STRICTEST = (DENY, ASK, ALLOW)

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Judgment:
    """What becomes of each rule in each market, and of the campaign there.

    `dues` are the last days of the duties that are owed, by rule; None where the flight does not
    tell the day.
    """

    days: "Days"
    statuses: Mapping[str | None, Mapping[str, str]]
    verdicts: Mapping[str | None, str]
    dues: Mapping[str, date | None]

    @property
    def verdict(self) -> str:
        """ "the campaign as a whole is as its strictest market" """
        return min(self.verdicts.values(), key=STRICTEST.index)


def judge(policies: Policies, campaign: Mapping[str, Any], today: date) -> Judgment:
    """Judge a campaign, as JSON, on a day."""
    days = Days.of(policies, campaign, today)
    is_complete = not list(missing(policies, policies.vocabulary.root, campaign))
    statuses = {}
    for market in campaign.get("markets") or [None]:
        scene = Scene(policies=policies, campaign=campaign, today=today, day=today, market=market)
        statuses[market] = {rule.id: over_the_flight(rule, scene, days) for rule in policies.rules}
    return Judgment(
        days=days,
        statuses=statuses,
        verdicts={
            market: verdict(policies, found, is_complete=is_complete)
            for market, found in statuses.items()
        },
        dues={
            rule.id: due(rule.duty, campaign) for rule in policies.rules if rule.duty is not None
        },
    )


def due(duty: Duty, campaign: Mapping[str, Any]) -> date | None:
    """Return the last day on which a duty may be done, "counted from the flight"."""
    name = "end" if duty.term is Term.AFTER_THE_END else "start"
    day: date | None = fact(found_at(campaign, ("flight", name)), Scalar.DATE)
    if day is None:
        return None
    if duty.within is None:  # `due before launch`
        return moved(day, measure(Fraction(1), Unit.DAY), -1, duty.month_end)
    return moved(day, duty.within, 1, duty.month_end)


def verdict(policies: Policies, statuses: Mapping[str, str], *, is_complete: bool) -> str:
    """ "A campaign is denied if an enforced rule is violated; else denied, not conclusively, if
    one is undetermined or a required fact is missing; else allowed" """
    enforced = [r.id for r in policies.rules if r.enforcement is not Enforcement.ADVISORY]
    if any(statuses[name] == VIOLATED for name in enforced):
        return DENY
    if any(statuses[name] == UNDETERMINED for name in enforced) or not is_complete:
        return ASK
    return ALLOW


def missing(policies: Policies, record: str, stated: Mapping[str, Any]) -> Iterator[str]:
    """Yield the required facts that are not stated; groups that are absent have none."""
    for name, each in policies.vocabulary.records[record].facts.items():
        found = stated.get(name)
        if found is None:
            if each.required:
                yield name
            continue
        kind = each.type.element if isinstance(each.type, ListType) else each.type
        if isinstance(kind, RecordType):
            for group in found if isinstance(each.type, ListType) else [found]:
                yield from missing(policies, kind.name, group)


# --- one day, one market ------------------------------------------------------------------------


def on_a_day(rule: Rule, scene: Scene) -> str:
    """Return what becomes of a rule in one market by the law of one day."""
    applies = _applies(rule, scene)
    main = truth(rule.main.condition, scene)
    if rule.effect is Effect.PERMIT:
        # "where it is shown its status is *satisfied*, where it is false or not shown *not
        # applicable*"
        return SATISFIED if all_of([applies, main]) else NOT_APPLICABLE
    if rule.effect is Effect.OBLIGE:
        return _owed(rule, all_of([applies, main]), scene)
    breached = all_of([applies, negated(main) if rule.effect is Effect.REQUIRE else main])
    if applies is False:
        return NOT_APPLICABLE
    if breached is False:
        return SATISFIED
    if _is_excepted(rule, scene):
        return EXCEPTED
    if breached is None:
        return UNDETERMINED
    # "Where it would be violated, and a waiver is in force on that day of the law and meant for the
    # campaign, it is *waived*"; "a waiver whose condition hangs on a missing fact does not hold".
    waived = [
        each
        for each in rule.waivers
        if holds(each.window, scene.day) and truth(each.scope.condition, scene)
    ]
    return WAIVED if waived else VIOLATED


def _owed(rule: Rule, case: Truth, scene: Scene) -> str:
    """ "Where its case is given and no exception holds, it is satisfied […]. Where its case is not
    given, the rule is not applicable. Where that is unknown it is undetermined" """
    if case is False:
        return NOT_APPLICABLE
    if _is_excepted(rule, scene):
        return EXCEPTED
    return UNDETERMINED if case is None else SATISFIED


def _applies(rule: Rule, scene: Scene) -> Truth:
    """ "it is not in force, not in these markets, or the campaign is not its subject" """
    if not holds(rule.window, scene.day):
        return False
    about = [truth(clause.condition, scene) for clause in rule.applicability]
    return all_of([_reaches(rule, scene), *about])


def _reaches(rule: Rule, scene: Scene) -> Truth:
    if rule.places is None:
        return True
    places = _places(rule, scene)
    if places is None or scene.market is None:
        return None
    return any(share_ground(scene.market, each) for each in places)


def _places(rule: Rule, scene: Scene) -> Any:
    """Return the places of a rule on the day; None where it names none, or none are known."""
    match rule.places:
        case SetTerm(name=name):
            return edition(scene.policies.sets[name], scene.day)
        case Constant(value=listed):
            return listed
    return None


def _is_excepted(rule: Rule, scene: Scene) -> bool:
    """Whether an exception is shown to hold, or a permission lifts the rule.

    "one that hangs on a missing fact does not hold"; "where […] the permission is in force on that
    day, covers that market and is shown, the rule is *excepted* by it"
    """
    shown = any_of(truth(each.clause.condition, scene) for each in rule.exemptions)
    lifted = (
        on_a_day(each, scene) == SATISFIED and _covers(each, rule, scene)
        for each in rule.permissions
    )
    return bool(shown) or any(lifted)


def _covers(permit: Rule, rule: Rule, scene: Scene) -> bool:
    """Whether a permission is for all the ground on which a rule meets the market."""
    places, market = _places(permit, scene), scene.market
    if permit.places is None or places is None or market is None:
        return permit.places is None
    named = _places(rule, scene)
    ground = [market] if named is None else common(market, named)
    return all(covers(places, part) for part in ground)


# --- the flight ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Days:
    """The days by whose law a campaign is judged: those that count for certain, and those that may.

    Of days between which no law changes, only the first and the last are listed.
    """

    certain: Sequence[date]
    possible: Sequence[date]

    @classmethod
    def of(cls, policies: Policies, campaign: Mapping[str, Any], today: date) -> "Days":
        """Return the days that count in every flight that is possible, and those in any."""
        flight = campaign.get("flight") or {}
        start, end = (
            None if (day := flight.get(name)) is None else date.fromisoformat(day)
            for name in ("start", "end")
        )
        listed = {*_turns(policies), today - ONE_DAY, today, date.min, date.max, start, end}
        days = sorted(each for each in listed if each is not None)
        flights: set[tuple[date, ...]] = set()
        for first in days if start is None else [start]:
            endless = flight.get("until_stopped")
            if end is None and endless is not False:
                # "A flight without an end is judged by the law of its first day"
                flights.add((max(first, today),))
            if end is None and endless is True:
                continue
            for last in days if end is None else [end]:
                if first <= last:
                    flights.add(tuple(_counting(days, first, last, today)))
        certain = set.intersection(*map(set, flights))
        return cls(certain=sorted(certain), possible=sorted(set().union(*flights)))


def _counting(days: Iterable[date], first: date, last: date, today: date) -> Iterator[date]:
    """Yield the days of a flight "from the day of the evaluation on"; all, of one that is over."""
    from_day = first if last < today else max(first, today)
    yield from (day for day in days if from_day <= day <= last)


def _turns(policies: Policies) -> Iterator[date]:
    """Yield the days on which any law changes, and those before."""
    windows = [each.window for dated in policies.dated.values() for each in dated.editions]
    for rule in policies.rules:
        windows += [rule.window, *(waiver.window for waiver in rule.waivers)]
    for day in (day for window in windows for day in (window.start, window.until)):
        if day is not None:
            yield day
            yield day - ONE_DAY


def over_the_flight(rule: Rule, scene: Scene, days: Days) -> str:
    """Return what becomes of a rule over the flight.

    "A campaign is judged by whatever is in force on any day of its flight": the strictest counts.
    A day that merely may be one of the flight leaves a rule undetermined, unless it is broken on
    every such day (decision 3).
    """
    order: tuple[str, ...]
    if rule.effect is Effect.OBLIGE:
        order = (UNDETERMINED, SATISFIED, EXCEPTED, NOT_APPLICABLE)
    else:
        order = (VIOLATED, UNDETERMINED, WAIVED, EXCEPTED, SATISFIED, NOT_APPLICABLE)
    on = {day: on_a_day(rule, replace(scene, day=day)) for day in days.possible}
    certain = [on[day] for day in days.certain]
    strictest = min(on.values(), key=order.index)
    settled = strictest in certain or set(on.values()) == {strictest}
    if strictest == VIOLATED and not settled:
        strictest = UNDETERMINED
    if strictest == UNDETERMINED and rule.if_unknown is UnknownTreatment.DENY:
        return VIOLATED
    return strictest
