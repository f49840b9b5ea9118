"""Policy versions that decisions name, kept under their digest so that these can be replayed.

They are immutable: the digest names the content, and is made by whoever makes bundles.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from .database import Database
from .errors import Conflict, NotFound
from .log_store import system_clock
from .schema import policy_version


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """The files of a policy set under one digest, as canonical JSON bytes (name → text)."""

    digest: str
    name: str
    version: str | None
    files: bytes


class PolicyVersions:
    """The policy versions of a database. Every method raises `StorageUnavailable`."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = system_clock) -> None:
        self._database = database
        self._clock = clock

    def keep(self, version: PolicyVersion) -> None:
        """Keep a version; keeping it again changes nothing.

        Raises `Conflict` where other files are kept under its digest.
        """
        if self._find(version.digest) is None:
            with suppress(Conflict):  # Another process was faster; what it kept is compared below.
                self._insert(version)
        kept = self.get(version.digest)
        if kept.files != version.files:
            raise Conflict(f"other files are kept under the digest `{version.digest}`")

    def get(self, digest: str) -> PolicyVersion:
        """Return the version of a digest. Raises `NotFound`."""
        found = self._find(digest)
        if found is None:
            raise NotFound(f"no policy version has the digest `{digest[:128]}`")
        return found

    def _find(self, digest: str) -> PolicyVersion | None:
        table = policy_version.c
        query = select(table.digest, table.name, table.version, table.files)
        with self._database.reading() as connection:
            row = connection.execute(query.where(table.digest == digest)).one_or_none()
        if row is None:
            return None
        return PolicyVersion(digest=row.digest, name=row.name, version=row.version, files=row.files)

    def _insert(self, version: PolicyVersion) -> None:
        with self._database.writing() as connection:
            connection.execute(
                insert(policy_version).values(
                    digest=version.digest,
                    name=version.name,
                    version=version.version,
                    files=version.files,
                    kept_at=self._clock(),
                )
            )
