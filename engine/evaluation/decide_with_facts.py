"""Decides with standing facts, and computes `valid_until` of a decision that depends on them.

When a standing fact begins or ends, the known facts of the campaign change, and so may the
decision. On each such day, in order, the campaign is decided again with the standing facts of that
day, until the decision differs; between two of them it holds as long as any decision (`validity`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeAlias

from msgspec.structs import replace

from .decision import Decision
from .descriptor.decode import CampaignFault
from .operations.days import day_of
from .standing_facts.application import AppliedFacts, FactsUsed, apply_standing_facts
from .standing_facts.book import BookEntry, FactBook
from .validity import are_too_many
from .values import Campaign

Decide: TypeAlias = Callable[[Campaign, datetime], Decision]
"""Decides on a campaign as of an instant, without standing facts."""


def decide_with_facts(
    campaign: Campaign, book: FactBook, as_of: datetime, decide: Decide
) -> Decision | tuple[CampaignFault, ...]:
    """Return the decision on a campaign to which the standing facts of a book are applied.

    Where they contradict the campaign or each other, every contradiction is returned instead.
    """
    today = day_of(as_of)
    applied = apply_standing_facts(campaign, book, today)
    if applied.contradictions:
        return applied.contradictions
    decision = decide(applied.campaign, as_of)
    if not applied.relevant:
        return decision
    timeline = _FactTimeline(
        campaign=campaign,
        book=book,
        decide=decide,
        relevant={each.order: each for each in applied.relevant},
    )
    until = timeline.first_change(decision, applied, today)
    relevant = tuple(
        sorted(timeline.relevant.values(), key=lambda each: (each.subject, each.order))
    )
    used = FactsUsed(filled=applied.filled, unfit=applied.unfit, relevant=relevant)
    return replace(decision, valid_until=until, standing=used)


@dataclass(frozen=True, slots=True, kw_only=True)
class _FactTimeline:
    """A campaign over time; `relevant` are the standing facts that have been relevant so far."""

    campaign: Campaign
    book: FactBook
    decide: Decide
    relevant: dict[bytes, BookEntry]

    def first_change(self, decision: Decision, applied: AppliedFacts, today: date) -> date | None:
        """Return the first later day on which the answer would differ; None where it never does."""
        until, reached, tried = decision.valid_until, today, 0
        while (day := _next_change(self.relevant.values(), reached)) is not None:
            if until is not None and until < day:
                return until
            tried += 1
            if are_too_many(tried):
                return day
            later = apply_standing_facts(self.campaign, self.book, day)
            self.relevant.update((each.order, each) for each in later.relevant)
            if later.contradictions:
                return day
            if later.campaign.facts != applied.campaign.facts:
                midnight = datetime.combine(day, time(), tzinfo=UTC)
                again = self.decide(later.campaign, midnight)
                if _answer(again) != _answer(decision):
                    return day
                until = again.valid_until
            elif until == day:
                return day
            applied, reached = later, day
        return until


def _next_change(relevant: Iterable[BookEntry], reached: date) -> date | None:
    """Return the next day on which a standing fact begins or ends."""
    turns = (day for each in relevant for day in (each.start, each.until) if day > reached)
    return min(turns, default=None)


def _answer(decision: Decision) -> object:
    """Return the answer of a decision, to be compared as `validity.answer` is."""
    owed = frozenset((p.rule.id, p.markets, p.obligation) for p in decision.obligations)
    return decision.verdict, decision.markets, owed
