"""The published log over HTTP, and receipts that verify without it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from api.wsgi import start
from engine.audit.checkpoints import signing
from engine.audit.checkpoints.checkpoint import open_checkpoint
from engine.audit.checkpoints.note import VerifierKey
from engine.audit.exhibits.log_proof import verify_receipt
from engine.audit.verification.verify_log import verify_log
from engine.storage.log.anchor import KeyFile
from tests.api.installation import FIRST, Caller, allowed, campaign, install, problem_of

SIZE = 258


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A log of 258 entries, all of them signed: the first policies, keys, and decisions.

    Whoever reads entries adds one, which is not signed meanwhile, however long the tests take.
    """
    installation = install(tmp_path_factory.mktemp("filled"), log_level="error")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing, "INTERVAL_SECONDS", 3600.0)
        started = start(installation.settings)
        caller = Caller(app=cast(Flask, started.wsgi), installation=installation)
        made = caller.batch([campaign(id=f"c{number}") for number in range(SIZE - FIRST)])
        assert caller.get(f"/v1/decisions/{made[-1]['id']}/receipt").status_code == 200
        yield caller
        started.close()


def _keys(api: Caller) -> tuple[VerifierKey, ...]:
    return KeyFile(api.installation.settings.log_key).read().verifiers


class _Source:
    """A published log as this application serves it."""

    def __init__(self, api: Caller) -> None:
        self._api = api
        self.paths: list[str] = []

    def read(self, path: str, limit: int) -> bytes | None:
        answer = self._api.get(f"/log/{path}", role="auditor")
        self.paths.append(path)
        assert answer.status_code in (200, 404)
        return answer.data[: limit + 1] if answer.status_code == 200 else None


def test_the_log_verifies_as_it_is_served(filled: Caller) -> None:
    source = _Source(filled)
    report = verify_log(source, _keys(filled))
    assert (report.faults, report.entries) == ((), SIZE)
    assert source.paths == [
        "checkpoint",
        "tile/entries/000",
        "tile/0/000",
        "tile/entries/001.p/2",
        "tile/0/001.p/2",
        "tile/1/000.p/1",
    ]


def test_checkpoint_is_text_that_no_cache_keeps(filled: Caller) -> None:
    answer = filled.get("/log/checkpoint", role="auditor")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert open_checkpoint(answer.data, _keys(filled)).head.size == SIZE


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/000.p/255", "tile/entries/001.p/1"])
def test_tiles_are_bytes_that_never_change(filled: Caller, path: str) -> None:
    answer = filled.get(f"/log/{path}", role="auditor")
    assert answer.status_code == 200
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Cache-Control"] == "private, max-age=604800, immutable"
    assert "Content-Encoding" not in answer.headers


def test_partial_tiles_are_the_beginning_of_the_full(filled: Caller) -> None:
    full = filled.get("/log/tile/0/000", role="auditor").data
    assert len(full) == 8192
    for width in (1, 2, 255):
        part = filled.get(f"/log/tile/0/000.p/{width}", role="auditor").data
        assert part == full[: 32 * width]


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/001",
        "tile/0/001.p/3",
        "tile/0/002.p/1",
        "tile/1/000",
        "tile/1/000.p/2",
        "tile/2/000.p/1",
        "tile/entries/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/0",
        "tile/00/000",
        "tile/0/x000/000",
        "tile/63/000",
        "tile/0/000/",
        "tile/0//000",
        "tile/",
        "tile",
        "",
        "tile/0/%2e%2e/000",
        "tile/0/999999999999999999999999999",
    ],
)
def test_what_the_log_has_not_is_not_found(filled: Caller, path: str) -> None:
    problem_of(filled.get(f"/log/{path}", role="auditor"), 404, "not-found")


def test_nothing_beyond_the_checkpoint_is_served(fresh: Caller) -> None:
    fresh.decide(allowed())
    signed = open_checkpoint(fresh.get("/log/checkpoint", role="auditor").data, _keys(fresh))
    if signed.head.size == 0:  # Unless a second went by, the entry is not signed yet.
        assert fresh.get("/log/tile/0/000.p/1", role="auditor").status_code == 404
    fresh.post({"campaign": allowed()}, "/v1/decisions?receipt=wait")
    assert fresh.get("/log/tile/0/000.p/2", role="auditor").status_code == 200


