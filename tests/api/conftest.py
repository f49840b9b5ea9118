"""An installation for each module, its application in this process, and a database for each test
that needs an empty one.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from api import journal
from api.wsgi import Process, start
from tests.api.installation import (
    Caller,
    Installation,
    Served,
    copied,
    free_port,
    install,
    serving,
)
from tests.postgresql import PostgreSQLServer


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation on each kind of database."""
    directory = tmp_path_factory.mktemp("installation")
    if request.param == "sqlite":
        yield install(directory, log_level="error")
        return
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    with server.migrated_database() as url:
        yield install(directory, log_level="error", database_url=url)


@pytest.fixture(scope="module")
def process(installation: Installation) -> Iterator[Process]:
    started = start(installation.settings)
    yield started
    started.close()


@pytest.fixture(scope="module")
def api(process: Process, installation: Installation) -> Caller:
    return Caller(app=cast(Flask, process.wsgi), installation=installation)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that runs, in processes of its own."""
    with serving(install(tmp_path_factory.mktemp("served"), port=free_port())) as running:
        yield running


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation that is made once, and that no test changes: each gets a copy."""
    return install(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def fresh(prepared: Installation, tmp_path: Path) -> Iterator[Caller]:
    """A service of its own, with an empty log."""
    installation = copied(prepared, tmp_path, log_level="error")
    started = start(installation.settings)
    yield Caller(app=cast(Flask, started.wsgi), installation=installation)
    started.close()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the service writes of itself, from level `info` on."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    journal.configure("info")
    yield stream
    journal.configure("error")
