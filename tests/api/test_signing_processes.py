"""Signing as it runs: gunicorn, two processes, and a database that is put back or altered."""

import json
import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.log_sources import WebSource
from api.cli.main import assent
from engine.audit.checkpoints.checkpoint import open_checkpoint
from engine.audit.exhibits.log_proof import verify_receipt
from engine.audit.merkle.tree import TreeHead
from engine.audit.verification.verify_log import verify_log
from engine.storage.log.anchor import KeyFile
from tests.api.installation import FIRST, Served, campaign, free_port, install, serving

WAIT = "/v1/decisions?receipt=wait"
ROLLBACK = "/v1/policy-sets/assent/rollback"


def _ready(served: Served) -> tuple[int, str]:
    status, _, text = served.request("GET", "/health/ready")
    return status, json.loads(text).get("detail", "")


def _await_status(served: Served, status: int, reason: str = "") -> str:
    """Wait until both processes say so: ten answers in a row. Returns the last."""
    in_a_row, detail = 0, ""
    for _ in range(600):
        found, detail = _ready(served)
        in_a_row = in_a_row + 1 if found == status and reason in detail else 0
        if in_a_row == 10:
            return detail
        time.sleep(0.05)
    raise AssertionError(f"the service did not come to answer {status}")


def test_receipts_of_many_at_once_and_the_live_log(tmp_path: Path) -> None:
    installation = install(tmp_path, port=free_port())
    known = KeyFile(installation.settings.log_key).read().verifiers
    body = json.dumps({"campaign": campaign()}).encode()
    with serving(installation) as served:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: served.request("POST", WAIT, body), range(100)))
        heads: list[TreeHead] = []
        for status, _, text in answers:
            assert status == 200, text
            report = verify_receipt(json.loads(text)["receipt"]["proof"].encode(), known)
            assert report.faults == ()
            assert report.checkpoint is not None
            heads.append(report.checkpoint.head)
        source = WebSource(
            address=f"http://127.0.0.1:{served.port}/log",
            token=installation.tokens["auditor"],
        )
        # Both processes signed one history: it passes through every head that a receipt has.
        for head in {head.size: head for head in heads}.values():
            report_on_log = verify_log(source, known, trusted=head)
            assert report_on_log.faults == ()
        assert max(head.size for head in heads) == FIRST + 100


def test_decisions_are_signed_within_seconds_though_nobody_asks(tmp_path: Path) -> None:
    installation = install(tmp_path, port=free_port())
    known = KeyFile(installation.settings.log_key).read().verifiers
    with serving(installation) as served:
        served.decide(campaign())
        for _ in range(200):
            head = open_checkpoint(installation.settings.log_anchor.read_bytes(), known).head
            if head.size == FIRST + 1:
                break
            time.sleep(0.05)
        assert head.size == FIRST + 1


def test_old_database_put_back_alarms_and_stops_signing(tmp_path: Path) -> None:
    """An old backup is noticed by every process: it signs and logs nothing, and says why."""
    installation = install(tmp_path, port=free_port())
    settings = installation.settings
    file, backup = settings.data_directory / "assent.db", tmp_path / "backup.db"
    body = json.dumps({"campaign": campaign()}).encode()
    with serving(installation) as served:
        served.request("POST", WAIT, body)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(backup)) as target:
            source.backup(target)
        for _ in range(5):
            assert served.request("POST", WAIT, body)[0] == 200
    anchored = settings.log_anchor.read_bytes()
    for leftover in ("-wal", "-shm"):
        Path(f"{file}{leftover}").unlink(missing_ok=True)
    os.replace(backup, file)  # noqa: PTH105 - as an operator would.
    with serving(installation, ready=503) as served:
        detail = _await_status(served, 503)
        assert detail == (
            f"the log is not signed: the log has {FIRST + 1} entries, and {FIRST + 6} were signed:"
            " the database is an older one"
        )
        for _ in range(6):
            status, _, text = served.request("POST", "/v1/decisions", body)
            assert (status, json.loads(text)["type"]) == (503, "/problems/unsigned"), text
        approver = f"Bearer {installation.tokens['approver']}"
        order = {"Authorization": approver, "If-Match": "*"}
        status, _, text = served.request("POST", ROLLBACK, b"{}", **order)
        assert (status, json.loads(text)["type"]) == (503, "/problems/unsigned"), text
        _await_status(
            served, 503, f"the log has {FIRST + 1} entries"
        )  # And none of what was asked for.
        assert served.request("GET", "/log/checkpoint")[2] == anchored
        assert served.request("GET", "/health/live")[0] == 200
    assert settings.log_anchor.read_bytes() == anchored
    told = [json.loads(line) for line in (settings.data_directory / "log").read_text().splitlines()]
    alarms = [line for line in told if line.get("event") == "the log is not signed"]
    assert {line["level"] for line in alarms} == {"error"}
    assert len({line["process"] for line in alarms}) == 2
    assert any(f"{FIRST + 6} were signed" in line["reason"] for line in alarms)


def test_altered_leaf_is_named_by_the_verifier(tmp_path: Path) -> None:
    """A leaf that is altered after it was signed is named by whoever verifies the live log."""
    installation = install(tmp_path, port=free_port())
    settings = installation.settings
    known = KeyFile(settings.log_key).read().verifiers
    body = json.dumps({"campaign": campaign()}).encode()
    with serving(installation) as served:
        for _ in range(3):
            assert served.request("POST", WAIT, body)[0] == 200
        with closing(sqlite3.connect(settings.data_directory / "assent.db")) as database:
            database.execute('UPDATE log_entry SET leaf = zeroblob(9) WHERE "index" = 1')
            database.commit()
        source = WebSource(
            address=f"http://127.0.0.1:{served.port}/log", token=installation.tokens["auditor"]
        )
        faults = [(each.index, each.code) for each in verify_log(source, known).faults]
        assert faults[:2] == [(1, "leaf_malformed"), (1, "leaf_hash_differs")]


def test_leaf_altered_before_it_was_signed_stops_signing(tmp_path: Path) -> None:
    """What was stored is hashed again before it is signed."""
    installation = install(tmp_path, port=free_port())
    file = installation.settings.data_directory / "assent.db"
    with serving(installation) as served, closing(sqlite3.connect(file)) as database:
        database.execute(
            "CREATE TRIGGER spoil AFTER INSERT ON log_entry BEGIN UPDATE log_entry "
            'SET leaf = zeroblob(9) WHERE "index" = new."index"; END'
        )
        database.commit()
        served.decide(campaign())
        _await_status(served, 503, " on are not those")


def test_keys_are_rotated_beside_the_running_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = install(tmp_path, port=free_port())
    settings = installation.settings
    monkeypatch.setenv("ASSENT_DATA_DIRECTORY", str(settings.data_directory))
    (old,) = KeyFile(settings.log_key).read().verifiers
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    body = json.dumps({"campaign": campaign()}).encode()
    with serving(installation) as served:
        rotated = CliRunner().invoke(assent, ["log", "rotate", "--both-until", tomorrow, "--json"])
        assert rotated.exit_code == 0, rotated.output
        new, _ = KeyFile(settings.log_key).read().verifiers
        status, _, text = served.request("POST", WAIT, body)
        assert status == 200
        proof = json.loads(text)["receipt"]["proof"].encode()
        for key in (new, old):
            assert verify_receipt(proof, [key]).faults == ()
