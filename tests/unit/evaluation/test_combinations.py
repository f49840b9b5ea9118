"""Rules that combine the elements of lists: how many combinations a campaign may ask for."""

import json
from typing import Any

import pytest

from engine.evaluation.descriptor.combinations import MOST_COMBINATIONS, MOST_IN_MARKETS
from engine.evaluation.result import Status
from tests.unit.evaluation.courtroom import CAMPAIGN, court, judged, rule, wanted

SIDE = int(MOST_COMBINATIONS**0.5)
PAIRS = (
    "any one in campaign.items has"
    " (any other in campaign.items has (one.amount exceeds other.amount))"
)
COUNT = "count of (each one in campaign.items where one.amount is other.amount)"
WITHIN = "any one in campaign.items has (any part in one.parts has (part.size exceeds 1))"


def items(count: int, parts: int = 0) -> list[dict[str, Any]]:
    return [{"amount": 1, "parts": [{"size": 1}] * parts} for _ in range(count)]


@pytest.mark.parametrize(
    "condition",
    [
        PAIRS,
        f"not ({PAIRS})",
        f"sum of ({COUNT} for each other in campaign.items) exceeds 1",
        f"count of (each other in campaign.items where {COUNT} exceeds 1) exceeds 1",
    ],
)
def test_lists_that_would_be_combined_for_hours_are_refused(condition: str) -> None:
    bundle = court(rule(f"prohibit when {condition}"))
    assert faults_of(bundle, items(SIDE - 1)) == []
    (pointer, message) = faults_of(bundle, items(SIDE + 1))[0]
    assert pointer == "/items"
    assert message == (
        "rule `p/r` combines the elements of `campaign.items`, which are so many that it would"
        " look at more than 100,000 combinations"
    )


def test_what_excuses_from_a_rule_is_counted_too_and_so_is_a_definition() -> None:
    meant = f'define crowded "it is crowded"\n  source LAW art 1\n  means {PAIRS}\nend define\n'
    bundle = court(rule("prohibit when campaign.flag", 'unless "a crowd" crowded'), declared=meant)
    assert len(faults_of(bundle, items(SIDE + 1))) == 1


def test_each_is_combined_with_what_lies_in_it_once() -> None:
    threefold = f"any other in campaign.items has ({WITHIN})"
    bundle = court(rule(f"prohibit when {threefold}"))
    assert faults_of(bundle, items(200, parts=1)) == []
    assert len(faults_of(bundle, items(200, parts=3))) == 1


def test_what_reads_the_market_is_counted_in_each() -> None:
    bundle = court(
        rule(f"prohibit when market is DE and {PAIRS}"), rule(f"prohibit when {PAIRS}", name="s")
    )
    markets = ["DE", "FR", "IT", "ES"]
    assert faults_of(bundle, items(SIDE // 2 - 1), markets=markets) == []
    ((pointer, message),) = faults_of(bundle, items(SIDE // 2 + 1), markets=markets)
    assert pointer == "/items"
    assert message.startswith(
        "rule `p/r` combines the elements of `campaign.items` in each market,"
    )


def test_a_list_that_is_gone_through_in_each_market_may_be_longer() -> None:
    """5,000 markets and 30,000 audiences were looked at for a minute, by a rule of one list."""
    bundle = court(rule("prohibit when market is DE and any one in campaign.items has (one.flag)"))
    markets = [f"US-{state}" for state in ("CA", "NY", "TX", "FL", "WA", "OR", "NV", "UT", "ME")]
    length = MOST_IN_MARKETS // 10 - 20
    assert faults_of(bundle, items(length), markets=markets) == []
    assert faults_of(bundle, items(length), markets=[*markets, "DE"]) == []
    ((pointer, message),) = faults_of(bundle, items(length), markets=[*markets, "DE", "FR"])
    assert pointer == "/items"
    assert message == (
        "rule `p/r` goes through the elements of `campaign.items` in each market, which are so many"
        " that it would look at more than 500,000 elements"
    )


def test_a_campaign_is_not_counted_to_its_end() -> None:
    bundle = court(rule(f"prohibit when {PAIRS}"))
    assert len(faults_of(bundle, items(20_000))) == 1


def test_a_fact_is_wanted_once_whatever_it_is_compared_with() -> None:
    names = [{"age": 1, "name": name} for name in ("ada", "Ada", "ADA")]
    alike = "any one in campaign.guests has (any other in campaign.guests has"
    found = judged(f"require {alike} (one.name is not other.name))", guests=names)
    assert found.status is Status.UNDETERMINED
    assert [path for path, _ in wanted(found)] == [f"campaign.guests[{n}].name" for n in (1, 2, 3)]


def faults_of(bundle: Any, listed: list[dict[str, Any]], **facts: Any) -> list[tuple[str, str]]:
    descriptor = CAMPAIGN | {"items": listed, **facts}
    found = bundle.decoder.decode(descriptor)[1]
    assert found == bundle.decoder.decode(json.dumps(descriptor).encode())[1]
    return [(each.pointer, each.message) for each in found]
