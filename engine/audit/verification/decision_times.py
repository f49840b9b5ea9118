"""When a decision was made, held against when it was logged, which the order of the log bounds.

Whoever decides logs at once, or in a batch once its client takes the answers before it. A decision
of the future was made by no clock, and could claim policies that are yet to come into force. One of
long ago may have been logged by a clock that is ahead, while all others wait for its time to come
(`logged_at` never goes back), or in a batch that was taken slowly: nobody can tell that from one
that was put in with an earlier time, so that it is told and no fault.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..entries.record import Envelope
from ..faults import VerificationFault, fault
from ..instants import instant
from ..workflows.in_force import is_over

_HOUR = len("2026-10-05T08")


@dataclass(frozen=True, slots=True, kw_only=True)
class LateDecisions:
    """How many decisions were logged more than an hour after they were made, and the first."""

    count: int
    first: int


@dataclass(slots=True)
class DecisionTimes:
    """The late decisions so far."""

    late: LateDecisions | None = None

    def note(self, index: int, decision: Envelope) -> None:
        """Record the decision of the next entry if it was late."""
        if decision.decided_at[:_HOUR] == decision.logged_at[:_HOUR]:  # Nearly all of them.
            return
        if is_over(instant(decision.decided_at), instant(decision.logged_at)):
            before = self.late or LateDecisions(count=0, first=index)
            self.late = LateDecisions(count=before.count + 1, first=before.first)


def time_faults(index: int, decision: Envelope) -> Iterator[VerificationFault]:
    """Yield a fault where a decision was logged before it was made, by more than clocks differ."""
    logged_at, decided_at = decision.logged_at, decision.decided_at
    if decided_at > logged_at and is_over(instant(logged_at), instant(decided_at)):
        message = "it was decided more than an hour after it was logged"
        yield fault(index, "decided_after_logged", message)
