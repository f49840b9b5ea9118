"""An installation for each module, its application in this process, and a database for each test
that needs an empty one.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from api.wsgi import Process, start
from tests.api.installation import Caller, Installation, install


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(tmp_path_factory.mktemp("installation"), log_level="error")


@pytest.fixture(scope="module")
def process(installation: Installation) -> Iterator[Process]:
    started = start(installation.settings)
    yield started
    started.close()


@pytest.fixture(scope="module")
def api(process: Process, installation: Installation) -> Caller:
    return Caller(app=cast(Flask, process.wsgi), installation=installation)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Caller]:
    """A service of its own, with an empty log."""
    installation = install(tmp_path, log_level="error")
    started = start(installation.settings)
    yield Caller(app=cast(Flask, started.wsgi), installation=installation)
    started.close()
