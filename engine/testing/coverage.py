"""Coverage: in which statuses the tests see each rule, and which parts they decide both ways.

A part is decided where its clause is reached and its truth is known; a test counts for both truths
where a part below a quantifier is true of one element and false of another. Tests that fail count
like those that pass, as what they decide does not depend on what they expect.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..bundle.bundle import Bundle
from ..evaluation.evaluate_rule import reason_not_in_markets
from ..evaluation.result import Status
from ..semantics.tree import DefinedCondition, Definition, Effect, Rule
from ..syntax.tree import UnknownTreatment
from .judgments import Judgment, RuleRecord, record
from .parts import PLACE_CLAUSE, Part, PartKey, parts_of, parts_of_definition, words_of
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
    """The statuses in which tests see a rule, and its parts.

    `is_seen_wanting` is whether a test sees it violated for want of a fact, as `if unknown deny`
    has it.
    """

    rule: Rule
    statuses: frozenset[Status]
    parts: tuple[PartCoverage, ...]
    is_seen_wanting: bool

    @property
    def unseen(self) -> tuple[Status, ...]:
        """The statuses that the rule can end in and no test sees, the most severe first."""
        rule = self.rule
        possible = {Status.SATISFIED}
        possible.add(Status.VIOLATED if rule.effect.denies else Status.NOT_APPLICABLE)
        if rule.effect is not Effect.PERMIT and not self._denies_unknown:
            possible.add(Status.UNDETERMINED)
        if rule.exemptions or rule.permissions:
            possible.add(Status.EXCEPTED)
        if rule.waivers:
            possible.add(Status.WAIVED)
        if rule.places is not None or rule.applicability:
            possible.add(Status.NOT_APPLICABLE)
        return tuple(s for s in reversed(Status) if s in possible - self.statuses)

    @property
    def unseen_in_words(self) -> tuple[str, ...]:
        """What no test sees of the rule: statuses, and that it denies for want of a fact."""
        words = [status.value for status in self.unseen]
        if self._denies_unknown and not self.is_seen_wanting:
            words.insert(Status.VIOLATED in self.unseen, "violated for want of a fact")
        return tuple(words)

    @property
    def _denies_unknown(self) -> bool:
        return self.rule.if_unknown is UnknownTreatment.DENY


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionCoverage:
    """The parts of a definition, decided wherever some rule uses it."""

    definition: Definition
    parts: tuple[PartCoverage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the tests of a bundle decide."""

    rules: tuple[RuleCoverage, ...]
    definitions: tuple[DefinitionCoverage, ...]

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self._every_part)

    @property
    def both_ways(self) -> int:
        """How many of them are decided both ways."""
        return sum(part.both_ways for part in self._every_part)

    @property
    def _every_part(self) -> tuple[PartCoverage, ...]:
        of_rules = (part for rule in self.rules for part in rule.parts)
        return (*of_rules, *(part for each in self.definitions for part in each.parts))

    @property
    def percentage(self) -> float:
        """The share of parts that are decided both ways, to one decimal, never rounded up."""
        return share(self.both_ways, self.parts)


def share(some: int, whole: int) -> float:
    """Return a share in percent to one decimal, never rounded up; of nothing it is all."""
    return some * 1000 // whole / 10 if whole else 100.0


Decided = set[tuple[PartKey, bool]]
"""The parts that some test decides, each with the truth that it sees."""


@dataclass(slots=True, kw_only=True)
class _Tally:
    defined: dict[str, Decided]
    statuses: set[Status] = field(default_factory=set)
    decided: Decided = field(default_factory=set)
    is_seen_wanting: bool = False

    def add(self, found: RuleRecord) -> None:
        """Count what one test decides of a rule."""
        result = found.result
        self.statuses.add(result.status)
        self.is_seen_wanting |= result.status is Status.VIOLATED and any(
            finding.wanted for finding in result.findings
        )
        for heard in found.heard:
            self._decide(heard.judgment, self.decided, heard.index, 0)
        if any(part.markets is not None for part in result.parts):
            self.decided.add(((PLACE_CLAUSE, ()), True))
        elif result.reason and result.reason == reason_not_in_markets(result.rule):
            self.decided.add(((PLACE_CLAUSE, ()), False))

    def _decide(self, judgment: Judgment, decided: Decided, index: int, above: int) -> None:
        """Count a part and those below it; `above` steps lead to the whole that they are of."""
        address = judgment.address[above:]
        if judgment.truth is not None:
            decided.add(((index, address), judgment.truth))
        if isinstance(judgment.condition, DefinedCondition):
            decided, index = self.defined[judgment.condition.name], 0
            above = len(judgment.address) + 1
        for inner in judgment.inner:
            self._decide(inner, decided, index, above)


def measure(bundle: Bundle, results: Iterable[CaseResult]) -> Coverage:
    """Return what tests that have run decide of each rule and its parts."""
    defined: dict[str, Decided] = {name: set() for name in bundle.policies.definitions}
    rules = bundle.own_rules
    tallies = {rule.id: _Tally(defined=defined) for rule in rules}
    for result in results:
        if result.context is not None:
            for rule in rules:
                tallies[rule.id].add(record(rule, result.context))
    words = words_of(bundle)
    return Coverage(
        rules=tuple(
            RuleCoverage(
                rule=rule,
                statuses=frozenset(tallies[rule.id].statuses),
                is_seen_wanting=tallies[rule.id].is_seen_wanting,
                parts=_covered(parts_of(rule, words), tallies[rule.id].decided),
            )
            for rule in rules
        ),
        definitions=tuple(
            DefinitionCoverage(
                definition=each,
                parts=_covered(parts_of_definition(each, words), defined[each.name]),
            )
            for each in bundle.policies.definitions.values()
            if bundle.is_tested_here(each.clause.location.source)
        ),
    )


def _covered(parts: Iterable[Part], decided: Decided) -> tuple[PartCoverage, ...]:
    return tuple(
        PartCoverage(
            part=part, is_true=(part.key, True) in decided, is_false=(part.key, False) in decided
        )
        for part in parts
    )
