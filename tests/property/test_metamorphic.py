"""Relations between decisions, over the shipped policies and over profiles.

None of them says what is right of one campaign: each says how two campaigns, or two sets of
policies, compare. The campaigns are those of the tests in the shipped policies, with facts of each
other, so that most lie close to where some rule turns.
"""

import json
import random
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine import Decision
from engine.bundle.bundle import build
from engine.evaluation.descriptor.encode import encode
from engine.evaluation.result import Status
from engine.semantics.tree import FactTerm, Rule, clauses_read, terms_below
from engine.semantics.types import RecordType
from engine.testing.descriptors import campaign_of
from tests.property.test_deciding import decided
from tests.shipped import shipped_engine
from tests.strategies.campaigns import descriptors, removals
from tests.strategies.vocabulary import DAYS, DECLARED, VOCABULARY

pytestmark = pytest.mark.no_cover  # It goes over again what others cover.

FEW = settings(max_examples=20)  # Each decides some dozens of times.

Descriptor = dict[str, Any]
Place = tuple[str, str | None]
"""A rule by its id, and a market in which it comes out so; None for all of them."""


@st.composite
def campaigns(draw: st.DrawFn) -> tuple[Descriptor, date]:
    """Return the campaign of a test, with a few facts of others, and the day of the test."""
    bundle = shipped_engine().bundle
    cases = st.integers(0, len(bundle.cases) - 1).map(bundle.cases.__getitem__)
    chosen = draw(cases)
    made = encode(campaign_of(bundle, chosen).facts, RecordType(name="campaign"))
    assert isinstance(made, dict)
    for other in draw(st.lists(cases, max_size=3)):
        facts = encode(campaign_of(bundle, other).facts, RecordType(name="campaign"))
        assert isinstance(facts, dict)
        names = sorted({*facts} - {"id", "markets", "flight"})
        for name in [draw(st.sampled_from(names))] if names else []:
            made[name] = facts[name]
    return made, chosen.day


def decide(campaign: Descriptor, day: date) -> Decision:
    return shipped_engine().decide(campaign, as_of=datetime.combine(day, time(12), tzinfo=UTC))


def adverse(decision: Decision) -> set[Place]:
    """Return the rules that are violated or undetermined, with the markets where they are."""
    return {
        (part.rule.id, market)
        for result in decision.results
        for part in result.parts
        if part.is_adverse
        for market in (part.markets or (None,))
    }


def lost(before: set[Place], after: set[Place]) -> set[str]:
    """Return the rules that stand against one campaign somewhere, and there not against another."""
    anywhere = {rule for rule, _ in after}
    return {
        rule
        for rule, market in before
        if (rule, None) not in after
        and (rule not in anywhere if market is None else (rule, market) not in after)
    }


def outcome(decision: Decision) -> object:
    """Return what a decision comes to, but for the places of what was read."""
    parts = [[(part.status, part.markets) for part in result.parts] for result in decision.results]
    wanted = {(missing.path, missing.why) for missing in decision.missing}
    return decision.verdict, decision.markets, decision.valid_until, parts, wanted


# --- the same campaign ----------------------------------------------------------------------------


@FEW
@given(campaigns(), st.randoms(use_true_random=False), st.integers(-12, 14))
def test_a_campaign_that_is_written_otherwise_is_the_same(
    case: tuple[Descriptor, date], rng: random.Random, offset: int
) -> None:
    """Other notations of numbers, letters and instants, and another order of keys, change nothing.

    The other text goes the straight way of the decoder, and the campaign itself the whole one.
    """
    campaign, day = case
    text = written_otherwise(campaign, rng).encode()
    zone = timezone(timedelta(hours=offset))
    noon = datetime.combine(day, time(12), tzinfo=UTC).astimezone(zone)
    assert outcome(shipped_engine().decide(text, as_of=noon)) == outcome(decide(campaign, day))


def written_otherwise(stated: Any, rng: random.Random) -> str:
    """Return a JSON text of the same value."""
    match stated:
        case bool() | None:
            return json.dumps(stated)
        case int() | float() | Decimal():
            number = Decimal(str(stated))
            return rng.choice([f"{number:f}", f"{number * 100:f}e-2", f"{number / 10:f}E+1"])
        case str():
            plain = unicodedata.normalize(rng.choice(["NFC", "NFD"]), stated)
            return json.dumps(plain, ensure_ascii=rng.random() < 0.5)
        case {"amount": str() as amount, "currency": currency}:
            other = rng.choice([f'"{amount}{"0" if "." in amount else ".00"}"', amount])
            return f'{{"currency": "{currency}", "amount": {other}}}'
        case list():
            return f"[{', '.join(written_otherwise(each, rng) for each in stated)}]"
    names = rng.sample(list(stated), len(stated))
    members = (f"{json.dumps(name)} : {written_otherwise(stated[name], rng)}" for name in names)
    return f"{{ {', '.join(members)} }}"


