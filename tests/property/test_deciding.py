"""The laws of deciding, over generated policies and campaigns."""

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bundle.bundle import Bundle
from engine.evaluation import outcome, reference
from engine.evaluation.compiled import explanations
from engine.evaluation.compiled.stated_days import StatedBound, StatedReader
from engine.evaluation.decide import decide
from engine.evaluation.decision import Decision, Effect
from engine.evaluation.descriptor.encode import encode
from engine.evaluation.document import Identity, document
from engine.evaluation.evaluate_rule import EvaluationContext
from engine.evaluation.moment import flight_of, moment
from engine.evaluation.prose import explain
from engine.evaluation.record_writer import summarise, write
from engine.evaluation.validity import MOST_DAYS, turning_days
from engine.evaluation.values import Campaign
from engine.semantics.types import RecordType
from tests.strategies.campaigns import descriptors, removals
from tests.strategies.policy_texts import bundle_of, policy_files
from tests.strategies.vocabulary import DAYS, VOCABULARY
from tests.strategies.waived import is_waived_for_its_silence

ONE_DAY = timedelta(days=1)
FEW = settings(max_examples=20)  # Each decides some dozens of times.

IDENTITY = Identity(name="generated", version="1", digest="sha256:00", engine="0")


def campaign_of(bundle: Bundle, descriptor: dict[str, Any]) -> Campaign:
    campaign, faults = bundle.decoder.decode(descriptor)
    assert campaign is not None, faults
    return campaign


def decided(bundle: Bundle, descriptor: dict[str, Any], day: date, *, by: str) -> Decision:
    campaign = campaign_of(bundle, descriptor)
    as_of = datetime.combine(day, time(12), tzinfo=UTC)
    if by == "program":
        return bundle.program.decide(campaign, as_of=as_of)
    return decide(bundle.policies, reference.evaluate_rules, campaign, as_of=as_of)


def binding(decision: Decision) -> set[str]:
    """Return the enforced rules that oblige."""
    return {result.rule.id for result in decision.obligations if result.is_enforced}


def held(decision: Decision) -> tuple[object, ...]:
    """Return what a decision holds out until the day on which it says that this may change."""
    owed = [(part.rule.id, part.markets, part.obligation) for part in decision.obligations]
    return decision.verdict, decision.markets, owed


@given(policy_files(), descriptors(), DAYS)
def test_the_program_equals_the_reference(
    files: dict[str, str], descriptor: dict[str, Any], day: date
) -> None:
    """Compiled and reference evaluator agree on decision and justification, to the letter."""
    agree_to_the_letter(bundle_of(files), descriptor, day)


@given(policy_files(), descriptors(), DAYS, st.integers(1, 3))
def test_they_agree_where_no_more_facts_are_told(
    files: dict[str, str], descriptor: dict[str, Any], day: date, most: int
) -> None:
    """What is left out of a justification is left out by both, and changes nothing else.

    Only long lists reach the limit, so that it is lowered.
    """
    bundle = bundle_of(files)
    whole = decided(bundle, descriptor, day, by="program")
    with pytest.MonkeyPatch.context() as lowered:
        for module in (outcome, reference, explanations):
            lowered.setattr(module, "MOST_TOLD", most)
        agree_to_the_letter(bundle, descriptor, day)
        cut = decided(bundle, descriptor, day, by="program")
        assert (cut.verdict, cut.markets) == (whole.verdict, whole.markets)
        assert (cut.valid_until, cut.would_pass) == (whole.valid_until, whole.would_pass)
        assert bool(cut.missing) == bool(whole.missing)


def agree_to_the_letter(bundle: Bundle, descriptor: dict[str, Any], day: date) -> None:
    one = decided(bundle, descriptor, day, by="program")
    other = decided(bundle, descriptor, day, by="reference")
    assert one == other
    assert document(one, id="1", identity=IDENTITY) == document(other, id="1", identity=IDENTITY)
    told = rfc8785.dumps(document(other, id="1", identity=IDENTITY))  # type: ignore[arg-type]  # as below.
    assert write(one, summarise(one, id="1", identity=IDENTITY)) == told


