"""Results of the rules that are not candidates, under one state of the law.

Such a rule is not in force, not applicable in these markets or to this campaign, or satisfied. The
result and its line of the record are made once per rule and reason. The reason is looked up in an
index over the conditions of applicability, as the candidates are; a rule of which none is false is
satisfied, in each market in which it applies.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ...semantics.tree import Policies, Rule
from ...semantics.types import RecordType
from ..evaluate_rule import reason_not_in_force, reason_not_in_markets, result_without_breach
from ..record_writer import status_line_bytes
from ..result import RuleResult, Status
from .closures import Frame, Names
from .columns import Mask, Scope
from .conjuncts import conjuncts, facts_read, without_definitions
from .index import Index, bits, build_index
from .law import Law, Markets


class PreparedLines(msgspec.Struct, frozen=True, kw_only=True):
    """Prepared results and record lines of rules, by row, for one reason.

    `usual` are the rules assumed to have this reason until the lookup finds another.
    """

    results: Mapping[int, RuleResult]
    texts: Mapping[int, bytes]
    usual: Mask


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """The n-th conditions of applicability of all rules.

    `rows` are the rules that have so many, `index` says where the condition is possible, and
    `lines` are the results where it is not.
    """

    rows: Mask
    index: Index
    lines: PreparedLines


class SortedRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that apply and are no candidates: those excluded by each stage, and the rest."""

    failing: tuple[Mask, ...]
    remaining: Mask


class PreparedResults:
    """The prepared lines of all rules under a law.

    Rules that are `unprepared` have none: their applicability depends on the market.
    """

    def __init__(self, policies: Policies, law: Law) -> None:
        self._law = law
        rules = {r: rule for r, rule in enumerate(policies.rules) if not _depends_on_market(rule)}
        in_force = {r: rule for r, rule in rules.items() if rule.window.holds_on(law.day)}
        self.unprepared = frozenset(range(len(policies.rules))) - rules.keys()
        self._stages = tuple(_stages(in_force, policies, law))
        asked = self._stages[0].rows if self._stages else 0
        kept = {row: result_without_breach(rule) for row, rule in in_force.items()}
        self._lines = (
            *(stage.lines for stage in self._stages),
            _lines(kept, usual=law.reach.everywhere & ~asked),
        )
        self._entered = _mask(in_force)
        self._passing = _mask(r for r, each in kept.items() if each.status is Status.SATISFIED)
        self._usual = [self._usually(row, rule) for row, rule in enumerate(policies.rules)]
        self._usual_texts = [
            b"" if each is None else status_line_bytes(each) for each in self._usual
        ]

    def _usually(self, row: int, rule: Rule) -> RuleResult | None:
        """Return the result that a rule has unless another is found; None if unprepared."""
        if row in self.unprepared:
            return None
        if not self._entered >> row & 1:
            return _inapplicable(rule, reason_not_in_force(rule.window))
        if rule.places is not None:
            return _inapplicable(rule, reason_not_in_markets(rule))
        return next(each.results[row] for each in self._lines if row in each.results)

    def sort(self, frame: Frame, markets: Markets, candidates: Mask) -> SortedRules:
        """Return the rules that apply in some market and are no candidates, by their reason."""
        left = self._law.reach.applying_in(markets) & self._entered & ~candidates
        failing: list[Mask] = []
        for stage in self._stages:
            asked = left & stage.rows
            refuted = asked & ~stage.index.possible(frame.facts, frame, asked)
            failing.append(refuted)
            left ^= refuted
        return SortedRules(failing=tuple(failing), remaining=left)

    def passed(self, found: SortedRules) -> int:
        """Return how many rules passed of those that are sorted."""
        return (found.remaining & self._passing).bit_count()

    def results(self, found: SortedRules) -> list[RuleResult | None]:
        """Return the result of every rule, without markets; None for an unprepared rule.

        The result at the row of a candidate has no meaning.
        """
        made = self._usual.copy()
        for rows, lines in self._unusual(found):
            for row in bits(rows):
                made[row] = lines.results[row]
        return made

    def texts(self, found: SortedRules) -> list[bytes]:
        """Return the lines of a record; without meaning for candidates and unprepared rules."""
        made = self._usual_texts.copy()
        for rows, lines in self._unusual(found):
            texts = lines.texts
            for row in bits(rows):
                made[row] = texts[row]
        return made

    def _unusual(self, found: SortedRules) -> list[tuple[Mask, PreparedLines]]:
        """Return the rules whose result is not the usual one, with their lines."""
        pairs = zip((*found.failing, found.remaining), self._lines, strict=True)
        return [(rows & ~lines.usual, lines) for rows, lines in pairs]


def _depends_on_market(rule: Rule) -> bool:
    """Whether the applicability of a rule depends on the market."""
    clauses = rule.applicability
    return any(fact.is_market for clause in clauses for fact in facts_read(clause.condition))


def _stages(rules: Mapping[int, Rule], policies: Policies, law: Law) -> Iterator[Stage]:
    """Yield the stages in order: the first condition of a rule that is false is the reason."""
    names = Names(policies=policies, bound={}, law_day=law.day)
    scope = Scope(names=names, variable=None, kind=RecordType(name=policies.vocabulary.root))
    for place in range(max((len(rule.applicability) for rule in rules.values()), default=0)):
        clauses = {
            row: rule.applicability[place]
            for row, rule in rules.items()
            if place < len(rule.applicability)
        }
        parts = {
            row: conjuncts(without_definitions(clause.condition)) for row, clause in clauses.items()
        }
        results = {row: _inapplicable(rules[row], each.text) for row, each in clauses.items()}
        yield Stage(
            rows=_mask(clauses),
            index=build_index(parts, scope),
            lines=_lines(results, usual=0 if place else law.reach.everywhere),
        )


def _lines(results: Mapping[int, RuleResult], *, usual: Mask) -> PreparedLines:
    texts = {row: status_line_bytes(each) for row, each in results.items()}
    return PreparedLines(results=results, texts=texts, usual=usual)


def _mask(rows: Iterable[int]) -> Mask:
    return sum(1 << row for row in rows)


def _inapplicable(rule: Rule, reason: str) -> RuleResult:
    return RuleResult(rule=rule, status=Status.NOT_APPLICABLE, reason=reason)
