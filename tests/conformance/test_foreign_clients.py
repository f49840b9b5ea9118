"""Clients that others wrote, on a log of ours: Tessera's `fsck`, Go's `note` and `tlog`.

They are built from pinned versions; where they cannot be, the tests are skipped and say so.
"""

import json
import subprocess
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import assent
from engine.audit.checkpoints.keyring import KeyRing
from engine.audit.exhibits.log_proof import LogProof
from engine.audit.export import Line
from engine.storage.log.anchor import KeyFile
from tests.api.installation import (
    FIRST,
    NDJSON,
    Installation,
    Served,
    campaign,
    free_port,
    install,
    ndjson,
    serving,
)
from tests.audit.published import KEY, leaf, published

SIZE = 300
WAIT = "/v1/decisions?receipt=wait"

Done = subprocess.CompletedProcess[bytes]


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    made = install(tmp_path, port=free_port())
    monkeypatch.setenv("ASSENT_DATA_DIRECTORY", str(made.settings.data_directory))
    (key,) = KeyFile(made.settings.log_key).read().verifiers
    (tmp_path / "log.vkey").write_text(str(key))
    return made


def run(*command: object) -> Done:
    arguments = list(map(str, command))
    return subprocess.run(arguments, capture_output=True, check=False, timeout=120)  # noqa: S603 - as built.


def accepts(fsck: Path, url: str, vkey: Path, size: int, *more: str) -> bool:
    """Whether `fsck` says that a log of a size is right: its exit status is 0 whatever it finds."""
    done = run(fsck, f"--storage_url={url}", f"--public_key={vkey}", "--ui=false", *more)
    return f"Successfully fsck'd log with size {size} and root " in done.stderr.decode()


def fill(served: Served, count: int) -> None:
    """Have so many campaigns decided; the log of an installation begins with its policies."""
    body = ndjson([campaign(id=f"c{number}") for number in range(count)])
    batch = served.request("POST", "/v1/decisions/batch", body, Content_Type=NDJSON)
    assert batch[0] == 200


def export(tree: Path) -> None:
    exported = CliRunner().invoke(assent, ["log", "export", str(tree)])
    assert exported.exit_code == 0, exported.output


def test_tessera_accepts_the_log_as_it_is_served_and_as_it_is_exported(
    fsck: Path, installation: Installation, tmp_path: Path
) -> None:
    vkey, tree = tmp_path / "log.vkey", tmp_path / "tree"
    with serving(installation) as served:
        fill(served, SIZE - FIRST)
        export(tree)
        token = f"--bearer_token={installation.tokens['auditor']}"
        assert accepts(fsck, f"http://127.0.0.1:{served.port}/log/", vkey, SIZE, token)
    assert accepts(fsck, f"file://{tree}/", vkey, SIZE)
    assert not accepts(fsck, f"file://{tree}/", vkey, SIZE + 1)
    other = KeyFile(tmp_path / "other.key")
    other.create(KeyRing.generate(other_origin(vkey)))
    vkey.write_text(str(other.read().verifiers[0]))
    assert not accepts(fsck, f"file://{tree}/", vkey, SIZE)


def other_origin(vkey: Path) -> str:
    """Return the name of the log: another key may have it, and is not believed for that."""
    return vkey.read_text().partition("+")[0]


def test_go_opens_the_checkpoint_and_proves_every_entry(
    checklog: Path, installation: Installation, tmp_path: Path
) -> None:
    vkey, tree = (tmp_path / "log.vkey").read_text(), tmp_path / "tree"
    body = json.dumps({"campaign": campaign()}).encode()
    with serving(installation) as served:
        fill(served, SIZE - FIRST)
        answer = json.loads(served.request("POST", WAIT, body)[2])
        export(tree)
    done = run(checklog, tree, vkey)
    assert done.stdout == b"%d entries\n" % (SIZE + 1), done.stderr
    receipt = tmp_path / "decision.tlog-proof"
    receipt.write_text(answer["receipt"]["proof"])
    proof = LogProof.read(receipt.read_bytes())
    entry = json.loads(proof.extra)
    assert {*entry, "unread"} == set(Line.__struct_fields__)
    leaf_file = tmp_path / "decision.tlog-proof.leaf"
    leaf_file.write_bytes(b64decode(entry["leaf"]))
    done = run(checklog, receipt, vkey)
    assert done.stdout == b"entry %d of %d\n" % (SIZE, SIZE + 1), done.stderr
    leaf_file.write_bytes(leaf_file.read_bytes() + b" ")
    assert run(checklog, receipt, vkey).returncode == 1


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 65_537])
def test_go_accepts_logs_of_every_shape(checklog: Path, tmp_path: Path, size: int) -> None:
    files = published([leaf(number) for number in range(size)]).files
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    done = run(checklog, tmp_path, KEY.verifier)
    assert done.stdout == b"%d entries\n" % size, done.stderr
    name = max(path for path in files if path.startswith("tile/entries/"))
    (tmp_path / name).write_bytes(files[name][:-1] + b" ")
    assert run(checklog, tmp_path, KEY.verifier).returncode == 1


def test_rotation_is_signed_by_both_keys_for_whoever_knows_either(
    checklog: Path, fsck: Path, installation: Installation, tmp_path: Path
) -> None:
    """Foreign clients with the old key, with the new, and with both accept every checkpoint."""
    tree, vkey = tmp_path / "tree", tmp_path / "log.vkey"
    file = KeyFile(installation.settings.log_key)
    (old,) = file.read().verifiers
    with serving(installation) as served:
        fill(served, 3)
        export(tree)
        assert run(checklog, tree, old).returncode == 0
        until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
        rotated = CliRunner().invoke(assent, ["log", "rotate", "--both-until", until])
        assert rotated.exit_code == 0, rotated.output
        fill(served, 2)
        export(tree)
    new = file.read().verifiers[0]
    assert new != old
    for known in ([old], [new], [new, old]):
        done = run(checklog, tree, *known)
        assert done.stdout == b"%d entries\n" % (FIRST + 5), done.stderr
        vkey.write_text(str(known[0]))
        assert accepts(fsck, f"file://{tree}/", vkey, FIRST + 5)
    _end_rotation(file)
    with serving(installation) as served:
        fill(served, 1)
        export(tree)
    assert run(checklog, tree, new).stdout == b"%d entries\n" % (FIRST + 6)
    refused = run(checklog, tree, old)
    assert refused.returncode == 1
    assert b"no verifiable signatures" in refused.stderr


def _end_rotation(file: KeyFile) -> None:
    """Let the old key's time have passed."""
    past = datetime(2026, 1, 1, tzinfo=UTC)
    ring = file.read()
    new, old = ring.keys
    file.change(lambda _: KeyRing(keys=(new, type(old)(signer=old.signer, until=past))))
