"""The laws of waivers, over rules that are waived and campaigns that break them."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.decision import Effect
from engine.evaluation.document import document
from engine.evaluation.prose import explain
from engine.evaluation.result import RuleResult, Status
from tests.property.test_deciding import (
    IDENTITY,
    ONE_DAY,
    agree_to_the_letter,
    decided,
    holds_until_the_first_flip,
)
from tests.strategies.campaigns import removals
from tests.strategies.policy_texts import bundle_of
from tests.strategies.vocabulary import DAYS, VOCABULARY
from tests.strategies.waived import breaking, waived_files, waiver, windows

RULE = """policy p
  rule r
    source LAW art 1
    in force from 2000-01-01
    prohibit when campaign.flag
    message "no"
    remedy "mend it"
end policy
"""


@given(waived_files(), breaking(), DAYS)
def test_the_program_equals_the_reference(
    files: dict[str, str], descriptor: dict[str, Any], day: date
) -> None:
    """Both evaluators agree on what is waived, by whom and why, to the letter."""
    agree_to_the_letter(bundle_of(files), descriptor, day)


@given(waived_files(), breaking(), DAYS)
def test_an_answer_holds_until_the_first_flip(
    files: dict[str, str], descriptor: dict[str, Any], day: date
) -> None:
    """The end of a waiver bounds the answer where it changes it, and nowhere else."""
    holds_until_the_first_flip(bundle_of(files), descriptor, day)


@given(waived_files(), breaking(), DAYS)
def test_absence_never_helps(files: dict[str, str], descriptor: dict[str, Any], day: date) -> None:
    """Removing any fact never turns deny into allow."""
    bundle = bundle_of(files)
    if decided(bundle, descriptor, day, by="program").effect is Effect.DENY:
        for poorer in removals(descriptor):
            assert decided(bundle, poorer, day, by="program").effect is Effect.DENY, poorer


def within(result: RuleResult, market: str) -> RuleResult | None:
    """Return what a rule comes to in a market, None where it is not there."""
    there = (part for part in result.parts if part.markets is None or market in part.markets)
    return next(there, None)


@given(waived_files(), breaking(), DAYS)
def test_a_waiver_hides_nothing_and_adds_nothing(
    files: dict[str, str], descriptor: dict[str, Any], day: date
) -> None:
    """Without its waivers a rule is violated where it was waived, and the same where it was not.

    What is waived is listed in the record and told, with every waiver by name.
    """
    with_them = decided(bundle_of(files), descriptor, day, by="program")
    bare = bundle_of({**files, "waivers.policy": ""})
    without = decided(bare, descriptor, day, by="program")
    told = explain(with_them)
    listed = document(with_them, id="1", identity=IDENTITY)["waived"]
    assert isinstance(listed, list)
    for one, other in zip(with_them.results, without.results, strict=True):
        waived = {market for part in one.parts for market in part.markets or () if part.waivers}
        for market in descriptor.get("markets", ()):
            here, there = within(one, market), within(other, market)
            if here is None or there is None:
                continue
            if here.status is Status.WAIVED:
                assert there.status is Status.VIOLATED
            elif market not in waived and Status.UNDETERMINED not in (here.status, there.status):
                assert here.status is there.status
        for part in one.parts:
            assert (part.status is Status.WAIVED) is bool(part.waivers)
            assert (part.rule.id in {each["rule"] for each in listed}) or not part.waivers
            assert all(each.name in told for each in part.waivers)


@given(st.lists(windows(), min_size=1, max_size=3), DAYS, st.integers(0, 900), DAYS)
def test_every_day_that_counts_is_covered_or_the_rule_is_violated(
    held: list[tuple[date, date]], start: date, length: int, day: date
) -> None:
    """Held against the days themselves: a flight is judged from the day of the evaluation on."""
    texts = [
        waiver(f"w{number}", "p/r", 'campaign.id is "c-1"', window)
        for number, window in enumerate(held)
    ]
    files = {"vocabulary.policy": VOCABULARY, "p.policy": RULE, "waivers.policy": "".join(texts)}
    end = start + timedelta(days=length)
    flight = {"start": str(start), "end": str(end)}
    descriptor = {"id": "c-1", "markets": ["DE"], "flight": flight, "flag": True}
    first = start if end < day else max(start, day)
    judged = [first + ONE_DAY * step for step in range((end - first).days + 1)]
    covered = all(any(since <= each < until for since, until in held) for each in judged)
    (result,) = decided(bundle_of(files), descriptor, day, by="program").results
    assert result.status is (Status.WAIVED if covered else Status.VIOLATED)
    if covered:
        needed = {each.name for each in result.waivers}
        meeting = {
            f"w{n}" for n, (since, until) in enumerate(held) if since <= end and until > first
        }
        assert needed == meeting
