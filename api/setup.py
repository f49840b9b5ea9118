"""Setting up: the database, the first keys, and what signs the log.

Running it again changes nothing. Keys are shown once, here, and are stored as hashes only: what is
lost is replaced by another key, which has to be asked for by name (`make_key`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.storage.database import Database, shown_url, sqlite_file
from engine.storage.errors import Conflict
from engine.storage.keys import ApiKeys, NewApiKey, Role
from engine.storage.migrate import migrate
from engine.storage.sealing import begin_sealing

from .contents import contents_of, open_database
from .examples import write_examples
from .settings import Settings
from .signing import begin_signing

FIRST_KEYS: tuple[tuple[str, tuple[Role, ...]], ...] = (
    ("administrator", (Role.ADMIN,)),
    ("trial", (Role.SUBMITTER, Role.AUDITOR)),
)
"""The keys of a new installation, by name: one to administer it, and one to try it out."""


class SetupError(Exception):
    """The place for the data cannot be prepared; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What `initialise` did: the keys that it made, none where all was prepared before.

    `examples` are files with requests to try: one that is denied, then one that is allowed.
    """

    database_url: str
    keys: tuple[NewApiKey, ...]
    examples: tuple[Path, ...]

    @property
    def is_new(self) -> bool:
        """Whether this run prepared the installation."""
        return bool(self.keys)


def initialise(settings: Settings) -> Preparation:
    """Create the database, bring it to the current schema, make all keys and the examples.

    What is there already stays as it is. Raises `SetupError`, `SigningError`, `LogForked` and
    `StorageError`.
    """
    database = open_database(settings)
    examples = _make_directories(settings)
    try:
        migrate(database)
        begin_sealing(database, contents_of(settings))
        begin_signing(settings, database)
        made = _first_keys(ApiKeys(database))
    finally:
        database.close()
    return Preparation(database_url=shown_url(settings.database_url), keys=made, examples=examples)


def make_key(
    settings: Settings, *, name: str, roles: Iterable[Role], expires_at: datetime | None = None
) -> NewApiKey:
    """Make another key. Raises `Conflict` where a key in force has the name."""
    database = Database(settings.database_url)
    try:
        return ApiKeys(database).create(name=name, roles=roles, expires_at=expires_at)
    finally:
        database.close()


def _first_keys(keys: ApiKeys) -> tuple[NewApiKey, ...]:
    if keys.all():
        return ()
    try:
        return tuple(keys.create(name=name, roles=roles) for name, roles in FIRST_KEYS)
    except Conflict:  # Another process prepares the same installation, and shows its keys.
        return ()


def _make_directories(settings: Settings) -> tuple[Path, ...]:
    files = map(sqlite_file, (settings.database_url, settings.content_keys_url))
    try:
        settings.data_directory.mkdir(parents=True, exist_ok=True)
        for file in files:
            if file is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
        return write_examples(settings.data_directory / "examples")
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise SetupError(f"the directory of the data cannot be made: {reason}") from error
