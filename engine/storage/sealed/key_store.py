"""The data keys, wrapped, in a database of their own: one for each decision.

What a data key opens is in the log's database, and never here; so neither database says anything
without the other, and both nothing without the wrapping key, which is a file. A destroyed key
leaves its id, so that what it was for can be told from what was lost.

Keys are durable before anybody is given them. All writers of this database read the wrapping keys
within their transaction: a rotation that drops an old one comes before them, or after.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    insert,
    inspect,
    select,
    update,
)

from ..databases.database import Database
from ..databases.driver import RowWriter
from ..errors import Conflict, KeysMissing, StorageUnavailable
from ..schema import Instant
from .wrapping import KEY_SIZE, Unopened, WrappingKey, WrappingKeyFile, WrappingKeys

STEP = 1000
"""The most keys of one transaction of a rotation."""

_ID_SIZE = 16
_VERSION = 1

_tables = MetaData()

_store = Table(
    "key_store",
    _tables,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("id", Text, nullable=False),
    Column("wrapping", Text, nullable=False),
)

_data_key = Table(
    "data_key",
    _tables,
    Column("id", Text, primary_key=True),
    Column("wrapping", Text),
    Column("wrapped", LargeBinary),
    Column("destroyed_at", Instant),
    CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)"),
    Index("data_key_wrapping", "wrapping"),
)

_KEYS = RowWriter(_data_key)
_DESTROY = (
    update(_data_key)
    .where(_data_key.c.id == bindparam("key_id"))
    .where(_data_key.c.wrapped.is_not(None))
    .values(wrapping=None, wrapped=None)
)
_REWRAP = update(_data_key).where(_data_key.c.id == bindparam("key_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """A key, and the id by which what it opens names it."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoKey:
    """Why there is no key of an id, in words that complete `its key …`."""

    why: str


DESTROYED = NoKey(why="was destroyed, and no erasure here says why")
MISSING = NoKey(why="is not in the key store")
DAMAGED = NoKey(why="does not open under the content key")


