"""What is left to do once an erasure is committed: keys are destroyed, and files are cleaned.

The table `cleaned` has the last erasure whose traces are out of the files. It is written after they
are, and so what was broken off is done by whoever comes next. What was cleaned is not cleaned
again: on PostgreSQL that builds the index of words anew, which takes long.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from ..databases.database import Database
from ..errors import StorageError
from ..schema import cleaned, erased
from ..sealed.key_destruction import settle

_LAST = select(func.max(erased.c.erasure))
_CLEANED = select(cleaned.c.erasure)


def finish(database: Database, at: datetime) -> bool:
    """Destroy the keys of what was erased, and clean the files; returns whether that could be done.

    Raises `StorageUnavailable`: what is erased is, and the next call does what is left.
    """
    with database.reading() as connection:
        # INVARIANT: asked first. The keys of an erasure that comes later may outlast the cleaning.
        last = _to_clean(connection)
    settle(database, at)
    if last is None:
        return True
    purged = database.purge()
    if database.contents is not None:
        purged = database.contents.keys.database.purge() and purged
    if purged:
        with database.writing() as connection:
            _note(connection, last)
    return purged


def is_clean(database: Database) -> bool:
    """Whether the files have no traces of what was erased. Raises `StorageUnavailable`."""
    with database.reading() as connection:
        return _to_clean(connection) is None


def _to_clean(connection: Connection) -> int | None:
    """Return the last erasure, None where all were cleaned."""
    last: int | None = connection.execute(_LAST).scalar_one()
    done: int | None = connection.execute(_CLEANED).scalar_one_or_none()
    return last if last is not None and (done is None or done < last) else None


def _note(connection: Connection, last: int) -> None:
    """Keep that the files have no traces of an erasure, and of those before it."""
    done = connection.execute(_CLEANED).scalar_one_or_none()
    if done is None:
        connection.execute(insert(cleaned).values(one=1, erasure=last))
    elif done < last:  # Whoever began later may have been faster.
        connection.execute(update(cleaned).values(erasure=last))


class NotCleaned(StorageError):  # noqa: N818 - the house names what happened.
    """What was erased is still in the files."""


@dataclass(slots=True)
class _Ending:
    """How an attempt ended, once it has."""

    purged: bool | None = None
    failure: Exception | None = None


class Cleaner:
    """Does what `finish` does in a thread, which goes on when whoever asked waits no longer.

    `patience` is for how many seconds one waits. `on_change` is told where the files begin to have
    traces that nobody waits for, again of another reason than before, and of None once they are
    clean.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime],
        patience: float = 10.0,
        on_change: Callable[[Exception | None], None] = lambda _failure: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._patience = patience
        self._on_change = on_change
        self._told: str | None = None
        self._telling = threading.Lock()
        self._cleaning = threading.Lock()  # Two would be in each other's way.

    def finish(self) -> bool:
        """Begin, and return whether the files are clean by now. Raises what `finish` does."""
        ending = _Ending()
        thread = threading.Thread(target=self._run, args=(ending,), name="cleaner", daemon=True)
        thread.start()
        thread.join(self._patience)
        with self._telling:
            if ending.failure is not None:
                raise ending.failure
            if ending.purged is None:
                self._note(NotCleaned("to clean the database's files takes long, and goes on"))
        return bool(ending.purged)

    def _run(self, ending: _Ending) -> None:
        purged, failure = False, None
        with self._cleaning:
            try:
                purged = finish(self._database, self._clock())
            except Exception as error:  # noqa: BLE001 - whatever it was, it is told.
                failure = error
        with self._telling:
            ending.purged, ending.failure = purged, failure
            if failure is None and not purged:
                advice = "a reader was at work; `assent contents settle` cleans them"
                failure = NotCleaned(f"the database's files still have it: {advice}")
            self._note(failure)

    def _note(self, failure: Exception | None) -> None:
        told = None if failure is None else str(failure)
        if told != self._told:
            self._told = told
            self._on_change(failure)
