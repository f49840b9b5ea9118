"""Witnesses as the service has them: what is published, in receipts, and what readiness says."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import assent
from api.http.witnesses import witnesses_of
from api.installation.contents import open_database
from api.installation.publishing import publisher_of
from api.installation.setup import initialise
from api.installation.signing import signer_of
from engine.audit.checkpoints.cosignature import WitnessKey, WitnessPolicy
from engine.audit.checkpoints.note import VerifierKey
from engine.audit.exhibits.log_proof import verify_receipt
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
from tests.audit.loopback_witness import LoopbackWitness, listening
from tests.waiting import until

ORIGIN = "log.example/ads"


@pytest.fixture
def witnesses() -> Iterator[list[LoopbackWitness]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                listening(LoopbackWitness(name=f"w.example/{number}", seed=bytes([number]) * 32))
            )
            for number in (1, 2, 3)
        ]


@pytest.fixture
def installation(tmp_path: Path, witnesses: list[LoopbackWitness]) -> Installation:
    made = install(
        tmp_path,
        port=free_port(),
        log_origin=ORIGIN,
        log_witnesses=" ".join(f"{each.vkey} {each.url}" for each in witnesses),
    )
    for witness in witnesses:
        witness.logs[ORIGIN] = [key.public for key in known_of(made)]
    return made


def known_of(installation: Installation) -> tuple[VerifierKey, ...]:
    return KeyFile(installation.settings.log_key).read().verifiers


def policy_of(witnesses: list[LoopbackWitness], quorum: int) -> WitnessPolicy:
    keys = tuple(WitnessKey.read(each.vkey) for each in witnesses)
    return WitnessPolicy(witnesses=keys, quorum=quorum)


def log_of(served: Served) -> Document:
    status, _, text = served.request("GET", "/health/ready")
    assert status == 200, text
    log: Document = json.loads(text)["log"]
    return log


def test_two_processes_publish_what_all_have_cosigned(
    installation: Installation, witnesses: list[LoopbackWitness]
) -> None:
    policy = policy_of(witnesses, 3)
    size = FIRST + 20
    with serving(installation) as served:
        decided = [served.decide(campaign(id=f"c{number}")) for number in range(20)]
        until(lambda: log_of(served)["published"] == size)
        until(lambda: {each["size"] for each in log_of(served)["witnesses"]} == {size})
        log = log_of(served)
        assert (log["size"], log["quorum"], log["alarm"]) == (size, 2, None)
        assert [(each["name"], each["problem"]) for each in log["witnesses"]] == [
            ("w.example/1", None),
            ("w.example/2", None),
            ("w.example/3", None),
        ]
        note = served.request("GET", "/log/checkpoint")[2]
        assert policy.review(note).faults == ()
        path = f"/v1/decisions/{decided[0]['id']}/receipt"
        receipt = served.request("GET", path)[2]
        report = verify_receipt(receipt, known_of(installation), policy=policy)
        assert report.faults == ()
        assert len(report.cosignatures) == 3
        for worker in served.workers():  # Nobody is needed to go on publishing.
            os.kill(worker, signal.SIGKILL)
        until(lambda: served.request("GET", "/health/live")[0] == 200)
        served.decide(campaign(id="after"))
        until(lambda: log_of(served)["published"] >= 22)


def test_receipt_at_once_waits_for_no_witness(
    installation: Installation, witnesses: list[LoopbackWitness]
) -> None:
    for witness in witnesses:
        witness.instead = lambda _: (503, b"")
    body = json.dumps({"campaign": campaign()}).encode()
    with serving(installation) as served:
        status, _, text = served.request("POST", "/v1/decisions?receipt=wait", body)
        assert status == 200
        proof = json.loads(text)["receipt"]["proof"].encode()
        policy = policy_of(witnesses, 2)
        report = verify_receipt(proof, known_of(installation), policy=policy)
        assert [fault.code for fault in report.faults] == ["quorum_missing"]
        assert verify_receipt(proof, known_of(installation)).faults == ()
        status, headers, text = served.request("GET", "/log/checkpoint")
        assert (status, headers["Retry-After"]) == (503, "5")
        told = json.loads(text)
        assert told["type"] == "/problems/unsigned"
        assert "2 of 3 witnesses have to cosign one" in told["detail"]
        until(lambda: log_of(served)["witnesses"][0]["problem"] == "it answers 503")
        log = log_of(served)
        assert (log["published"], log["alarm"]) == (None, None)


def test_witness_with_another_history_is_an_alarm_and_stops_nothing(
    installation: Installation, witnesses: list[LoopbackWitness]
) -> None:
    with serving(installation) as served:
        served.decide(campaign())
        until(lambda: log_of(served)["published"] == FIRST + 1)
        witnesses[1].seen[ORIGIN] = (99, bytes(32))
        served.decide(campaign())
        expected = "the witness `w.example/2` has another history of this log"
        until(lambda: log_of(served)["alarm"] == expected)
        served.decide(campaign())
        until(lambda: log_of(served)["published"] == FIRST + 3)
        assert log_of(served)["alarm"] == expected
    log = (installation.settings.data_directory / "log").read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    told = [line for line in lines if line["event"] == "a witness has another history of the log"]
    assert {(line["level"], line["witness"]) for line in told} == {("error", "w.example/2")}
    reasons = [line["reason"] for line in told]
    assert all(reason.startswith("it has cosigned 99 entries, and ") for reason in reasons)
    assert len(set(reasons)) == len(reasons)  # It is told again only where the log has grown.
    assert list((installation.settings.log_vouched / "forks").iterdir()) != []


def test_anchor_that_is_older_than_what_was_cosigned_is_an_alarm(
    installation: Installation, witnesses: list[LoopbackWitness]
) -> None:
    del witnesses
    anchor, database = installation.settings.log_anchor, installation.settings.data_directory
    old = anchor.read_bytes()
    with serving(installation) as served:
        served.decide(campaign())
        until(lambda: log_of(served)["published"] == FIRST + 1)
    anchor.write_bytes(old)  # With its database: then nothing but the witnesses remembers.
    for file in database.glob("assent.db*"):
        file.unlink()
    initialise(installation.settings)
    with serving(installation) as served:
        told = f"a log of size {FIRST + 1} was cosigned, and one of size "
        until(lambda: (log_of(served)["alarm"] or "").startswith(told))
    log = (installation.settings.data_directory / "log").read_text()
    assert '"the log is not published"' in log


def test_export_writes_what_was_cosigned(
    installation: Installation,
    witnesses: list[LoopbackWitness],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = installation.settings
    monkeypatch.setenv("ASSENT_DATA_DIRECTORY", str(settings.data_directory))
    monkeypatch.setenv("ASSENT_LOG_WITNESSES", " ".join(map(str, settings.log_witnesses)))
    with serving(installation) as served:
        served.decide(campaign())
    tree = tmp_path / "tree"
    done = CliRunner().invoke(assent, ["log", "export", str(tree)])
    assert done.exit_code == 0, done.output
    assert policy_of(witnesses, 3).review((tree / "checkpoint").read_bytes()).faults == ()


def test_export_before_anybody_has_cosigned_says_so(
    installation: Installation,
    witnesses: list[LoopbackWitness],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for witness in witnesses:
        witness.instead = lambda _: (503, b"")
    settings = installation.settings
    monkeypatch.setenv("ASSENT_DATA_DIRECTORY", str(settings.data_directory))
    monkeypatch.setenv("ASSENT_LOG_WITNESSES", " ".join(map(str, settings.log_witnesses)))
    done = CliRunner().invoke(assent, ["log", "export", str(tmp_path / "tree")])
    assert done.exit_code == 2
    assert "no checkpoint is published yet" in done.output
    assert "`/health/ready`" in done.output


def test_what_readiness_says_of_each_state(
    installation: Installation, witnesses: list[LoopbackWitness]
) -> None:
    for witness in witnesses:
        witness.instead = lambda _: (503, b"")
    settings = installation.settings
    database = open_database(settings)
    signer = signer_of(settings, database)
    publisher = publisher_of(settings, database, signer)
    publisher.run_round()
    told = witnesses_of(publisher)
    assert (told["published"], told["alarm"]) == (None, None)
    assert told["witnesses"] == [
        {"name": f"w.example/{number}", "size": 0, "problem": "it answers 503"}
        for number in (1, 2, 3)
    ]
    settings.log_vouched.joinpath("witnesses.json").unlink()
    witnesses[0].instead = lambda _: (409, b"7\n")
    for witness in witnesses[1:]:
        witness.instead = lambda _: None
    publisher.run_round()
    told = witnesses_of(publisher)
    expected = "the witness `w.example/1` has another history of this log"
    assert (told["published"], told["alarm"]) == (0, expected)
    settings.log_vouched.joinpath("checkpoint").write_bytes(b"x")
    told = witnesses_of(publisher)
    assert told["published"] is None
    assert str(told["alarm"]).startswith("the published checkpoint is not one of this log")
    database.close()
