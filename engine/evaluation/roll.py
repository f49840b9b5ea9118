"""The roll of rules under one state of the law: what those come to that are not heard.

Such a rule is out of force, or elsewhere, or about another subject, or kept: each of these is one
result that is made once. What remains is to ask which, each distinct condition at most once.
"""

from collections.abc import Iterable, Mapping

import msgspec

from ..semantics.tree import Condition, Policies, Rule
from .closures import Frame, Names, Test, compile_test
from .columns import Mask
from .judge import not_here, out_of_force, unbreached
from .law import Law
from .outcome import Truth
from .result import RuleResult, Status


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that is in force: what it comes to elsewhere, where it is kept, and without subject.

    `subject` has a number that conditions share which are the same, their test, and what the rule
    comes to where it is false.
    """

    elsewhere: RuleResult
    kept: RuleResult
    subject: tuple[tuple[int, Test, RuleResult], ...]


class Roll:
    """The entries of all rules under a law. A rule that is judged market by market has none."""

    def __init__(self, policies: Policies, law: Law) -> None:
        self._law = law
        self._entries: list[Entry | RuleResult | None] = []
        self._numbers: dict[Condition, int] = {}
        self._names = Names(policies=policies, bound={}, law_day=law.day)
        for rule in policies.rules:
            self._entries.append(self._entry(rule, law))

    def _entry(self, rule: Rule, law: Law) -> Entry | RuleResult | None:
        if not rule.window.meets(law.day, law.day):
            return _inapplicable(rule, out_of_force(rule.window))
        if rule.reads_market:
            return None
        return Entry(
            elsewhere=_inapplicable(rule, not_here(rule)),
            kept=unbreached(rule),
            subject=tuple(
                (
                    self._numbers.setdefault(clause.condition, len(self._numbers)),
                    compile_test(clause.condition, self._names),
                    _inapplicable(rule, clause.text),
                )
                for clause in rule.applicability
            ),
        )

    def results(
        self, frame: Frame, markets: tuple[str, ...] | None, heard: Mapping[int, RuleResult]
    ) -> Iterable[RuleResult | None]:
        """Yield the result of every rule, without its markets; None where it must be judged."""
        here: Mask = self._law.reach.among(markets)
        known: dict[int, Truth] = {}
        for row, entry in enumerate(self._entries):
            if row in heard:
                yield heard[row]
            elif not isinstance(entry, Entry):
                yield entry
            elif here >> row & 1:
                yield _first_false(entry, frame, known)
            else:
                yield entry.elsewhere


def _first_false(entry: Entry, frame: Frame, known: dict[int, Truth]) -> RuleResult:
    for number, test, result in entry.subject:
        truth = known[number] if number in known else known.setdefault(number, test(frame))
        if truth is False:
            return result
    return entry.kept


def _inapplicable(rule: Rule, reason: str) -> RuleResult:
    return RuleResult(rule=rule, status=Status.NOT_APPLICABLE, reason=reason)
