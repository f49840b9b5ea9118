"""The record of a decision as canonical JSON; `hear` holds it equal to the document throughout."""

import json

import pytest

from engine.audit.canonical import canonical
from engine.evaluation.document import document
from engine.evaluation.record_writer import summarise, write
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import IDENTITY, court, hear, rule

FLAGGED = court(rule("prohibit when campaign.flag", message="{campaign.note} 100%s {campaign.id}"))


def test_further_members_stand_beside_those_of_the_document() -> None:
    made = hear(FLAGGED, flag=True, note='Ωλ "/\\\n\x7f')
    beside = {"unmapped": ["/a", "/b"]}
    written = write(made, summarise(made, id="1", identity=IDENTITY) | beside)
    assert written == canonical(document(made, id="1", identity=IDENTITY) | beside)
    assert json.loads(written)["unmapped"] == ["/a", "/b"]


def test_half_of_a_surrogate_pair_is_refused() -> None:
    made = hear(FLAGGED)
    with pytest.raises(UnicodeEncodeError):
        write(made, summarise(made, id="\ud800", identity=IDENTITY))


def test_what_is_the_same_in_every_decision_is_told_of_the_rule_at_hand() -> None:
    bundle = court(
        rule("prohibit when campaign.flag", name="a"),
        rule(
            "prohibit when campaign.other",
            'unless "of age" campaign.person.age is at least 18',
            name="b",
        ),
    )
    for flag, other in ((True, True), (False, True), (True, False), (None, None)):
        made = hear(bundle, flag=flag, other=other)
        told = canonical(document(made, id="1", identity=IDENTITY))
        assert write(made, summarise(made, id="1", identity=IDENTITY)) == told


@pytest.mark.parametrize("markets", [[], None, ["DE"], ["DE", "FR", "US-CA"], ["DE", "US"]])
def test_rules_are_listed_wherever_the_ads_are_shown(markets: list[str] | None) -> None:
    vocabulary = VOCABULARY.replace('list of place required "markets"', 'list of place "markets"')
    bundle = court(
        rule("applies in {DE}", "applies when campaign.flag", "prohibit when campaign.other"),
        rule("applies in {FR, US}", "prohibit when campaign.other", name="s"),
        rule("in force from 2030-01-01", "prohibit when campaign.other", name="t"),
        rule("prohibit when campaign.other", name="u"),
        # Of these, the subject of the first alone may be another in each market.
        rule("applies when market is DE", "prohibit when campaign.other", name="v"),
        rule("applies when campaign.flag", "prohibit when market is NO", name="w"),
        rule("applies in {FR, US}", "require market is not DE", name="x"),
        vocabulary=vocabulary,
    )
    for other in (True, False):
        for flag in (True, False):
            hear(bundle, markets=markets, flag=flag, other=other)
