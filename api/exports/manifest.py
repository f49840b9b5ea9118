"""Making an export of recorded decisions: which they are, their file, and its manifest."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.audit.checkpoints.checkpoint import SignedCheckpoint
from engine.audit.checkpoints.publishing import CheckpointPublisher
from engine.audit.exhibits.manifest import Column, Manifest
from engine.audit.instants import rfc3339
from engine.storage.log.listing import LoggedDecision
from engine.storage.log.tile_log import TileLog
from engine.storage.search.decisions import Decisions
from engine.storage.search.filters import DecisionFilter

from .formats import check_available, file_pieces
from .rows import COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsExport:
    """What is exported: the decisions of a filter as of a size, in a format, by a checkpoint.

    `unsearched` is as in `due_facets.unsearched`, of before the first row is read: what is derived
    meanwhile may be in the file or not.
    """

    decisions: Decisions
    tiles: TileLog
    filters: DecisionFilter
    size: int
    format: str
    checkpoint: SignedCheckpoint
    unsearched: int

    def rows(self) -> Iterator[LoggedDecision]:
        """Yield the decisions, in the order of the log."""
        return self.decisions.matching(self.filters)


def begin_export(
    decisions: Decisions,
    tiles: TileLog,
    publisher: CheckpointPublisher,
    filters: DecisionFilter,
    name: str,
) -> RecordsExport:
    """Return an export as of the size of its filters, or else as of a checkpoint of the log now.

    Raises `Unavailable` for a format that cannot be written here, `BeyondLog` for a size that the
    log has not reached, and what signing raises.
    """
    check_available(name)
    size = decisions.reached(filters)
    checkpoint = publisher.covering(size)
    return RecordsExport(
        decisions=decisions,
        tiles=tiles,
        filters=replace(filters, as_of=size),
        size=size,
        format=name,
        checkpoint=checkpoint,
        unsearched=decisions.unsearched(replace(filters, as_of=size)),
    )


@dataclass(slots=True, kw_only=True)
class Written:
    """What has been written of an export so far, for its manifest."""

    export: RecordsExport
    count: int = 0
    length: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def pieces(self) -> Iterator[bytes]:
        """Yield the file, and keep count of it."""
        for piece in file_pieces(self.export.format, self._counted()):
            self.digest.update(piece)
            self.length += len(piece)
            yield piece

    def manifest(self, file: str, now: datetime) -> Manifest:
        """Return the manifest of the whole file, by the name that it has."""
        export = self.export
        size, head = export.size, export.checkpoint.head
        growth = export.tiles.prove_consistency(old_size=size, size=head.size) if size else ()
        return Manifest(
            assent_records=1,
            file=file,
            format=export.format,  # type: ignore[arg-type] # One of the formats.
            count=self.count,
            length=self.length,
            sha256=self.digest.hexdigest(),
            filters=dict(export.filters.given()),
            size=size,
            root=export.tiles.root_at(size),
            consistency=growth,
            checkpoint=export.checkpoint.note.decode(),
            columns=tuple(Column(name=n, meaning=meaning) for n, meaning in COLUMNS.items()),
            made_at=rfc3339(now),
            unsearched=export.unsearched,
        )

    def _counted(self) -> Iterator[LoggedDecision]:
        for each in self.export.rows():
            self.count += 1
            yield each
