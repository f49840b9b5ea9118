"""A log as files: what `/log/` serves, in a directory that any web server can serve.

Only what is new since the checkpoint in the directory is written, each file durably and whole, the
checkpoint last. Killed at any moment, the directory still is the log of its checkpoint. Files of
the former end of the log (`….p/…`) stay, for readers who are still at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...audit.checkpoints.checkpoint import SignedCheckpoint, open_checkpoint
from ...audit.checkpoints.note import NoteError, VerifierKey
from ...audit.merkle.tiles import paths_of
from ...audit.merkle.tree import EMPTY_TREE, TreeHead
from ...audit.verification.verify_log import CHECKPOINT_PATH
from ..errors import Conflict, StorageUnavailable
from ..files import sync_directory, write_durably
from .tile_log import TileLog


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeExport:
    """What was written: the size before and after, and the number of tiles and bundles."""

    size_before: int
    size: int
    files: int


def export_tree(
    log: TileLog, checkpoint: SignedCheckpoint, known: Sequence[VerifierKey], directory: Path
) -> TreeExport:
    """Bring a directory up to a checkpoint of the log.

    Raises `Conflict` where the directory has a checkpoint that is not one of this log, or is later;
    and `StorageUnavailable` where it cannot be written.
    """
    try:
        before = _exported(directory / CHECKPOINT_PATH, known)
        _check_extends(log, checkpoint.head, before)
        files = _write_files(log, checkpoint.head.size, before.size, directory)
        write_durably(directory / CHECKPOINT_PATH, checkpoint.note)
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise StorageUnavailable(f"the directory `{directory}`: {reason}") from error
    return TreeExport(size_before=before.size, size=checkpoint.head.size, files=files)


def _exported(file: Path, known: Sequence[VerifierKey]) -> TreeHead:
    """Return the head of the log that a directory has; an empty one has the empty log."""
    if not file.exists():
        return TreeHead(size=0, root=EMPTY_TREE.root())
    try:
        return open_checkpoint(file.read_bytes(), known).head
    except NoteError as error:
        raise Conflict(f"`{file}` is not a checkpoint of this log: {error}") from error


def _check_extends(log: TileLog, head: TreeHead, before: TreeHead) -> None:
    frontier = log.frontier_at(before.size)
    if before.size > head.size or frontier is None:
        raise Conflict(
            f"the directory has a log of {before.size:,} entries, and {head.size:,} are signed here"
        )
    if frontier.root() != before.root:
        raise Conflict(f"the log does not extend the {before.size:,} entries of the directory")


def _write_files(log: TileLog, size: int, since: int, directory: Path) -> int:
    directory.mkdir(parents=True, exist_ok=True)
    written = 0
    for path in paths_of(size, since=since):
        file = directory / path.text()
        if not file.exists():  # A file that is there is whole, and never changes.
            _make_directories(file.parent)
            write_durably(file, log.resource(path))
            written += 1
    return written


def _make_directories(directory: Path) -> None:
    """Make a directory and what is above it, durably."""
    if not directory.is_dir():
        _make_directories(directory.parent)
        directory.mkdir(exist_ok=True)
        sync_directory(directory.parent)
