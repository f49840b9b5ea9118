"""Coverage: in which statuses the tests see each rule, and which parts they decide both ways.

A part is decided where its clause is reached and its truth is known; a test counts for both truths
where a part below a quantifier is true of one element and false of another. Tests that fail count
like those that pass, as what they decide does not depend on what they expect.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..bundle.bundle import Bundle
from ..evaluation.result import Status
from ..semantics.tree import Rule
from .judgments import RuleRecord, record
from .parts import PLACE_CLAUSE, Part, PartKey, parts_of, words_of
from .runner import CaseResult


@dataclass(frozen=True, slots=True, kw_only=True)
class PartCoverage:
    """Whether some test decides a part true, and some test false."""

    part: Part
    is_true: bool
    is_false: bool

    @property
    def both_ways(self) -> bool:
        """Whether the part is decided both ways."""
        return self.is_true and self.is_false


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCoverage:
    """The statuses in which tests see a rule, and its parts."""

    rule: Rule
    statuses: frozenset[Status]
    parts: tuple[PartCoverage, ...]

    @property
    def unseen(self) -> tuple[Status, ...]:
        """The statuses that the rule can end in and no test sees, the most severe first."""
        rule = self.rule
        possible = {Status.VIOLATED, Status.SATISFIED, Status.UNDETERMINED}
        if rule.exemptions:
            possible.add(Status.EXCEPTED)
        if rule.places is not None or rule.applicability:
            possible.add(Status.NOT_APPLICABLE)
        return tuple(s for s in reversed(Status) if s in possible - self.statuses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the tests of a bundle decide."""

    rules: tuple[RuleCoverage, ...]

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return sum(len(rule.parts) for rule in self.rules)

    @property
    def both_ways(self) -> int:
        """How many of them are decided both ways."""
        return sum(part.both_ways for rule in self.rules for part in rule.parts)

    @property
    def percentage(self) -> float:
        """The share of parts that are decided both ways, to one decimal, never rounded up."""
        return share(self.both_ways, self.parts)


def share(some: int, whole: int) -> float:
    """Return a share in percent to one decimal, never rounded up; of nothing it is all."""
    return some * 1000 // whole / 10 if whole else 100.0


@dataclass(slots=True, kw_only=True)
class _Tally:
    statuses: set[Status] = field(default_factory=set)
    decided: set[tuple[PartKey, bool]] = field(default_factory=set)

    def add(self, found: RuleRecord) -> None:
        """Count what one test decides of a rule."""
        result = found.result
        self.statuses.add(result.status)
        for heard in found.heard:
            for each in heard.judgment.parts():
                if each.truth is not None:
                    self.decided.add(((heard.index, each.address), each.truth))
        places = result.rule.places
        if any(part.markets is not None for part in result.parts):
            self.decided.add(((PLACE_CLAUSE, ()), True))
        elif places is not None and result.reason == f"applies in {places.text}":
            self.decided.add(((PLACE_CLAUSE, ()), False))


def measure(bundle: Bundle, results: Iterable[CaseResult]) -> Coverage:
    """Return what tests that have run decide of each rule and its parts."""
    tallies = {rule.id: _Tally() for rule in bundle.policies.rules}
    for result in results:
        if result.hearing is not None:
            for rule in bundle.policies.rules:
                tallies[rule.id].add(record(rule, result.hearing))
    words = words_of(bundle)
    return Coverage(
        rules=tuple(
            RuleCoverage(
                rule=rule,
                statuses=frozenset(tallies[rule.id].statuses),
                parts=tuple(
                    PartCoverage(
                        part=part,
                        is_true=(part.key, True) in tallies[rule.id].decided,
                        is_false=(part.key, False) in tallies[rule.id].decided,
                    )
                    for part in parts_of(rule, words)
                ),
            )
            for rule in bundle.policies.rules
        )
    )