def test_public_log_needs_no_key(tmp_path: Path) -> None:
    installation = install(tmp_path, log_level="error", log_public="true")
    started = start(installation.settings)
    api = Caller(app=cast(Flask, started.wsgi), installation=installation)
    api.post({"campaign": allowed()}, "/v1/decisions?receipt=wait")
    assert api.get("/log/checkpoint", role=None).status_code == 200
    answer = api.get("/log/tile/entries/000.p/1", role=None)
    assert answer.headers["Cache-Control"] == "public, max-age=604800, immutable"
    assert api.get("/v1/decisions", role=None).status_code == 401
    started.close()


# --- receipts ---------------------------------------------------------------------------------


def test_receipt_verifies_without_the_service(filled: Caller) -> None:
    made = filled.decide(campaign(id="the one"), role="submitter")
    answer = filled.get(f"/v1/decisions/{made['id']}/receipt", role="submitter")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert f'filename="{made["id"]}.tlog-proof"' in answer.headers["Content-Disposition"]
    report = verify_receipt(answer.data, _keys(filled))
    assert report.faults == ()
    assert report.line is not None
    columns = report.line.columns
    assert columns is not None
    assert (columns.decision_id, columns.campaign) == (made["id"], "the one")


def test_receipt_of_another_is_not_found(filled: Caller) -> None:
    made = filled.decide(campaign(), role="both")
    path = f"/v1/decisions/{made['id']}/receipt"
    problem_of(filled.get(path, role="submitter"), 404, "not-found")
    assert filled.get(path, role="auditor").status_code == 200
    problem_of(filled.get("/v1/decisions/nothing/receipt"), 404, "not-found")


def test_decision_that_waits_brings_its_receipt(fresh: Caller) -> None:
    plain = fresh.decide(campaign())
    assert "proof" not in plain["receipt"]
    answer = fresh.post({"campaign": campaign()}, "/v1/decisions?receipt=wait")
    made = json.loads(answer.data)
    report = verify_receipt(made["receipt"]["proof"].encode(), _keys(fresh))
    assert report.faults == ()
    assert report.line is not None
    assert report.line.columns is not None
    assert (report.line.index, report.line.columns.decision_id) == (FIRST + 1, made["id"])


def test_decision_as_text_brings_its_receipt_too(fresh: Caller) -> None:
    answer = fresh.post(
        {"campaign": campaign()}, "/v1/decisions?receipt=wait", headers={"Accept": "text/plain"}
    )
    text, _, rest = answer.text.partition("\n\nc2sp.org")
    assert text.startswith("DENY")
    assert verify_receipt(b"c2sp.org" + rest.encode(), _keys(fresh)).faults == ()


def test_dry_run_has_no_receipt_to_wait_for(fresh: Caller) -> None:
    body = {"campaign": campaign(), "dry_run": True}
    made = problem_of(fresh.post(body, "/v1/decisions?receipt=wait"), 400, "invalid-query")
    assert made["errors"][0]["parameter"] == "receipt"
    problem_of(fresh.post({}, "/v1/decisions?receipt=later"), 400, "invalid-query")
    problem_of(fresh.post(b"", "/v1/decisions/batch?receipt=wait"), 400, "invalid-query")


def test_receipt_that_cannot_be_signed(fresh: Caller) -> None:
    """The decision is recorded and named, and whoever needs the receipt has no answer."""
    anchor = fresh.installation.settings.log_anchor
    kept = anchor.read_bytes()
    anchor.unlink()
    answer = fresh.post({"campaign": allowed()}, "/v1/decisions?receipt=wait")
    made = problem_of(answer, 503, "unsigned")
    assert answer.headers["Retry-After"] == "5"
    (found,) = json.loads(fresh.get("/v1/decisions").data)["items"]
    assert f"the decision `{found['id']}` is recorded" in made["detail"]
    problem_of(fresh.get("/log/checkpoint", role="auditor"), 503, "unsigned")
    anchor.write_bytes(kept)
    assert fresh.get(f"/v1/decisions/{found['id']}/receipt").status_code == 200
