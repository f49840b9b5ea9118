"""Standing facts beneath a campaign: what they fill, what contradicts, and how long it holds."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from engine import CampaignError, Decision, Effect, Engine, document, explain
from engine.bundle.bundle import Bundle
from tests.strategies.standing import KNOWING
from tests.strategies.standing import document as stated
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import CAMPAIGN, court, rule
from tests.unit.evaluation.test_standing_facts import SOURCE

WIDER = KNOWING.replace(
    '  advertiser : advertiser "who advertises"\n',
    '  advertiser : advertiser "who advertises"\n'
    '  data_processing : data_processing "the processing"\n'
    '  models : list of text "no records"\n',
).replace(
    '  record use "a platform"\n',
    '  record data_processing "the processing"\n'
    '    processors : list of processor "who processes data"\n'
    "  end record\n\n"
    '  record processor "a processor"\n'
    '    name    : text "name of the processor"\n'
    '    dpa_ref : text "where the agreement is kept"\n'
    '    head    : person sensitive "who answers"\n'
    "  end record\n\n"
    '  record use "a platform"\n',
)
GOLD, LEAD = {"secret": "gold"}, {"secret": "lead"}
ADULTS = rule("prohibit when campaign.flag", name="adults")
BUNDLE = court(
    ADULTS,
    rule(
        "require every processor in campaign.data_processing.processors has"
        " (processor.dpa_ref is known)",
        name="agreements",
    ),
    vocabulary=WIDER,
)
OF_A: dict[str, Any] = {
    **CAMPAIGN,
    "advertiser": {"name": "A"},
    "data_processing": {"processors": [{"name": "Q", "dpa_ref": "DPA-0"}]},
}


def decide(
    *documents: dict[str, Any], on: date = date(2026, 1, 1), bundle: Bundle = BUNDLE, **facts: Any
) -> Decision:
    made = {name: value for name, value in {**OF_A, **facts}.items() if value is not None}
    engine = Engine(bundle)
    as_of = datetime.combine(on, time(12), tzinfo=UTC)
    return engine.decide(made, as_of=as_of, standing=engine.standing_facts(documents))


def refused(*documents: dict[str, Any], **facts: Any) -> list[tuple[str, str, str | None]]:
    with pytest.raises(CampaignError) as error:
        decide(*documents, **facts)
    return [(each.pointer, each.message, each.help) for each in error.value.faults]


def filled(decision: Decision) -> list[tuple[str, object]]:
    assert decision.standing is not None
    return [(each.pointer, each.value) for each in decision.standing.filled]


def about_a(**facts: Any) -> dict[str, Any]:
    return stated("advertiser", "A", facts)


# --- what is filled ---------------------------------------------------------------------------


def test_what_is_unknown_is_filled() -> None:
    assert decide().effect is Effect.DENY
    made = decide(about_a(flag=False))
    assert made.effect is Effect.ALLOW
    assert filled(made) == [("/flag", False)]


def test_what_is_known_is_not_replaced_and_not_named() -> None:
    made = decide(about_a(flag=False), flag=False)
    assert made.effect is Effect.ALLOW
    assert filled(made) == []


def test_nothing_about_the_campaign_is_as_if_there_were_no_book() -> None:
    made = decide(stated("advertiser", "B", {"flag": False}))
    assert made.standing is None
    assert made == decide()
    assert "standing_facts" not in document(made, id="1", identity=Engine(BUNDLE).identity)


def test_groups_are_filled_fact_by_fact_and_periods_as_a_whole() -> None:
    known = about_a(person={"age": 40, "name": "N"}, slot={"start": "2026-01-01"})
    made = decide(known, person={"home": "DE"}, flag=False)
    assert filled(made) == [
        ("/slot", made.standing.filled[0].value if made.standing else None),
        ("/person/age", 40),
        ("/person/name", "N"),
    ]
    ((pointer, message, _),) = refused(known, slot={"end": "2026-02-01"}, flag=False)
    assert pointer == "/slot"
    assert message.startswith("a slot: the standing fact about the advertiser `A` says")


def test_lists_are_alike_in_any_order_however_deep_they_stand() -> None:
    one, other = {"size": 1}, {"size": 2}
    known = [{"parts": [one, other]}, {"flag": True}]
    said = [{"flag": True}, {"parts": [other, one]}]
    assert decide(about_a(audiences=said), audiences=known, flag=False).effect is Effect.ALLOW


def test_several_may_state_the_same() -> None:
    made = decide(about_a(flag=False), {**about_a(flag=False), "evidence": "another"})
    assert made.standing is not None
    assert [len(each.by) for each in made.standing.filled] == [2]
    listed = document(made, id="1", identity=Engine(BUNDLE).identity)["standing_facts"]
    assert isinstance(listed, list)
    assert [each["evidence"] for each in listed] == ["another", "by hand"]


@pytest.mark.parametrize(
    ("accounts", "is_one"),
    [(["a"], True), (["a", "a"], True), (["a", "b"], False), (["a", None], False), ([], False)],
)
def test_an_account_speaks_for_a_campaign_that_runs_in_it_alone(
    accounts: list[str | None], *, is_one: bool
) -> None:
    known = stated("account", "a", {"flag": False})
    made = decide(known, platforms=[{"account_id": each} for each in accounts])
    assert (made.effect is Effect.ALLOW) is is_one


def test_members_of_lists_by_their_id_or_name() -> None:
    known = stated("audience", "i-1", {"colour": "red"})
    listed = [{"id": "i-0", "amount": 1}, {"id": "i-1"}, {"amount": 2}]
    made = decide(known, flag=False, audiences=listed)
    assert filled(made) == [("/audiences/1/colour", "red")]


def test_a_list_that_was_filled_has_members_too() -> None:
    listed = about_a(flag=False, data_processing={"processors": [{"name": "P"}]})
    agreement = stated("processor", "P", {"dpa_ref": "DPA-1"})
    assert decide(listed, data_processing=None).effect is Effect.DENY
    made = decide(agreement, listed, data_processing=None)
    assert made.effect is Effect.ALLOW
    assert [pointer for pointer, _ in filled(made)][-1] == "/data_processing/processors/0/dpa_ref"
    ((_, message, _),) = refused(
        listed, agreement, data_processing={"processors": [{"name": "P", "dpa_ref": "X"}, {}]}
    )[:1]
    assert "who processes data" in message


def test_a_vocabulary_without_such_subjects_has_no_use_for_them() -> None:
    bundle = court(rule("prohibit when campaign.flag"), vocabulary=VOCABULARY)
    made = decide(about_a(flag=False), bundle=bundle, advertiser=None, data_processing=None)
    assert made.standing is None


# --- what contradicts -------------------------------------------------------------------------


def test_a_contradiction_is_refused_with_its_place_and_both_values() -> None:
    recorded = {**about_a(flag=False), **SOURCE}
    assert refused(recorded, flag=True) == [
        (
            "/flag",
            f"a flag: the standing fact about the advertiser `A` ({SOURCE['id']}, version 2,"  # noqa: ISC004 - one sentence.
            " by Dana) says no, and the campaign yes",
            "correct the one that is wrong; while both stand, nothing is decided",
        )
    ]


def test_every_contradiction_is_told_at_once() -> None:
    known = about_a(flag=False, amount=5, hues=["red", "green"], note="x")
    pointers = [each[0] for each in refused(known, flag=True, amount=6, hues=["red"], note="x")]
    assert pointers == ["/flag", "/amount", "/hues"]
    assert filled(decide(known, flag=False, hues=["green", "red"])) == [
        ("/amount", 5),
        ("/note", "x"),
    ]


def test_two_standing_facts_may_contradict_each_other() -> None:
    other = stated("account", "a", {"flag": True})
    ((pointer, message, advice),) = refused(
        about_a(flag=False), other, platforms=[{"account_id": "a"}]
    )
    assert pointer == "/flag"
    assert "advertiser `A` says no, and the standing fact about the account `a` yes" in message
    assert advice == "have the one that is wrong corrected or withdrawn"


def test_what_is_sensitive_is_told_without_its_value() -> None:
    ((_, message, _),) = refused(about_a(**GOLD), flag=False, **LEAD)
    assert "gold" not in message
    assert "lead" not in message
    made = decide(about_a(flag=False, patient={"name": "Ann"}, **GOLD))
    told = explain(made) + str(document(made, id="1", identity=Engine(BUNDLE).identity))
    assert "gold" not in told
    assert "Ann" not in told
    assert "(sensitive)" in told


# --- days -------------------------------------------------------------------------------------


def days(known: dict[str, Any], start: str, until: str) -> dict[str, Any]:
    return {**known, "from": start, "until": until}


def test_an_answer_holds_until_the_standing_fact_ends() -> None:
    known = days(about_a(flag=False), "2025-01-01", "2026-01-20")
    made = decide(known)
    assert (made.effect, made.valid_until) == (Effect.ALLOW, date(2026, 1, 20))
    assert decide(known, on=date(2026, 1, 19)).effect is Effect.ALLOW
    assert decide(known, on=date(2026, 1, 20)).effect is Effect.DENY


def test_an_answer_holds_until_one_begins() -> None:
    known = days(about_a(flag=False), "2026-01-15", "2027-01-01")
    made = decide(known)
    assert (made.effect, made.valid_until) == (Effect.DENY, date(2026, 1, 15))
    assert made.standing is not None
    assert (made.standing.filled, len(made.standing.relevant)) == ((), 1)


def test_an_answer_holds_until_one_begins_that_contradicts() -> None:
    known = days(about_a(flag=True), "2026-01-15", "2027-01-01")
    assert decide(known, flag=False).valid_until == date(2026, 1, 15)


def test_one_that_is_followed_by_another_like_it_changes_nothing() -> None:
    first = days(about_a(flag=False), "2025-01-01", "2026-01-20")
    second = days(about_a(flag=False), "2026-01-20", "2026-06-01")
    unneeded = days(about_a(note="x"), "2025-01-01", "2026-01-10")
    assert decide(first, second, unneeded).valid_until == date(2026, 6, 1)


def test_law_that_changes_meanwhile_flips_the_answer_all_the_same() -> None:
    """Another standing fact of no consequence begins on that day, before it and after it."""
    timed = court(
        rule("prohibit when campaign.day is before today", name="timed"), vocabulary=WIDER
    )
    for turn in ("2026-01-10", "2026-01-20", "2026-01-21", "2026-01-22"):
        known = days(about_a(note="x"), turn, "2027-01-01")
        made = decide(known, bundle=timed, day="2026-01-20")
        assert (made.effect, made.valid_until) == (Effect.ALLOW, date(2026, 1, 21)), turn
        known_anyway = decide(known, bundle=timed, day="2026-01-20", note="x")
        assert known_anyway.valid_until == date(2026, 1, 21)
        double = days(about_a(day="2026-01-20"), "2025-01-01", "2027-01-01")
        assert decide(known, double, bundle=timed).valid_until == date(2026, 1, 21)
        alike = days(about_a(day="2026-01-20"), "2026-01-05", turn)
        again = days(about_a(day="2026-01-20"), turn, "2027-01-01")
        assert decide(alike, again, bundle=timed, on=date(2026, 1, 6)).valid_until == (
            date(2026, 1, 21)
        )


def test_of_very_many_turns_the_answer_is_promised_up_to_one() -> None:
    known = [
        days(about_a(note="x"), "2025-01-01", str(date(2026, 1, 2) + timedelta(days=day)))
        for day in range(300)
    ]
    known += [days(about_a(flag=False), "2020-01-01", "2099-01-01")]
    made = decide(*known)
    assert made.valid_until is not None
    assert made.valid_until < date(2027, 1, 1)


# --- what is told -----------------------------------------------------------------------------


def test_the_record_names_every_standing_fact_that_was_used() -> None:
    made = decide({**about_a(flag=False, person={"age": 4}), **SOURCE})
    listed = document(made, id="1", identity=Engine(BUNDLE).identity)["standing_facts"]
    assert listed == [
        {
            "subject": {"kind": "advertiser", "name": "A"},
            **SOURCE,
            "from": "2000-01-01",
            "until": "2100-01-01",
            "evidence": "by hand",
            "facts": [
                {"pointer": "/flag", "path": "campaign.flag", "label": "a flag", "value": "no"},
                {
                    "pointer": "/person/age",
                    "path": "campaign.person.age",
                    "label": "age",
                    "value": "4",
                },
            ],
        }
    ]
    told = explain(made)
    assert "Taken from standing facts, where the campaign says nothing\n" in told
    assert "  about the advertiser A, through 2099-12-31\n  value     a flag: no\n" in told
    assert "recorded  by Dana, as version 2 of 9aa80509" in told


def test_what_no_longer_fits_is_passed_over_and_said_so() -> None:
    made = decide(about_a(gone=True), flag=False)
    assert made.effect is Effect.ALLOW
    record = document(made, id="1", identity=Engine(BUNDLE).identity)
    assert record["standing_facts"] == []
    listed = record["unfit_standing_facts"]
    assert isinstance(listed, list)
    (misfit,) = listed
    assert (misfit["pointer"], misfit["message"]) == ("/facts/gone", "unknown fact `gone`")
    words = " ".join(explain(made).split())
    assert "passed over: the standing fact about the advertiser `A` does not fit the" in words
    is_over = days(about_a(gone=True), "2000-01-01", "2001-01-01")
    assert decide(is_over, flag=False).standing is None


def test_long_lists_are_cut_and_counted() -> None:
    many = [{**about_a(note="x"), "evidence": f"no {number}"} for number in range(25)]
    told = explain(decide(*many, flag=False))
    assert told.count("about the advertiser A") == 20
    assert "  and 5 more\n" in told


def test_a_book_of_another_vocabulary_is_refused() -> None:
    other = Engine(court(ADULTS, vocabulary=KNOWING))
    with pytest.raises(ValueError, match="read by another bundle"):
        Engine(BUNDLE).decide(
            OF_A, as_of=datetime(2026, 1, 1, tzinfo=UTC), standing=other.standing_facts([])
        )


def test_a_flight_that_would_end_after_the_calendar_is_still_a_fault() -> None:
    engine = Engine(BUNDLE)
    with pytest.raises(CampaignError, match="after the year 9999"):
        engine.decide(
            {**OF_A, "flag": False},
            as_of=datetime(2026, 1, 1, tzinfo=UTC),
            as_if_launched=date(9999, 12, 30),
            standing=engine.standing_facts([about_a(note="x")]),
        )
