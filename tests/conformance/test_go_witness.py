"""The witness of transparency-dev, as others run it: it cosigns our growth, and refuses a fork."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import assent
from engine.audit.checkpoints.cosignature import WitnessKey
from engine.audit.checkpoints.note import SignerKey
from engine.storage.log.anchor import KeyFile
from tests.api.installation import (
    FIRST,
    Document,
    Installation,
    Served,
    campaign,
    free_port,
    install,
    serving,
)
from tests.waiting import until

SEED = SignerKey(name="witness.example/go", seed=bytes(range(32)))
SIZE = FIRST + 4
KEY = WitnessKey(name=SEED.name, public=SEED.verifier.public)


@contextmanager
def witnessing(
    omniwitness: Path, directory: Path, port: str, installation: Installation
) -> Iterator[None]:
    """Run the witness for the log of an installation; what it has seen is in the directory."""
    (log,) = KeyFile(installation.settings.log_key).read().verifiers
    (directory / "witness.key").write_text(SEED.secret_text())
    (directory / "logs.yaml").write_text(
        f'Logs:\n  - Origin: "{log.name}"\n    PublicKey: "{log}"\n    URL: "http://127.0.0.1:1/"\n'
    )
    process = subprocess.Popen(  # noqa: S603 - as built.
        [
            str(omniwitness),
            f"--private_key_path={directory / 'witness.key'}",
            f"--additional_logs={directory / 'logs.yaml'}",
            f"--db_file={directory / 'witness.db'}",
            f"--listen=127.0.0.1:{port}",
            "--metrics_listen=",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def log_of(served: Served) -> Document:
    status, _, text = served.request("GET", "/health/ready")
    assert status == 200, text
    log: Document = json.loads(text)["log"]
    return log


def await_published(served: Served, size: int) -> None:
    until(lambda: log_of(served)["published"] == size)


def problem_of(served: Served) -> str:
    return str(log_of(served)["witnesses"][0]["problem"])


@pytest.fixture
def port() -> str:
    return free_port()


@pytest.fixture
def installation(tmp_path: Path, port: str) -> Installation:
    pair = f"{KEY} http://127.0.0.1:{port}"
    return install(tmp_path, port=free_port(), log_origin="log.example/ads", log_witnesses=pair)


def test_it_cosigns_growth_and_refuses_a_fork(
    omniwitness: Path,
    installation: Installation,
    port: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = installation.settings
    monkeypatch.setenv("ASSENT_DATA_DIRECTORY", str(settings.data_directory))
    monkeypatch.setenv("ASSENT_LOG_WITNESSES", str(settings.log_witnesses[0]))
    vkey = tmp_path / "log.vkey"
    vkey.write_text(str(KeyFile(settings.log_key).read().verifiers[0]))
    before = tmp_path / "before"
    with witnessing(omniwitness, tmp_path, port, installation):
        with serving(installation) as served:
            for size in range(FIRST + 1, SIZE):
                served.decide(campaign(id=f"c{size}"))
                await_published(served, size)
            assert log_of(served)["alarm"] is None
        shutil.copytree(settings.data_directory, before)
        with serving(installation) as served:
            served.decide(campaign(id="one-more"))
            await_published(served, SIZE)
        verified = _verify(CliRunner(), tmp_path / "tree", vkey)
        assert verified.startswith(f"VERIFIED  {SIZE} entries")
        assert "cosigned   witness.example/go, at 20" in verified

        # The whole installation is put back from a copy, anchor and all, and goes another way.
        shutil.rmtree(settings.data_directory)
        shutil.copytree(before, settings.data_directory)
        with serving(installation) as served:
            for number in range(3):
                served.decide(campaign(id=f"other-{number}"))
            expected = "the witness `witness.example/go` has another history of this log"
            until(lambda: log_of(served)["alarm"] == expected)
            assert log_of(served)["published"] == SIZE - 1
            (witness,) = log_of(served)["witnesses"]
            assert witness["problem"] in {
                *(f"it refuses the proof from {SIZE} to {SIZE + n} entries" for n in range(3)),
                f"it has cosigned {SIZE} entries, and {SIZE - 1} are signed here",
                f"it has another root for the {SIZE} entries",
            }
        assert list((settings.log_vouched / "forks").iterdir()) != []


def test_it_that_was_away_is_caught_up_with(
    omniwitness: Path, installation: Installation, port: str, tmp_path: Path
) -> None:
    with serving(installation) as served:
        served.decide(campaign())
        with witnessing(omniwitness, tmp_path, port, installation):
            await_published(served, FIRST + 1)
        served.decide(campaign())
        until(lambda: "does not answer" in str(log_of(served)["witnesses"][0]["problem"]))
        assert log_of(served)["published"] == FIRST + 1
        with witnessing(omniwitness, tmp_path, port, installation):
            await_published(served, FIRST + 2)


def test_log_that_it_does_not_know_is_refused_and_nothing_is_published(
    omniwitness: Path, installation: Installation, port: str, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger = install(other, log_origin="other.example/ads")
    with witnessing(omniwitness, tmp_path, port, stranger), serving(installation) as served:
        # C2SP tlog-witness demands 404 here; this version answers 500.
        refusals = {"it answers 500", "it does not know the log `log.example/ads`: its operator"}
        until(lambda: problem_of(served).partition(" can ")[0] in refusals)
        assert (log_of(served)["published"], log_of(served)["alarm"]) == (None, None)


def _verify(runner: CliRunner, tree: Path, vkey: Path) -> str:
    exported = runner.invoke(assent, ["log", "export", str(tree)])
    assert exported.exit_code == 0, exported.output
    options = ["--vkey", str(vkey), "--witness", str(KEY)]
    return runner.invoke(assent, ["verify", str(tree), *options]).output
