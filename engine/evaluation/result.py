"""The result of one rule for one campaign: its status, and the findings that explain it."""

from collections.abc import Sequence
from datetime import date
from enum import Enum

import msgspec
from msgspec.structs import replace

from ..semantics.tree import Clause, Enforcement, Rule, Waiver
from .outcome import Evidence, Outcome, WantedFact


class Status(Enum):
    """The one status in which each rule ends, from the least to the most severe."""

    NOT_APPLICABLE = "not applicable"
    SATISFIED = "satisfied"
    EXCEPTED = "excepted"
    WAIVED = "waived"
    UNDETERMINED = "undetermined"
    VIOLATED = "violated"

    @property
    def severity(self) -> int:
        """The rank of the status: the strictest of several is the greatest."""
        return _SEVERITY[self]

    @property
    def is_adverse(self) -> bool:
        """Whether a rule is violated, or may be: it is undetermined."""
        return self in _ADVERSE


_SEVERITY = {status: rank for rank, status in enumerate(Status)}
_ADVERSE = (Status.UNDETERMINED, Status.VIOLATED)


class UnmetExemption(msgspec.Struct, frozen=True, kw_only=True):
    """An exemption, permission or waiver that does not hold: it is false, or facts are wanted.

    Where it `is_cut`, there may be more of both its lists.
    """

    name: str
    evidence: tuple[Evidence, ...]
    wanted: tuple[WantedFact, ...]
    is_cut: bool = False

    @classmethod
    def of(cls, name: str, outcome: Outcome) -> "UnmetExemption":
        """Return what does not hold, by its outcome."""
        return cls(
            name=name, evidence=outcome.evidence, wanted=outcome.wanted, is_cut=outcome.is_cut
        )


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Why a rule is violated, waived or undetermined, for one witness.

    `clause` is the clause that decided; `evidence` are the first facts that determined it, and
    `further_evidence` counts the others; `wanted` are those for want of which it is undetermined.
    Where it `is_cut`, there may be more of all these, and more findings, than are counted.
    """

    clause: Clause
    message: str
    remedy: str
    evidence: tuple[Evidence, ...]
    wanted: tuple[WantedFact, ...]
    further_evidence: int = 0
    is_cut: bool = False


class Obligation(msgspec.Struct, frozen=True, kw_only=True):
    """A duty of the campaign, and why it has it.

    `term` is by when it is to be done, in the words of the rule, and `due` the last day on which it
    may be. Where the flight does not determine that day, `due` is None and `why` says what is
    missing. `evidence` are the first facts by which the rule obliges, and `further_evidence` counts
    the others; where it `is_cut`, there may be more.
    """

    text: str
    term: str
    due: date | None
    why: str
    evidence: tuple[Evidence, ...]
    further_evidence: int = 0
    is_cut: bool = False


class RuleResult(msgspec.Struct, frozen=True, kw_only=True):
    """The status of one rule, and why.

    Where the result differs by market, this is the strictest, and `elsewhere` has the others.
    `markets` are those of the campaign with this result; None for all, or where they are unknown.
    `reason` says what made a rule not applicable, or which exemptions or waivers hold.
    `further_findings` counts the findings beyond those listed. `waivers` are those that waive a
    breach, whose findings are listed all the same. `obligation` is the duty of a satisfied rule
    that obliges.
    """

    rule: Rule
    status: Status
    markets: tuple[str, ...] | None = None
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    unmet_exemptions: tuple[UnmetExemption, ...] = ()
    further_findings: int = 0
    waivers: tuple[Waiver, ...] = ()
    obligation: Obligation | None = None
    elsewhere: "tuple[RuleResult, ...]" = ()

    @property
    def strictness(self) -> tuple[bool, bool, int]:
        """The rank of the result: a duty is stricter than an exception, and a breach than both."""
        return self.is_adverse, self.obligation is not None, self.status.severity

    @property
    def is_adverse(self) -> bool:
        """Whether the rule is violated, or may be: it is undetermined."""
        return self.status.is_adverse

    @property
    def is_enforced(self) -> bool:
        """Whether a violation denies the campaign."""
        return self.rule.enforcement is not Enforcement.ADVISORY

    @property
    def parts(self) -> "tuple[RuleResult, ...]":
        """The result itself and those of other markets, the strictest first."""
        return (self, *self.elsewhere)


def merge_results(results: Sequence[RuleResult]) -> RuleResult:
    """Return the results of a rule in separate groups of markets as one.

    Equal results are merged into one for all their markets. The strictest is returned, with the
    others in `elsewhere`.
    """
    if len(results) == 1:
        return results[0]
    groups: list[list[RuleResult]] = []
    by_key: dict[object, list[list[RuleResult]]] = {}
    for result in results:
        candidates = by_key.setdefault(_grouping_key(result), [])
        group = next(
            (each for each in candidates if _differ_in_markets_only(each[0], result)), None
        )
        if group is None:
            group = []
            candidates.append(group)
            groups.append(group)
        group.append(result)
    parts = sorted(map(_with_all_markets, groups), key=lambda each: each.strictness, reverse=True)
    return replace(parts[0], elsewhere=tuple(parts[1:]))


def _with_all_markets(alike: Sequence[RuleResult]) -> RuleResult:
    """Return one result for all markets of results that differ in nothing else."""
    if len(alike) == 1:
        return alike[0]
    markets: list[str] = []
    for each in alike:
        if each.markets is None:
            return replace(alike[0], markets=None)
        markets += each.markets
    return replace(alike[0], markets=tuple(markets))


def _grouping_key(result: RuleResult) -> object:
    """Return a key that equal results share; the rule, which is slow to hash, is left out."""
    findings = tuple(
        (each.message, each.remedy, each.evidence, each.wanted) for each in result.findings
    )
    return result.status, result.reason, findings, result.unmet_exemptions, result.obligation


def _differ_in_markets_only(one: RuleResult, other: RuleResult) -> bool:
    return one.status is other.status and replace(one, markets=other.markets) == other


class Upcoming(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that does not stand against a campaign yet, and the day from which its law will."""

    day: date
    result: RuleResult
