"""What the rules come to that were not heard, for one campaign, when somebody asks.

Most of a large bundle is not about a campaign. Nobody waits for these rules: they are told to
whoever lists every rule, in full, without markets, or as the lines of a record.
"""

from collections.abc import Callable, Iterable

import msgspec

from .closures import Frame
from .index import bits
from .judge import Hearing
from .law import Law
from .outlook import Now
from .result import RuleResult, Status
from .results import Heard, Listed
from .roll import Roll
from .scribe import PASSED, line_of, list_results, listed


class Settling(msgspec.Struct, frozen=True):
    """Works the results out of all rules. `judge` settles the rule of a row."""

    now: Now
    judge: Callable[[int, Hearing], RuleResult]
    roll: Callable[[Law], Roll]
    rules: int

    @property
    def rows(self) -> Iterable[int]:
        """The rows of the rules that were heard, in order."""
        return bits(self.now.called.heard)

    def all(self, heard: Heard) -> tuple[RuleResult, ...]:
        """Return the result of every rule, those included that came to nothing."""
        hearing = self.now.hearing
        return tuple(heard.get(row) or self.judge(row, hearing) for row in range(self.rules))

    def brief(self, heard: Heard) -> tuple[RuleResult, ...]:
        """Return the result of every rule; where nothing came of one, without its markets."""
        law = self._law
        if law is None:
            return self.all(heard)
        hearing = self.now.hearing
        found = self.roll(law).results(self._frame(law), hearing.markets, self.now.called.heard)
        return tuple(
            heard.get(row) or result or self.judge(row, hearing) for row, result in enumerate(found)
        )

    def listed(self, heard: Heard) -> Listed:
        """Return the result of every rule, as a record lists them."""
        law = self._law
        if law is None:
            return list_results(self.all(heard))
        hearing = self.now.hearing
        roll = self.roll(law)
        texts, passed = roll.texts(self._frame(law), hearing.markets, self.now.called.heard)
        others = 0
        for row in heard.keys() | roll.judged:
            result = heard.get(row) or self.judge(row, hearing)
            texts[row] = line_of(result)
            passed += result.status in PASSED
            others += result.status not in (*PASSED, Status.NOT_APPLICABLE)
        return listed(texts, passed=passed, not_applicable=len(texts) - passed - others)

    @property
    def _law(self) -> Law | None:
        """The one state of the law that the flight meets; None where there are more."""
        called = self.now.called
        return None if len(called.standing) != 1 or called.surely else called.standing[0][0]

    def _frame(self, law: Law) -> Frame:
        hearing = self.now.hearing
        return Frame(hearing.campaign.facts, hearing.moment.today, law.day)
