"""A real SQLite file with all tables: the migrations take longer than most tests."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.storage.migrate import migrate


@cache
def migrated_file() -> bytes:
    """Return what is in a migrated database, which each process of pytest makes once."""
    with TemporaryDirectory(prefix="assent-sqlite-") as directory:
        file = Path(directory) / "assent.db"
        migrate(f"sqlite:///{file}")
        return file.read_bytes()
