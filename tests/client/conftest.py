"""One service for all tests of the client, and clients of it."""

from collections.abc import Iterator

import pytest

from api.client import Client, Patience
from tests.api.installation import Served, free_port, install, serving
from tests.client.between import Between, standing_between

QUICK = Patience(timeout=5.0, sleep=lambda _: None)
"""The pauses between two tries are not waited for."""


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("served")
    with serving(install(directory, port=free_port(), log_level="error")) as running:
        yield running


def url_of(served: Served) -> str:
    return f"http://127.0.0.1:{served.port}"


@pytest.fixture
def client(served: Served) -> Iterator[Client]:
    with Client(url_of(served), served.installation.tokens["both"]) as made:
        yield made


@pytest.fixture
def between(served: Served) -> Iterator[Between]:
    with standing_between(served.port) as standing:
        yield standing


@pytest.fixture
def guarded(served: Served, between: Between) -> Iterator[Client]:
    """A client whose requests go through what stands between."""
    with Client(between.url, served.installation.tokens["both"], patience=QUICK) as made:
        yield made
