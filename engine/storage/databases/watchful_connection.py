"""A connection to PostgreSQL that notices a server that is there, and answers nobody.

A server whose machine is suspended, or whose disk hangs, keeps its connections: the system goes on
acknowledging what is sent, and all that libpq can be told to give up on is a peer that is gone. So
whoever has waited for `WATCH_SECONDS` tries whether a new connection is answered, and gives up the
old one if none is. A statement that only takes long goes on.

Nor does the driver tell of a commit about which the server warns; here, that has failed.
"""

import logging
import time
from collections.abc import Generator
from typing import Any, Final, TypeVar

import psycopg
from psycopg import OperationalError
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo

# A pipeline that ends by an error warns of what follows from it; the error itself is raised.
logging.getLogger("psycopg").setLevel(logging.ERROR)

WATCH_SECONDS: Final = 10.0
"""How long an answer is awaited until somebody asks whether the server answers at all."""

_Made = TypeVar("_Made")


class WatchfulConnection(psycopg.Connection[Any]):
    """A connection each of whose answers is awaited only for as long as its server is alive."""

    def wait(self, gen: PQGen[_Made], *arguments: Any, **options: Any) -> _Made:
        """Return what the steps of an exchange with the server come to.

        Raises `OperationalError`, and is closed, where the server answers nobody any more.
        """
        return super().wait(self._watched(gen), *arguments, **options)

    def commit(self) -> None:
        """Commit. Raises `OperationalError` where the server warns that it did so only by halves.

        Who cancels a commit that waits for a synchronous standby has it end well, with a warning
        that the standby may not have it.
        """
        warnings: list[str] = []

        def note(told: psycopg.errors.Diagnostic) -> None:
            if told.severity_nonlocalized == "WARNING":
                warnings.append(told.message_primary or "")

        self.add_notice_handler(note)
        try:
            super().commit()
        finally:
            self.remove_notice_handler(note)
        if warnings:
            raise OperationalError(warnings[0])

    def _watched(self, steps: PQGen[_Made]) -> Generator[Any, Any, _Made]:
        """Take the steps one by one; the driver comes by several times a second while it waits."""
        asked, ready = time.monotonic(), None
        while True:
            try:
                awaited = steps.send(ready)  # type: ignore[arg-type] # None is how one begins.
            except StopIteration as end:
                made: _Made = end.value
                return made
            ready = yield awaited
            if ready:
                asked = time.monotonic()
            elif time.monotonic() - asked > WATCH_SECONDS:
                self._check_server()
                asked = time.monotonic()

    def _check_server(self) -> None:
        """Close this connection, and raise `OperationalError`, where none is answered any more."""
        info = self.info
        place = {"host": info.host, "hostaddr": info.hostaddr or None, "port": info.port}
        same_server = make_conninfo(info.dsn, **place, password=info.password)
        try:
            psycopg.connect(same_server).close()
        except OperationalError as error:
            if "FATAL" in str(error):  # The server's own word: it refuses, and so it answers.
                return
            self.close()
            raise OperationalError("the server does not answer any more") from error
