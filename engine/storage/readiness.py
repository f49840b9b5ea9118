"""Whether the database can serve: reachable, of the current schema, and its log in order."""

from dataclasses import dataclass, field

from .databases.database import Database
from .errors import StorageError
from .log.log_store import read_head
from .migrate import Schema, schema_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What was found, the words for the first thing that is wrong, and the error that told it."""

    is_reachable: bool
    is_current: bool
    size: int | None
    problem: str | None
    error: StorageError | None = field(default=None, compare=False)

    @property
    def is_ready(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None


def probe(database: Database) -> Readiness:
    """Look at a database; never raises a `StorageError`.

    The head is compared with the last index, which takes the same time whatever the size: indexes
    are dense. An entry removed from the middle is for the verifier to find.
    """
    is_reachable = is_current = False
    try:
        with database.reading() as connection:
            is_reachable = True
            schema = schema_of(connection)
            is_current = not schema.pending
            if not is_current:
                problem = _behind(schema)
                return Readiness(is_reachable=True, is_current=False, size=None, problem=problem)
            head = read_head(connection)
    except StorageError as error:
        return Readiness(
            is_reachable=is_reachable,
            is_current=is_current,
            size=None,
            problem=str(error),
            error=error,
        )
    size = head.frontier.size
    return Readiness(is_reachable=True, is_current=True, size=size, problem=None)


def _behind(schema: Schema) -> str:
    if schema.current is None:
        return "the database is not of this version; `assent init` brings it there"
    return (
        f"the database is of an earlier version (revision {schema.current}, and this one needs"
        f" {schema.newest}); make a backup, then `assent migrate` brings it there"
    )
