"""Time stamps as the service has them: asked for, kept, served, exported, and verified."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli.main import assent
from api.installation.contents import open_database
from api.installation.publishing import publisher_of
from api.installation.settings import Settings, SettingsError, load_settings
from api.installation.signing import SigningError, signer_of
from api.installation.stamping import stamper_of
from api.wsgi import start
from engine.storage.log.anchor import KeyFile
from tests.api.evidence import members, zipped
from tests.api.installation import FIRST, Caller, Installation, campaign, copied, install
from tests.audit.loopback_tsa import LoopbackTSA, made, stamping

SIZE = FIRST + 1


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[LoopbackTSA]:
    with stamping(made(tmp_path / "tsa")) as found:
        yield found


@pytest.fixture
def installation(
    prepared: Installation, tmp_path: Path, tsa: LoopbackTSA, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    chosen = {"log_tsa": tsa.url, "log_tsa_certificates": str(tsa.chain)}
    found = copied(prepared, tmp_path, log_level="error", **chosen)
    monkeypatch.setenv("ASSENT_DATA_DIRECTORY", str(found.settings.data_directory))
    return found


def stamp(settings: Settings) -> bool:
    database = open_database(settings)
    publisher = publisher_of(settings, database, signer_of(settings, database))
    stamper = stamper_of(settings, publisher, on_failure=lambda _: None)
    assert stamper is not None
    done = stamper.run_round()
    database.close()
    return done


def verify(*arguments: object) -> Result:
    return CliRunner().invoke(assent, ["verify", *map(str, arguments)])


def test_stamped_log_is_served_exported_and_verified(
    installation: Installation, tsa: LoopbackTSA, tmp_path: Path
) -> None:
    process = start(installation.settings)
    api = Caller(app=process.wsgi, installation=installation)  # type: ignore[arg-type] # It is a Flask.
    wait = "/v1/decisions?receipt=wait"
    assert api.post({"campaign": campaign()}, wait).status_code == 200
    assert api.get("/log/timestamps/latest", role="auditor").status_code == 404
    assert stamp(installation.settings)
    assert api.post({"campaign": campaign()}, wait).status_code == 200
    assert api.get("/log/timestamps/latest", role="auditor").data == f"{SIZE}\n".encode()
    served = api.get(f"/log/timestamps/{SIZE}.tsr", role="auditor")
    assert served.content_type == "application/timestamp-reply"
    for name in ("3", "x", "01.tsrx", "..%2fcheckpoint"):
        assert api.get(f"/log/timestamps/{name}", role="auditor").status_code == 404
    assert api.get(f"/log/timestamps/{SIZE}", role="submitter").status_code == 403
    process.close()
    tree, vkey = tmp_path / "tree", tmp_path / "log.vkey"
    vkey.write_text(str(KeyFile(installation.settings.log_key).read().verifiers[0]))
    exported = CliRunner().invoke(assent, ["log", "export", str(tree)])
    assert exported.exit_code == 0, exported.output
    assert (tree / "timestamps" / f"{SIZE}.tsr").read_bytes() == served.data
    options = ["--vkey", vkey, "--tsa-certificate", tsa.chain]
    result = verify(tree, *options)
    assert result.exit_code == 0, result.output
    assert f"  stamped    {SIZE} entries, at 2" in result.output
    document = json.loads(verify(tree, *options, "--json").output)
    assert document["stamped"]["size"] == SIZE
    _spoil(tree, options)


def _spoil(tree: Path, options: list[object]) -> None:
    """Whatever is altered of the time stamp is named."""
    note, response = tree / "timestamps" / str(SIZE), tree / "timestamps" / f"{SIZE}.tsr"
    whole = note.read_bytes()
    note.write_bytes(whole.replace(b"\n10\n", b"\n11\n"))
    assert "(timestamp_refused)" in verify(tree, *options).output
    note.write_bytes(whole + whole[whole.index(b"\n\n") + 2 :])  # One line twice: other bytes.
    assert "mismatch between messages (timestamp_refused)" in verify(tree, *options).output
    note.write_bytes(whole)
    kept = response.read_bytes()
    response.unlink()
    assert "(timestamp_missing)" in verify(tree, *options).output
    response.write_bytes(kept)
    latest = tree / "timestamps" / "latest"
    latest.write_text("../checkpoint\n")
    assert "(timestamp_missing)" in verify(tree, *options).output
    latest.unlink()
    assert "(timestamp_missing)" in verify(tree, *options).output


def test_evidence_has_the_newest_time_stamp(
    installation: Installation, tsa: LoopbackTSA, tmp_path: Path
) -> None:
    process = start(installation.settings)
    api = Caller(app=process.wsgi, installation=installation)  # type: ignore[arg-type] # It is a Flask.
    wait, query = "/v1/decisions?receipt=wait", "/v1/decisions/evidence?outcome=deny"
    api.post({"campaign": campaign()}, wait)
    key = tmp_path / "log.vkey"
    key.write_text(str(KeyFile(installation.settings.log_key).read().verifiers[0]))
    options = ["--tsa-certificate", tsa.chain, "--vkey", key]
    bare, file = tmp_path / "bare.zip", tmp_path / "evidence.zip"
    _fetch(api, query, bare)
    assert "(timestamp_missing)" in verify(bare, *options).output
    assert verify(bare, *options[2:]).exit_code == 0
    assert stamp(installation.settings)
    api.post({"campaign": campaign()}, wait)
    _fetch(api, query, file)
    process.close()
    result = verify(file, *options)
    assert result.exit_code == 0, result.output
    assert f"  stamped    {SIZE} entries, at 2" in result.output
    assert json.loads(verify(file, *options, "--json").output)["stamped"]["size"] == SIZE
    assert "stamped" not in verify(file, *options[2:]).output
    _spoil_evidence(file, options)


def _fetch(api: Caller, query: str, file: Path) -> None:
    with api.get(query, role="auditor") as answer:
        assert answer.status_code == 200, answer.data
        file.write_bytes(answer.data)


def _spoil_evidence(file: Path, options: list[object]) -> None:
    """Whatever is altered of the time stamp is named, also where nobody demands it."""
    whole = members(file.read_bytes())
    proof = whole["timestamp/consistency"]
    spoilt: dict[str, tuple[bytes | None, str]] = {
        "timestamp/checkpoint": (whole["checkpoint"], "stamped_root_differs"),
        "timestamp/consistency": (proof[::-1], "timestamp_refused"),
        "timestamp/checkpoint.tsr": (None, "timestamp_refused"),
    }
    for name, (content, code) in spoilt.items():
        altered = dict(whole)
        del altered[name]
        if content is not None:
            altered[name] = content
        file.write_bytes(zipped(altered))
        assert f"({code})" in verify(file, *options[2:]).output
    file.write_bytes(zipped(whole | {"timestamp/checkpoint": b"no note"}))
    assert "(timestamp_refused)" in verify(file, *options).output
    file.write_bytes(zipped(whole | {"timestamp/checkpoint.tsr": b"no stamp"}))
    assert "(timestamp_refused)" in verify(file, *options).output
    assert verify(file, *options[2:]).exit_code == 0
    file.write_bytes(zipped(whole | {"checkpoint": b"no note"}))
    assert "(checkpoint_refused)" in verify(file, *options).output


def test_only_published_logs_have_time_stamps(tmp_path: Path, tsa: LoopbackTSA) -> None:
    file = tmp_path / "log.ndjson"
    file.write_text("{}\n")
    result = verify(file, "--tsa-certificate", tsa.chain)
    assert result.exit_code == 2
    assert "only a published log and evidence have time stamps" in result.output
    result = verify(file, "--tsa-certificate", file)
    assert "there are no certificates in it" in result.output


def test_certificates_are_read_before_anything_starts(
    installation: Installation, tsa: LoopbackTSA
) -> None:
    tsa.chain.write_text("x")
    with pytest.raises(SigningError, match="`log_tsa_certificates`: there are no certificates"):
        start(installation.settings)
    tsa.chain.unlink()
    with pytest.raises(SigningError, match="no such file"):
        start(installation.settings)


def test_nobody_named_stamps_nothing(tmp_path: Path) -> None:
    settings = install(tmp_path, log_level="error").settings
    database = open_database(settings)
    publisher = publisher_of(settings, database, signer_of(settings, database))
    assert stamper_of(settings, publisher, on_failure=lambda _: None) is None
    database.close()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ASSENT_LOG_TSA", "https://tsa.example", "belong together"),
        ("ASSENT_LOG_TSA_CERTIFICATES", "tsa.pem", "belong together"),
        ("ASSENT_LOG_TSA", "tsa.example", "a web address"),
        ("ASSENT_LOG_TSA_MINUTES", "0", "from 1 to 1440"),
    ],
)
def test_settings_that_cannot_be_used(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load_settings({name: value})
