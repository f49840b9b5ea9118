"""API keys: who may call, made once, shown once, and stored as a hash.

A key reads `assent_<prefix>_<secret>`: 8 hexadecimal characters that name it in lists and lookups,
and 256 random bits in base64url. The SHA-256 of the whole text is stored; a slow
password hash would add nothing, since nobody can guess 256 random bits.

Every check here reads the database, so that it knows of a revocation in whatever process. It reads
the entries of the key as well: a row that was altered, or is not revoked any more, opens nothing.

That a key is made or revoked is an entry of the log, in the transaction that does so. Its leaf has
the prefix; it discloses what the key may do, and never its text or its stored hash. Keys of before
the log told of any are adopted: an entry says of each what the table then said.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, insert, select, update

from ..audit.canonical import CanonicalError, canonical
from ..audit.entries.act_leaves import TERMS, KeyLeaf
from ..audit.entries.acts import KeyAct, KeyChange
from ..audit.entries.commitment import Disclosure, base64url
from ..audit.entries.leaf import read_leaf
from ..audit.errors import RecordError
from ..audit.instants import instant, rfc3339
from ..audit.merkle.spans import spans_of
from .errors import Conflict, LogInconsistent, NotFound, RevocationUntold, StorageUnavailable
from .log.entries import act_leaf, read_entries
from .log.leaf_kinds import is_act, is_act_on_key
from .log.log_store import Appending
from .log.register import Register
from .schema import api_key, disclosure, log_entry

USE_RESOLUTION = timedelta(minutes=1)
"""How exact `last_used_at` is, where nobody else writes: a use is written once in this time."""

_MARK = "assent"
_UNTOLD = (
    select(api_key)
    .where(api_key.c.entry.is_(None))
    .order_by(api_key.c.created_at, api_key.c.prefix)
)


_WITH_ACT = (
    select(api_key, log_entry.c.leaf, disclosure.c.disclosure)
    .outerjoin_from(api_key, log_entry, log_entry.c.index == api_key.c.entry)
    .outerjoin(disclosure, disclosure.c.index == api_key.c.entry)
)
"""The keys, each with the entry that made or adopted it, once for each of its disclosures.