class KeyStore:
    """The data keys of one log.

    Every method raises `StorageUnavailable`, and `KeysMissing` without a store or a wrapping key.
    """

    def __init__(
        self,
        database: Database,
        file: WrappingKeyFile,
    ) -> None:
        self._database = database
        self._file = file
        self._id: str | None = None

    @property
    def database(self) -> Database:
        """The database of the keys."""
        return self._database

    def begin(self) -> str:
        """Make the store and its first wrapping key where neither is there; returns its id.

        Raises `Conflict` where there is a store, and its wrapping key is gone.
        """
        with self._database.writing() as connection:
            _tables.create_all(connection)
            found = connection.execute(select(_store.c.id)).scalar_one_or_none()
            if found is not None:
                if not self._file.exists():
                    raise Conflict(
                        "the content key is gone, and data keys are wrapped by it; put it back"
                    )
                return str(found)
            wrapping = self._file.read().keys[0] if self._file.exists() else self._file.create()
            row = {"one": 1, "version": _VERSION, "id": secrets.token_hex(_ID_SIZE)}
            connection.execute(insert(_store).values(**row, wrapping=wrapping.id))
        return str(row["id"])

    def id(self) -> str:
        """Return the id of the store, which never changes."""
        self._check_there()
        if self._id is not None:
            return self._id
        with self._database.reading() as connection:
            if not inspect(connection).has_table(_store.name):
                raise KeysMissing("the key store is not prepared")
            row = connection.execute(select(_store.c.id, _store.c.version)).one_or_none()
        if row is None:
            raise KeysMissing("the key store is not prepared")
        if row.version != _VERSION:
            raise StorageUnavailable("the key store is not of this version of Assent")
        self._id = str(row.id)
        return self._id

    def check(self) -> None:
        """Raise `StorageUnavailable` unless the file has the wrapping key of the store."""
        with self._database.reading() as connection:
            self._wrapping(connection, self._file.read())

    def make(self, count: int) -> Sequence[DataKey]:
        """Return new keys, once they are durable."""
        self._check_there()
        made = [
            DataKey(id=secrets.token_hex(_ID_SIZE), secret=secrets.token_bytes(KEY_SIZE))
            for _ in range(count)
        ]
        with self._database.writing() as connection:
            wrapping = self._wrapping(connection, self._file.read())
            rows = [
                (each.id, wrapping.id, wrapping.wrap(each.id, each.secret), None) for each in made
            ]
            _KEYS.write(connection, rows)
        return made

    def find(self, ids: Iterable[str]) -> Mapping[str, DataKey | NoKey]:
        """Return the key of each id, or why there is none."""
        self._check_there()
        wanted = list(ids)
        columns = _data_key.c
        query = select(columns.id, columns.wrapping, columns.wrapped).where(columns.id.in_(wanted))
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        found: dict[str, DataKey | NoKey] = dict.fromkeys(wanted, MISSING)
        keys = self._file.read() if rows else WrappingKeys(keys=())
        for row in rows:
            found[row.id] = (
                DESTROYED
                if row.wrapped is None
                else _unwrapped(keys.of(row.wrapping), row.id, row.wrapped)
            )
        return found

    def count(self, ids: Sequence[str]) -> int:
        """Return how many of some keys are there, and not destroyed."""
        self._check_there()
        columns = _data_key.c
        is_one = columns.id.in_(ids) & columns.wrapped.is_not(None)
        with self._database.reading() as connection:
            query = select(func.count()).select_from(_data_key).where(is_one)
            return int(connection.execute(query).scalar_one())

    def destroy(self, ids: Sequence[str], at: datetime) -> None:
        """Destroy keys, and return once that is durable; those destroyed before stay so."""
        self._check_there()
        with self._database.writing() as connection:
            statement = _DESTROY.values(destroyed_at=at)
            connection.execute(statement, [{"key_id": each} for each in ids])

    def rotate(self) -> int:
        """Wrap all keys by a new wrapping key, and forget the ones before; returns how many.

        Killed in between, all keys still open, and another call goes on with yet another key.
        """
        self._check_there()
        new = WrappingKey.generate()
        with self._database.writing() as connection:
            keys = self._file.read()
            self._file.write(WrappingKeys(keys=(new, *keys.keys)))
            connection.execute(update(_store).values(wrapping=new.id))
        count = 0
        while step := self._rewrap():
            count += step
        return count

    def _rewrap(self) -> int:
        """Wrap the next keys anew; with none left, forget the wrapping keys before."""
        columns = _data_key.c
        query = select(columns.id, columns.wrapping, columns.wrapped).limit(STEP)
        with self._database.writing() as connection:
            keys = self._file.read()
            new = self._wrapping(connection, keys)
            rows = connection.execute(query.where(columns.wrapping != new.id)).all()
            if not rows:
                self._file.write(WrappingKeys(keys=(new,)))
                return 0
            opened = [(row.id, _opened(keys.of(row.wrapping), row.id, row.wrapped)) for row in rows]
            connection.execute(
                _REWRAP,
                [
                    {"key_id": key_id, "wrapping": new.id, "wrapped": new.wrap(key_id, secret)}
                    for key_id, secret in opened
                ],
            )
        return len(rows)

    def _check_there(self) -> None:
        if not self._database.is_there():  # To open a file would make it.
            raise KeysMissing("the key store is not there")

    def _wrapping(self, connection: Connection, keys: WrappingKeys) -> WrappingKey:
        """Return the key that wraps new ones."""
        wrapping = connection.execute(select(_store.c.wrapping)).scalar_one_or_none()
        if wrapping is None:
            raise KeysMissing("the key store is not prepared")
        return keys.of(wrapping)


def _unwrapped(wrapping: WrappingKey, key_id: str, wrapped: bytes) -> DataKey | NoKey:
    try:
        return DataKey(id=key_id, secret=wrapping.unwrap(key_id, wrapped))
    except Unopened:
        return DAMAGED


def _opened(wrapping: WrappingKey, key_id: str, wrapped: bytes) -> bytes:
    try:
        return wrapping.unwrap(key_id, wrapped)
    except Unopened as error:
        raise StorageUnavailable(
            f"the data key `{key_id}` does not open under the content key `{wrapping.id}`"
        ) from error
