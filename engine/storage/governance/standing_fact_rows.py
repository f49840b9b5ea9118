"""Versions of standing facts as rows: what was stated, sealed where the log's contents are.

What is stated is JSON text behind 16 bytes of salt; together they open the commitment of the leaf.
Where the log is sealed, both are ciphertext under a key of their own, with the fact and the version
as associated data. `standing_facts` changes them; every function here reads within the transaction
of its caller.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, RowMapping, and_, func, select, update

from ...audit.entries.acts import FactTransition
from ...audit.entries.commitment import SALT_SIZE, base64url, opens
from ...audit.instants import rfc3339
from ...source.json_text import read_json
from ..databases.database import Database
from ..errors import ContentsUnread, LogInconsistent
from ..schema import standing_fact, standing_fact_version
from ..sealed.contents import Contents, check_bound
from ..sealed.key_store import DataKey, NoKey
from ..sealed.wrapping import Unopened, decrypt, encrypt

STEP = 500
"""So many keys are asked for at a time."""

_VERSION = standing_fact_version.c
_IN_CLEAR = and_(_VERSION.key.is_(None), _VERSION.content.is_not(None))
_ASSOCIATED = b"assent standing fact 1 "

CURRENT = (
    select(standing_fact_version, standing_fact.c.index.label("first"))
    .join(standing_fact, standing_fact.c.id == _VERSION.fact)
    .where(standing_fact.c.version == _VERSION.version, ~standing_fact.c.is_withdrawn)
    .order_by(standing_fact.c.index)
)
"""The newest versions of facts that are not withdrawn, in the order of their first entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactVersion:
    """A version of a standing fact, and its entry in the log.

    `statement` is what it states, as JSON; it, its salt and its commitment are None where the fact
    is withdrawn.
    """

    fact: str
    version: int
    transition: FactTransition
    index: int
    at: datetime
    actor: str
    reason: str | None
    commitment: str | None
    salt: str | None
    statement: Mapping[str, object] | None

    def document(self) -> dict[str, object]:
        """Return what is stated, and where it is recorded, as a decision has it beneath it."""
        return {
            **(self.statement or {}),
            "id": self.fact,
            "version": self.version,
            "entry": self.index,
            "commitment": self.commitment,
            "recorded_by": self.actor,
            "recorded_at": rfc3339(self.at),
        }

    def salted_document(self) -> dict[str, object]:
        """Return the document with the salt, by which what is stated opens the commitment."""
        return {**self.document(), "salt": self.salt}


def current_facts(
    connection: Connection, contents: Contents | None
) -> tuple[Mapping[str, object], ...]:
    """Return the salted documents of all facts that are not withdrawn, in order of their entries.

    Raises `ContentsUnread` where one is there and cannot be read, and `LogInconsistent` where one
    is not what was logged.
    """
    rows = connection.execute(CURRENT).mappings().all()
    return tuple(MappingProxyType(each.salted_document()) for each in versions_of(rows, contents))


def versions_of(rows: Sequence[RowMapping], contents: Contents | None) -> list[FactVersion]:
    """Return the versions of some rows. Raises as `current_facts` does."""
    keys = _keys(rows, contents)
    return [_version_of(row, keys) for row in rows]


def sealed_content(
    salt: bytes, content: bytes, fact: str, version: int, key: DataKey | None
) -> bytes:
    """Return what is stored of a statement."""
    plain = salt + content
    return plain if key is None else encrypt(key.secret, plain, _associated(fact, version))


def seal_facts(database: Database, contents: Contents) -> None:
    """Seal what standing facts state in clear: they were recorded before the log was sealed."""
    with database.writing() as connection:
        check_bound(connection, contents)
        rows = connection.execute(select(standing_fact_version).where(_IN_CLEAR)).mappings().all()
        for row, key in zip(rows, contents.take(len(rows)), strict=True):
            content = encrypt(key.secret, row["content"], _associated(row["fact"], row["version"]))
            sealing = update(standing_fact_version).where(_VERSION.index == row["index"])
            connection.execute(sealing.values(content=content, key=key.id))
    if rows:
        database.purge()


def facts_in_clear(database: Database) -> int:
    """Return how many versions of standing facts say in clear what they state."""
    with database.reading() as connection:
        query = select(func.count()).select_from(standing_fact_version).where(_IN_CLEAR)
        return int(connection.execute(query).scalar_one())


def _associated(fact: str, version: int) -> bytes:
    return _ASSOCIATED + f"{fact} {version}".encode()


def _keys(rows: Iterable[RowMapping], contents: Contents | None) -> Mapping[str, DataKey | NoKey]:
    wanted = [row["key"] for row in rows if row["key"] is not None]
    if wanted and contents is None:
        raise ContentsUnread("standing facts are sealed, and the key store is not here")
    found: dict[str, DataKey | NoKey] = {}
    for start in range(0, len(wanted), STEP):
        assert contents is not None  # noqa: S101 - as was just seen.
        found.update(contents.keys.find(wanted[start : start + STEP]))
    return found


def _version_of(row: RowMapping, keys: Mapping[str, DataKey | NoKey]) -> FactVersion:
    salt, statement = None, None
    transition = FactTransition(row["transition"])
    if (row["content"] is None) != (transition is FactTransition.WITHDRAW):
        raise LogInconsistent(f"the standing fact {row['fact']} is not what was logged")
    if row["content"] is not None:
        plain = _opened(row, keys)
        salt, content = plain[:SALT_SIZE], plain[SALT_SIZE:]
        if not opens(row["commitment"] or "", salt, content):
            raise LogInconsistent(f"the standing fact {row['fact']} is not what was logged")
        made = read_json(content)
        statement = made if isinstance(made, dict) else {}
    return FactVersion(
        fact=row["fact"],
        version=row["version"],
        transition=transition,
        index=row["index"],
        at=row["at"],
        actor=row["actor"],
        reason=row["reason"],
        commitment=row["commitment"],
        salt=None if salt is None else base64url(salt),
        statement=statement,
    )


def _opened(row: RowMapping, keys: Mapping[str, DataKey | NoKey]) -> bytes:
    if row["key"] is None:
        return bytes(row["content"])
    key = keys[row["key"]]
    if isinstance(key, NoKey):
        raise ContentsUnread(f"the standing fact {row['fact']}: its key {key.why}")
    try:
        return decrypt(key.secret, row["content"], _associated(row["fact"], row["version"]))
    except Unopened as error:
        raise ContentsUnread(f"the standing fact {row['fact']}: it was altered") from error
