"""The laws of standing facts, over generated policies, campaigns, and what is known of them."""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.deciding.drafts import input_of
from api.deciding.replay import Identical, Replayer
from api.deciding.submission import NATIVE, Decided, Terms, submit
from engine import CampaignError, Decision, Effect, Engine, bundle_from_files
from engine import document as document_of
from engine.audit.canonical import canonical
from engine.audit.entries.record import DecisionRecord, seal
from engine.source.json_text import read_json
from tests.property.test_replay import ID, Kept
from tests.strategies.standing import Split, knowing_files, splits
from tests.strategies.vocabulary import DAYS
from tests.strategies.waived import is_waived_for_its_silence

ONE_DAY = timedelta(days=1)
FEW = settings(max_examples=10)  # Each builds a bundle of its own.
Documents = Iterable[Mapping[str, object]]


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def decided(engine: Engine, campaign: Any, known: Documents, day: date) -> Decision:
    return engine.decide(campaign, as_of=at(day), standing=engine.standing_facts(known))


def answer(decision: Decision) -> object:
    owed = frozenset((p.rule.id, p.markets, p.obligation) for p in decision.obligations)
    return decision.verdict, decision.markets, owed


def answered(engine: Engine, campaign: Any, known: Documents, day: date) -> object:
    """Return the answer on a day, or None where nothing can be decided."""
    try:
        return answer(decided(engine, campaign, known, day))
    except CampaignError:
        return None


@st.composite
def cases(draw: st.DrawFn) -> tuple[Engine, Split, date]:
    day = draw(DAYS.filter(lambda day: date(1990, 1, 1) < day < date(2090, 1, 1)))
    return Engine(bundle_from_files(draw(knowing_files()), name="g")), draw(splits(day)), day


@FEW
@given(cases())
def test_what_is_stated_beforehand_counts_as_if_the_campaign_said_it(
    case: tuple[Engine, Split, date],
) -> None:
    """Every rule comes out as it would by the whole campaign, and what was filled in is named."""
    engine, split, day = case
    whole = engine.decide(split.whole, as_of=at(day))
    made = decided(engine, split.left, split.documents, day)
    assert made.results == whole.results
    assert answer(made) == answer(whole)
    assert (made.standing is not None) is bool(split.documents)
    if made.standing is not None:
        named = {fact.subject for filled in made.standing.filled for fact in filled.by}
        assert {subject.name for subject in named} <= {
            str(each["subject"]["name"]) for each in split.documents
        }


@FEW
@given(cases())
def test_removing_a_standing_fact_never_turns_deny_into_allow(
    case: tuple[Engine, Split, date],
) -> None:
    """As with the facts of a descriptor: absence never helps, and silence may be waived."""
    engine, split, day = case
    richer = decided(engine, split.left, split.documents, day)
    if richer.effect is Effect.DENY:
        for index in range(len(split.documents)):
            fewer = split.documents[:index] + split.documents[index + 1 :]
            poorer = decided(engine, split.left, fewer, day)
            assert poorer.effect is Effect.DENY or is_waived_for_its_silence(richer, poorer)


@FEW
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_makes_no_difference(
    case: tuple[Engine, Split, date], chance: random.Random
) -> None:
    """However the standing facts are listed, the record is the same to the byte."""
    engine, split, day = case
    shuffled = chance.sample(split.documents, len(split.documents))
    one, other = (
        canonical(
            document_of(decided(engine, split.left, known, day), id="1", identity=engine.identity)
        )
        for known in (split.documents, shuffled)
    )
    assert one == other


@FEW
@given(cases(), st.sampled_from(["before", "after"]))
def test_beyond_its_days_a_standing_fact_is_unknown(
    case: tuple[Engine, Split, date], when: str
) -> None:
    """Before it begins and once it is over, a campaign is decided as if nobody had stated it."""
    engine, split, day = case
    moved = {"until": str(day), "from": "1980-01-01"}
    if when == "before":
        moved = {"from": str(day + ONE_DAY), "until": "2099-01-01"}
    others = [{**each, **moved} for each in split.documents]
    bare = engine.decide(split.left, as_of=at(day))
    made = decided(engine, split.left, others, day)
    assert made.results == bare.results
    assert made.missing == bare.missing
    assert answer(made) == answer(bare)


@FEW
@given(cases())
def test_an_answer_holds_until_the_first_flip(case: tuple[Engine, Split, date]) -> None:
    """On the day that a decision names the answer is another, and just before it is the same."""
    engine, split, day = case
    made = decided(engine, split.left, split.documents, day)
    until = made.valid_until
    days = {
        date.fromisoformat(str(each[name]))
        for each in split.documents
        for name in ("from", "until")
    }
    for other in sorted({*days, *(each - ONE_DAY for each in days)}):
        if day <= other and (until is None or other < until):
            assert answered(engine, split.left, split.documents, other) == answer(made)
    if until is None:
        return
    assert until > day
    before = until - ONE_DAY
    assert answered(engine, split.left, split.documents, before) == answer(made)
    if until in days:
        assert answered(engine, split.left, split.documents, until) != answer(made)


@FEW
@given(cases())
def test_what_a_decision_met_is_all_that_it_depends_on(case: tuple[Engine, Split, date]) -> None:
    """With the standing facts of the log alone, it is replayed to the byte."""
    engine, split, day = case
    stranger = (
        {**split.documents[0], "subject": {"kind": "advertiser", "name": "B"}}
        if (split.documents)
        else None
    )
    known = [*split.documents, *([stranger] if stranger else [])]
    record = read_json(input_of(split.left, Terms(format=NATIVE, as_of=at(day))))
    assert isinstance(record, dict)
    terms = Terms(format=NATIVE, as_of=at(day), standing=engine.standing_facts(known))
    made = submit(engine, record["campaign"], terms=terms, id=ID)
    assert isinstance(made, Decided)
    logged = input_of(record["campaign"], terms, standing=made.decision.standing)
    assert b'"name":"B"' not in logged
    entry = seal(
        DecisionRecord(
            decision_id=ID,
            decided_at=at(day),
            input=logged,
            result=made.write(),
            actor="cli",
        )
    ).entry(0, at(day))
    kept = Kept(engine.bundle)
    assert Replayer(kept, kept).replay(entry).outcome == Identical()


@FEW
@given(cases())
def test_a_contradiction_is_never_an_answer(case: tuple[Engine, Split, date]) -> None:
    """Where one says yes and another no, nothing is decided, whoever the two are."""
    engine, split, day = case
    for said in (True, False):
        contrary = {
            "subject": {"kind": "advertiser", "name": "A"},
            "facts": {"flag": not said},
            "from": str(day),
            "until": str(day + ONE_DAY),
            "evidence": "by hand",
        }
        other = {**split.left, "flag": said}
        known = [each for each in split.documents if "flag" not in each["facts"]]
        with pytest.raises(CampaignError) as refused:
            decided(engine, other, [*known, contrary], day)
        assert [each.pointer for each in refused.value.faults] == ["/flag"]
        agreeing = {**contrary, "facts": {"flag": said}}
        del other["flag"]
        with pytest.raises(CampaignError):
            decided(engine, other, [*known, contrary, agreeing], day)
