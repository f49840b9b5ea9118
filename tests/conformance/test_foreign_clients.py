"""Clients that others wrote, on a log of ours: Tessera's `fsck`, on a directory and over HTTP.

They need Go and their modules in its cache: `go install` with the path below brings them. Where
they are absent, the tests are skipped and say so.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import assent
from engine.storage.anchor import KeyFile
from tests.api.installation import (
    NDJSON,
    Installation,
    campaign,
    free_port,
    install,
    ndjson,
    serving,
)

FSCK = "github.com/transparency-dev/tessera/cmd/fsck@v1.0.4"
MODULE = "github.com/transparency-dev/tessera@v1.0.4"
SIZE = 300


@pytest.fixture(scope="module")
def fsck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    go = shutil.which("go")
    if go is None:
        pytest.skip("there is no Go here to build Tessera's fsck with")
    cache = subprocess.run([go, "env", "GOMODCACHE"], capture_output=True, check=True)  # noqa: S603
    source = Path(cache.stdout.decode().strip()) / MODULE
    made = tmp_path_factory.mktemp("go") / "fsck"
    if source.is_dir():  # A pinned version, built from the cache alone.
        environment = os.environ | {"GOPROXY": "off", "GOFLAGS": "-buildvcs=false"}
        command = [go, "build", "-o", str(made), "./cmd/fsck"]
        subprocess.run(command, cwd=source, env=environment, capture_output=True, check=False)  # noqa: S603
    if not made.exists():
        pytest.skip(f"`go install {FSCK}` has not been run here: its modules are not in the cache")
    return made


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    made = install(tmp_path, port=free_port())
    monkeypatch.setenv("ASSENT_DATA_DIRECTORY", str(made.settings.data_directory))
    (key,) = KeyFile(made.settings.log_key).read().verifiers
    (tmp_path / "log.vkey").write_text(str(key))
    return made


def _check(fsck: Path, url: str, vkey: Path, *more: str) -> subprocess.CompletedProcess[bytes]:
    command = [str(fsck), f"--storage_url={url}", f"--public_key={vkey}", "--ui=false", *more]
    return subprocess.run(command, capture_output=True, check=False, timeout=120)  # noqa: S603 - as built.


def test_tessera_accepts_the_log_as_it_is_served_and_as_it_is_exported(
    fsck: Path, installation: Installation, tmp_path: Path
) -> None:
    vkey, tree = tmp_path / "log.vkey", tmp_path / "tree"
    body = ndjson([campaign(id=f"c{number}") for number in range(SIZE)])
    with serving(installation) as served:
        batch = served.request("POST", "/v1/decisions/batch", body, Content_Type=NDJSON)
        assert batch[0] == 200
        exported = CliRunner().invoke(assent, ["log", "export", str(tree)])
        assert exported.exit_code == 0, exported.output
        token = f"--bearer_token={installation.tokens['auditor']}"
        live = _check(fsck, f"http://127.0.0.1:{served.port}/log/", vkey, token)
        assert live.returncode == 0, live.stderr
    files = _check(fsck, f"file://{tree}/", vkey)
    assert files.returncode == 0, files.stderr
