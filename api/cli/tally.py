"""What came of many records: by outcome, by rule, and by the reason of refusal.

It takes flat memory whatever the records say: the reasons are counted without the submitter's own
words in them, and beyond a number of different ones together.
"""

import re
from collections import Counter
from collections.abc import Iterator

from rich.text import Text

from api.cli.submissions import Answer, Refusal
from api.cli.terminal import toned
from engine import Decision, Effect
from engine.evaluation.prose import Tone, printable
from engine.evaluation.result import Status

MOST_REASONS = 200
OTHER = "other reasons"

_WORDS = re.compile(r"`[^`]*`")
_PLACE = re.compile(r", in (?:line [\d,]+, )?column [\d,]+$")


class Tally:
    """Counts answers."""

    def __init__(self) -> None:
        self.allowed = self.denied = self.open = self.refused = 0
        self._violated: Counter[str] = Counter()
        self._undetermined: Counter[str] = Counter()
        self._advisory: set[str] = set()
        self._reasons: Counter[str] = Counter()

    @property
    def is_clear(self) -> bool:
        """Whether every record was allowed."""
        return not (self.denied or self.refused)

    def add(self, answer: Answer) -> None:
        """Count one answer."""
        if isinstance(answer, Refusal):
            self.refused += 1
            reason = _WORDS.sub("`…`", _PLACE.sub("", answer.faults[0].message))
            known = reason in self._reasons or len(self._reasons) < MOST_REASONS
            self._reasons[reason if known else OTHER] += 1
        else:
            self._add(answer.decision)

    def _add(self, decision: Decision) -> None:
        if decision.effect is Effect.ALLOW:
            self.allowed += 1
        else:
            self.denied += 1
            self.open += not decision.verdict.conclusive
        for result in decision.with_status(Status.VIOLATED, Status.UNDETERMINED):
            breach = result.status is Status.VIOLATED
            (self._violated if breach else self._undetermined)[result.rule.id] += 1
            if not result.is_enforced:
                self._advisory.add(result.rule.id)

    def lines(self) -> Iterator[Text]:
        """Yield the summary."""
        total = self.allowed + self.denied + self.refused
        yield toned(f"{total:,} records", Tone.TITLE)
        yield toned(f"  {self.allowed:>9,}  allowed", Tone.ALLOW if self.allowed else Tone.QUIET)
        denied = f"  {self.denied:>9,}  denied"
        if self.open:
            denied += f", {self.open:,} of them for want of facts"
        yield toned(denied, Tone.DENY if self.denied else Tone.QUIET)
        yield toned(f"  {self.refused:>9,}  refused", Tone.OPEN if self.refused else Tone.QUIET)
        yield from self._rules()
        yield from self._refusals()

    def _rules(self) -> Iterator[Text]:
        names = self._violated.keys() | self._undetermined.keys()
        if not names:
            return
        yield Text()
        yield toned("   violated  undetermined  by rule", Tone.TITLE)
        order = sorted(names, key=lambda n: (-self._violated[n], -self._undetermined[n], n))
        for name in order:
            mark = "  (advises)" if name in self._advisory else ""
            yield toned(
                f"  {self._violated[name]:>9,} {self._undetermined[name]:>13,}  {name}{mark}"
            )

    def _refusals(self) -> Iterator[Text]:
        if not self._reasons:
            return
        yield Text()
        yield toned("    refused  because", Tone.TITLE)
        for reason, count in sorted(self._reasons.items(), key=lambda pair: (-pair[1], pair[0])):
            yield toned(f"  {count:>9,}  {printable(reason)}")