@FEW
@given(campaigns(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_listed_is_irrelevant(
    case: tuple[Descriptor, date], rng: random.Random
) -> None:
    campaign, day = case
    one, other = decide(campaign, day), decide(shuffled(campaign, rng), day)
    assert one.verdict == other.verdict
    assert adverse(one) == adverse(other)
    assert one.valid_until == other.valid_until


def shuffled(stated: Any, rng: random.Random) -> Any:
    if isinstance(stated, dict):
        return {name: shuffled(each, rng) for name, each in stated.items()}
    if isinstance(stated, list):
        return [shuffled(each, rng) for each in rng.sample(stated, len(stated))]
    return stated


# --- less of a campaign, and more -----------------------------------------------------------------


@FEW
@given(campaigns(), st.randoms(use_true_random=False))
def test_of_no_shipped_rule_absence_helps(
    case: tuple[Descriptor, date], rng: random.Random
) -> None:
    """A rule that stands against a campaign stands against what is left of it without a fact."""
    campaign, day = case
    richer = adverse(decide(campaign, day))
    poorer = removals(campaign)
    for less in rng.sample(poorer, min(10, len(poorer))):
        assert not lost(richer, adverse(decide(less, day)))


PARTS = ("platforms", "creatives", "audiences")


@FEW
@given(campaigns(), campaigns())
def test_a_campaign_is_denied_where_one_of_its_parts_is(
    case: tuple[Descriptor, date], other: tuple[Descriptor, date]
) -> None:
    """What stands against one market, platform, ad or audience alone stands against them all."""
    campaign, day = case
    for name in (*PARTS, "markets"):
        whole = {**campaign, name: [*(campaign.get(name) or ()), *(other[0].get(name) or ())]}
        against = adverse(decide(whole, day)) if len(whole[name]) > 1 else set()
        for part in whole[name][:4] if len(whole[name]) > 1 else ():
            alone = adverse(decide({**whole, name: [part]}, day))
            if name == "markets":
                alone = {(rule, part) for rule, _ in alone if rule not in set(of_all_markets())}
            assert not lost(alone, against), (name, part)


def of_all_markets() -> Iterator[str]:
    """Yield the rules that read the list of markets, which another market may put right."""
    for rule in shipped_engine().bundle.policies.rules:
        if any(term.path == ("markets",) for term in facts_read(rule)):
            yield rule.id


def facts_read(rule: Rule) -> Iterator[FactTerm]:
    for clause in clauses_read(rule):
        for term in terms_below(clause.condition):
            if isinstance(term, FactTerm) and term.variable is None:
                yield term


# --- profiles -------------------------------------------------------------------------------------

LIMITS = st.sampled_from(
    [
        *("campaign.amount exceeds least", "campaign.whole is at most least"),
        *("campaign.amount is between 1 and least", "least is less than campaign.whole"),
        *("campaign.price is at least dearest", "dearest exceeds campaign.price"),
        *("campaign.day is before deadline", "deadline is on or before campaign.flight.start"),
        "any item in campaign.items has (item.amount is more than least)",
        "every item in campaign.items, if any, has (item.day is after deadline)",
        "no item in campaign.items has (item.amount is less than least)",
    ]
)
JOINED = st.sampled_from(
    ["{}", "{} and campaign.other", "campaign.other or {}", "not ({})", "none of (a) {}; (b) {}"]
)
FORMS = st.sampled_from(
    [
        *("prohibit when {}", "require {}", "require campaign.flag when {}"),
        *("applies when {}\n    prohibit when campaign.flag", "prohibit when campaign.flag"),
        'prohibit when campaign.flag\n    unless "limited" {}',
    ]
)
TIGHTENINGS = (
    *("p/r to enforced", "p/r to mandatory", "least to 1 from 2025-01-01"),
    *("least to 100 from 2024-06-01", "dearest to EUR 1 from 2025-01-01"),
    *("dearest to EUR 100 from 2025-01-01", "deadline to 2024-01-01 from 2025-03-01"),
    "deadline to 2028-01-01 from 2025-03-01",
)


@FEW
@given(FORMS, JOINED, LIMITS, st.lists(descriptors(), min_size=5, max_size=5), DAYS)
def test_a_profile_only_tightens(
    form: str, joined: str, limit: str, stated: list[Descriptor], day: date
) -> None:
    """What a rule holds against a campaign it holds with any profile that is none too loose."""
    rule = f'{form.format(joined.replace("{}", limit))}\n    message "m"\n    remedy "r"'
    head = "policy p\n  source LAW art 1\n  in force from 2020-01-01\n  rule r\n    "
    files = {"v.policy": VOCABULARY, "d.policy": DECLARED, "p.policy": f"{head}{rule}\nend policy"}
    plain, _ = build("plain", files)
    assume(plain is not None)
    assert plain is not None
    for clause in TIGHTENINGS:
        text = f"profile strict\n  source LAW art 9\n  tightens {clause}\nend profile\n"
        tightened, _ = build("strict", files | {"profile.policy": text})
        if tightened is None:
            continue  # It loosens, or no direction is the stricter one.
        for descriptor in stated:
            before = decided(plain, descriptor, day, by="program")
            after = decided(tightened, descriptor, day, by="program")
            assert not lost(adverse(before), adverse(after)), clause
            assert not violated(before) - violated(after), clause


def violated(decision: Decision) -> set[str]:
    return {result.rule.id for result in decision.with_status(Status.VIOLATED)}
