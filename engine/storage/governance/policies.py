"""Policy versions that decisions name, kept under their digest so that these can be replayed.

They are immutable: the digest names the content, and is made by whoever makes bundles.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from ...audit.canonical import canonical
from ...audit.instants import utc_now
from ...bundle.bundle import digest_of, short_digest
from ..databases.database import Database
from ..errors import Conflict, NotFound
from ..schema import policy_version as _table


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """The files of a policy set under one digest, as canonical JSON bytes (name → text)."""

    digest: str
    name: str
    version: str | None
    files: bytes


def policy_version(name: str, files: Mapping[str, str]) -> PolicyVersion:
    """Return files as their version is kept."""
    digest = digest_of(files)
    return PolicyVersion(
        digest=digest,
        name=name,
        version=short_digest(digest),
        files=canonical(dict(files)),
    )


class PolicyVersions:
    """The policy versions of a database. Every method raises `StorageUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, version: PolicyVersion) -> None:
        """Keep a version; keeping it again changes nothing.

        Raises `Conflict` where other files are kept under its digest.
        """
        with self._database.writing() as connection:
            keep_within(connection, version, utc_now())

    def get(self, digest: str) -> PolicyVersion:
        """Return the version of a digest. Raises `NotFound`."""
        with self._database.reading() as connection:
            found = _find(connection, digest)
        if found is None:
            raise NotFound(f"no policy version has the digest `{digest[:128]}`")
        return found


def keep_within(connection: Connection, version: PolicyVersion, now: datetime) -> None:
    """Keep a version in a transaction of others, as `PolicyVersions.keep` does."""
    kept = _find(connection, version.digest)
    if kept is None:
        connection.execute(
            insert(_table).values(
                digest=version.digest,
                name=version.name,
                version=version.version,
                files=version.files,
                kept_at=now,
            )
        )
    elif kept.files != version.files:
        raise Conflict(f"other files are kept under the digest `{version.digest}`")


def _find(connection: Connection, digest: str) -> PolicyVersion | None:
    table = _table.c
    query = select(table.digest, table.name, table.version, table.files)
    row = connection.execute(query.where(table.digest == digest)).one_or_none()
    if row is None:
        return None
    return PolicyVersion(digest=row.digest, name=row.name, version=row.version, files=row.files)