The text of a disclosure says which it is, and no column.
"""


class Role(StrEnum):
    """What a key may do; the HTTP layer says which endpoint wants which."""

    SUBMITTER = "submitter"
    AUTHOR = "author"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMIN = "admin"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key without its secret. Times are aware; `last_used_at` is exact to a minute.

    `entry` is the one that made or adopted it, None where the log does not tell of it.
    `principal` is whose key it is: a person or a program, who may have several. `policy_sets` are
    those that it is limited to, None where it is not. `may_grant` are the roles, as rules name them
    behind `overridable by`, in which its person grants waivers.
    """

    prefix: str
    name: str
    roles: frozenset[Role]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    principal: str
    policy_sets: frozenset[str] | None
    may_grant: frozenset[str] = frozenset()
    entry: int | None = None

    def reaches(self, policy_set: str) -> bool:
        """Whether the key may be used for a policy set."""
        return self.policy_sets is None or policy_set in self.policy_sets

    def is_in_force(self, now: datetime) -> bool:
        """Whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def was_in_force(self, at: datetime) -> bool:
        """Whether the key had been made at an instant, and was neither revoked nor expired."""
        ends = (each for each in (self.expires_at, self.revoked_at) if each is not None)
        return self.created_at <= at and all(at < each for each in ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiKey:
    """A key just made, with the one text that is shown once and stored nowhere."""

    key: ApiKey
    token: str


class ApiKeys(Register):
    """The API keys of a database. Every method raises `StorageUnavailable`.

    What makes or ends a key also raises what `appending` does, and `RecordError` for texts that the
    log cannot have.
    """

    def create(  # noqa: PLR0913 - one parameter for each thing that a key says.
        self,
        *,
        actor: str,
        name: str,
        roles: Iterable[Role],
        expires_at: datetime | None = None,
        principal: str | None = None,
        policy_sets: Iterable[str] | None = None,
        may_grant: Iterable[str] = (),
    ) -> NewApiKey:
        """Make a key; it is its own principal unless one is given.

        The names of policy sets have no space in them. Raises `Conflict` where a key in force has
        the name.
        """
        prefix, grants = secrets.token_hex(4), sorted(may_grant)
        token = f"{_MARK}_{prefix}_{secrets.token_urlsafe(32)}"
        row: dict[str, Any] = {
            "prefix": prefix,
            "name": name,
            "secret_hash": _hash(token),
            "roles": " ".join(sorted(roles)),
            "expires_at": expires_at,
            "principal": principal,
            "policy_sets": None if policy_sets is None else " ".join(sorted(policy_sets)),
            "may_grant": json.dumps(grants) if grants else None,
        }
        act = KeyAct(
            entries=(), change=KeyChange.CREATE, key=prefix, actor=actor, terms=_text(terms_of(row))
        )
        try:
            with self._appending() as log:
                self._adopt(log, actor)
                entry = log.append(act)
                row |= {"created_at": entry.logged_at, "entry": entry.index}
                made = insert(api_key).values(row).returning(api_key)
                key = _key(log.connection.execute(made).one())
        except Conflict as error:
            raise Conflict(f"a key named `{name}` is in force already") from error
        return NewApiKey(key=key, token=token)

    def authenticate(self, token: str) -> ApiKey | None:
        """Return the key in force whose text this is, or None.

        Raises `LogInconsistent` where the key may something else than its entry says, or the log
        has revoked it.
        """
        mark, _, rest = token.partition("_")
        prefix, _, _secret = rest.partition("_")
        with self._database.reading() as connection:
            query = _WITH_ACT.where(api_key.c.prefix == prefix)
            rows = connection.execute(query).all()
            is_told = any(_is_told(connection, each._mapping) for each in rows)  # noqa: SLF001 - public, and named so.
            revoked = _revocation(connection, prefix) if rows else None
        row = rows[0] if rows else None
        # Hash and compare in any case: the time tells nothing of which prefixes exist.
        is_equal = hmac.compare_digest(_hash(token), row.secret_hash if row else _hash(""))
        if row is None or not is_equal or mark != _MARK:
            return None
        key, now = _key(row), self._clock()
        if not key.is_in_force(now):
            return None
        if not is_told:
            told = f"the API key `{prefix}` is not the one that the log tells of"
            raise LogInconsistent(f"{told}: somebody altered it; revoke it, and make another")
        if revoked is not None:
            told = f"the API key `{prefix}` was revoked at {rfc3339(revoked)}, says the log"
            raise LogInconsistent(f"{told}: somebody altered the table `api_key`; revoke it again")
        self._note_use(key, now)
        return key

    def all(self) -> Sequence[ApiKey]:
        """Return every key, in order of creation."""
        query = select(api_key).order_by(api_key.c.created_at, api_key.c.prefix)
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(query)]

    def revoke(self, prefix: str, *, actor: str) -> None:
        """End a key now, and have the log tell it; ending it again changes nothing that is told.

        Raises `NotFound`. Raises `RevocationUntold` where the log takes no entry, and the key is
        ended all the same: whoever found its text is not let in for as long as that lasts.
        """
        try:
            with self._appending() as log:
                self._adopt(log, actor)
                self._revoke(log, prefix, actor)
        except NotFound:
            raise
        except Exception as error:
            self._end(prefix)
            raise RevocationUntold(f"every process refuses the key now, but {error}") from error

    def _revoke(self, log: Appending, prefix: str, actor: str) -> None:
        row = _found(log.connection, prefix)
        made = _made(log.connection, prefix)
        if row["revoked_at"] is not None and _is_adopted_revoked(log.connection, made):
            return
        revoked_at = _revocation(log.connection, prefix)
        if revoked_at is None:
            span = spans_of([made])
            act = KeyAct(entries=span, change=KeyChange.REVOKE, key=prefix, actor=actor)
            revoked_at = log.append(act).logged_at
        ended = update(api_key).where(api_key.c.prefix == prefix)
        log.connection.execute(ended.values(revoked_at=revoked_at))

    def _end(self, prefix: str) -> None:
        """End a key in the table alone. Raises `NotFound` and `StorageUnavailable`."""
        with self._database.writing() as connection:
            if _found(connection, prefix)["revoked_at"] is None:
                ended = update(api_key).where(api_key.c.prefix == prefix)
                connection.execute(ended.values(revoked_at=self._clock()))

    def adopt(self, *, actor: str) -> int:
        """Have the log tell of the keys that it does not tell of yet; returns how many."""
        with self._database.reading() as connection:
            if connection.execute(_UNTOLD.limit(1)).first() is None:
                return 0
        with self._appending() as log:
            return self._adopt(log, actor)

    def _adopt(self, log: Appending, actor: str) -> int:
        """Append what is still to be said of keys, in front of any other act on one.

        Behind one, a key of which the log does not tell is a row that somebody put there or
        altered: adopted, it would open whatever that says.
        """
        if _tells_of_keys(log.connection):
            return 0
        rows = log.connection.execute(_UNTOLD).mappings().all()
        for row in rows:
            act = KeyAct(
                entries=(),
                change=KeyChange.ADOPT,
                key=row["prefix"],
                actor=actor,
                terms=_text(adopted_terms_of(row)),
            )
            entry = log.append(act)
            told = update(api_key).where(api_key.c.prefix == row["prefix"])
            log.connection.execute(told.values(entry=entry.index))
        return len(rows)

    def _note_use(self, key: ApiKey, now: datetime) -> None:
        if key.last_used_at is not None and now - key.last_used_at < USE_RESOLUTION:
            return
        # Nobody waits for it: what cannot be noted now is noted with the next use. Proofs and
        # tiles are still served where nothing can be written.
        with suppress(StorageUnavailable), self._database.writing(at_once=True) as connection:
            used = update(api_key).where(api_key.c.prefix == key.prefix)
            connection.execute(used.values(last_used_at=now))


def _found(connection: Connection, prefix: str) -> RowMapping:
    """Return where a key stands in the log, and when it ended. Raises `NotFound`."""
    query = select(api_key.c.entry, api_key.c.revoked_at).where(api_key.c.prefix == prefix)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"no key has the prefix `{prefix[:64]}`")
    return row


def _revocation(connection: Connection, prefix: str) -> datetime | None:
    """Return when an entry of the log ended a key, None where none did."""
    for _, act in _acts_on(connection, prefix):
        if act.change is KeyChange.REVOKE:
            return instant(act.logged_at)
    return None


def _made(connection: Connection, prefix: str) -> int:
    """Return the entry that made or adopted a key, whatever its row says."""
    for index, act in _acts_on(connection, prefix):
        if act.change is not KeyChange.REVOKE:
            return index
    raise LogInconsistent(f"the log does not tell of the API key `{prefix}`")


def _tells_of_keys(connection: Connection) -> bool:
    told = select(log_entry.c.index).where(is_act("key")).limit(1)
    return connection.execute(told).first() is not None


def _acts_on(connection: Connection, prefix: str) -> Iterator[tuple[int, KeyLeaf]]:
    acts = select(log_entry.c.index, log_entry.c.leaf).where(is_act_on_key(prefix))
    for index, leaf in connection.execute(acts.order_by(log_entry.c.index)):
        yield index, act_leaf(index, leaf, KeyLeaf, f"an act on the API key `{prefix}`")


def _is_adopted_revoked(connection: Connection, made: int) -> bool:
    """Whether the entry that adopted a key says that it had ended by then."""
    for entry in read_entries(connection, log_entry.c.index == made, None):
        terms = next((each.value for each in entry.disclosures if each.name == TERMS), None)
        return terms is not None and json.loads(terms).get("revoked_at") is not None
    return False


def _is_told(connection: Connection, row: RowMapping) -> bool:
    """Whether the log says of a key what its row says, or tells of no key yet."""
    if row["entry"] is None:
        return not _tells_of_keys(connection)
    try:
        leaf, disclosed = read_leaf(row["leaf"]), Disclosure.read(row["disclosure"])
        terms = dict(json.loads(disclosed.value or ""))
    except (RecordError, ValueError, TypeError, AttributeError):  # The entry is another, or none.
        return False
    if not isinstance(leaf, KeyLeaf) or disclosed.digest() not in leaf.sd:
        return False
    is_of_key = (leaf.key, disclosed.name, terms.get("revoked_at")) == (row["prefix"], TERMS, None)
    return is_of_key and terms_of(row).items() <= terms.items()


def terms_of(row: RowMapping | Mapping[str, Any]) -> dict[str, object]:
    """Return what the log says of a key for good: whose it is, and what it may do.

    The hash of its text is said by its hash, which tells nothing: 256 bits are random.
    """
    stored = row["secret_hash"]
    # SQLite may have a text where bytes belong.
    secret = stored if isinstance(stored, bytes) else str(stored).encode()
    return {
        "name": row["name"],
        "principal": row["name"] if row["principal"] is None else row["principal"],
        "roles": row["roles"].split(),
        "policy_sets": None if row["policy_sets"] is None else row["policy_sets"].split(),
        "may_grant": _listed(row["may_grant"]),
        "expires_at": _said(row["expires_at"]),
        "secret": base64url(hashlib.sha256(secret).digest()),
    }


def adopted_terms_of(row: RowMapping | Mapping[str, Any]) -> dict[str, object]:
    """Return what the log says of a key that it adopts: also since when, and whether it ended."""
    times = {"created_at": _said(row["created_at"]), "revoked_at": _said(row["revoked_at"])}
    return terms_of(row) | times


def _text(terms: Mapping[str, object]) -> str:
    try:
        return canonical(terms).decode()
    except CanonicalError as error:
        raise RecordError(f"the log cannot say what the key may do: {error}") from error


def _said(instant: datetime | None) -> str | None:
    return None if instant is None else rfc3339(instant)


def _listed(text: str | None) -> object:
    """Return the texts of a list as JSON, or what else somebody may have put there."""
    with suppress(ValueError):
        return json.loads(text) if text else []
    return text


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        prefix=row.prefix,
        name=row.name,
        roles=frozenset(Role(role) for role in row.roles.split()),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        principal=row.name if row.principal is None else row.principal,
        policy_sets=None if row.policy_sets is None else frozenset(row.policy_sets.split()),
        may_grant=frozenset(json.loads(row.may_grant)) if row.may_grant else frozenset(),
        entry=row.entry,
    )
