"""The decision on one campaign: a verdict for each market, and everything that determined it."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum

import msgspec

from ..semantics.types import Type
from .descriptor.attributes import CampaignAttributes
from .result import Finding, RuleResult, Status, Upcoming
from .results import abridged_results, candidate_results
from .standing_facts.application import FactsUsed


class Effect(Enum):
    """The two values a decision can have."""

    ALLOW = "allow"
    DENY = "deny"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """An effect; a deny is conclusive where an enforced rule is violated, an allow always."""

    effect: Effect
    conclusive: bool


class MarketVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict in one market of the campaign."""

    market: str
    verdict: Verdict


class MissingFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact without which the campaign cannot be cleared, and the rules that ask for it.

    The vocabulary itself may require it (`is_required`), and then no rule need ask for it. `type`
    is None for what is no fact of the vocabulary.
    """

    pointer: str
    path: str
    label: str
    type: Type | None
    why: str
    is_required: bool
    rules: tuple[str, ...]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about a campaign, by which results, and as of when.

    `would_pass` are the markets in which it would be allowed if the others were dropped, where
    it is denied. `upcoming` are rules that will stand against a flight without end once their law
    changes.

    `results` has every rule of the bundle once, in order of the ids. `as_of` is the instant of the
    evaluation; `as_if_launched` the day to which the flight was moved, where it was. `valid_until`
    is the first day (in UTC) on which the passing of time would change the answer, if ever.
    `further_missing` counts the facts that are wanted beyond those listed as `missing`, so far as
    the findings tell of them.
    `grants` are the texts of waivers that were granted apart from the policies, for this campaign.
    `standing` is None where no standing fact is about the campaign or anything in it. `attributes`
    are the advertiser and the platforms of the campaign.
    """

    campaign: str | None
    attributes: CampaignAttributes
    as_of: datetime
    as_if_launched: date | None
    valid_until: date | None
    verdict: Verdict
    markets: tuple[MarketVerdict, ...]
    would_pass: tuple[str, ...]
    results: Sequence[RuleResult]
    missing: tuple[MissingFact, ...]
    upcoming: tuple[Upcoming, ...]
    further_missing: int = 0
    grants: tuple[str, ...] = ()
    standing: FactsUsed | None = None

    @property
    def effect(self) -> Effect:
        """Allow or deny."""
        return self.verdict.effect

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all rules that are violated, or undetermined."""
        reported = self.with_status(Status.VIOLATED, Status.UNDETERMINED)
        return tuple(found for each in reported for part in each.parts for found in part.findings)

    @property
    def obligations(self) -> tuple[RuleResult, ...]:
        """The results that oblige to something, in order of the ids, for each market apart."""
        parts = (part for result in candidate_results(self.results) for part in result.parts)
        return tuple(part for part in parts if part.obligation is not None)

    @property
    def waived(self) -> tuple[RuleResult, ...]:
        """The results that are waived, in order of the ids, for each market apart."""
        parts = (part for result in candidate_results(self.results) for part in result.parts)
        return tuple(part for part in parts if part.status is Status.WAIVED)

    def with_status(self, *statuses: Status) -> tuple[RuleResult, ...]:
        """Return the results that ended in one of some statuses."""
        asks_all = Status.SATISFIED in statuses or Status.NOT_APPLICABLE in statuses
        among = self.results if asks_all else candidate_results(self.results)
        return tuple(result for result in among if result.status in statuses)

    @property
    def statuses(self) -> Sequence[RuleResult]:
        """The result of every rule; those that are satisfied or not applicable may lack markets."""
        return abridged_results(self.results)
