"""The workflow of a version of policies until it is in force, which needs a second person.

```
upload → draft → submit → in review → approve → approved → activate, rollback
                   ↑        reject ↓
                   └──────── rejected
```

An import is an upload, an approval and an activation in one, by whoever prepares a service, and the
first act on its set. The store refuses what is not in this order, and the verifier names it where
it was done all the same. So it does with a decision by a version that was not in force, of a set
that the log has any act on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias
from unicodedata import normalize

from ..entries.act_leaves import ACTOR, PolicyLeaf
from ..entries.acts import Transition
from ..entries.record import Envelope
from ..faults import VerificationFault, fault
from ..instants import instant
from ..merkle.spans import Spans, spans_of
from .in_force import Timeline


class State(StrEnum):
    """The state of a policy version in its workflow."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    APPROVED = "approved"
    REJECTED = "rejected"


NEXT: Mapping[tuple[State | None, Transition], State] = MappingProxyType(
    {
        (None, Transition.IMPORT): State.APPROVED,
        (None, Transition.UPLOAD): State.DRAFT,
        (State.DRAFT, Transition.SUBMIT): State.IN_REVIEW,
        (State.REJECTED, Transition.SUBMIT): State.IN_REVIEW,
        (State.IN_REVIEW, Transition.APPROVE): State.APPROVED,
        (State.IN_REVIEW, Transition.REJECT): State.REJECTED,
        (State.APPROVED, Transition.ACTIVATE): State.APPROVED,
        (State.APPROVED, Transition.ROLLBACK): State.APPROVED,
    }
)
"""The state after a transition, by the state before: None where there is no version yet."""

AUTHORED = frozenset({Transition.UPLOAD, Transition.SUBMIT})
"""The transitions that make a person an author of a version."""


def same_person(one: str, other: str) -> bool:
    """Whether two names are of one person: however they are cased, or their accents written."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return normalize("NFC", name.strip()).casefold()


_Version: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _VersionHistory:
    """The history of a version so far: its state, its last entry, and its authors."""

    state: State | None = None
    last: Spans = ()
    authors: tuple[str, ...] = ()

    def has_author(self, name: str | None) -> bool:
        """Whether a person, None where nobody knows who, is one of the authors."""
        return name is not None and any(same_person(name, each) for each in self.authors)


@dataclass(slots=True, kw_only=True)
class PublicationChecker:
    """Checks the order of acts on policies; its size grows with the number of versions."""

    versions: dict[_Version, _VersionHistory] = field(default_factory=dict)
    timelines: dict[str, Timeline] = field(default_factory=dict)

    def faults(
        self, index: int, leaf: PolicyLeaf, disclosed: Mapping[str, str | None]
    ) -> Iterator[VerificationFault]:
        """Apply the leaf of the next act on policies, and yield its faults.

        Who acted is known only where it is disclosed.
        """
        if leaf.transition is Transition.IMPORT and leaf.policy_set in self.timelines:
            message = "an import begins a policy set, and this one has entries before it"
            yield fault(index, "publication_out_of_order", message)
        key = (leaf.policy_set, leaf.digest)
        story = self.versions.get(key, _VersionHistory())
        state = NEXT.get((story.state, leaf.transition))
        if state is None or leaf.entries != story.last:
            before = story.state or "unknown"
            message = f"a version that is {before} before it cannot have `{leaf.transition}`"
            yield fault(index, "publication_out_of_order", message)
        actor = disclosed.get(ACTOR)
        if leaf.transition is Transition.APPROVE and story.has_author(actor):
            yield fault(index, "approved_by_author", "an author of the version approved it")
        authors = story.authors
        if leaf.transition in AUTHORED and actor is not None:
            authors = (*authors, actor)
        self.versions[key] = _VersionHistory(
            state=state or story.state, last=spans_of([index]), authors=authors
        )
        self._take_turn(leaf)

    def _take_turn(self, leaf: PolicyLeaf) -> None:
        """Record what an act brings into force, and what it cancels, as the store does."""
        timeline = self.timelines.setdefault(leaf.policy_set, Timeline())
        if leaf.in_force_from is None:
            return
        since, logged_at = instant(leaf.in_force_from), instant(leaf.logged_at)
        if leaf.transition is Transition.ROLLBACK or since > logged_at:
            timeline.cancel(logged_at)
        timeline.add(leaf.digest, since=since, logged_at=logged_at)

    def decision_fault(self, index: int, decision: Envelope) -> VerificationFault | None:
        """Return a fault where the policies that decided were not in force.

        Nobody knows that of a set that the log has no act on before: its policies come from
        elsewhere, or did so then.
        """
        digest = decision.policy_set.digest
        timeline = self.timelines.get(decision.policy_set.name)
        if timeline is None or timeline.settled == digest:
            return None
        decided_at, logged_at = instant(decision.decided_at), instant(decision.logged_at)
        if timeline.may_decide(digest, decided_at=decided_at, logged_at=logged_at):
            return None
        when = "then" if timeline.knows(digest) else "by any entry before it"
        message = f"it was decided by policies that the log does not have in force {when}"
        return fault(index, "policies_not_in_force", message)
