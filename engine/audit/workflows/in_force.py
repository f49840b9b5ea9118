"""Which version of policies was in force by the log, with the tolerance allowed to decisions.

Each process decides by what it last knew to be in force, and a decision is logged after it is made:
for a while, decisions by the previous version follow the entry that replaced it. A verifier does
not know how long that was with the settings of the service, so that it allows the longest time that
settings permit, and some clock skew (`docs/decisions`, 65).
"""

from bisect import insort
from dataclasses import dataclass, field
from datetime import datetime, timedelta

GRACE = timedelta(hours=1)
"""How long after the end of a version a decision by it is no fault."""


def is_over(ended: datetime | None, moment: datetime) -> bool:
    """Whether what ended, None if it did not, had ended longer ago than anybody can be late."""
    return ended is not None and moment - ended > GRACE


@dataclass(slots=True, kw_only=True)
class _Activation:
    """An activation of a version: from when, by an entry logged when, and cancelled when."""

    digest: str
    since: datetime
    logged_at: datetime
    cancelled: datetime | None = None

    @property
    def is_at_once(self) -> bool:
        return self.since <= self.logged_at

    def may_have_come(self, decided_at: datetime, logged_at: datetime) -> bool:
        """Whether a process that decided then may have taken it to be in force."""
        is_due = self.is_at_once or self.since - decided_at <= GRACE
        return is_due and not is_over(self.cancelled, logged_at)

    def has_come(self, decided_at: datetime, logged_at: datetime) -> bool:
        """Whether no process that decided then can have missed that it is in force.

        What comes at a time is compared with the clock by which it was decided, as that did it;
        what comes at once needs no clock but the order of the log.
        """
        is_due = self.is_at_once or is_over(self.since, decided_at)
        return is_due and self.cancelled is None and is_over(self.logged_at, logged_at)


@dataclass(slots=True)
class Timeline:
    """The activations of versions of one policy set, in order of their effect."""

    activations: list[_Activation] = field(default_factory=list)

    def add(self, digest: str, *, since: datetime, logged_at: datetime) -> None:
        """Add the activation of a version by an entry logged at a time."""
        turn = _Activation(digest=digest, since=since, logged_at=logged_at)
        insort(self.activations, turn, key=lambda each: each.since)

    def cancel(self, logged_at: datetime) -> None:
        """Cancel the activations that have not taken effect when an entry is logged."""
        for turn in reversed(self.activations):
            if turn.since <= logged_at:
                break
            if turn.cancelled is None:
                turn.cancelled = logged_at

    @property
    def settled(self) -> str | None:
        """The version by which a process may decide at any time; None where there is none."""
        newest = self.activations[-1] if self.activations else None
        return newest.digest if newest is not None and newest.is_at_once else None

    def knows(self, digest: str) -> bool:
        """Whether any entry so far activates a version."""
        return any(turn.digest == digest for turn in self.activations)

    def may_decide(self, digest: str, *, decided_at: datetime, logged_at: datetime) -> bool:
        """Whether a process may have decided by a version then, and logged it so."""
        for turn in reversed(self.activations):
            if turn.digest == digest and turn.may_have_come(decided_at, logged_at):
                return True
            if turn.has_come(decided_at, logged_at):
                return False
        return False
