"""Over all dates in force of the shipped packs, what becomes of a rule changes where its law does.

Each rule is tried on the campaigns of its own tests that break it (or, of a rule that obliges, owe
its duty), moved to flights of a single day: the day before each date that the packs name, and the
day itself. Between the two its status may change only where a date of the rule itself lies: its
first and its last day, or those of an edition of a list, a table or a parameter that it reads.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from engine.evaluation.evaluate_rule import EvaluationContext
from engine.evaluation.moment import as_if_launched, flight_of, moment
from engine.evaluation.result import Status
from engine.evaluation.values import Campaign
from engine.semantics.cases import Case, Given
from engine.semantics.reading import names_read
from engine.semantics.tree import Effect, LookupTerm, ParameterTerm, Rule, SetTerm, Window
from engine.semantics.types import Scalar
from engine.testing.descriptors import campaign_of
from tests.spec.test_shipped_policies import results, shipped

pytestmark = pytest.mark.no_cover  # It goes over again what others cover.

_DAY = timedelta(days=1)
RULES = [rule for rule in shipped().policies.rules if rule.effect is not Effect.PERMIT]
"""A permission has no status of its own; it is seen in the rules that it lifts."""


def dates(window: Window) -> Iterator[date]:
    yield from (day for day in (window.start, window.until) if day is not None)


def dates_of(rule: Rule) -> frozenset[date]:
    """Return the days on which the law of a rule begins, changes or ends."""
    policies = shipped().policies
    windows = [rule.window, *(permit.window for permit in rule.permissions)]
    for kind in (SetTerm, ParameterTerm, LookupTerm):
        for name in names_read(rule, kind):
            windows += [edition.window for edition in policies.dated[name].editions]
    return frozenset(day for window in windows for day in dates(window))


@cache
def every_date() -> tuple[date, ...]:
    return tuple(sorted({day for rule in RULES for day in dates_of(rule)}))


def breaking(rule: Rule) -> Case:
    """Return a test in which a rule is violated, or its duty owed."""
    wanted = Status.VIOLATED if rule.duty is None else Status.SATISFIED
    for result in results():
        found = result.decision.results if result.decision else ()
        if any(each.rule.id == rule.id and each.status is wanted for each in found):
            return result.case
    raise AssertionError(rule.id)


@cache
def campaign_of_a_day(case: Case) -> Campaign:
    """Return the campaign of a test, its flight a single day."""
    flight = (
        Given(steps=(("flight", None), (name, None)), type=Scalar.DATE, value=case.day)
        for name in ("start", "end")
    )
    return campaign_of(shipped(), replace(case, changes=(*case.changes, *flight)))


def status_on(rule: Rule, case: Case, day: date) -> Status:
    """Return what becomes of a rule where the flight of a campaign is one day."""
    policies = shipped().policies
    campaign = as_if_launched(campaign_of_a_day(case), day, policies.vocabulary)
    then = moment(flight_of(campaign), case.day)
    context = EvaluationContext(policies=policies, campaign=campaign, moment=then)
    (found,) = shipped().program.evaluate_rules(context, frozenset({rule.id}))
    return found.status


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_changes_only_where_its_law_does(rule: Rule) -> None:
    case, own = breaking(rule), dates_of(rule)
    for day in every_date():
        if day not in own:
            before, after = status_on(rule, case, day - _DAY), status_on(rule, case, day)
            assert before is after, f"{rule.id} changes on {day}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_begins_on_its_first_day_and_is_over_on_its_last(rule: Rule) -> None:
    case, window = breaking(rule), rule.window
    assert window.start is not None
    assert status_on(rule, case, window.start - _DAY) is Status.NOT_APPLICABLE
    assert status_on(rule, case, window.start) is not Status.NOT_APPLICABLE
    if window.until is not None:
        assert status_on(rule, case, window.until - _DAY) is not Status.NOT_APPLICABLE
        assert status_on(rule, case, window.until) is Status.NOT_APPLICABLE


def test_the_packs_name_many_days() -> None:
    assert len(every_date()) >= 40
