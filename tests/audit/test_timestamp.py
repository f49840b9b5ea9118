"""Time stamps: published responses, an authority on loopback, and what is refused."""

import builtins
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.audit.checkpoints import stamping as module
from engine.audit.checkpoints.checkpoint import SignedCheckpoint, open_checkpoint
from engine.audit.checkpoints.panel import HTTPAnswer
from engine.audit.checkpoints.stamping import CheckpointStamper, stamp_by
from engine.audit.checkpoints.timestamp import Authority, Query, TimestampError, stamped_at
from engine.audit.exhibits.evidence_stamp import Stamp
from engine.audit.merkle.tree import TreeHead
from engine.audit.verification.verify_log import AttestationRequirements, verify_log
from engine.storage.log.attestations import AttestationStore
from tests.audit.loopback_tsa import LoopbackTSA, made, stamping
from tests.audit.published import KEY, OTHER_KEY, MemorySource, leaf, published

NOTE = published([leaf(0)]).files["checkpoint"]


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> LoopbackTSA:
    return made(tmp_path_factory.mktemp("authority") / "tsa")


@pytest.fixture
def authority(tsa: LoopbackTSA) -> Authority:
    return Authority.read(tsa.chain.read_bytes())


# --- published responses ------------------------------------------------------------------------

GOOD = [
    ("test_tsa", "response", b"hello"),
    ("test_tsa", "response-injected-certs", b"hello"),
    ("sigstage", "response-sha256", b"hello"),
    ("sigstage", "response-sha384", b"hello"),
    ("sigstage", "response-sha512", b"hello"),
    ("sigstage", "response-no-embedded-cert", b"hello"),
]
BAD = [
    ("test_tsa", "other_response", "certificate"),
    ("sigstage", "response-invalid-signature", "certificate"),
]


def published_authority(vectors: Path, name: str) -> Authority:
    return Authority.read(
        (vectors / "rfc3161-tsr/test/fixtures" / name / "ts_chain.pem").read_bytes()
    )


def published_response(vectors: Path, folder: str, name: str) -> bytes:
    return (vectors / "rfc3161-tsr/test/fixtures" / folder / f"{name}.tsr").read_bytes()


@pytest.mark.parametrize(("folder", "name", "content"), GOOD)
def test_published_responses(vectors: Path, folder: str, name: str, content: bytes) -> None:
    response = published_response(vectors, folder, name)
    trusted = published_authority(vectors, folder)
    assert stamped_at(response, content, trusted).year >= 2024
    with pytest.raises(TimestampError, match="mismatch between messages"):
        stamped_at(response, content + b"!", trusted)
    with pytest.raises(TimestampError, match="nonce mismatch"):
        stamped_at(response, content, trusted, nonce=1)


def test_certificate_has_to_be_valid_when_it_stamped_and_not_today(vectors: Path) -> None:
    response = published_response(vectors, "sigstore.mock", "response-expired")
    payload = (vectors / "rfc3161-tsr/test/fixtures/sigstore.mock/payload").read_bytes()
    trusted = published_authority(vectors, "sigstore.mock")
    assert stamped_at(response, payload, trusted).year == 2023


@pytest.mark.parametrize(("folder", "name", "reason"), BAD)
def test_published_responses_that_are_refused(
    vectors: Path, folder: str, name: str, reason: str
) -> None:
    response = published_response(vectors, folder, name)
    with pytest.raises(TimestampError, match=reason):
        stamped_at(response, b"hello", published_authority(vectors, folder))


# --- an authority on loopback -------------------------------------------------------------------


def test_answer_to_a_request_is_verified(tsa: LoopbackTSA, authority: Authority) -> None:
    query = Query.of(NOTE)
    response = tsa.answer(query.encoded)
    moment = query.answered(response, authority)
    assert moment.tzinfo is not None
    assert moment == stamped_at(response, NOTE, authority)
    with pytest.raises(TimestampError, match="nonce mismatch"):
        Query.of(NOTE).answered(response, authority)
    with pytest.raises(TimestampError, match="mismatch between messages"):
        stamped_at(response, NOTE + b"\n", authority)


def test_openssl_verifies_what_is_kept(tsa: LoopbackTSA, tmp_path: Path) -> None:
    """As `docs/audit-log.md` says: no program of ours is needed."""
    (tmp_path / "1").write_bytes(NOTE)
    (tmp_path / "1.tsr").write_bytes(tsa.answer(Query.of(NOTE).encoded))
    assert _openssl_verifies(tmp_path, tsa.chain)
    (tmp_path / "1").write_bytes(NOTE + b"x")
    assert not _openssl_verifies(tmp_path, tsa.chain)