@given(descriptors())
def test_the_bound_of_stated_days_is_one(descriptor: dict[str, Any]) -> None:
    bundle = bundle_of({"vocabulary.policy": VOCABULARY})
    campaign, vocabulary = campaign_of(bundle, descriptor), bundle.policies.vocabulary
    stated, bound = StatedReader(vocabulary).read(campaign), StatedBound(vocabulary).of(campaign)
    assert bound is not None
    assert len(stated.days) + len(stated.lengths) <= bound


@given(policy_files(most_rules=2), descriptors(), DAYS)
def test_absence_never_helps(files: dict[str, str], descriptor: dict[str, Any], day: date) -> None:
    """Removing any fact from a descriptor never turns deny into allow, nor lifts a duty.

    Only what was undetermined may be waived, once silence is itself the breach.
    """
    bundle = bundle_of(files)
    richer = decided(bundle, descriptor, day, by="program")
    for poorer in removals(descriptor):
        decision = decided(bundle, poorer, day, by="program")
        if richer.effect is Effect.DENY and decision.effect is Effect.ALLOW:
            assert is_waived_for_its_silence(richer, decision), poorer
        if decision.effect is Effect.ALLOW:
            assert binding(richer) <= binding(decision), poorer


SILENT = """policy p
  rule approved
    source LAW art 1
    in force from 2020-01-01
    require campaign.flag is known and campaign.other
    message "m"
    remedy "r"
end policy
waiver w
  of p/approved
  for campaign.id is "c-1"
  in force from 2020-01-01 until 2030-01-01
  approved by "A. Jansen" as "counsel" on 2020-01-01
  ticket "LEG-1"
  reason "by hand"
end waiver
"""


def test_a_breach_by_silence_is_waived_as_any_other() -> None:
    """Whatever else is missing, no way to state it would be denied (decision 78)."""
    bundle = bundle_of({"vocabulary.policy": VOCABULARY, "p.policy": SILENT})
    flight = {"start": "2026-06-01", "end": "2026-06-30"}
    silent: dict[str, Any] = {"id": "c-1", "markets": ["DE"], "flight": flight}
    day = date(2026, 5, 1)
    poorer = decided(bundle, silent, day, by="reference")
    richer = decided(bundle, {**silent, "flag": True}, day, by="reference")
    assert (richer.effect, poorer.effect) == (Effect.DENY, Effect.ALLOW)
    assert is_waived_for_its_silence(richer, poorer)
    for other in (True, False):
        stated = {**silent, "flag": True, "other": other}
        assert decided(bundle, stated, day, by="reference").effect is Effect.ALLOW


SECRETS = st.uuids().map(str)


@FEW
@given(policy_files(), descriptors(SECRETS), DAYS)
def test_what_is_sensitive_is_never_shown(
    files: dict[str, str], descriptor: dict[str, Any], day: date
) -> None:
    """No text of a sensitive fact occurs in the record of a decision or in its explanation."""
    decision = decided(bundle_of(files), descriptor, day, by="program")
    told = f"{document(decision, id='1', identity=IDENTITY)} {explain(decision)}"
    patients = (descriptor.get("patient", {}), *descriptor.get("guests", ()))
    secrets = {each["name"] for each in patients if "name" in each}
    for secret in secrets | {descriptor["secret"]} if "secret" in descriptor else secrets:
        assert secret not in told


@FEW
@given(policy_files(), descriptors(), DAYS, st.randoms(use_true_random=False))
def test_order_is_irrelevant(
    files: dict[str, str], descriptor: dict[str, Any], day: date, rng: random.Random
) -> None:
    """The order of files, and of rules within a policy, changes no verdict and no status."""
    shuffled = {}
    for name, text in sorted(files.items(), key=lambda _: rng.random()):
        if name in ("vocabulary.policy", "declared.policy", "waivers.policy"):
            shuffled[f"a{name}"] = text
            continue
        head, *rules = text.removesuffix("end policy\n").split("  rule ")
        rng.shuffle(rules)
        shuffled[f"z{name}"] = head + "".join(f"  rule {rule}" for rule in rules) + "end policy\n"
    one = decided(bundle_of(files), descriptor, day, by="program")
    other = decided(bundle_of(shuffled), descriptor, day, by="program")
    assert one.verdict == other.verdict
    assert one.markets == other.markets
    assert [(r.rule.id, r.status) for r in one.results] == [
        (r.rule.id, r.status) for r in other.results
    ]


