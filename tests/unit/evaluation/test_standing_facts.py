"""Reading standing facts: what they must say, and every fault with its place."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest

from engine import Engine, explain
from engine.evaluation.descriptor.decode import CampaignFault
from engine.evaluation.prose import MOST_MISSING
from engine.evaluation.standing_facts.book import FactBook, UnfitFact
from engine.evaluation.standing_facts.fact import (
    LONGEST_EVIDENCE,
    FactSource,
    StandingFact,
    Subject,
    SubjectKind,
    read_standing_fact,
)
from tests.strategies.standing import KNOWING, document
from tests.unit.evaluation.courtroom import CAMPAIGN, court, rule

BUNDLE = court(rule("prohibit when campaign.flag"), vocabulary=KNOWING)
NAMED = {"kind": "advertiser", "name": "A"}
GOOD = document("advertiser", "A", {"flag": True})
DEEP: object = reduce(lambda inner, _: [inner], range(5_000), list[Any]())
SOURCE = {
    "id": "9aa80509-d013-482c-a5f2-010d305e4d70",
    "version": 2,
    "entry": 17,
    "commitment": "c" * 43,
    "recorded_by": "Dana",
    "recorded_at": "2026-01-01T00:00:00.000000Z",
}


def read(value: object) -> tuple[StandingFact | None, tuple[CampaignFault, ...]]:
    return read_standing_fact(value, BUNDLE.decoder, BUNDLE.policies.vocabulary)


def faults_of(**changes: Any) -> list[tuple[str, str, str | None]]:
    made, faults = read({**GOOD, **changes})
    assert made is None
    return [(each.pointer, each.message, each.help) for each in faults]


def book(*documents: dict[str, Any]) -> FactBook:
    return FactBook(documents, BUNDLE.decoder, BUNDLE.policies.vocabulary)


def test_a_standing_fact_is_read_as_a_descriptor_is() -> None:
    made, faults = read({**GOOD, "subject": {"kind": "advertiser", "name": "Cafe\u0301 "}})
    assert faults == ()
    assert made is not None
    assert made.subject == Subject(kind=SubjectKind.ADVERTISER, name="Café")
    assert (made.facts.get("flag"), made.facts.get("other")) == (True, None)
    assert (str(made.start), str(made.until), made.evidence) == (
        *("2000-01-01", "2100-01-01"),
        "by hand",
    )


def test_a_book_has_facts_by_the_name_of_their_subject_as_it_is_read() -> None:
    kept = book(document("advertiser", " Cafe\u0301\u200b", {"flag": True}))
    assert len(kept.facts(Subject(kind=SubjectKind.ADVERTISER, name="Café"))) == 1


def test_facts_of_a_member_are_those_of_its_group() -> None:
    made, faults = read(document("audience", "i-1", {"amount": 5}))
    assert faults == ()
    assert made is not None
    assert made.facts.shape.name == "item"


@pytest.mark.parametrize("value", [None, [], "advertiser", 5])
def test_what_is_no_object(value: object) -> None:
    made, faults = read(value)
    assert made is None
    assert [each.message for each in faults] == ["this should be an object"]


def test_everything_that_is_missing_is_told_at_once() -> None:
    made, faults = read({})
    assert made is None
    assert [each.pointer for each in faults] == [
        *("/subject", "/facts", "/from", "/until"),
        "/evidence",
    ]
    assert all(each.help for each in faults)
    assert faults_of(subject={}) == [
        (
            "/subject/kind",
            "`kind` is missing",
            "it is one of `advertiser`, `account`, `audience`, `model`, `processor`",
        ),
        ("/subject/name", "`name` is missing", "the name or identifier that campaigns have for it"),
    ]


def test_unknown_members_and_subjects_with_a_suggestion() -> None:
    assert faults_of(**{"evidense": "x", "a/b": 1}) == [
        ("/evidense", "a standing fact has no member `evidense`", "did you mean `evidence`?"),
        ("/a~1b", "a standing fact has no member `a/b`", "leave it out"),
    ]
    (misspelt,) = faults_of(subject={"kind": "advertizer", "name": "A"})
    assert misspelt == (
        "/subject/kind",
        "`advertizer` is nothing that a standing fact can be about",
        "did you mean `advertiser`?",
    )
    ((pointer, message, advice),) = faults_of(subject={"kind": 5, "name": "A"})
    assert (pointer, message) == (
        "/subject/kind",
        "this is nothing that a standing fact can be about",
    )
    assert advice is not None
    assert advice.startswith("it is one of `advertiser`")
    (absent,) = faults_of(subject={"kind": "processor", "name": "P"})
    assert absent[1] == "the vocabulary has no list `data_processing.processors` to find it in"


def test_facts_that_the_vocabulary_does_not_take() -> None:
    assert faults_of(facts={"flagg": True, "amount": "5", "colour": "greeen"}) == [
        ("/facts/flagg", "unknown fact `flagg`", "did you mean `flag`?"),
        *faults_of(facts={"amount": "5"}),
        (
            *("/facts/colour", "`greeen` is not one of `colour`"),
            "did you mean `green`?",
        ),
    ]
    assert faults_of(facts={}) == [
        ("/facts", "it states no fact", "state one fact or more, or leave it")
    ]
    assert faults_of(facts={"flag": None})[0][1] == "it states no fact"
    assert faults_of(facts=[])[0][0] == "/facts"


def test_what_is_sensitive_is_not_repeated() -> None:
    ((pointer, message, advice),) = faults_of(facts={"secret": 12345})
    assert pointer == "/facts/secret"
    assert "12345" not in f"{message} {advice}"


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"id": "c-1"}, "/facts/id"),
        ({"markets": ["DE"], "flag": True}, "/facts/markets"),
        ({"flight": {"start": "2026-01-01"}}, "/facts/flight"),
        ({"advertiser": {"name": "B"}}, "/facts/advertiser/name"),
        ({"platforms": [{"account_id": "1"}]}, "/facts/platforms"),
    ],
)
def test_what_only_a_campaign_says_of_itself(facts: dict[str, Any], pointer: str) -> None:
    ((where, message, advice),) = faults_of(facts=facts)
    assert (where, advice) == (pointer, "leave it out")
    assert message.endswith("is nobody's to state but the campaign's")


def test_by_what_a_member_is_known_is_no_fact_of_it() -> None:
    made, (fault,) = read(document("audience", "i-1", {"id": "i-2", "amount": 5}))
    assert made is None
    assert fault.pointer == "/facts/id"
    assert fault.message == "by `id` the audience is known; it is no standing fact of it"


def test_days_in_order_and_texts_within_measure() -> None:
    assert faults_of(until="2000-01-01") == [
        (
            "/until",
            "it ends on 2000-01-01, and begins on 2000-01-01",
            "`until` is the first day on which it no longer holds",
        )
    ]
    assert [each[0] for each in faults_of(**{"from": "yesterday", "until": 5})] == [
        "/from",
        "/until",
    ]
    assert faults_of(evidence=" \n")[0][:2] == ("/evidence", "the text is empty")
    ((_, message, _),) = faults_of(evidence="x" * (LONGEST_EVIDENCE + 1))
    assert message == "the text has more than 2,000 characters"
    assert [each[0] for each in faults_of(evidence=5, subject={"kind": "account", "name": 7})] == [
        "/subject/name",
        "/evidence",
    ]


def test_nothing_is_too_deep_or_too_much() -> None:
    deep: Any = 5
    for _ in range(200):
        deep = {"person": deep}
    assert faults_of(facts=deep)
    many = {f"unknown_{number}": 1 for number in range(5_000)}
    assert 0 < len(faults_of(facts=many)) <= 101


# --- books ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": None},
        {"subject": {"kind": "comet", "name": "A"}},
        {"from": "soon"},
        {"version": "two"},
        {"id": "9aa80509"},
        {"subject": object()},
        {"subject": {"kind": "advertiser", "name": date(2026, 1, 1)}},
        {"subject": {"kind": "advertiser", "name": Decimal("NaN")}},
        {"subject": {1: 2}},
        {"subject": DEEP},
        {"facts": object()},
        {"facts": DEEP},
        {"facts": {"name": "\ud800"}},
    ],
)
def test_a_document_without_subject_days_or_a_whole_source_is_none(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="this is no standing fact"):
        book({**GOOD, **changes})


def test_a_source_is_read() -> None:
    (made,) = book({**GOOD, **SOURCE, "salt": "s"}).facts(
        Subject(kind=SubjectKind.ADVERTISER, name="A")
    )
    assert isinstance(made, StandingFact)
    assert made.source == FactSource(**SOURCE)  # type: ignore[arg-type] # As they are above.


def test_what_no_longer_fits_states_nothing_and_is_kept_by_its_fault() -> None:
    about = Subject(kind=SubjectKind.ADVERTISER, name="A")
    found = book({**GOOD, "facts": {"gone": True}})
    (made,) = found.facts(about)
    assert isinstance(made, UnfitFact)
    assert (made.fault.pointer, made.entry.subject) == ("/facts/gone", about)
    assert found.facts(about) is found.facts(about)
    assert found.facts(Subject(kind=SubjectKind.ADVERTISER, name="B")) == ()


def test_of_very_many_values_the_first_are_told_and_the_others_counted() -> None:
    many = [f"f{number}" for number in range(MOST_MISSING + 2)]
    told = "".join(f'  {name} : yes_no "{name}"\n' for name in many)
    knowing = KNOWING.replace("  audiences  : list", f"{told}  audiences  : list", 1)
    engine = Engine(court(rule("prohibit when campaign.flag"), vocabulary=knowing))
    facts = engine.standing_facts([document("advertiser", "A", dict.fromkeys(many, True))])
    campaign = {**CAMPAIGN, "advertiser": {"name": "A"}}
    campaign.pop("items", None)
    decision = engine.decide(campaign, as_of=datetime(2026, 1, 1, tzinfo=UTC), standing=facts)
    assert "and 2 more values" in explain(decision)
