"""Changes that look as if they leaned one way, each with the campaign that shows the other way."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.analysis.change import Kind, Lean, combined_lean
from engine.analysis.changes import changes
from engine.bundle.bundle import Bundle
from tests.strategies.policy_texts import bundle_of
from tests.strategies.vocabulary import VOCABULARY

FLIGHT = {"start": "2026-06-01", "end": "2026-06-30"}
CAMPAIGN = {"id": "c-1", "markets": ["US"], "flight": FLIGHT, "flag": True, "amount": 17}
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def policy(*clauses: str, declared: str = "") -> Bundle:
    head = "policy p\n  source LAW art 1\n  in force from 2020-01-01\n  rule r\n    "
    text = f"{declared}\n{head}" + "\n    ".join(clauses) + "\nend policy\n"
    return bundle_of({"vocabulary.policy": VOCABULARY, "p.policy": text})


def effect(bundle: Bundle, descriptor: dict[str, Any]) -> str:
    campaign, faults = bundle.decoder.decode(descriptor)
    assert campaign is not None, faults
    return bundle.program.decide(campaign, as_of=NOON).effect.value


def lean(old: Bundle, new: Bundle) -> Lean:
    return combined_lean(each.lean for each in changes(old.policies, new.policies))


def limited(*cases: str) -> Bundle:
    table = "table limit unique\n  given market : place\n  gives number\n  {}\nend table"
    clause = "prohibit when campaign.amount exceeds limit(market)"
    texts = ('message "m"', 'remedy "r"')
    return policy(clause, *texts, declared=table.format("\n  ".join(cases)))


@pytest.mark.parametrize(
    ("old", "new", "effects"),
    [
        ((20, 20), (20, 25), ("allow", "deny")),
        ((20, 25), (20, 20), ("deny", "allow")),
        ((20, 25), (25, 25), ("deny", "allow")),
    ],
)
def test_the_result_for_a_region_may_leave_that_for_its_country_unknown(
    old: tuple[int, int], new: tuple[int, int], effects: tuple[str, str]
) -> None:
    """It is known where the region and the rest of the country are given the same."""
    one, other = (
        limited(f"case US gives {country}", f'case "US-NY" gives {region}', "otherwise gives 1")
        for country, region in (old, new)
    )
    assert (effect(one, CAMPAIGN), effect(other, CAMPAIGN)) == effects
    assert lean(one, other) is Lean.UNCLEAR


def test_the_result_for_a_country_stays_unknown_where_its_region_stays_apart() -> None:
    one, other = (
        limited("case US gives 20", f'case "US-NY" gives {region}') for region in (30, 25)
    )
    assert lean(one, other) is Lean.STRICTER


def test_a_duty_is_owed_once_it_is_known_where() -> None:
    """Where no edition lists the places, it is unknown whether the rule applies."""
    clause = 'oblige "tell" when campaign.flag due before launch'

    def listed(start: str, *clauses: str) -> Bundle:
        return policy(
            *clauses, clause, declared=f"set SOME of place\n  from {start} is {{US}}\nend set"
        )

    somewhere, everywhere = (listed("2027-01-01", *each) for each in (["applies in SOME"], []))
    assert (effect(somewhere, CAMPAIGN), effect(everywhere, CAMPAIGN)) == ("deny", "allow")
    assert lean(somewhere, everywhere) is lean(everywhere, somewhere) is Lean.UNCLEAR
    covered = [listed("2020-01-01", *each) for each in (["applies in SOME"], [])]
    assert lean(*covered) is Lean.STRICTER


def test_a_definition_by_which_an_aggregate_chooses_leans_neither_way() -> None:
    chosen = "count of (each i in campaign.items where i.flag and big)"
    clauses = (f"prohibit when {chosen} is less than 1", 'message "m"', 'remedy "r"')
    one, other = (
        policy(
            *clauses, declared=f"define big\n  means campaign.amount exceeds {limit}\nend define"
        )
        for limit in (12, 20)
    )
    counted = {**CAMPAIGN, "items": [{"flag": True}]}
    assert (effect(one, counted), effect(other, counted)) == ("allow", "deny")
    assert lean(one, other) is Lean.UNCLEAR


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("prohibit when campaign.amount exceeds LIMIT", Lean.LOOSER),
        ("prohibit when LIMIT is less than campaign.amount", Lean.LOOSER),
        ("prohibit when campaign.amount is between 5 and LIMIT", Lean.STRICTER),
        ("prohibit when campaign.amount is between LIMIT and 30", Lean.LOOSER),
        ("prohibit when campaign.amount exceeds 2 * LIMIT", Lean.UNCLEAR),
        ("prohibit when campaign.amount is between LIMIT and LIMIT", Lean.UNCLEAR),
    ],
)
def test_a_rise_leans_by_where_the_value_stands(clause: str, expected: Lean) -> None:
    declared = "parameter LIMIT : number\n  source LAW art 1\n  is {}\nend parameter"
    one, other = (
        policy(clause, 'message "m"', 'remedy "r"', declared=declared.format(limit))
        for limit in (10, 20)
    )
    assert lean(one, other) is expected


def test_a_definition_says_the_same_as_its_words_where_an_aggregate_chooses() -> None:
    counted = "prohibit when count of (each i in campaign.items where {}) is less than 1"
    declared = "define big\n  means campaign.amount exceeds 12\nend define"
    one = policy(counted.format("campaign.amount exceeds 12"), 'message "m"', 'remedy "r"')
    other = policy(counted.format("big"), 'message "m"', 'remedy "r"', declared=declared)
    assert [each.kind for each in changes(one.policies, other.policies)] == [Kind.ADDED]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('set A of place "a" is {DE} end set', 'set B of place "b" is {DE} end set'),
        (
            'define a_case "a" means campaign.flag source LAW art 1 end define',
            'define b_case "b" means campaign.flag source LAW art 1 end define',
        ),
        (
            'table a_table unique "a" given x : place gives number otherwise gives 1 end table',
            'table b_table unique "b" given x : place gives number otherwise gives 1 end table',
        ),
    ],
)
def test_what_is_called_otherwise_is_told_with_what_else_is_new(old: str, new: str) -> None:
    clauses = ("prohibit when campaign.flag", 'message "m"', 'remedy "r"')
    one, other = (policy(*clauses, declared=each) for each in (old, new))
    found = [each.kind for each in changes(one.policies, other.policies)]
    assert found == [Kind.RENAMED, Kind.LABEL]


@pytest.mark.parametrize(
    "declared",
    [
        "define a_case means campaign.flag source OWN art 1 end define",
        "parameter most : number source OWN art 1 is 3 end parameter",
        "parameter most : number from 2020-01-01 is 3 source OWN art 1 end parameter",
        "table a unique given x : place gives number source OWN art 1 otherwise gives 1 end table",
    ],
)
def test_an_instrument_is_told_to_have_changed_by_whatever_it_is_cited(declared: str) -> None:
    clauses = ("prohibit when campaign.flag", 'message "m"', 'remedy "r"')
    one, other = (
        policy(*clauses, declared=f'instrument OWN "Our code" "https://{host}"\n{declared}')
        for host in ("one.example", "two.example")
    )
    assert [each.kind for each in changes(one.policies, other.policies)] == [Kind.URL]
