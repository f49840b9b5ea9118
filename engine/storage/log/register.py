"""A register: rows of one kind, of which every change is an act in the log of their database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from ...audit.instants import utc_now
from ..databases.database import Database
from .log_store import Appending, appending


class Register:
    """What all registers have: their database, and the clock by which acts are logged."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def _appending(self) -> AbstractContextManager[Appending]:
        """Yield the transaction of an act. Raises what `appending` does."""
        return appending(self._database, self._clock)
