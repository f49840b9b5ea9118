"""Computes the results of the rules that were not candidates, lazily, for one campaign.

Most rules of a large bundle do not concern a campaign, so the verdict and the findings do not wait
for them. They are computed for callers that list every rule: in full, without markets, or as the
lines of a record.
"""

from collections.abc import Callable, Iterable

import msgspec

from ..judge import Hearing
from ..result import RuleResult, Status
from ..results import Heard, Listed
from ..scribe import PASSED, line_of, list_results
from .closures import Frame
from .index import bits
from .law import Law
from .outlook import Now
from .roll import Roll, Sorted


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
        roll = self.roll(law)
        hearing = self.now.hearing
        return tuple(
            heard.get(row) or result or self.judge(row, hearing)
            for row, result in enumerate(roll.results(self._sorted(roll, law)))
        )

    def listed(self, heard: Heard) -> Listed:
        """Return the result of every rule, as a record lists them."""
        law = self._law
        if law is None:
            return list_results(self.all(heard))
        roll, hearing = self.roll(law), self.now.hearing
        found = self._sorted(roll, law)
        judged = {row: self.judge(row, hearing) for row in roll.judged - heard.keys()}
        apart = {**heard, **judged}
        passed = roll.passed(found) + sum(each.status in PASSED for each in apart.values())
        quiet = (*PASSED, Status.NOT_APPLICABLE)
        others = sum(each.status not in quiet for each in apart.values())

        def lines() -> Iterable[bytes]:
            texts = roll.texts(found)
            for row, result in apart.items():
                texts[row] = line_of(result)
            return texts

        return Listed(lines, passed=passed, not_applicable=self.rules - passed - others)

    def _sorted(self, roll: Roll, law: Law) -> Sorted:
        now = self.now
        hearing = now.hearing
        frame = Frame(hearing.campaign.facts, hearing.moment.today, law.day)
        return roll.sort(frame, hearing.markets, now.called.heard)

    @property
    def _law(self) -> Law | None:
        """The one state of the law that the flight meets; None where there are more."""
        called = self.now.called
        return None if len(called.standing) != 1 or called.surely else called.standing[0][0]
