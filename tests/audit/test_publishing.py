"""Publishing: what a quorum has cosigned, and what becomes of witnesses that do not."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api import outward
from api.outward import poster
from engine.audit.checkpoints.checkpoint import SignedCheckpoint, sign_checkpoint
from engine.audit.checkpoints.cosignature import WitnessKey, open_cosignatures
from engine.audit.checkpoints.keyring import KeyRing
from engine.audit.checkpoints.note import read_note
from engine.audit.checkpoints.panel import HTTPAnswer, WitnessPanel, WitnessState
from engine.audit.checkpoints.publishing import CheckpointPublisher, NotWitnessed, Watch
from engine.audit.checkpoints.signing import CheckpointSigner, LogForked
from engine.audit.checkpoints.witness import ANSWER_LIMIT, Witness
from engine.audit.entries.record import seal
from engine.audit.merkle.tree import TreeHead
from engine.storage.databases.database import Database
from engine.storage.errors import StorageUnavailable
from engine.storage.log.anchor import AnchorFile, KeyFile
from engine.storage.log.attestations import AttestationStore
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from tests.audit.conftest import Clock
from tests.audit.loopback_witness import LoopbackWitness, listening
from tests.audit.published import OTHER_KEY, published
from tests.waiting import until

Append = Callable[[int], None]


@dataclass(slots=True, kw_only=True)
class Log:
    """A log with a signer, some witnesses and a publisher, and what that told."""

    directory: Path
    database: Database
    keys: KeyFile
    signer: CheckpointSigner
    witnesses: list[LoopbackWitness]
    clock: Clock
    told: list[tuple[str, str | None]] = field(default_factory=list)
    failures: list[Exception | None] = field(default_factory=list)

    @property
    def memory(self) -> AttestationStore:
        return AttestationStore(path=self.directory / "vouched")

    def publisher(self, quorum: int, post: Any = None) -> CheckpointPublisher:
        panel = WitnessPanel(
            TileLog(self.database),
            [Witness(key=WitnessKey.read(each.vkey), url=each.url) for each in self.witnesses],
            quorum,
            post=post or poster("text/plain; charset=utf-8", ANSWER_LIMIT),
            clock=lambda: self.clock().timestamp(),
        )
        watch = Watch(on_witness=self._on_witness, on_failure=self.failures.append)
        return CheckpointPublisher(
            self.signer, self.memory, lambda: self.keys.read().verifiers, panel, watch
        )

    def _on_witness(self, witness: Witness, state: WitnessState) -> None:
        self.told.append((witness.key.name.removeprefix("witness.example/"), state.problem))

    def sign(self) -> SignedCheckpoint:
        return self.signer.advance(at_once=True)

    def cosigners(self, checkpoint: SignedCheckpoint) -> list[str]:
        keys = [WitnessKey.read(each.vkey) for each in self.witnesses]
        found = open_cosignatures(read_note(checkpoint.note), keys)
        return [each.witness.name.removeprefix("witness.example/") for each in found]


@pytest.fixture
def log(tmp_path: Path, database: Database, clock: Clock) -> Iterator[Log]:
    keys = KeyFile(tmp_path / "log.key")
    keys.create(KeyRing.generate("log.example"))
    (key,) = keys.read().verifiers
    signer = CheckpointSigner(
        TileLog(database),
        AnchorFile(tmp_path / "checkpoint"),
        keys.read,
        clock=clock,
        on_change=lambda _: None,
    )
    signer.begin()
    with ExitStack() as stack:
        witnesses = [
            stack.enter_context(
                listening(
                    LoopbackWitness(
                        name=f"witness.example/{name}",
                        seed=bytes([number]) * 32,
                        logs={"log.example": [key.public]},
                    )
                )
            )
            for number, name in enumerate(("one", "two", "three"))
        ]
        yield Log(
            directory=tmp_path,
            database=database,
            keys=keys,
            signer=signer,
            witnesses=witnesses,
            clock=clock,
        )


@pytest.fixture
def append(store: SQLLogStore, make_record: Any) -> Append:
    return lambda count: [*store.append([seal(make_record()) for _ in range(count)])].clear()


def failing(_body: bytes) -> tuple[int, bytes]:
    return 503, b""


def test_each_checkpoint_is_published_with_all_cosignatures(log: Log, append: Append) -> None:
    publisher = log.publisher(3)
    for count in (0, 1, 255, 1, 300):
        append(count)
        signed = log.sign()
        assert publisher.run_round()
        latest = publisher.latest()
        assert latest.head == signed.head
        assert log.cosigners(latest) == ["one", "two", "three"]
    assert log.told == []
    for witness in log.witnesses:
        assert witness.seen == {"log.example": (latest.head.size, latest.head.root)}


def test_nobody_is_asked_again_for_what_they_cosigned(log: Log, append: Append) -> None:
    publisher = log.publisher(2)
    append(3)
    log.sign()
    publisher.run_round()
    before = publisher.latest()
    publisher.run_round()
    assert publisher.latest() == before
    assert [len(witness.requests) for witness in log.witnesses] == [1, 1, 1]


def test_quorum_publishes_and_the_late_cosign_later(log: Log, append: Append) -> None:
    publisher = log.publisher(2)
    log.witnesses[2].instead = failing
    append(2)
    log.sign()
    publisher.run_round()
    assert log.cosigners(publisher.latest()) == ["one", "two"]
    assert log.told == [("three", "it answers 503")]
    log.witnesses[2].instead = lambda _: None
    publisher.run_round()
    assert log.cosigners(publisher.latest()) == ["one", "two"]  # Its time has not come.
    log.clock.move(seconds=2)
    publisher.run_round()
    assert log.cosigners(publisher.latest()) == ["one", "two", "three"]
    assert log.told[1:] == [("three", None)]


def test_without_a_quorum_the_last_that_had_one_stays_published(log: Log, append: Append) -> None:
    publisher = log.publisher(2)
    with pytest.raises(NotWitnessed, match="published yet: 2 of 3 witnesses have to cosign one"):
        publisher.latest()
    append(2)
    old = log.sign()
    publisher.run_round()
    for witness in log.witnesses[1:]:
        witness.instead = failing
    append(2)
    new = log.sign()
    publisher.run_round()
    assert publisher.latest().head == old.head
    assert publisher.covering(2).head == old.head
    assert publisher.covering(3) == new  # A receipt waits for no witness.
    states = [state for _, state in publisher.states().items()]
    assert [(state.size, state.problem) for state in states] == [
        (4, None),
        (2, "it answers 503"),
        (2, "it answers 503"),
    ]


def test_who_fails_is_asked_more_and_more_rarely(log: Log, append: Append) -> None:
    publisher = log.publisher(1)
    log.witnesses[0].instead = failing
    append(1)
    log.sign()
    waits = []
    for _ in range(10):
        publisher.run_round()
        state = next(iter(publisher.states().values()))
        waits.append(state.retry_at - log.clock.now.timestamp())
        log.clock.move(seconds=waits[-1] - 1)
        publisher.run_round()
        log.clock.move(seconds=1)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert len(log.witnesses[0].requests) == 10
    assert log.told == [("one", "it answers 503")]  # Once, and not each time.
    log.clock.move(seconds=-86_400)  # The clock was a day ahead.
    publisher.run_round()
    assert len(log.witnesses[0].requests) == 11


def test_rotation_of_the_log_key_needs_no_new_cosignatures(log: Log, append: Append) -> None:
    publisher = log.publisher(3)
    append(1)
    log.sign()
    publisher.run_round()
    log.keys.change(lambda ring: ring.rotated(log.clock.now + timedelta(days=1)))
    both = log.sign()
    publisher.run_round()
    assert publisher.latest().signers == both.signers == log.keys.read().verifiers
    assert log.cosigners(publisher.latest()) == ["one", "two", "three"]
    assert [len(witness.requests) for witness in log.witnesses] == [1, 1, 1]


def test_witness_that_is_elsewhere_says_where_and_is_asked_from_there(
    log: Log, append: Append
) -> None:
    append(5)
    log.sign()
    log.publisher(1).run_round()
    (log.directory / "vouched" / "witnesses.json").unlink()  # All that is known of them is lost.
    append(5)
    log.sign()
    publisher = log.publisher(3)
    publisher.run_round()
    assert log.cosigners(publisher.latest()) == ["one", "two", "three"]
    olds = [body.partition(b"\n")[0] for body in log.witnesses[0].requests]
    assert olds == [b"old 0", b"old 0", b"old 5"]
    (log.directory / "vouched" / "witnesses.json").write_text("{")
    publisher.run_round()
    assert log.cosigners(publisher.latest()) == ["one", "two", "three"]


def test_witness_that_is_elsewhere_each_time(log: Log, append: Append) -> None:
    append(9)
    log.sign()
    sizes = iter((1, 2, 3))
    log.witnesses[0].instead = lambda _: (409, b"%d\n" % next(sizes))
    log.publisher(2).run_round()
    assert log.told == [("one", "it is at another size each time it is asked")]
    assert len(log.witnesses[0].requests) == 2


@pytest.mark.parametrize(
    ("instead", "problem"),
    [
        (lambda _: (404, b""), "it does not know the log `log.example`: its operator can add it"),
        (lambda _: (200, b"x" * (ANSWER_LIMIT + 1)), "its answer is no cosignature"),
        (lambda _: (302, b""), "it answers 302"),
    ],
)
def test_witness_that_refuses_is_told(log: Log, append: Append, instead: Any, problem: str) -> None:
    append(1)
    log.sign()
    log.witnesses[1].instead = instead
    publisher = log.publisher(2)
    publisher.run_round()
    ((name, told),) = log.told
    assert name == "two"
    assert problem in str(told)
    assert log.cosigners(publisher.latest()) == ["one", "three"]


def test_witnesses_that_do_not_answer_http(log: Log, append: Append) -> None:
    append(1)
    log.sign()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        log.witnesses[0].port = closed.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as talker:
        log.witnesses[1].port = talker.getsockname()[1]

        def talk() -> None:
            connection, _ = talker.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(b"nonsense\r\n\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        log.publisher(1).run_round()
        thread.join()
    told = dict(log.told)
    assert "refused" in str(told["one"])
    assert told["two"] == "it does not answer: its answer is none of HTTP"


def test_witness_that_answers_bit_by_bit_holds_nobody_up(
    log: Log, append: Append, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outward, "WHOLE_SECONDS", -1)
    append(1)
    log.sign()
    log.publisher(1).run_round()
    assert set(log.told) == {
        (name, "it does not answer: its answer takes too long") for name in ("one", "two", "three")
    }


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_answer_that_never_begins_ends_in_time(
    first: bytes, then: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library waits anew for each byte of a header, a chunk's size and an interim answer."""
    monkeypatch.setattr(outward, "WHOLE_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as talker:

        def talk() -> None:
            connection, _ = talker.accept()
            with connection, suppress(OSError):
                connection.sendall(first)
                while True:
                    connection.sendall(then)
                    time.sleep(0.001)

        thread = threading.Thread(target=talk)
        thread.start()
        with pytest.raises(OSError, match="its answer takes too long"):
            poster("text/plain", 10)(f"http://127.0.0.1:{talker.getsockname()[1]}", b"")
        thread.join()


# --- other histories --------------------------------------------------------------------------


def test_witness_with_another_history_is_an_alarm_that_stays(log: Log, append: Append) -> None:
    append(3)
    log.sign()
    publisher = log.publisher(2)
    log.witnesses[0].seen["log.example"] = (2, bytes(32))
    publisher.run_round()
    assert log.told == [("one", "it refuses the proof from 2 to 3 entries")]
    assert log.cosigners(publisher.latest()) == ["two", "three"]
    state = next(iter(publisher.states().values()))
    assert (state.is_forked, state.size) == (True, 2)
    (kept,) = (log.directory / "vouched" / "forks").iterdir()
    content = kept.read_bytes()
    assert content.startswith(b"old 2\n")
    assert log.signer.latest().note in content
    assert content.endswith(b"\nanswered 422\nconsistency proof\n")
    log.witnesses[0].instead = failing
    log.clock.move(seconds=2)
    publisher.run_round()
    assert next(iter(publisher.states().values())).is_forked
    del log.witnesses[0].seen["log.example"]
    log.witnesses[0].instead = lambda _: None
    log.clock.move(seconds=4)
    publisher.run_round()
    assert not next(iter(publisher.states().values())).is_forked
    assert log.told[-1] == ("one", None)
    assert log.cosigners(publisher.latest()) == ["one", "two", "three"]


def test_witness_that_has_seen_more_than_was_signed(log: Log, append: Append) -> None:
    append(3)
    log.sign()
    log.witnesses[0].seen["log.example"] = (9, bytes(32))
    publisher = log.publisher(1)
    publisher.run_round()
    assert log.told == [("one", "it has cosigned 9 entries, and 3 are signed here")]
    assert next(iter(publisher.states().values())).is_forked


def test_anchor_put_back_to_an_older_one_is_noticed(log: Log, append: Append) -> None:
    """What witnesses cosigned is a second anchor: the first may be lost with a disk."""
    append(3)
    old = log.sign()
    append(3)
    log.sign()
    publisher = log.publisher(2)
    publisher.run_round()
    (log.directory / "checkpoint").write_bytes(old.note)
    with pytest.raises(LogForked, match="size 6 was cosigned, and one of size 3 is"):
        publisher.run_round()


def test_log_that_does_not_prove_its_growth_asks_nobody(log: Log, append: Append) -> None:
    append(3)
    log.sign()
    publisher = log.publisher(2)
    publisher.run_round()
    (key,) = (each.signer for each in log.keys.read().keys)
    append(2)
    forged = sign_checkpoint(TreeHead(size=5, root=bytes(32)), [key])
    (log.directory / "checkpoint").write_bytes(forged.note)
    with pytest.raises(LogForked, match="does not prove its own growth"):
        publisher.run_round()
    assert [len(witness.requests) for witness in log.witnesses] == [1, 1, 1]


def test_published_checkpoint_of_another_log_is_shown_to_nobody(log: Log, append: Append) -> None:
    append(1)
    log.sign()
    publisher = log.publisher(2)
    publisher.run_round()
    log.memory.publish(published([], OTHER_KEY).files["checkpoint"])
    for act in (publisher.latest, lambda: publisher.covering(1), publisher.run_round):
        with pytest.raises(LogForked, match="published checkpoint is not one of this log"):
            act()


def test_kept_cosignature_that_was_altered_is_not_published(log: Log, append: Append) -> None:
    append(1)
    log.sign()
    publisher = log.publisher(3)
    log.witnesses[2].instead = failing
    publisher.run_round()
    file = log.directory / "vouched" / "witnesses.json"
    line = log.witnesses[0].cosign("another\n1\n").decode().strip()
    state = publisher.states()[next(iter(publisher.states()))]
    file.write_text(file.read_text().replace(state.line, line))
    log.witnesses[2].instead = lambda _: None
    log.clock.move(seconds=2)
    publisher.run_round()
    with pytest.raises(NotWitnessed):
        publisher.latest()


# --- several processes, and the thread ----------------------------------------------------------


def test_one_of_several_has_a_round(log: Log, append: Append) -> None:
    append(1)
    log.sign()
    entered, leave = threading.Event(), threading.Event()

    def slowly(_address: str, _body: bytes) -> HTTPAnswer:
        entered.set()
        assert leave.wait(30)
        return HTTPAnswer(status=503, body=b"")

    slow = threading.Thread(target=log.publisher(1, slowly).run_round)
    slow.start()
    assert entered.wait(30)
    assert not log.publisher(1).run_round()
    assert log.witnesses[0].requests == []
    leave.set()
    slow.join()
    log.clock.move(seconds=2)
    assert log.publisher(1).run_round()


def test_rounds_run_by_themselves_and_say_what_ends_them(log: Log, append: Append) -> None:
    publisher = log.publisher(3)
    publisher.start()
    append(1)
    log.sign()
    until(lambda: log.memory.published() is not None)
    anchor = log.directory / "checkpoint"
    note = anchor.read_bytes()
    anchor.unlink()
    until(lambda: isinstance(publisher.failure, LogForked))
    anchor.write_bytes(note)
    until(lambda: publisher.failure is None)
    publisher.close()
    assert [type(each) for each in log.failures] == [LogForked, type(None)]


def test_without_witnesses_what_is_signed_is_published(log: Log, append: Append) -> None:
    append(1)
    publisher = CheckpointPublisher(
        log.signer, log.memory, lambda: log.keys.read().verifiers, None, Watch()
    )
    publisher.start()
    signed = publisher.covering(1)
    assert publisher.latest() == signed
    assert (publisher.policy, publisher.states()) == (None, {})
    assert publisher.run_round()
    publisher.close()
    assert publisher.latest() == signed


def test_watch_may_be_nobody(log: Log) -> None:
    watch = Watch()
    key = WitnessKey.read(log.witnesses[0].vkey)
    watch.on_witness(Witness(key=key, url="http://127.0.0.1"), WitnessState())
    watch.on_failure(None)


# --- the directory ------------------------------------------------------------------------------


def test_directory_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = AttestationStore(path=tmp_path / "file")
    with pytest.raises(StorageUnavailable, match=r"`log_vouched`\) cannot be read"):
        memory.published()
    with pytest.raises(StorageUnavailable, match="cannot be written"):
        memory.publish(b"")
    with pytest.raises(StorageUnavailable, match="cannot be written"):
        memory.keep_fork("x", b"")
    with pytest.raises(StorageUnavailable, match="cannot be written"), memory.turn():
        pass
    memory = AttestationStore(path=tmp_path)
    (tmp_path / "stamping").mkdir()  # No lock can be opened here.
    with pytest.raises(StorageUnavailable, match="cannot be written"), memory.stamping():
        pass


def test_a_newest_stamp_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    memory = AttestationStore(path=tmp_path)
    memory.keep_stamp(7, b"note", b"response")
    for torn in (b"", b"7x", b"\xff"):
        (tmp_path / "timestamps" / "latest").write_bytes(torn)
        assert (memory.stamp(), memory.newest_stamp()) == (None, None)
    memory.keep_stamp(7, b"note", b"response")
    assert memory.newest_stamp() is not None


def test_evidence_does_not_fill_the_disk(tmp_path: Path) -> None:
    memory = AttestationStore(path=tmp_path)
    for number in range(120):
        memory.keep_fork("../we ird", b"%d" % number)
    kept = sorted((tmp_path / "forks").iterdir())
    assert len(kept) == 100
    assert all(file.name.endswith("-.._we_ird") for file in kept)
    assert {file.read_bytes() for file in kept} == {b"%d" % number for number in range(100)}
