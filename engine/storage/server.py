"""Settings that a database server reports, for `assent doctor`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .databases.database import Database
from .log.log_store import read_head

_SETTINGS = (
    *("server_version", "max_connections", "superuser_reserved_connections"),
    *("full_page_writes", "synchronous_standby_names"),
)
_STANDBYS = (
    # Whoever may not know the states sees that somebody is connected.
    "SELECT count(*) FROM pg_stat_replication"
    " WHERE coalesce(sync_state, 'sync') IN ('sync', 'quorum')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """Its settings by name and its time, where it is a server; when something was last logged.

    `standbys` is how many are connected to it of those for which a commit waits.
    """

    settings: Mapping[str, str]
    standbys: int
    clock: datetime | None
    logged_at: datetime


def server_facts(database: Database) -> ServerFacts:
    """Return what can be learned without writing. Raises `StorageError`."""
    with database.reading() as connection:
        settings: dict[str, str] = {}
        standbys, clock = 0, None
        if connection.dialect.name == "postgresql":
            for name in _SETTINGS:
                settings[name] = connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            standbys = connection.exec_driver_sql(_STANDBYS).scalar_one()
            clock = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        return ServerFacts(
            settings=settings,
            standbys=standbys,
            clock=clock,
            logged_at=read_head(connection).logged_at,
        )
