"""Delivering what the log has beyond a bookmark, in order, each entry at least once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from engine.audit.entries.sealed_acts import Entry
from engine.storage.log.tile_log import TileLog

from .bookmark import Bookmark, Mark
from .destinations import Destination, TooLargeError
from .events import Sender
from .shapes import Shape

MOST_ENTRIES: Final = 500
"""So many entries are delivered at a time, before the bookmark is moved."""

MOST_BYTES: Final = 4 * 1024 * 1024
"""A delivery is ended by the event that exceeds so many bytes."""

_ENCODER = msgspec.json.Encoder()


class OtherLogError(Exception):
    """The log is not the one that was shipped before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Events of entries that follow one another, and the size of the log up to the last of them."""

    events: tuple[bytes, ...]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipper:
    """Ships one log to one destination; whoever holds the bookmark may call it again and again."""

    log: TileLog
    bookmark: Bookmark
    shape: Shape
    sender: Sender
    destination: Destination

    def ship(self) -> Iterator[int]:
        """Deliver what there is now, and yield the number of events of each delivery.

        Raises `OtherLogError`, `DeliveryError` and `StorageError`; the bookmark then says how far
        it came.
        """
        first, head = self._first(), self.log.head()
        most = MOST_ENTRIES
        while first < head.size:
            batch = self._batch(first, min(head.size, first + most))
            try:
                if batch.events:
                    self.destination.deliver(batch.events)
            except TooLargeError:
                if len(batch.events) == 1:
                    raise
                most = max(1, (batch.size - first) // 2)
                continue
            first = batch.size
            self.bookmark.write(Mark(size=first, root=self.log.root_at(first)))
            yield len(batch.events)

    def _first(self) -> int:
        """Return the index of the first entry that is not delivered yet."""
        mark = self.bookmark.read()
        if mark is None:
            return 0
        size = self.log.head().size
        if mark.size > size:
            raise OtherLogError(f"{mark.size:,} entries of it were shipped, and it has {size:,}")
        if self.log.root_at(mark.size) != mark.root:
            raise OtherLogError(f"its first {mark.size:,} entries are not those that were shipped")
        return mark.size

    def _batch(self, first: int, beyond: int) -> Batch:
        events: list[bytes] = []
        total, size = 0, first
        for entry in self.log.entries(first=first, size=beyond):
            size = entry.index + 1
            event = self._event(entry)
            if event is not None:
                events.append(event)
                total += len(event)
            if total > MOST_BYTES:
                break
        return Batch(events=tuple(events), size=size)

    def _event(self, entry: Entry) -> bytes | None:
        event = self.shape.event(entry, self.sender)
        return None if event is None else _ENCODER.encode(event)
