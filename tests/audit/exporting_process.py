"""A process that exports a log: `exporting_process.py URL KEYS ANCHOR DIRECTORY`.

It says so when it begins, on a line of its own.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.audit.checkpoints.signing import CheckpointSigner
from engine.storage.databases.database import Database
from engine.storage.log.anchor import AnchorFile, KeyFile
from engine.storage.log.static_tree import export_tree
from engine.storage.log.tile_log import TileLog


def main(url: str, keys: Path, anchor: Path, directory: Path) -> None:
    database = Database(url)
    log = TileLog(database)
    key_file = KeyFile(keys)
    signer = CheckpointSigner(
        log,
        AnchorFile(anchor),
        key_file.read,
        clock=lambda: datetime.now(UTC),
        on_change=lambda _failure: None,
    )
    checkpoint = signer.advance(at_once=True)
    os.write(1, b"exporting\n")
    export_tree(log, checkpoint, key_file.read().verifiers, directory)
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
