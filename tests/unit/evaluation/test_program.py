"""The compiled program beside the reference: where it looks up, where it puts off, where it judges.

`hear` compares both to the letter, so each test holds the two equal as well.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from benchmarks.by_hand import breached
from benchmarks.workload import bundle_of, descriptors, quantifiers
from engine.bundle.bundle import Bundle
from engine.evaluation import reference
from engine.evaluation.compiled.candidates import MOST_KEPT, MOST_STATES
from engine.evaluation.decide import decide
from engine.evaluation.document import document
from engine.evaluation.moment import flight_of
from engine.evaluation.result import Status
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import IDENTITY, campaign_of, court, hear, rule

D = date.fromisoformat
AS_OF = datetime(2026, 6, 1, 12, tzinfo=UTC)


# --- the workload of the benchmarks ------------------------------------------------------------


def variants(rng: random.Random, descriptor: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a descriptor as it is, with facts removed, in many markets, and in a flight askew."""
    yield descriptor
    yield _poorer(rng, descriptor)
    yield {**descriptor, "markets": ["DE", "FR", "NO", "US-CA", "PL", "ES", "IT"]}
    yield {**descriptor, "flight": {"start": "2024-01-10", "until_stopped": True}}
    yield {**descriptor, "flight": {"start": "2024-02-10"}}


def _poorer(rng: random.Random, value: Any) -> Any:
    """Return a value without some of its facts; what is required at the top stays."""
    if isinstance(value, list):
        return [_poorer(rng, each) for each in value]
    if isinstance(value, dict):
        whole = {"id", "markets", "flight", "amount", "currency"}
        kept = [name for name in value if name in whole or rng.random() < 0.85]
        return {name: value[name] if name in whole else _poorer(rng, value[name]) for name in kept}
    return value


def agree(bundle: Bundle, descriptor: dict[str, Any], as_of: datetime = AS_OF) -> None:
    campaign, faults = bundle.decoder.decode(descriptor)
    assert campaign is not None, faults
    one = bundle.program.decide(campaign, as_of=as_of)
    other = decide(bundle.policies, reference.evaluate_rules, campaign, as_of=as_of)
    # The document first: it has the statuses of what came to nothing by the shorter way.
    assert document(one, id="1", identity=IDENTITY) == document(other, id="1", identity=IDENTITY)
    assert one == other


@pytest.mark.no_cover  # Shown line by line by smaller sets of rules.
@pytest.mark.parametrize(("rules", "campaigns"), [(20, 20), (200, 6)])
def test_the_workload_is_decided_as_by_the_reference(rules: int, campaigns: int) -> None:
    bundle, rng = bundle_of(rules), random.Random(rules)  # noqa: S311 - for a workload, not for a secret.
    for descriptor in descriptors(campaigns):
        for each in variants(rng, descriptor):
            agree(bundle, each)


def test_quantifiers_that_no_two_rules_share_are_decided_as_by_the_reference() -> None:
    bundle, rng = quantifiers(60), random.Random(0)  # noqa: S311 - likewise.
    for descriptor in descriptors(10):
        agree(bundle, descriptor)
        agree(bundle, _poorer(rng, descriptor))


@pytest.mark.no_cover  # As above.
def test_two_thousand_rules_are_decided_as_by_the_reference() -> None:
    bundle = bundle_of(2_000)
    for descriptor in descriptors(2):
        agree(bundle, descriptor)


def test_the_first_rules_of_the_workload_come_out_as_by_hand() -> None:
    bundle = bundle_of(20)
    for descriptor in descriptors(200):
        campaign, _ = bundle.decoder.decode(descriptor)
        assert campaign is not None
        decision = bundle.program.decide(campaign, as_of=AS_OF)
        violated = [r.rule.id for r in decision.with_status(Status.VIOLATED)]
        by_hand = breached(descriptor, AS_OF.date())
        assert [int(name.rpartition("r")[2]) for name in violated] == by_hand


# --- the index ------------------------------------------------------------------------------------


def test_a_rule_may_ask_a_list_for_several_things() -> None:
    both = court(
        rule("prohibit when campaign.colours includes red and campaign.colours includes blue")
    )
    assert hear(both, colours=["red"]).effect.value == "allow"
    assert hear(both, colours=["blue", "red"]).effect.value == "deny"
    assert hear(both).effect.value == "deny"


def test_a_set_that_has_no_edition_leaves_everything_possible() -> None:
    later = 'set LATER of colour "later"\n  from 2030-01-01 is {red}\nend set\n'
    asking = court(rule("prohibit when campaign.colours includes any of LATER"), declared=later)
    assert hear(asking, colours=["red"]).verdict.conclusive is False


def test_places_that_no_law_names_on_the_day_may_be_anywhere() -> None:
    later = 'set LATER of place "later"\n  from 2030-01-01 is {DE}\nend set\n'
    placed = court(rule("prohibit when campaign.flag", "applies in LATER"), declared=later)
    assert hear(placed, flag=True).verdict.conclusive is False
    assert hear(placed, flag=False).effect.value == "allow"


