"""Law on its way: what will stand against a campaign that runs without end."""

from datetime import date
from typing import Any

from engine.evaluation.document import Identity, document
from engine.evaluation.prose import MOST_RULES, explain
from tests.unit.evaluation.courtroom import court, hear, rule

D = date.fromisoformat
ENDLESS = {"start": "2026-02-01", "until_stopped": True}
LATER = "in force from 2026-06-01"
IDENTITY = Identity(name="court", version="1", digest="sha256:00", engine="0")


def on_its_way(*rules: str, **facts: Any) -> list[tuple[str, str]]:
    found = hear(court(*rules), on=D("2026-01-01"), **facts)
    return [(str(each.day), each.result.rule.id) for each in found.upcoming]


def test_a_rule_that_comes_into_force_later_is_announced_with_its_date() -> None:
    forbidding = court(rule("prohibit when campaign.flag", LATER))
    found = hear(forbidding, on=D("2026-01-01"), flag=True, flight=ENDLESS)
    assert (found.effect.value, found.valid_until) == ("allow", D("2026-06-01"))
    assert [(str(each.day), each.result.rule.id) for each in found.upcoming] == [
        ("2026-06-01", "p/r")
    ]
    assert "from 2026-06-01\n" in explain(found)
    announced = document(found, id="1", identity=IDENTITY)["upcoming"]
    assert isinstance(announced, list)
    assert [(each["from"], each["rule"]) for each in announced] == [("2026-06-01", "p/r")]


def test_what_will_not_be_violated_or_is_already_is_not_announced() -> None:
    later, now = rule("prohibit when campaign.flag", LATER), rule("prohibit when campaign.flag")
    assert on_its_way(later, flag=False, flight=ENDLESS) == []
    assert on_its_way(now, flag=True, flight=ENDLESS) == []


def test_a_flight_that_ends_is_judged_by_all_its_law_already() -> None:
    later = rule("prohibit when campaign.flag", LATER)
    assert on_its_way(later, flag=True, flight={"start": "2026-02-01", "end": "2026-07-01"}) == []


def test_the_first_day_of_each_rule_counts_and_they_stand_in_order() -> None:
    rules = [
        rule("prohibit when campaign.flag", "in force from 2026-09-01", name="a"),
        rule("prohibit when campaign.flag", "in force from 2026-06-01 until 2026-08-01", name="b"),
    ]
    expected = [("2026-06-01", "p/b"), ("2026-09-01", "p/a")]
    assert on_its_way(*rules, flag=True, flight=ENDLESS) == expected


def test_a_long_list_is_cut_for_a_person() -> None:
    rules = [
        rule("prohibit when campaign.flag", LATER, name=f"r{n}") for n in range(MOST_RULES + 2)
    ]
    found = hear(court(*rules), on=D("2026-01-01"), flag=True, flight=ENDLESS)
    assert len(found.upcoming) == MOST_RULES + 2
    assert "  and later p/r" in explain(found)


def test_on_its_day_a_rule_is_evaluated_as_it_then_would_be() -> None:
    late = rule("prohibit when today is after campaign.day", LATER, name="late")
    soon = rule("prohibit when today is on or before campaign.day", LATER, name="soon")
    assert on_its_way(late, soon, day="2026-05-31", flight=ENDLESS) == [("2026-06-01", "p/late")]


def test_what_later_law_will_ask_for_is_announced() -> None:
    asking = court(
        rule("prohibit when campaign.flag", LATER, name="asks"),
        rule(
            "prohibit when campaign.flag", "in force from 2026-01-01 until 2026-07-01", name="did"
        ),
    )
    found = hear(asking, on=D("2025-12-01"), flight={"start": "2025-12-01", "until_stopped": True})
    assert (found.effect.value, found.valid_until) == ("allow", D("2026-01-01"))
    assert [(each.day, each.result.rule.id) for each in found.upcoming] == [
        (D("2026-01-01"), "p/did"),
        (D("2026-06-01"), "p/asks"),
    ]
    assert "rule p/asks · undetermined" in explain(found)
