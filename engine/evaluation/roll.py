"""The roll of rules under one state of the law: what those come to that are not heard.

Such a rule is out of force, or elsewhere, or about another subject, or kept: each of these is one
result that is made once, with the line that a record has of it. What remains is to ask which, each
distinct condition at most once.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from ..semantics.tree import Condition, Policies, Rule
from .closures import Frame, Names, Test, compile_test
from .columns import Mask
from .index import bits
from .judge import not_here, out_of_force, unbreached
from .law import Law, Markets
from .outcome import Truth
from .result import RuleResult, Status
from .scribe import line_of


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A result that is always the same, and how a record lists it."""

    result: RuleResult
    text: bytes
    passed: bool


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that is in force: what it comes to where it is kept, and without subject.

    `subject` has a number that conditions share which are the same, their test, and what the rule
    comes to where it is false.
    """

    kept: Line
    subject: tuple[tuple[int, Test, Line], ...]


MOST_PLACES = 512
"""For so many places is kept which rules apply there."""


class Roll:
    """The entries of all rules under a law. Those that are `judged` market by market have none."""

    def __init__(self, policies: Policies, law: Law) -> None:
        self._law = law
        self._numbers: dict[Condition, int] = {}
        self._names = Names(policies=policies, bound={}, law_day=law.day)
        self._entries: dict[int, Entry] = {}
        self._elsewhere: list[Line | None] = []
        for row, rule in enumerate(policies.rules):
            if not rule.window.meets(law.day, law.day):
                self._elsewhere.append(_inapplicable(rule, out_of_force(rule.window)))
            elif rule.reads_market:
                self._elsewhere.append(None)
            else:
                self._elsewhere.append(_inapplicable(rule, not_here(rule)))
                self._entries[row] = self._entry(rule)
        self.judged = frozenset(r for r, line in enumerate(self._elsewhere) if line is None)
        self._entered: Mask = sum(1 << row for row in self._entries)
        self._texts = [b"" if line is None else line.text for line in self._elsewhere]
        kept = ((row, each.kept) for row, each in self._entries.items() if not each.subject)
        self._passing: Mask = sum(1 << row for row, line in kept if line.passed)
        self._ground = lru_cache(maxsize=MOST_PLACES)(self._make_ground)

    def _entry(self, rule: Rule) -> Entry:
        return Entry(
            kept=_line(unbreached(rule)),
            subject=tuple(
                (
                    self._numbers.setdefault(clause.condition, len(self._numbers)),
                    compile_test(clause.condition, self._names),
                    _inapplicable(rule, clause.text),
                )
                for clause in rule.applicability
            ),
        )

    def results(self, frame: Frame, markets: Markets, heard: Mask) -> Sequence[RuleResult | None]:
        """Return the result of every rule, without markets; None where a rule must be judged.

        What stands where a rule is heard means nothing.
        """
        found = [None if line is None else line.result for line in self._elsewhere]
        for ground in self._grounds(markets):
            for row, _ in ground.plain:
                found[row] = self._entries[row].kept.result
        for row, line in self._asked(frame, markets, heard):
            found[row] = line.result
        return found

    def texts(self, frame: Frame, markets: Markets, heard: Mask) -> tuple[list[bytes], int]:
        """Return the lines of a record, and how many of them are of a rule that passed.

        What stands where a rule is heard or must be judged means nothing, and is not counted.
        """
        found, here = self._texts.copy(), self._law.reach.among(markets)
        for ground in self._grounds(markets):
            for row, text in ground.plain:
                found[row] = text
        passed = (here & self._passing & ~heard).bit_count()
        for row, line in self._asked(frame, markets, heard):
            found[row] = line.text
            passed += line.passed
        return found, passed

    def _asked(self, frame: Frame, markets: Markets, heard: Mask) -> Iterator[tuple[int, Line]]:
        """Yield the lines of rules that apply and are asked whether their subject is at hand."""
        known: dict[int, Truth] = {}
        done = heard
        for ground in self._grounds(markets):
            for row, bit, entry in ground.asked:
                if not done & bit:
                    yield row, _first_false(entry, frame, known)
            done |= ground.rows

    def _grounds(self, markets: Markets) -> "Iterator[Ground]":
        return map(self._ground, (None,) if markets is None else markets or ("",))

    def _make_ground(self, market: str | None) -> "Ground":
        """Return the rules that apply in a market, which may be unknown, or none at all."""
        markets = None if market is None else (market,) if market else ()
        rows = self._law.reach.among(markets) & self._entered
        entries = [(row, self._entries[row]) for row in bits(rows)]
        return Ground(
            rows=rows,
            plain=tuple((row, each.kept.text) for row, each in entries if not each.subject),
            asked=tuple((row, 1 << row, each) for row, each in entries if each.subject),
        )


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that apply in a market: those that are kept, and those asked for their subject."""

    rows: Mask
    plain: tuple[tuple[int, bytes], ...]
    asked: tuple[tuple[int, Mask, Entry], ...]


def _first_false(entry: Entry, frame: Frame, known: dict[int, Truth]) -> Line:
    for number, test, line in entry.subject:
        truth = known[number] if number in known else known.setdefault(number, test(frame))
        if truth is False:
            return line
    return entry.kept


def _line(result: RuleResult) -> Line:
    passed = result.status is Status.SATISFIED
    return Line(result=result, text=line_of(result), passed=passed)


def _inapplicable(rule: Rule, reason: str) -> Line:
    return _line(RuleResult(rule=rule, status=Status.NOT_APPLICABLE, reason=reason))