def test_money_is_looked_up_in_its_currency() -> None:
    limits = court(
        rule("prohibit when campaign.price exceeds EUR 10 or campaign.price exceeds USD 20")
    )
    for amount, currency in (("10", "EUR"), ("10.01", "EUR"), ("20.5", "USD"), ("1", "CHF")):
        hear(limits, price={"amount": amount, "currency": currency})
    assert hear(limits).verdict.conclusive is False


@pytest.mark.parametrize(
    "condition", ["campaign.day is before 0001-01-01", "9999-12-31 is before campaign.day"]
)
def test_days_at_the_ends_of_the_calendar_are_looked_up(condition: str) -> None:
    ends = court(rule(f"prohibit when {condition}"))
    for day in ("0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31"):
        assert hear(ends, day=day).effect.value == "allow"


@pytest.mark.parametrize(
    "clause",
    [
        "prohibit when campaign.amount is between 0.5 and 2.5",
        "prohibit when not (campaign.amount is 2)",
        "require campaign.amount is at most 1",
        "prohibit when campaign.amount is unknown",
    ],
)
def test_numbers_between_those_that_rules_name_are_looked_up(clause: str) -> None:
    limits = court(rule(clause))
    for amount in (-1, 0, 0.5, 1, 2, 2.25, 2.5, 3, None):
        hear(limits, amount=amount)


def test_a_list_is_not_looked_at_for_rules_that_are_out() -> None:
    two = court(
        rule("prohibit when campaign.flag and any item in campaign.items has (item.flag)"),
        rule("prohibit when campaign.other", name="s"),
    )
    assert hear(two, flag=False, other=True, items=[{"flag": True}]).effect.value == "deny"


def test_an_element_may_be_held_against_another_list_of_the_campaign() -> None:
    inner = "any colour in campaign.colours has (colour is red)"
    crossing = court(rule(f"prohibit when any item in campaign.items has (item.flag and {inner})"))
    assert hear(crossing, items=[{"flag": True}], colours=["red"]).effect.value == "deny"
    assert hear(crossing, items=[{"flag": True}], colours=["blue"]).effect.value == "allow"


def test_of_many_conditions_each_is_evaluated_for_the_rules_that_are_left() -> None:
    condition = "campaign.flag and campaign.amount + campaign.whole exceeds"
    rules = (rule(f"prohibit when {condition} {each}", name=f"r{each:02}") for each in range(70))
    many = court(*rules)
    for amount, violated in ((-1, 0), (0.5, 1), (33, 33), (69.5, 70)):
        found = hear(many, flag=True, amount=amount, whole=0)
        assert len(found.with_status(Status.VIOLATED)) == violated
    assert hear(many, flag=False, whole=0).effect.value == "allow"
    assert len(hear(many, flag=True, whole=0).with_status(Status.UNDETERMINED)) == 70


@pytest.mark.parametrize("flag", [{"flag": True}, {"flag": False}, {}])
@pytest.mark.parametrize("secret", [{"secret": "AB"}, {"secret": "x"}, {}])
@pytest.mark.parametrize("note", [{"note": "ab"}, {"note": "x_B"}, {"note": "\u1e03"}, {}])
def test_any_of_several_patterns_may_be_the_one(
    note: dict[str, Any], secret: dict[str, Any], flag: dict[str, Any]
) -> None:
    patterns = " or ".join(
        f"campaign.{each}" for each in ('note is like "A*"', 'note is like "*b"')
    )
    either = court(
        rule(f'prohibit when {patterns} or campaign.secret is like "a*" or campaign.flag')
    )
    facts = {**note, **secret, **flag}
    is_met = bool({"ab", "x_B", "AB", True} & set(facts.values()))
    verdict = hear(either, **facts).verdict
    assert (verdict.effect.value == "allow") is (not is_met and len(facts) == 3)
    assert verdict.conclusive is (is_met or len(facts) == 3)


# --- the selector ------------------------------------------------------------------------------


def test_a_flight_that_may_meet_many_states_of_the_law_is_judged_in_all() -> None:
    years = [
        rule("prohibit when campaign.flag", f"in force from {year}-01-01", name=f"r{year}")
        for year in range(2001, 2004 + MOST_STATES + MOST_KEPT)
    ]
    bundle = court(*years)
    for flag in (True, False):
        assert hear(bundle, flight=None, flag=flag).verdict.conclusive is False
    assert hear(bundle, flight={"start": "1999-01-01"}, flag=True).verdict.conclusive is False
    for year in range(2000, 2003 + MOST_KEPT):
        day = f"{year}-06-01"
        hear(bundle, flight={"start": day, "end": day}, on=D(day), flag=True)


def test_a_breach_on_every_possible_day_is_a_breach() -> None:
    twice = court(
        rule("prohibit when campaign.flag is yes", "in force from 2000-01-01"),
        rule("prohibit when campaign.amount is at least least", name="changing"),
        declared='parameter least : number "a limit"\n  source LAW art 3\n'
        "  from 2020-01-01 until 2026-06-01 is 2\n  from 2026-06-01 is 1\nend parameter\n",
    )
    assert hear(twice, flight={"start": "2024-01-01"}, amount=5, flag=False).effect.value == "deny"


