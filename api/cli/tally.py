"""What came of many records: by outcome, by rule, and by the reason of refusal.

It takes flat memory whatever the records say: the reasons are counted without the submitter's own
words in them, and beyond a number of different ones together.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Self

import msgspec
from rich.text import Text

from api.cli.submissions import Answer, Refusal
from api.cli.terminal import toned
from engine import Decision, Effect
from engine.evaluation.result import Status
from engine.source.layout import Tone, printable

MOST_REASONS = 200
OTHER = "other reasons"

_WORDS = re.compile(r"`[^`]*`")
_PLACE = re.compile(r", in (?:line [\d,]+, )?column [\d,]+$")


class TallyDocument(msgspec.Struct, kw_only=True):
    """The JSON form of a tally: that of a run that was interrupted."""

    allowed: int
    denied: int
    open: int
    refused: int
    violated: dict[str, int]
    undetermined: dict[str, int]
    advisory: list[str]
    reasons: dict[str, int]


class Tally:
    """Counts answers. Two can be added up: what is counted is the same as in one."""

    def __init__(self) -> None:
        self.allowed = self.denied = self.open = self.refused = 0
        self._violated: Counter[str] = Counter()
        self._undetermined: Counter[str] = Counter()
        self._advisory: set[str] = set()
        self._reasons: Counter[str] = Counter()

    @classmethod
    def of_document(cls, told: TallyDocument) -> Self:
        """Return the tally that a document tells."""
        made = cls()
        made.allowed, made.denied, made.open = told.allowed, told.denied, told.open
        made.refused = told.refused
        made._violated, made._undetermined = Counter(told.violated), Counter(told.undetermined)
        made._advisory, made._reasons = set(told.advisory), Counter(told.reasons)
        return made

    def document(self) -> TallyDocument:
        """Return the JSON form."""
        return TallyDocument(
            allowed=self.allowed,
            denied=self.denied,
            open=self.open,
            refused=self.refused,
            violated=dict(self._violated),
            undetermined=dict(self._undetermined),
            advisory=sorted(self._advisory),
            reasons=dict(self._reasons),
        )

    @property
    def records(self) -> int:
        """How many answers were counted."""
        return self.allowed + self.denied + self.refused

    @property
    def is_clear(self) -> bool:
        """Whether every record was allowed."""
        return not (self.denied or self.refused)

    def add(self, answer: Answer) -> None:
        """Count one answer."""
        if isinstance(answer, Refusal):
            self.refused += 1
            self._because(_WORDS.sub("`…`", _PLACE.sub("", answer.faults[0].message)), 1)
        else:
            self._add(answer.decision)

    def add_all(self, later: "Tally") -> None:
        """Count what another has counted of answers that come after."""
        told = later.document()
        self.allowed += told.allowed
        self.denied += told.denied
        self.open += told.open
        self.refused += told.refused
        self._violated.update(told.violated)
        self._undetermined.update(told.undetermined)
        self._advisory.update(told.advisory)
        for reason, count in told.reasons.items():  # In the order in which they came.
            self._because(reason, count)

    def _because(self, reason: str, count: int) -> None:
        known = reason in self._reasons or len(self._reasons) < MOST_REASONS
        self._reasons[reason if known else OTHER] += count

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
        yield toned(f"{self.records:,} records", Tone.TITLE)
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
