"""Crashes under load: writers that are killed, and servers that are stopped at once.

The tests make a few rounds. `python -m tests.audit.crashes [--rounds 100] [--postgresql]` makes as
many as are wanted, prints what came of them, and ends with 1 where anything acknowledged is
missing.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from engine.storage.databases.database import Database
from engine.storage.log.tile_log import TileLog
from engine.storage.migrate import migrate
from tests.audit.writers import acknowledged, lost
from tests.audit.writing_process import main as append_all
from tests.postgresql import PostgreSQLServer, serving_postgresql

_PATIENCE = 300.0
_STEP = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashed:
    """What came of some rounds: how many decisions were acknowledged, and which are missing.

    The log was verified, from its first entry to its last, and its indexes are dense.
    """

    rounds: int
    acknowledged: int
    size: int
    missing: dict[str, int]


def kill_writers(url: str, rounds: int) -> Crashed:
    """Kill two processes with eight threads each in the middle of their load (`kill -9`)."""
    database, logged = Database(url), dict[str, int]()
    for round_ in range(rounds):
        writers = [_Writer.start(url) for _ in range(2)]
        _await_growth(database, 60 + 40 * (round_ % 4))
        for writer in writers:
            os.kill(writer.process, signal.SIGKILL)
        for writer in writers:
            output, status = writer.end()
            logged |= acknowledged(output)
            assert status == -signal.SIGKILL
    return _looked_over(database, rounds, logged)


def stop_server(server: PostgreSQLServer, url: str, rounds: int) -> Crashed:
    """Stop the server at once, in the middle of commits, and start it again."""
    database, logged = Database(url), dict[str, int]()
    for round_ in range(rounds):
        writers = [_Writer.start(url) for _ in range(2)]
        _await_growth(database, 60 + 40 * (round_ % 4))
        server.stop()
        for writer in writers:
            logged |= acknowledged(writer.end()[0])
        server.start()
    return _looked_over(database, rounds, logged)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """A fork that appends with eight threads, and what it writes of that."""

    process: int
    output: int

    @classmethod
    def start(cls, url: str) -> Self:
        """Fork: whatever is imported is so already, and a round takes no longer than its load."""
        reading, writing = os.pipe()
        process = os.fork()
        if process:
            os.close(writing)
            return cls(process=process, output=reading)
        try:
            os.dup2(writing, 1)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            append_all(url, 8, 0)
        finally:
            os._exit(0)

    def end(self) -> tuple[bytes, int]:
        """Return what it wrote, and its exit status, once it has ended."""
        with os.fdopen(self.output, "rb") as stream:
            written = stream.read()
        return written, os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


def _await_growth(database: Database, by: int) -> None:
    """Wait until the log has grown, so that a crash falls into the load."""
    goal, end = TileLog(database).head().size + by, time.monotonic() + _PATIENCE
    while TileLog(database).head().size < goal:
        assert time.monotonic() < end, "the writers do not write"
        time.sleep(_STEP)


def _looked_over(database: Database, rounds: int, logged: dict[str, int]) -> Crashed:
    missing = lost(database, logged)
    size = TileLog(database).head().size
    database.close()
    return Crashed(rounds=rounds, acknowledged=len(logged), size=size, missing=missing)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=100)
    arguments.add_argument("--postgresql", action="store_true")
    given = arguments.parse_args()
    if given.postgresql:
        with serving_postgresql() as server, server.database() as url:
            migrate(url)
            made = {
                "kill -9": kill_writers(url, given.rounds),
                "immediate stop": stop_server(server, url, given.rounds),
            }
    else:
        with tempfile.TemporaryDirectory() as directory:
            url = f"sqlite:///{Path(directory) / 'log.db'}"
            migrate(url)
            made = {"kill -9": kill_writers(url, given.rounds)}
    for name, came in made.items():
        told = f"{came.acknowledged:,} acknowledged, {len(came.missing)} missing"
        sys.stdout.write(f"{name}: {came.rounds} rounds, {told}, {came.size:,} in the log\n")
    return int(any(came.missing for came in made.values()))


if __name__ == "__main__":
    sys.exit(main())
