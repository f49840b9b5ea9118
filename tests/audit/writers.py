"""Processes that append to a log, and what is looked at afterwards: the whole log, verified."""

import io
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from engine.audit.export import write_export
from engine.audit.merkle.tree import TreeHead
from engine.audit.verification.verify import verify_export
from engine.storage.databases.database import Database
from engine.storage.log.tile_log import TileLog
from engine.storage.search.decisions import Decisions

WRITER = Path(__file__).with_name("writing_process.py")


def exported(database: Database) -> io.BytesIO:
    log, stream = TileLog(database), io.BytesIO()
    head = log.head()
    write_export(
        stream, head=head, entries=log.entries(size=head.size), exported_at=datetime.now(UTC)
    )
    stream.seek(0)
    return stream


def verified(database: Database) -> TreeHead:
    """Export the log, verify all of it, and return its head."""
    head = TileLog(database).head()
    report = verify_export(exported(database), trusted=head)
    assert report.faults == ()
    assert (report.entries, report.root) == (head.size, head.root)
    return head


def start_writer(
    url: str, threads: int, count: int, under: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    """Start a process that appends, under another one if wished; it tells what is acknowledged."""
    command = [*under, sys.executable, str(WRITER), url, str(threads), str(count)]
    return subprocess.Popen(  # noqa: S603 - our own script.
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE if under else None
    )


def acknowledged(output: bytes) -> dict[str, int]:
    """Return the complete lines of a writer: a kill may cut the last one."""
    whole = output[: output.rfind(b"\n") + 1].decode().split()
    return dict(zip(whole[::2], map(int, whole[1::2]), strict=True))


def lost(database: Database, logged: dict[str, int]) -> dict[str, int]:
    """Verify a log, and return what was acknowledged, with its index, and is not in it."""
    size = verified(database).size
    stored = {entry.id: entry.index for entry in Decisions(database).entries(size=size)}
    assert sorted(stored.values()) == list(range(size))
    return dict(logged.items() - stored.items())
