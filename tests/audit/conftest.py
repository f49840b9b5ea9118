"""Records like real ones, a real SQLite file, and a clock that the test owns."""

import json
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import pytest
from sqlalchemy import make_url

from engine.audit.entries.record import DecisionRecord
from engine.storage.databases.database import Database, sqlite_file
from engine.storage.log.log_store import SQLLogStore
from engine.storage.sealed.contents import Contents
from engine.storage.sealed.key_store import KeyStore
from engine.storage.sealed.wrapping import WrappingKeyFile
from tests.postgresql import PostgreSQLServer
from tests.sqlite import migrated_file

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors"

MakeRecord: TypeAlias = Callable[..., DecisionRecord]


@dataclass(slots=True)
class Clock:
    """A clock that stands still until the test moves it."""

    now: datetime = field(default=NOON)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def _make_record(
    *, number: int | None = None, actor: str = "pipeline", **changes: Any
) -> DecisionRecord:
    decision_id = str(uuid.uuid4() if number is None else uuid.UUID(int=number))
    result: dict[str, Any] = {
        "id": decision_id,
        "decision": "deny",
        "conclusive": True,
        "campaign": "cmp-7",
        "policy_set": {"name": "acme", "version": "2026.10", "digest": "d" * 64},
        "engine": {"name": "assent", "version": "0.1.0"},
        "as_of": "2026-10-05T12:00:00Z",
        "rules": [
            {"rule": "privacy/minors", "status": "violated"},
            {"rule": "privacy/consent", "status": "satisfied"},
            {"rule": "bias/housing", "status": "undetermined"},
        ],
        "message": "ages 13 to 17, in Köln are targeted",
    }
    decided_at = changes.pop("decided_at", NOON)
    content = changes.pop("input", json.dumps({"campaign": {"id": "cmp-7"}}).encode())
    return DecisionRecord(
        decision_id=decision_id,
        decided_at=decided_at,
        input=content,
        result=result | changes,
        actor=actor,
    )


@pytest.fixture
def make_record() -> MakeRecord:
    return _make_record


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, of each kind."""
    made: str = request.getfixturevalue(f"{request.param}_url")
    return made


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    file = tmp_path / "assent.db"
    if _wants_tables(request):
        file.write_bytes(migrated_file())
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest, postgresql: PostgreSQLServer) -> Iterator[str]:
    with postgresql.migrated_database() if _wants_tables(request) else postgresql.database() as url:
        yield url


def _wants_tables(request: pytest.FixtureRequest) -> bool:
    return "database" in request.fixturenames


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A migrated database, of each kind."""
    opened = Database(url)
    yield opened
    opened.close()


class Backup(Protocol):
    """A copy of a database, as an operator keeps one."""

    def take(self) -> None:
        """Copy the database as it is."""
        ...

    def put_back(self) -> None:
        """Put the copy in the place of the database."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SQLiteBackup:
    database: Database
    file: Path

    @property
    def _copy(self) -> Path:
        return self.file.with_suffix(".backup")

    def take(self) -> None:
        with (
            closing(sqlite3.connect(self.file)) as source,
            closing(sqlite3.connect(self._copy)) as to,
        ):
            source.backup(to)

    def put_back(self) -> None:
        self.database.close()
        for leftover in ("-wal", "-shm"):
            Path(f"{self.file}{leftover}").unlink(missing_ok=True)
        shutil.copy(self._copy, self.file)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgreSQLBackup:
    """A database made after another as its template, which nobody may have open meanwhile."""

    database: Database
    name: str
    server: PostgreSQLServer

    def take(self) -> None:
        self.database.close()
        self.server.run(f"CREATE DATABASE {self.name}_backup TEMPLATE {self.name}")

    def put_back(self) -> None:
        self.database.close()
        self.server.run(f"DROP DATABASE {self.name}")
        self.server.run(f"ALTER DATABASE {self.name}_backup RENAME TO {self.name}")


@pytest.fixture
def backup(request: pytest.FixtureRequest, database: Database, url: str) -> Backup:
    file = sqlite_file(url)
    if file is not None:
        return SQLiteBackup(database=database, file=file)
    name = make_url(url).database
    assert name is not None
    server = request.getfixturevalue("postgresql")
    return PostgreSQLBackup(database=database, name=name, server=server)


@pytest.fixture
def store(database: Database, clock: Clock) -> SQLLogStore:
    return SQLLogStore(database, clock=clock)


@pytest.fixture
def keys_url(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database for keys, of the same kind as that of the log."""
    if sqlite_file(url) is not None:
        yield f"sqlite:///{tmp_path}/content-keys.db"
        return
    with request.getfixturevalue("postgresql").database() as made:
        yield made


@pytest.fixture
def content_key(tmp_path: Path) -> WrappingKeyFile:
    return WrappingKeyFile(tmp_path / "content.key")


@pytest.fixture
def contents(keys_url: str, content_key: WrappingKeyFile) -> Iterator[Contents]:
    """What seals under a key store of its own, which is not made yet."""
    made = Contents(KeyStore(Database(keys_url), content_key))
    yield made
    made.keys.database.close()


@pytest.fixture
def vectors() -> Path:
    if not VECTORS.is_dir():
        pytest.skip("the public test vectors are not beside this checkout (../shared/vectors)")
    return VECTORS
