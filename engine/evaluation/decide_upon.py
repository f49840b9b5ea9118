"""Decides with standing facts, and computes `valid_until` of a decision that depends on them.

When a standing fact begins or ends, the known facts of the campaign change, and so may the
decision. On each such day, in order, the campaign is decided again with the standing facts of that
day, until the decision differs; between two of them it holds as long as any decision (`validity`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import TypeAlias

from .decision import Decision
from .descriptor.decode import CampaignFault
from .operations.days import day_of
from .standing_facts.beneath import FactsUsed, Laid, lay
from .standing_facts.book import FactBook, Listed
from .validity import are_too_many
from .values import Campaign

Decide: TypeAlias = Callable[[Campaign, datetime], Decision]
"""Decides on a campaign as of an instant, without standing facts."""


def decide_upon(
    campaign: Campaign, book: FactBook, as_of: datetime, decide: Decide
) -> Decision | tuple[CampaignFault, ...]:
    """Return the decision on a campaign with the standing facts of a book beneath it.

    Where they contradict the campaign or each other, every contradiction is returned instead.
    """
    today = day_of(as_of)
    laid = lay(campaign, book, today)
    if laid.contradictions:
        return laid.contradictions
    decision = decide(laid.campaign, as_of)
    if not laid.met:
        return decision
    course = _Course(
        campaign=campaign,
        book=book,
        decide=decide,
        met={each.order: each for each in laid.met},
    )
    until = course.first_flip(decision, laid, today)
    met = tuple(sorted(course.met.values(), key=lambda each: (each.subject, each.order)))
    used = FactsUsed(filled=laid.filled, misfits=laid.misfits, met=met)
    return replace(decision, valid_until=until, standing=used)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """A campaign over time; `met` are the standing facts that have applied so far."""

    campaign: Campaign
    book: FactBook
    decide: Decide
    met: dict[bytes, Listed]

    def first_flip(self, decision: Decision, laid: Laid, today: date) -> date | None:
        """Return the first later day on which the answer would differ; None where it never does."""
        until, reached, tried = decision.valid_until, today, 0
        while (day := _next_turn(self.met.values(), reached)) is not None:
            if until is not None and until < day:
                return until
            tried += 1
            if are_too_many(tried):
                return day
            later = lay(self.campaign, self.book, day)
            self.met.update((each.order, each) for each in later.met)
            if later.contradictions:
                return day
            if later.campaign.facts != laid.campaign.facts:
                midnight = datetime.combine(day, time(), tzinfo=UTC)
                again = self.decide(later.campaign, midnight)
                if _answer(again) != _answer(decision):
                    return day
                until = again.valid_until
            elif until == day:
                return day
            laid, reached = later, day
        return until


def _next_turn(met: Iterable[Listed], reached: date) -> date | None:
    """Return the next day on which a standing fact begins or ends."""
    turns = (day for each in met for day in (each.start, each.until) if day > reached)
    return min(turns, default=None)


def _answer(decision: Decision) -> object:
    """Return what a decision answers, as `validity.answer` has it."""
    owed = frozenset((p.rule.id, p.markets, p.obligation) for p in decision.obligations)
    return decision.verdict, decision.markets, owed
