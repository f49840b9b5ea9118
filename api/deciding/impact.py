"""Impact analysis: what other policies would have decided on the logged campaigns.

Each decision is made again from its logged input and terms, so that only the policies differ (and
the engine, if another version is installed). It is compared with the record, or with the result of
a third bundle: whether the outcome changes, and the status of which rules. Rules are listed if
either status is one that decisions are searched by (those in
`engine.audit.entries.record.UNREMARKABLE` are not).
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import TypeAlias

from engine import Engine
from engine.audit.entries.record import UNREMARKABLE, LogEntry, Result, read_envelope, read_result
from engine.audit.errors import RecordError
from engine.source.json_text import JSONValue

from .replay import (
    Erased,
    LoggedRequest,
    NotReplayable,
    Tombstones,
    outcome_reason,
    read_logged_request,
    refusal,
)
from .submission import Refused, submit

ABSENT = "absent"
"""The status of a rule that policies do not have."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Verdict:
    """The outcome of a decision, and whether it was conclusive."""

    decision: str
    conclusive: bool


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RuleChange:
    """A rule with another status; `absent` where one side does not have the rule."""

    rule: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A decision by both policies."""

    before: Verdict
    after: Verdict
    rules: tuple[RuleChange, ...]


Outcome: TypeAlias = Compared | Erased | NotReplayable


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What came of deciding one decision by the other policies."""

    index: int
    decision_id: str
    campaign: str | None
    outcome: Outcome


@dataclass(slots=True, kw_only=True)
class Impact:
    """What other policies change of the decisions that were assessed, in counts."""

    unchanged: int = 0
    other_reasons: int = 0
    erased: int = 0
    undecidable: int = 0
    changes: Counter[tuple[Verdict, Verdict]] = field(default_factory=Counter)
    rules: Counter[RuleChange] = field(default_factory=Counter)

    @property
    def changed(self) -> int:
        """How many decisions come out otherwise."""
        return self.changes.total()

    @property
    def total(self) -> int:
        """How many decisions were assessed."""
        kept = self.unchanged + self.other_reasons
        return kept + self.changed + self.erased + self.undecidable

    def add(self, outcome: Outcome) -> None:
        """Count one more."""
        match outcome:
            case Erased():
                self.erased += 1
            case NotReplayable():
                self.undecidable += 1
            case _:
                self._compare(outcome)

    def _compare(self, outcome: Compared) -> None:
        self.rules.update(outcome.rules)
        if outcome.before != outcome.after:
            self.changes[outcome.before, outcome.after] += 1
        elif outcome.rules:
            self.other_reasons += 1
        else:
            self.unchanged += 1


def assess(
    entry: LogEntry, engine: Engine, erasures: Tombstones, *, against: Engine | None = None
) -> Assessment:
    """Return the outcome of one decision by other policies, compared with the record.

    With `against`, it is compared with the decision by those policies instead.

    Raises `RecordError` where the leaf is none of a decision, and `StorageError`.
    """
    envelope = read_envelope(entry.leaf)
    logged = read_logged_request(entry, envelope, erasures)
    return Assessment(
        index=entry.index,
        decision_id=envelope.decision_id,
        campaign=entry.columns.campaign,
        outcome=_outcome(logged, against, engine) if isinstance(logged, LoggedRequest) else logged,
    )


def _outcome(logged: LoggedRequest, one: Engine | None, other: Engine) -> Outcome:
    old, new = _result(logged, one), _result(logged, other)
    if isinstance(old, NotReplayable):
        return old
    if isinstance(new, NotReplayable):
        return new
    before, after = _statuses(old), _statuses(new)
    changes = (
        RuleChange(rule=rule, before=before.get(rule, ABSENT), after=after.get(rule, ABSENT))
        for rule in sorted(before.keys() | after.keys())
    )
    return Compared(
        before=_verdict(old),
        after=_verdict(new),
        rules=tuple(change for change in changes if _is_remarkable(change)),
    )


def _result(logged: LoggedRequest, engine: Engine | None) -> Result | NotReplayable:
    """Return what an engine decides, or what was recorded where there is none."""
    try:
        if engine is None:
            return read_result(logged.result)
        deciding = logged.by(engine)
        made = submit(deciding, logged.campaign, terms=logged.terms_for(deciding), id="")
        return refusal(made) if isinstance(made, Refused) else read_result(made.write())
    except (
        ValueError,
        RecordError,
    ) as error:  # Also a waiver or a fact of the record that is none.
        return NotReplayable(why=f"its record cannot be read: {error}")


def _is_remarkable(change: RuleChange) -> bool:
    quiet = UNREMARKABLE | {ABSENT}
    return change.before != change.after and not {change.before, change.after} <= quiet


def _verdict(result: Result) -> Verdict:
    return Verdict(decision=result.decision, conclusive=result.conclusive)


def _statuses(result: Result) -> dict[str, str]:
    return {each.rule: each.status for each in result.rules}


def is_notable(made: Assessment) -> bool:
    """Whether a decision is listed: its outcome changes, or it cannot be decided."""
    match made.outcome:
        case Compared(before=before, after=after):
            return before != after
        case NotReplayable():
            return True
        case _:
            return False


def assessment_document(made: Assessment) -> dict[str, JSONValue]:
    """Return the JSON form of what came of one decision."""
    outcome = made.outcome
    document: dict[str, JSONValue] = {
        "id": made.decision_id,
        "index": made.index,
        "campaign": made.campaign,
    }
    if isinstance(outcome, Compared):
        return document | {
            "before": _verdict_document(outcome.before),
            "after": _verdict_document(outcome.after),
            "rules": [_rule_document(each) for each in outcome.rules],
        }
    return document | {"why": outcome_reason(outcome)}


def impact_document(made: Impact) -> dict[str, JSONValue]:
    """Return the JSON form of the counts."""
    return {
        "decisions": made.total,
        "unchanged": made.unchanged,
        "other_reasons": made.other_reasons,
        "changed": made.changed,
        "erased": made.erased,
        "undecidable": made.undecidable,
        "changes": [
            {"before": _verdict_document(one), "after": _verdict_document(other), "count": count}
            for (one, other), count in sorted(made.changes.items())
        ],
        "rules": [
            {**_rule_document(change), "count": count}
            for change, count in sorted(made.rules.items())
        ],
    }


def _verdict_document(verdict: Verdict) -> dict[str, JSONValue]:
    return {"decision": verdict.decision, "conclusive": verdict.conclusive}


def _rule_document(change: RuleChange) -> dict[str, JSONValue]:
    return {"rule": change.rule, "before": change.before, "after": change.after}
