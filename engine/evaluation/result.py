"""What a rule came to for one campaign: one status, and the findings that explain it."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from ..semantics.tree import Clause, Enforcement, Rule
from .outcome import Seen, Wanted


class Status(Enum):
    """The one status in which each rule ends, from the least to the most severe."""

    NOT_APPLICABLE = "not applicable"
    SATISFIED = "satisfied"
    EXCEPTED = "excepted"
    UNDETERMINED = "undetermined"
    VIOLATED = "violated"

    @property
    def severity(self) -> int:
        """The rank of the status: the strictest of several is the greatest."""
        return list(Status).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unestablished:
    """An exception that did not help: it is not met, or facts to show it are wanted."""

    name: str
    seen: tuple[Seen, ...]
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Why a rule is violated or undetermined, for one witness.

    `clause` is the clause that decided; `seen` are the facts that determined it, `wanted` those
    for want of which it is undetermined.
    """

    clause: Clause
    message: str
    remedy: str
    seen: tuple[Seen, ...]
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """The status of one rule, and why.

    `markets` are those of the campaign in which the rule applies; None where it applies in all or
    the markets are unknown. `reason` says what made a rule not applicable, or which exceptions
    hold. `more` counts the findings beyond those listed.
    """

    rule: Rule
    status: Status
    markets: tuple[str, ...] | None = None
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    exceptions: tuple[Unestablished, ...] = ()
    more: int = 0

    @property
    def is_enforced(self) -> bool:
        """Whether a violation denies the campaign."""
        return self.rule.enforcement is not Enforcement.ADVISORY

    def concerns(self, market: str) -> bool:
        """Whether the result counts in a market of the campaign."""
        return self.markets is None or market in self.markets


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """A rule that is not violated now, and the first day on whose law it would be."""

    day: date
    result: RuleResult