@FEW
@given(policy_files(), descriptors(), DAYS)
def test_every_rule_ends_in_one_status(
    files: dict[str, str], descriptor: dict[str, Any], day: date
) -> None:
    """Every decision lists each rule of the bundle exactly once, and can be told to a person."""
    bundle = bundle_of(files)
    decision = decided(bundle, descriptor, day, by="program")
    listed = [result.rule.id for result in decision.results]
    assert listed == sorted(rule.id for rule in bundle.policies.rules)
    assert len(set(listed)) == len(listed)
    made = document(decision, id="1", identity=IDENTITY)
    assert rfc8785.dumps(made)  # type: ignore[arg-type]  # the library's type for JSON is its own.
    assert explain(decision)


@given(descriptors())
def test_encoding_is_the_inverse_of_decoding(descriptor: dict[str, Any]) -> None:
    """Decode ∘ encode = id on decoded campaigns."""
    bundle = bundle_of({"vocabulary.policy": VOCABULARY})
    campaign = campaign_of(bundle, descriptor)
    encoded = encode(campaign.facts, RecordType(name="campaign"))
    again, faults = bundle.decoder.decode(encoded)
    assert faults == ()
    assert again == campaign


@FEW
@given(policy_files(), descriptors(), DAYS)
def test_an_answer_holds_until_the_first_flip(
    files: dict[str, str], descriptor: dict[str, Any], day: date
) -> None:
    """The answer differs at `valid_until`, and on no day between now and then."""
    holds_until_the_first_flip(bundle_of(files), descriptor, day)


def is_promised_only(bundle: Bundle, descriptor: dict[str, Any], day: date, until: date) -> bool:
    """Whether more days would have to be tried than are, and the answer may hold for longer."""
    context = EvaluationContext(
        policies=bundle.policies,
        campaign=(campaign := campaign_of(bundle, descriptor)),
        moment=moment(flight_of(campaign), day),
    )
    tried = set(turning_days(bundle.policies.calendars.values(), context))
    return len(tried) > MOST_DAYS or (until - day).days > MOST_DAYS


def holds_until_the_first_flip(bundle: Bundle, descriptor: dict[str, Any], day: date) -> None:
    now = decided(bundle, descriptor, day, by="program")
    until = now.valid_until
    last = until - ONE_DAY if until is not None else date(2029, 1, 1)
    between = [day + ONE_DAY * step for step in range((last - day).days + 1)]
    for other in {*between[:40], *between[-40:], *between[::17]}:
        later = decided(bundle, descriptor, other, by="program")
        assert held(later) == held(now), other
    if until is not None and not is_promised_only(bundle, descriptor, day, until):
        flipped = decided(bundle, descriptor, until, by="reference")
        assert held(flipped) != held(now)


BESIDE_TODAY = st.sampled_from(
    [
        "campaign.day is within 30 days before today",
        "today is after campaign.day + 1 month",
        "today - campaign.day exceeds campaign.flight.end - campaign.flight.start",
        "campaign.flight.start - today is less than 7 days",
        "today is one of {2026-02-14, 2026-03-01}",
        "today is on or before campaign.day",
    ]
)


@FEW
@given(BESIDE_TODAY, st.integers(0, 40), st.integers(0, 40))
def test_an_answer_holds_until_a_day_meets_today(condition: str, before: int, behind: int) -> None:
    """What is asked of `today` turns within two months, mostly on the next days."""
    rule = f'rule r\n  prohibit when {condition}\n  message "m"\n  remedy "r"\n'
    text = f"policy p\n  source LAW art 1\n  in force from 2000-01-01\n  {rule}end policy\n"
    today = date(2026, 2, 1)
    flight = {"start": str(today + ONE_DAY * behind), "end": str(today + ONE_DAY * (behind + 20))}
    stated = {"id": "c-1", "markets": ["DE"], "day": str(today - ONE_DAY * before)}
    bundle = bundle_of({"vocabulary.policy": VOCABULARY, "p.policy": text})
    holds_until_the_first_flip(bundle, {**stated, "flight": flight}, today)
