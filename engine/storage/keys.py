"""API keys: who may call, made once, shown once, and stored as a hash.

A key reads `assent_<prefix>_<secret>`: 8 hexadecimal characters that name it in lists and lookups,
and 256 random bits in base64url. The SHA-256 of the whole text is stored; a slow
password hash would add nothing, since nobody can guess 256 random bits.

Every check here reads the database, so that it knows of a revocation in whatever process.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, update

from .databases.database import Database
from .errors import Conflict, NotFound, StorageUnavailable
from .log.log_store import system_clock
from .schema import api_key

USE_RESOLUTION = timedelta(minutes=1)
"""How exact `last_used_at` is, where nobody else writes: a use is written once in this time."""

_MARK = "assent"


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

    def reaches(self, policy_set: str) -> bool:
        """Whether the key may be used for a policy set."""
        return self.policy_sets is None or policy_set in self.policy_sets

    def is_in_force(self, now: datetime) -> bool:
        """Whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiKey:
    """A key just made, with the one text that is shown once and stored nowhere."""

    key: ApiKey
    token: str


class ApiKeys:
    """The API keys of a database. Every method raises `StorageUnavailable`."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = system_clock) -> None:
        self._database = database
        self._clock = clock

    def create(  # noqa: PLR0913 - one parameter for each thing that a key says.
        self,
        *,
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
        key = ApiKey(
            prefix=secrets.token_hex(4),
            name=name,
            roles=frozenset(roles),
            created_at=self._clock(),
            expires_at=expires_at,
            revoked_at=None,
            last_used_at=None,
            principal=name if principal is None else principal,
            policy_sets=None if policy_sets is None else frozenset(policy_sets),
            may_grant=frozenset(may_grant),
        )
        token = f"{_MARK}_{key.prefix}_{secrets.token_urlsafe(32)}"
        row = {
            "prefix": key.prefix,
            "name": name,
            "secret_hash": _hash(token),
            "roles": " ".join(sorted(key.roles)),
            "created_at": key.created_at,
            "expires_at": expires_at,
            "principal": principal,
            "policy_sets": (None if key.policy_sets is None else " ".join(sorted(key.policy_sets))),
            "may_grant": json.dumps(sorted(key.may_grant)) if key.may_grant else None,
        }
        try:
            with self._database.writing() as connection:
                connection.execute(insert(api_key).values(row))
        except Conflict as error:
            raise Conflict(f"a key named `{name}` is in force already") from error
        return NewApiKey(key=key, token=token)

    def authenticate(self, token: str) -> ApiKey | None:
        """Return the key in force whose text this is, or None."""
        mark, _, rest = token.partition("_")
        prefix, _, _secret = rest.partition("_")
        with self._database.reading() as connection:
            query = select(api_key).where(api_key.c.prefix == prefix)
            row = connection.execute(query).one_or_none()
        # Hash and compare in any case: the time tells nothing of which prefixes exist.
        is_equal = hmac.compare_digest(_hash(token), row.secret_hash if row else _hash(""))
        if row is None or not is_equal or mark != _MARK:
            return None
        key, now = _key(row), self._clock()
        if not key.is_in_force(now):
            return None
        self._note_use(key, now)
        return key

    def all(self) -> Sequence[ApiKey]:
        """Return every key, in order of creation."""
        query = select(api_key).order_by(api_key.c.created_at, api_key.c.prefix)
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(query)]

    def revoke(self, prefix: str) -> None:
        """End a key now; ending it again changes nothing. Raises `NotFound`."""
        with self._database.writing() as connection:
            query = select(api_key.c.revoked_at).where(api_key.c.prefix == prefix)
            row = connection.execute(query).one_or_none()
            if row is None:
                raise NotFound(f"no key has the prefix `{prefix[:64]}`")
            if row.revoked_at is None:
                ended = update(api_key).where(api_key.c.prefix == prefix)
                connection.execute(ended.values(revoked_at=self._clock()))

    def _note_use(self, key: ApiKey, now: datetime) -> None:
        if key.last_used_at is not None and now - key.last_used_at < USE_RESOLUTION:
            return
        # Nobody waits for it: what cannot be noted now is noted with the next use. Proofs and
        # tiles are still served where nothing can be written.
        with suppress(StorageUnavailable), self._database.writing(at_once=True) as connection:
            used = update(api_key).where(api_key.c.prefix == key.prefix)
            connection.execute(used.values(last_used_at=now))


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
    )