def _openssl_verifies(directory: Path, chain: Path) -> bool:
    command = ["openssl", "ts", "-verify", "-data", "1", "-in", "1.tsr", "-CAfile", str(chain)]
    done = subprocess.run(command, cwd=directory, capture_output=True, check=False)  # noqa: S603 - as it is found.
    return done.returncode == 0


def test_authority_that_nobody_named(
    tsa: LoopbackTSA, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = made(tmp_path_factory.mktemp("other") / "tsa")
    response = tsa.answer(Query.of(NOTE).encoded)
    with pytest.raises(TimestampError, match="certificate"):
        stamped_at(response, NOTE, Authority.read(other.chain.read_bytes()))


@pytest.mark.parametrize("response", [b"", b"x", b"0\x03\x02\x01\x02"])
def test_responses_that_are_none(authority: Authority, response: bytes) -> None:
    with pytest.raises(TimestampError, match="the time stamp is refused"):
        stamped_at(response, NOTE, authority)


def test_certificates_that_are_none(tsa: LoopbackTSA) -> None:
    with pytest.raises(TimestampError, match="no certificates"):
        Authority.read(b"x")
    with pytest.raises(TimestampError, match="is a root"):
        Authority.read((tsa.directory / "tsa.pem").read_bytes())


def test_without_the_library_it_is_said(
    monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "rfc3161_client":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(TimestampError, match=r"pip install 'assent\[timestamps\]'"):
        stamped_at(b"", NOTE, authority)


# --- having checkpoints stamped -----------------------------------------------------------------


@pytest.fixture
def memory(tmp_path: Path) -> AttestationStore:
    return AttestationStore(path=tmp_path / "vouched")


@pytest.fixture
def answering(tsa: LoopbackTSA) -> Iterator[LoopbackTSA]:
    tsa.asked, tsa.instead = 0, lambda _: None
    with stamping(tsa):
        yield tsa


def checkpoint(size: int) -> SignedCheckpoint:
    note = published([leaf(number) for number in range(size)]).files["checkpoint"]
    return open_checkpoint(note, [KEY.verifier])


def stamper(
    tsa: LoopbackTSA, memory: AttestationStore, sizes: list[int], *, interval: float = 0.0
) -> tuple[CheckpointStamper, list[Exception | None]]:
    told: list[Exception | None] = []

    def ask(body: bytes) -> HTTPAnswer:
        status, content = tsa.instead(body) or (200, tsa.answer(body))
        tsa.asked += 1
        return HTTPAnswer(status=status, body=content)

    made_ = CheckpointStamper(
        lambda: checkpoint(sizes[0]),
        memory,
        stamp_by(Authority.read(tsa.chain.read_bytes()), ask),
        interval=interval,
        on_failure=told.append,
    )
    return made_, told


def test_each_size_is_stamped_once(answering: LoopbackTSA, memory: AttestationStore) -> None:
    sizes = [1]
    act, _ = stamper(answering, memory, sizes)
    assert memory.stamp() is None
    assert act.run_round()
    assert not act.run_round()
    sizes[0] = 3
    assert act.run_round()
    last = memory.stamp()
    assert last is not None
    assert last[0] == 3
    trusted = Authority.read(answering.chain.read_bytes())
    for size in (1, 3):  # The older one stays: it is the one that dates the first entry best.
        note, response = memory.stamp_file(str(size)), memory.stamp_file(f"{size}.tsr")
        assert note == checkpoint(size).note
        assert response is not None
        stamped_at(response, checkpoint(size).note, trusted)


def test_interval_is_kept(answering: LoopbackTSA, memory: AttestationStore) -> None:
    sizes = [1]
    act, _ = stamper(answering, memory, sizes, interval=3600.0)
    assert act.run_round()
    sizes[0] = 2
    assert not act.run_round()
    assert answering.asked == 1


def test_one_process_at_a_time(answering: LoopbackTSA, memory: AttestationStore) -> None:
    act, _ = stamper(answering, memory, [1])
    with memory.stamping() as is_mine:
        assert is_mine
        assert not act.run_round()


def _fail(_body: bytes) -> tuple[int, bytes]:
    raise OSError("connection refused")


@pytest.mark.parametrize(
    ("instead", "reason"),
    [
        (lambda _: (500, b""), "answers 500"),
        (lambda _: (200, b"x"), "is refused"),
        (_fail, "does not answer: connection refused"),
    ],
)
def test_failure_is_told_once_and_keeps_nothing(
    answering: LoopbackTSA, memory: AttestationStore, instead: Any, reason: str
) -> None:
    act, told = stamper(answering, memory, [1])
    answering.instead = instead
    act.attempt()
    act.attempt()
    assert memory.stamp() is None
    assert reason in str(act.failure)
    answering.instead = lambda _: None
    act.attempt()
    assert act.failure is None
    assert [type(each) for each in told] == [TimestampError, type(None)]


def test_thread_stamps_until_it_is_closed(
    answering: LoopbackTSA, memory: AttestationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    act, _ = stamper(answering, memory, [1])
    act.start()
    act.close()
    assert memory.stamp() is None, "the first round is not at once"
    monkeypatch.setattr(module, "ROUND_SECONDS", 0.01)
    act, _ = stamper(answering, memory, [1])
    act.start()
    for _ in range(2000):
        if memory.stamp() is not None:
            break
        time.sleep(0.01)
    act.close()
    assert memory.stamp() is not None
    assert "log-stamper" not in {thread.name for thread in threading.enumerate()}


def test_chain_in_another_encoding_is_pem_first(vectors: Path) -> None:
    """The chain of IdenTrust is published in DER: who has such a one turns it into PEM."""
    raw = (vectors / "rfc3161-tsr/test/fixtures/identrust/ts_chain.pem").read_bytes()
    with pytest.raises(TimestampError, match="no certificates"):
        Authority.read(raw)


# --- in a published log -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stamped", "code"),
    [
        (published([leaf(0), leaf(1)]), None),
        (published([leaf(0), leaf(7)]), "stamped_root_differs"),
        (published([leaf(number) for number in range(9)]), "trusted_size_missing"),
        (published([leaf(0), leaf(1)], OTHER_KEY), "timestamp_refused"),
    ],
)
def test_log_has_to_pass_through_what_was_stamped(
    tsa: LoopbackTSA, authority: Authority, stamped: MemorySource, code: str | None
) -> None:
    log = published([leaf(number) for number in range(5)])
    note = stamped.files["checkpoint"]
    size = note.split(b"\n")[1].decode()
    log.files["timestamps/latest"] = f"{size}\n".encode()
    log.files[f"timestamps/{size}"] = note
    log.files[f"timestamps/{size}.tsr"] = tsa.answer(Query.of(note).encoded)
    report = verify_log(
        log, [KEY.verifier], requirements=AttestationRequirements(authority=authority)
    )
    assert [fault.code for fault in report.faults] == ([] if code is None else [code])
    trusted = TreeHead(size=3, root=bytes(32))
    both = verify_log(
        log,
        [KEY.verifier],
        trusted=trusted,
        requirements=AttestationRequirements(authority=authority),
    )
    assert "trusted_root_differs" in {fault.code for fault in both.faults}


def test_log_without_time_stamps_lacks_one(authority: Authority) -> None:
    log = published([leaf(0)])
    report = verify_log(
        log, [KEY.verifier], requirements=AttestationRequirements(authority=authority)
    )
    assert [fault.code for fault in report.faults] == ["timestamp_missing"]
    assert report.stamped is None


def test_chain_need_not_have_the_certificate_that_stamps(tsa: LoopbackTSA) -> None:
    trusted = Authority.read((tsa.directory / "root.pem").read_bytes())
    assert trusted.own is None
    stamped_at(tsa.answer(Query.of(NOTE).encoded), NOTE, trusted)


def test_copy_of_nothing_and_a_clock_that_was_set_back(
    memory: AttestationStore, tmp_path: Path
) -> None:
    memory.copy_stamp(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    memory.keep_stamp(3, b"note", b"response")
    latest = memory.path / "timestamps" / "latest"
    os.utime(latest, (2**33, 2**33))
    assert memory.stamp() == (3, float("inf"))


def test_newest_stamp_is_whole_or_none(tmp_path: Path) -> None:
    directory = AttestationStore(path=tmp_path / "vouched")
    assert directory.newest_stamp() is None
    directory.keep_stamp(7, b"note", b"response")
    assert directory.newest_stamp() == Stamp(size=7, note=b"note", response=b"response")
    (directory.path / "timestamps" / "7.tsr").unlink()
    assert directory.newest_stamp() is None
