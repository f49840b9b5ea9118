"""Verification of a log as it is published: a checkpoint, tiles and bundles (C2SP tlog-tiles).

Every entry of every bundle is hashed, every tile of every level is made again from the hashes
below it and compared, and the root is compared with the signed one. Where a bundle is missing,
the hashes of its tile stand in for it, so that one fault does not hide the next. It keeps a bundle
and the open tile of each level in memory.

Bundles hold leaves, which name what lies beside them by digests only: that inputs and results
open them, is for `verify.verify_export`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..checkpoints.checkpoint import SignedCheckpoint, open_checkpoint
from ..checkpoints.cosignature import Cosignature, WitnessPolicy
from ..checkpoints.note import NOTE_LIMIT, NoteError, VerifierKey
from ..checkpoints.timestamp import (
    LATEST_PATH,
    RESPONSE_LIMIT,
    RESPONSE_SUFFIX,
    Authority,
    Stamped,
    TimestampError,
    stamp_path,
    stamped_at,
)
from ..entries.record import Envelope
from ..faults import FAULT_LIMIT, VerificationFault, fault, gather
from ..merkle.tiles import (
    BUNDLE_LIMIT,
    TILE_HEIGHT,
    TILE_WIDTH,
    TilePath,
    read_bundle,
    split_hashes,
)
from ..merkle.tree import EMPTY_TREE, HASH_SIZE, Frontier, TreeHead, leaf_hashes, tree_root
from .decision_times import time_faults
from .entry_check import leaf_or_fault
from .history_checker import HistoryChecker
from .verify import VerificationReport

CHECKPOINT_PATH = "checkpoint"
"""Where a log has its newest checkpoint."""

_SIZE_LIMIT = 20
_MOST_ABSENT = 1_000
"""After so many, a checkpoint is of a log that is not here; a signed size may be anything."""

_NO_HASH = bytes(HASH_SIZE)


class LogSource(Protocol):
    """Wherever a log is published: a directory, or a web address."""

    def read(self, path: str, limit: int) -> bytes | None:
        """Return a resource, None where there is none.

        Reads no more than one byte beyond the limit. Raises `OSError` where nobody can tell.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationRequirements:
    """Cosignatures by some witnesses, and a time stamp by an authority; None is no demand."""

    policy: WitnessPolicy | None = None
    authority: Authority | None = None


NO_REQUIREMENTS = AttestationRequirements()
"""What nobody asked for nobody misses."""


@dataclass(slots=True, kw_only=True)
class _Row:
    """The open tile of a level: its number, and the hashes that it has so far."""

    number: int = 0
    hashes: list[bytes] = field(default_factory=list)


def verify_log(
    source: LogSource,
    known: Sequence[VerifierKey],
    *,
    trusted: TreeHead | None = None,
    requirements: AttestationRequirements = NO_REQUIREMENTS,
    most_faults: int = FAULT_LIMIT,
) -> VerificationReport:
    """Return what is right and wrong about a published log. Raises `OSError` as the source does.

    Its checkpoint must be signed by a known key, and cosigned as is demanded; the tree must pass
    through the `trusted` head. Where a time stamp is demanded, the newest one must be right, and
    the tree must pass through the head that it stamps.
    """
    heads = {} if trusted is None else {trusted: ("trusted_root_differs", "the trusted tree")}
    reading = _LogVerifier(source=source, known=known, heads=heads, requirements=requirements)
    faults, omitted = gather(reading.faults(), most_faults)
    return VerificationReport(
        entries=reading.frontier.size,
        root=reading.frontier.root(),
        faults=faults,
        omitted=omitted,
        erased=reading.history.erasures.count(),
        cosignatures=reading.cosignatures,
        stamped=reading.stamped,
        late=reading.history.times.late,
    )


