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


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """The lines that are settled in some markets, and the rules that are asked for their subject.

    `passed` counts the lines of rules that passed. A line is None where a rule is asked, or judged
    market by market.
    """

    lines: list[Line | None]
    texts: list[bytes]
    asked: tuple[tuple[int, Entry], ...]
    passed: int


MOST_GROUNDS = 16
"""For so many sets of rules that apply in the markets of a campaign, the lines are kept."""


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
        self._ground = lru_cache(maxsize=MOST_GROUNDS)(self._make_ground)

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
        ground = self._ground(self._law.reach.among(markets))
        found = [None if line is None else line.result for line in ground.lines]
        for row, line in self._asked(ground, frame, heard):
            found[row] = line.result
        return found

    def texts(self, frame: Frame, markets: Markets, heard: Mask) -> tuple[list[bytes], int]:
        """Return the lines of a record, and how many of them are of a rule that passed.

        What stands where a rule is heard or must be judged means nothing, and is not counted.
        """
        ground = self._ground(self._law.reach.among(markets))
        found, passed = ground.texts.copy(), ground.passed
        for row, line in self._asked(ground, frame, heard):
            found[row] = line.text
            passed += line.passed
        for row in bits(heard):
            settled = ground.lines[row]
            passed -= settled is not None and settled.passed
        return found, passed

    def _asked(self, ground: Ground, frame: Frame, heard: Mask) -> Iterator[tuple[int, Line]]:
        """Yield the lines of rules that are asked whether their subject is at hand."""
        known: dict[int, Truth] = {}
        for row, entry in ground.asked:
            if not heard >> row & 1:
                yield row, _first_false(entry, frame, known)

    def _make_ground(self, here: Mask) -> Ground:
        """Return what is settled once it is known which rules apply in the markets."""
        lines: list[Line | None] = self._elsewhere.copy()
        asked: list[tuple[int, Entry]] = []
        for row in bits(here & self._entered):
            entry = self._entries[row]
            lines[row] = None if entry.subject else entry.kept
            if entry.subject:
                asked.append((row, entry))
        return Ground(
            lines=lines,
            texts=[b"" if line is None else line.text for line in lines],
            asked=tuple(asked),
            passed=sum(line.passed for line in lines if line is not None),
        )


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
