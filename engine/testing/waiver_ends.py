"""Tests at both ends of a waiver: of a flight that begins, or ends, a day before, on, or after it.

They are made of a test in which the waiver is meant for the campaign, best one in which it holds:
at its first day by moving the start of the flight, at the first day on which it no longer holds by
moving the end. A day that some test tries already is not offered again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from ..evaluation.moment import FLIGHT
from ..evaluation.operations.days import days_later
from ..evaluation.values import Campaign
from ..semantics.cases import Given
from ..semantics.tree import Rule, Waiver
from ..semantics.types import Scalar
from .judgments import record
from .limits import Side
from .runner import CaseResult
from .written import LimitTests, Variation, Varied, Writer

_ENDLESS = "until_stopped"
_SIDES = {Side.BELOW: -1, Side.AT: 0, Side.ABOVE: 1}
_SAID = {Side.BELOW: "the day before", Side.AT: "the day", Side.ABOVE: "the day after"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """One end of a waiver: the fact that is moved across its day, and what happens on that day."""

    waiver: Waiver
    rule: Rule
    start: date
    until: date
    fact: str

    @property
    def day(self) -> date:
        """The first day on which the waiver holds, or no longer does."""
        return self.start if self.fact == "start" else self.until

    @property
    def happens(self) -> str:
        """What happens on that day."""
        return "begins" if self.fact == "start" else "is over"

    @property
    def days(self) -> Mapping[Side, date]:
        """The days around it, as far as the calendar goes."""
        around = {side: days_later(self.day, step) for side, step in _SIDES.items()}
        return {side: day for side, day in around.items() if day is not None}


def tests_of_waivers(writer: Writer, passing: Sequence[CaseResult]) -> Iterator[LimitTests]:
    """Yield what is offered for each end of each waiver that passing tests do not try."""
    for rule in writer.bundle.policies.rules:
        for waiver in rule.waivers:
            reaching = [each for each in passing if _is_meant(rule, waiver, each)]
            reaching.sort(key=partial(_does_not_hold, waiver))
            for end in _ends(rule, waiver):
                yield from _offer(writer, end, reaching)


def _ends(rule: Rule, waiver: Waiver) -> Iterator[_End]:
    start, until = waiver.window.start, waiver.window.until
    assert start is not None  # noqa: S101 - a waiver has a beginning.
    assert until is not None  # noqa: S101 - and an end.
    for fact in ("start", "end"):
        yield _End(waiver=waiver, rule=rule, start=start, until=until, fact=fact)


def _is_meant(rule: Rule, waiver: Waiver, result: CaseResult) -> bool:
    """Whether a test shows that the waiver is for its campaign, on whichever day."""
    assert result.context is not None  # noqa: S101 - what passed has been heard.
    heard = record(rule, result.context).heard
    return any(each.clause is waiver.scope and each.judgment.truth is True for each in heard)


def _does_not_hold(waiver: Waiver, result: CaseResult) -> bool:
    """Whether the waiver has no part in the decision of a test; sorted by it, those come last."""
    assert result.decision is not None  # noqa: S101 - what passed has been decided.
    return not any(waiver in each.waivers for each in result.decision.waived)


def _offer(writer: Writer, end: _End, reaching: Sequence[CaseResult]) -> Iterator[LimitTests]:
    tried = {_flight_day(result, end.fact) for result in reaching}
    wanting = [side for side, day in end.days.items() if day not in tried]
    if not wanting:
        return
    around = (_around(writer, end, result) for result in reaching)
    tests, decides = writer.best(end.rule, wanting, around)
    yield LimitTests(
        rule=end.rule,
        text=f"the day on which the waiver `{end.waiver.name}` {end.happens}, {end.day}",
        location=end.waiver.scope.location,
        tests=tests,
        decides=decides,
    )


def _around(writer: Writer, end: _End, result: CaseResult) -> Iterator[Varied]:
    """Yield the tests around an end that are made of one."""
    path = f"{writer.bundle.policies.vocabulary.root}.{FLIGHT}.{end.fact}"
    for side, day in end.days.items():
        title = f"waiver {end.waiver.name}: {path} is {day}, {_SAID[side]} it {end.happens}"
        yield side, title, _moved(writer, end, result, day)


def _moved(writer: Writer, end: _End, result: CaseResult, day: date) -> Variation:
    """Return a test with one end of its flight on a day, and the other where the waiver holds."""
    root = writer.bundle.policies.vocabulary.root
    start, last = _flight_day(result, "start"), _flight_day(result, "end")
    moved = {end.fact: day}
    if end.fact == "start" and last is not None and not day <= last < end.until:
        moved["end"] = max(day, end.start)
    if end.fact == "end" and start is not None and not end.start <= start <= day:
        moved["start"] = min(day, end.start)
    given = {
        f"{root}.{FLIGHT}.{fact}": Given(
            steps=((FLIGHT, None), (fact, None)), type=Scalar.DATE, value=value
        )
        for fact, value in moved.items()
    }
    if end.fact == "end" and _campaign(result).at(FLIGHT, _ENDLESS) is True:
        steps = ((FLIGHT, None), (_ENDLESS, None))
        stopped = Given(steps=steps, type=Scalar.YES_NO, value=False)
        given[f"{root}.{FLIGHT}.{_ENDLESS}"] = stopped
    is_past = day < result.case.day  # What is past is not judged: the test is taken back to it.
    return Variation(case=result.case, given=given, day=day if is_past else None)


def _flight_day(result: CaseResult, fact: str) -> date | None:
    return _campaign(result).day(FLIGHT, fact)


def _campaign(result: CaseResult) -> Campaign:
    assert result.context is not None  # noqa: S101 - what passed has been heard.
    return result.context.campaign
