"""Checks across entries: holds, erasures, publications, waivers, facts, keys, policies in force.

They read entries one after another, from an export, which has contents and disclosures, or from a
published log, which has leaves alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..entries.act_leaves import (
    ActLeaf,
    ErasureLeaf,
    FactLeaf,
    KeyLeaf,
    PolicyLeaf,
    WaiverLeaf,
)
from ..entries.record import Envelope
from ..faults import VerificationFault
from ..workflows.erasures import ErasureChecker
from ..workflows.facts import FactChecker
from ..workflows.holds import HoldChecker
from ..workflows.keys import KeyChecker
from ..workflows.publications import PublicationChecker
from ..workflows.retention import RetentionChecker
from ..workflows.waivers import WaiverChecker
from .decision_times import DecisionTimes


@dataclass(slots=True)
class HistoryChecker:
    """All checkers of workflows, over the entries read so far."""

    erasures: ErasureChecker = field(default_factory=ErasureChecker)
    holds: HoldChecker = field(default_factory=HoldChecker)
    publications: PublicationChecker = field(default_factory=PublicationChecker)
    facts: FactChecker = field(default_factory=FactChecker)
    keys: KeyChecker = field(default_factory=KeyChecker)
    retention: RetentionChecker = field(default_factory=RetentionChecker)
    waivers: WaiverChecker = field(default_factory=WaiverChecker)
    times: DecisionTimes = field(default_factory=DecisionTimes)
    is_complete: bool = True
    """Whether every entry was read: one that was not may have brought anything into force."""

    def note_unread(self) -> None:
        """Record that one or more entries could not be read, which is reported elsewhere."""
        self.is_complete = False

    def note_without_contents(self, index: int, leaf: object) -> None:
        """Record that a decision lacks its contents and disclosures."""
        self.erasures.note_without_contents(index)
        self.retention.note_erased(index, leaf)

    def act_faults(
        self, index: int, leaf: ActLeaf, disclosed: Mapping[str, str | None]
    ) -> Iterator[VerificationFault]:
        """Apply the next entry, which is an act, and yield its faults."""
        if isinstance(leaf, ErasureLeaf):
            self.erasures.note_erasure(leaf.entries)
        elif isinstance(leaf, PolicyLeaf):
            yield from self.publications.faults(index, leaf, disclosed)
        elif isinstance(leaf, WaiverLeaf):
            yield from self.waivers.faults(index, leaf, disclosed)
        elif isinstance(leaf, FactLeaf):
            yield from self.facts.faults(index, leaf)
        elif isinstance(leaf, KeyLeaf):
            yield from self.keys.faults(index, leaf)
        yield from self.holds.faults(index, leaf)
        yield from self.retention.faults(index, leaf)

    def decision_faults(
        self, index: int, decision: Envelope, content: bytes
    ) -> Iterator[VerificationFault]:
        """Apply the next entry, which is a decision, and yield its faults.

        `content` is its input, empty where that is not known.
        """
        self.times.note(index, decision)
        if not self.is_complete:
            return
        policies = self.publications.decision_fault(index, decision)
        if policies is not None:
            yield policies
        waiver = self.waivers.decision_fault(index, decision, content)
        if waiver is not None:
            yield waiver
