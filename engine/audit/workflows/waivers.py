"""The workflow of a waiver that is requested: the order of its steps, and who takes them.

```
request → requested → grant → granted → revoke → revoked
                    ↘ refuse → refused
```

The store refuses what is not in this order, and the verifier names it where it was done all the
same. Every decision has the text of each waiver that was granted for it among its input; the
verifier finds the grant of that very text before it, for these policies, and no end of it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

import msgspec

from ..entries.act_leaves import ACTOR, TEXT, WaiverLeaf
from ..entries.acts import WaiverStep
from ..entries.record import Envelope
from ..faults import VerificationFault, fault
from ..instants import instant
from ..merkle.spans import Spans, spans_of
from .in_force import is_over
from .publications import same_person

MEMBER = "waivers"
"""The member of a decision's input that has the texts."""


class WaiverState(StrEnum):
    """The state of a waiver in its workflow."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    REVOKED = "revoked"


NEXT: Mapping[tuple[WaiverState | None, WaiverStep], WaiverState] = MappingProxyType(
    {
        (None, WaiverStep.REQUEST): WaiverState.REQUESTED,
        (WaiverState.REQUESTED, WaiverStep.GRANT): WaiverState.GRANTED,
        (WaiverState.REQUESTED, WaiverStep.REFUSE): WaiverState.REFUSED,
        (WaiverState.GRANTED, WaiverStep.REVOKE): WaiverState.REVOKED,
    }
)
"""The state after a step, by the state before: None where there is no waiver yet."""


class _Input(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at of a decision's input."""

    waivers: tuple[str, ...] = ()


_READ_INPUT = msgspec.json.Decoder(_Input)


def waivers_in(content: bytes) -> tuple[str, ...]:
    """Return the texts of waivers in a decision's input.

    Raises `ValueError` or `RecursionError` for one that no version of Assent has made.
    """
    return _READ_INPUT.decode(content).waivers


_Granted: TypeAlias = tuple[str, bytes]
"""A policy set, and the digest of a text that was granted for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _WaiverHistory:
    """The history of a waiver so far: its state, its last entry, its requester, and its text."""

    state: WaiverState | None = None
    last: Spans = ()
    requester: str | None = None
    granted: _Granted | None = None


@dataclass(slots=True, kw_only=True)
class WaiverChecker:
    """Checks the order of acts on waivers; its size grows with the number of waivers."""

    waivers: dict[str, _WaiverHistory] = field(default_factory=dict)
    granted: dict[_Granted, datetime | None] = field(default_factory=dict)
    """When each text that was granted was revoked, None where it was not."""

    def faults(
        self, index: int, leaf: WaiverLeaf, disclosed: Mapping[str, str | None]
    ) -> Iterator[VerificationFault]:
        """Apply the leaf of the next act on a waiver, and yield its faults.

        Who acted, and the text, are known only where they are disclosed.
        """
        story = self.waivers.get(leaf.waiver, _WaiverHistory())
        state = NEXT.get((story.state, leaf.step))
        if state is None or leaf.entries != story.last:
            before = story.state or "unknown"
            message = f"a waiver that is {before} before it cannot have `{leaf.step}`"
            yield fault(index, "waiver_out_of_order", message)
        actor = disclosed.get(ACTOR)
        is_grant = leaf.step is WaiverStep.GRANT
        if is_grant and story.requester and actor and same_person(actor, story.requester):
            yield fault(index, "waiver_granted_by_requester", "who asked for the waiver granted it")
        self.waivers[leaf.waiver] = _WaiverHistory(
            state=state or story.state,
            last=spans_of([index]),
            requester=actor if leaf.step is WaiverStep.REQUEST else story.requester,
            granted=self._take(leaf, disclosed.get(TEXT), story.granted),
        )

    def _take(
        self, leaf: WaiverLeaf, text: str | None, granted: _Granted | None
    ) -> _Granted | None:
        """Record what a step grants or revokes, and return what the waiver grants now."""
        if leaf.step is WaiverStep.GRANT and text is not None:
            granted = (leaf.policy_set, _digest(text))
            self.granted[granted] = None
        elif leaf.step is WaiverStep.REVOKE and granted is not None:
            self.granted[granted] = instant(leaf.logged_at)
        return granted

    def decision_fault(
        self, index: int, decision: Envelope, content: bytes
    ) -> VerificationFault | None:
        """Return a fault where the input of a decision has a waiver that did not hold.

        That is one that nobody granted before, for these policies, or that was revoked since.
        """
        # Nearly no decision has any. A member may be spelled with escapes, and means the same.
        if MEMBER.encode() not in content and b"\\u" not in content:
            return None
        try:
            texts = waivers_in(content)
        except (ValueError, RecursionError):  # Made by another than this version, or no JSON.
            return None
        for text in texts:
            key = (decision.policy_set.name, _digest(text))
            if key not in self.granted:
                message = "it was decided by a waiver that the log does not grant before it"
                return fault(index, "waiver_not_granted", message)
            if is_over(self.granted[key], instant(decision.logged_at)):
                message = "it was decided by a waiver that was revoked before it"
                return fault(index, "waiver_not_granted", message)
        return None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
