"""Checks that each entry of an export that lacks its contents is named by an erasure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..faults import VerificationFault, fault
from ..merkle.spans import Span, Spans, merged, spans_of, without

_COMPACTED = 1024


@dataclass(slots=True)
class ErasureChecker:
    """Compares the entries without contents with those that erasures name.

    Its size grows with the number of erased entries only.
    """

    without_contents: list[int] = field(default_factory=list)
    erased: list[Span] = field(default_factory=list)
    room: int = _COMPACTED

    def note_without_contents(self, index: int) -> None:
        """Record that an entry has no contents."""
        self.without_contents.append(index)

    def note_erasure(self, entries: Spans) -> None:
        """Record that an erasure names some entries."""
        self.erased += entries
        if len(self.erased) > self.room:  # Erasures that name the same again take no more room.
            self.erased = list(merged(self.erased))
            self.room = 2 * len(self.erased) + _COMPACTED

    def count(self) -> int:
        """Return how many entries erasures name."""
        return sum(beyond - first for first, beyond in merged(self.erased))

    def faults(self) -> Iterator[VerificationFault]:
        """Yield the differences, once every entry was read."""
        gone, named = spans_of(self.without_contents), merged(self.erased)
        for first, beyond in without(gone, named):
            for index in range(first, beyond):
                yield fault(
                    index,
                    "payload_missing",
                    "its contents are gone, and no erasure in the export names it",
                )
        for first, beyond in without(named, gone):
            more = f", and so are those up to entry {beyond - 1}" if beyond - first > 1 else ""
            yield fault(
                first, "erasure_undone", f"an erasure names it, and its contents are here{more}"
            )