# --- the outlook ----------------------------------------------------------------------------------


def test_on_later_days_an_exception_may_hold() -> None:
    excused = court(
        rule(
            "prohibit when campaign.flag",
            'unless "it is old" campaign.day is before today - 30 days',
        )
    )
    assert hear(excused, flag=True, day="2025-12-20").valid_until == D("2026-01-20")


def test_on_later_days_a_rule_may_lose_its_subject() -> None:
    fading = court(
        rule(
            "prohibit when campaign.flag",
            "applies when campaign.day is within 30 days before today",
        )
    )
    assert hear(fading, flag=True, day="2025-12-20").valid_until == D("2026-01-20")
    assert hear(fading, flag=None, day="2025-12-20").valid_until == D("2026-01-20")


def test_on_later_days_a_duty_may_be_owed() -> None:
    owing = court(
        rule('oblige "look again" when campaign.day is before today - 30 days due before launch')
    )
    assert hear(owing, day="2025-12-20").valid_until == D("2026-01-20")


def test_what_denies_in_any_case_is_not_looked_at_day_by_day() -> None:
    denied = court(
        rule("prohibit when campaign.flag", name="steady"),
        rule("prohibit when campaign.day is before today - 30 days", name="timely"),
    )
    assert hear(denied, flag=True, day="2025-12-20").valid_until is None


def test_a_flight_of_which_nothing_is_known_has_an_outlook_too() -> None:
    recent = court(rule("require campaign.day is within 30 days before today"))
    assert hear(recent, flight=None, day="2025-12-20").valid_until is None


def test_a_rule_is_not_looked_at_beyond_the_days_that_are_tried() -> None:
    days = [{"day": f"2025-{month:02}-01"} for month in range(1, 13)]
    far = court(
        rule("require campaign.day is within 300 days before today"),
        rule(
            "prohibit when campaign.flag"
            " and sum of (i.day - today for each i in campaign.items) exceeds 30 days",
            name="intricate",
        ),
    )
    assert hear(far, day="2025-12-20", flag=False, items=days).valid_until == D("2026-07-21")


def test_law_that_begins_today_is_no_later_law() -> None:
    begun = court(
        rule("prohibit when campaign.flag", "in force from 2026-01-01", name="begun"),
        rule("require campaign.day is within 30 days before today", name="timely"),
    )
    assert hear(begun, flag=False, day="2025-12-20").valid_until == D("2026-01-20")


def test_law_to_come_is_judged_in_each_market() -> None:
    coming = court(
        rule(
            "prohibit when campaign.flag and market is one of {DE, FR}", "in force from 2027-01-01"
        )
    )
    endless = {"start": "2026-02-01", "until_stopped": True}
    found = hear(coming, flag=True, markets=["NO", "DE"], flight=endless)
    assert [(each.day, each.result.markets) for each in found.upcoming] == [
        (D("2027-01-01"), ("DE",))
    ]


def test_law_of_the_first_day_is_not_to_come() -> None:
    coming = court(
        rule("prohibit when campaign.flag", "in force from 2027-01-01", name="first"),
        rule("prohibit when campaign.other", "in force from 2027-02-01", name="then"),
        rule("prohibit when campaign.other", "in force from 2027-03-01", name="later"),
    )
    endless = {"start": "2027-01-01", "until_stopped": True}
    found = hear(coming, flag=True, other=False, flight=endless)
    assert (found.effect.value, found.upcoming) == ("deny", ())
    assert len(hear(coming, flag=True, other=True, flight=endless).upcoming) == 2


def test_days_in_a_list_are_counted_from() -> None:
    vocabulary = VOCABULARY.replace(
        '  day     : date "a day"', '  day     : date "a day"\n  days    : list of date "days"'
    )
    recent = court(
        rule("require every d in campaign.days, if any, has (d is within 30 days before today)"),
        vocabulary=vocabulary,
    )
    assert hear(recent, days=["2025-12-20", "2025-12-15"]).valid_until == D("2026-01-15")


# --- results --------------------------------------------------------------------------------------


def test_results_are_a_sequence_like_any_other() -> None:
    bundle = court(
        rule("prohibit when campaign.flag"), rule("prohibit when campaign.other", name="s")
    )
    campaign = campaign_of(bundle, flag=True, other=False)
    made = bundle.program.decide(campaign, as_of=AS_OF)
    results = decide(bundle.policies, reference.evaluate_rules, campaign, as_of=AS_OF).results
    assert (len(made.results), made.results[0], made.results[:1]) == (2, results[0], results[:1])
    assert (hash(made.results), repr(made.results)) == (hash(results), repr(results))
    assert made.results == results
    assert made.results != [*results]


def test_a_group_reads_as_what_is_known_of_it() -> None:
    campaign = campaign_of(court(), person={"age": 3})
    assert repr(campaign.at("person")) == "Group(values=(3, None, None))"
    assert campaign.at("person") != (3, None, None)
    assert flight_of(campaign).endless is False