@dataclass(slots=True, kw_only=True)
class _LogVerifier:
    """How far a log has been read; `rows` are the open tiles above the lowest level."""

    source: LogSource
    known: Sequence[VerifierKey]
    heads: dict[TreeHead, tuple[str, str]]
    requirements: AttestationRequirements
    frontier: Frontier = EMPTY_TREE
    logged_at: str = ""
    rows: list[_Row] = field(default_factory=list)
    cosignatures: tuple[Cosignature, ...] = ()
    stamped: Stamped | None = None
    history: HistoryChecker = field(default_factory=HistoryChecker)
    absent: int = 0
    """How many bundles in a row are neither there nor have a tile of hashes."""

    def faults(self) -> Iterator[VerificationFault]:
        checkpoint = self._checkpoint()
        if isinstance(checkpoint, VerificationFault):
            yield checkpoint
            return
        if self.requirements.policy is not None:
            witnessed = self.requirements.policy.review(checkpoint.note)
            self.cosignatures = witnessed.cosignatures
            yield from witnessed.faults
        if self.requirements.authority is not None:
            yield from self._timestamp(self.requirements.authority)
        size = checkpoint.head.size
        yield from self._pass()
        yield from self._bundles(size)
        for level, row in enumerate(self.rows, 1):
            if row.hashes:
                yield from self._compare(level, row)
        if self.frontier.root() != checkpoint.head.root:
            yield fault(None, "root_differs", "the entries have another root than was signed")
        for head, (_, whose) in self.heads.items():
            if head.size > size:
                told = f"the log ends before the {head.size} entries of {whose}"
                yield fault(None, "trusted_size_missing", told)

    def _checkpoint(self) -> SignedCheckpoint | VerificationFault:
        note = self.source.read(CHECKPOINT_PATH, NOTE_LIMIT)
        if note is None:
            return fault(None, "checkpoint_missing", "there is no checkpoint here")
        try:
            return open_checkpoint(note, self.known)
        except NoteError as error:
            return fault(None, "checkpoint_refused", str(error))

    def _timestamp(self, authority: Authority) -> Iterator[VerificationFault]:
        """Verify the newest time stamp, and have the tree pass through the head that it stamps."""
        size = self.source.read(LATEST_PATH, _SIZE_LIMIT)
        stamp = stamp_path(size.decode(errors="replace").strip()) if size is not None else ""
        note = self.source.read(stamp, NOTE_LIMIT) if stamp else None
        response = self.source.read(f"{stamp}{RESPONSE_SUFFIX}", RESPONSE_LIMIT) if stamp else None
        if note is None or response is None:
            yield fault(None, "timestamp_missing", "there is no time stamp of this log here")
            return
        try:
            head = open_checkpoint(note, self.known).head
            moment = stamped_at(response, note, authority)
        except (NoteError, TimestampError) as error:
            yield fault(None, "timestamp_refused", str(error))
            return
        self.stamped = Stamped(size=head.size, moment=moment)
        self.heads.setdefault(head, ("stamped_root_differs", "the stamped checkpoint"))

    def _bundles(self, size: int) -> Iterator[VerificationFault]:
        for first in range(0, size, TILE_WIDTH):
            yield from self._bundle(first, min(TILE_WIDTH, size - first))
            if self.absent == _MOST_ABSENT:
                told = "nothing is there of so many bundles that the rest was not looked for"
                yield fault(first, "bundle_missing", told)
                return

    def _bundle(self, first: int, width: int) -> Iterator[VerificationFault]:
        """Read a bundle and its tile, and take in the hashes of its entries."""
        path = TilePath(level=None, number=first // TILE_WIDTH, width=width)
        entries = self._entries(path)
        stored = self._hashes(TilePath(level=0, number=path.number, width=width))
        made: Sequence[bytes] | None = None
        if isinstance(entries, VerificationFault):
            self.history.note_unread()
            yield entries
        else:
            yield from self._entry_faults(first, entries)
            made = leaf_hashes(entries)
        if isinstance(stored, VerificationFault):
            yield stored
        elif made is None:
            made = stored
        elif made != stored:
            for index, (one, other) in enumerate(zip(made, stored, strict=True), first):
                if one != other:
                    yield fault(index, "leaf_hash_differs", "the entry is not the one of its tile")
        self.absent = self.absent + 1 if made is None else 0
        yield from self._take(made or [_NO_HASH] * width)

    def _entry_faults(self, first: int, entries: Sequence[bytes]) -> Iterator[VerificationFault]:
        for index, entry in enumerate(entries, first):
            leaf = leaf_or_fault(index, entry)
            if isinstance(leaf, VerificationFault):
                self.history.note_unread()
                yield leaf
                continue
            if leaf.logged_at < self.logged_at:  # As text, since both have one spelling.
                yield fault(
                    index, "time_goes_back", "it was logged before the entry that precedes it"
                )
            self.logged_at = leaf.logged_at
            if isinstance(leaf, Envelope):
                yield from time_faults(index, leaf)
                yield from self.history.decision_faults(index, leaf, b"")
            else:
                yield from self.history.act_faults(index, leaf, {})

    def _take(self, hashes: Sequence[bytes]) -> Iterator[VerificationFault]:
        """Append hashes to the tree, and look at the trusted tree where it is passed."""
        rest, start = hashes, self.frontier.size
        for size in sorted({head.size for head in self.heads}):
            if start < size < start + len(hashes):
                self.frontier = self.frontier.extend(rest[: size - self.frontier.size])
                rest = hashes[size - start :]
                yield from self._pass()
        root = tree_root(hashes) if len(hashes) == TILE_WIDTH else None
        if root is not None and rest is hashes:
            self.frontier = self.frontier.extend_by(root, TILE_HEIGHT)
        else:
            self.frontier = self.frontier.extend(rest)
        yield from self._pass()
        if root is not None:
            yield from self._climb(1, root)

    def _pass(self) -> Iterator[VerificationFault]:
        for head, (code, whose) in self.heads.items():
            if self.frontier.size == head.size and self.frontier.root() != head.root:
                yield fault(None, code, f"the first {head.size} entries are not those of {whose}")

    def _climb(self, level: int, root: bytes) -> Iterator[VerificationFault]:
        """Put the root of a full tile into the level above it, and go on where that one is full."""
        if level > len(self.rows):
            self.rows.append(_Row())
        row = self.rows[level - 1]
        row.hashes.append(root)
        if len(row.hashes) == TILE_WIDTH:
            yield from self._compare(level, row)
            above = tree_root(row.hashes)
            self.rows[level - 1] = _Row(number=row.number + 1)
            yield from self._climb(level + 1, above)

    def _compare(self, level: int, row: _Row) -> Iterator[VerificationFault]:
        path = TilePath(level=level, number=row.number, width=len(row.hashes))
        stored = self._hashes(path)
        if isinstance(stored, VerificationFault):
            yield stored
        elif stored != row.hashes:
            yield fault(None, "tile_differs", f"`{path.text()}` is not what the entries make")

    def _entries(self, path: TilePath) -> Sequence[bytes] | VerificationFault:
        content, width = self._read(path, BUNDLE_LIMIT)
        if content is None:
            return fault(path.first, "bundle_missing", f"`{path.text()}` is not there")
        try:
            return read_bundle(content, width)[: path.width]
        except ValueError as error:
            return fault(path.first, "bundle_malformed", f"`{path.text()}`: {error}")

    def _hashes(self, path: TilePath) -> Sequence[bytes] | VerificationFault:
        content, width = self._read(path, TILE_WIDTH * HASH_SIZE)
        if content is None:
            return fault(None, "tile_missing", f"`{path.text()}` is not there")
        if len(content) != width * HASH_SIZE:
            return fault(None, "tile_malformed", f"`{path.text()}` should have {width} hashes")
        return split_hashes(content)[: path.width]

    def _read(self, path: TilePath, limit: int) -> tuple[bytes | None, int]:
        """Return a tile or bundle and its width: the full one, where the partial one is gone."""
        content = self.source.read(path.text(), limit)
        if content is None and path.width < TILE_WIDTH:
            path = path.full()
            content = self.source.read(path.text(), limit)
        return content, path.width
