"""One service for all tests of the client, and clients of it."""

from collections.abc import Iterator, Mapping

import pytest

from api.client import Client, Patience
from api.installation.setup import make_key
from engine.storage.keys import Role
from tests.api.installation import Served, free_port, install, serving
from tests.api.publishing import await_everywhere
from tests.api.waiving import BOARD, rules
from tests.client.between import Between, standing_between

QUICK = Patience(timeout=60.0, sleep=lambda _: None)
"""The pauses between two tries are not waited for, and an answer is, on a busy machine too."""


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


@pytest.fixture(scope="package")
def house(served: Served) -> Mapping[str, str]:
    """The policy set `house`, whose rules can be waived, and keys of who asks and who grants."""
    tokens = served.installation.tokens
    with (
        Client(url_of(served), tokens["author"]) as author,
        Client(url_of(served), tokens["approver"]) as approver,
    ):
        draft = author.policy_set("house").push(rules())
        waiting = author.policy_set("house").submit(draft)
        approver.policy_set("house").activate(approver.policy_set("house").approve(waiting))
    await_everywhere(served, "house")
    settings = served.installation.settings
    anna = make_key(settings, name="anna", principal="anna", roles=[Role.SUBMITTER])
    ben = make_key(settings, name="ben", principal="ben", roles=[Role.APPROVER], may_grant=[BOARD])
    return {"anna": anna.token, "ben": ben.token}
