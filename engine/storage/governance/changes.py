"""Changes that somebody orders of what they have read, and what may stand in their way.

Whoever orders one states the revision that they saw (optimistic concurrency), so that nobody
overwrites what they did not read.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ..errors import Conflict


class WrongState(Conflict):
    """What should change is not in a state that the change leads from, or is not sound."""


class OutdatedRevision(Conflict):
    """Somebody changed it since the revision that was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOrder:
    """Who orders a change, why, and of which revisions: None for whichever it is."""

    actor: str
    reason: str | None = None
    expected_revisions: AbstractSet[int] | None = None

    def check_seen(self, revision: int) -> None:
        """Raise `OutdatedRevision` where what is to change has another revision by now."""
        if self.expected_revisions is not None and revision not in self.expected_revisions:
            raise OutdatedRevision("somebody changed it since you read it; read it again")
