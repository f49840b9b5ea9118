"""Signing: each checkpoint extends the one before, or nothing is signed."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine.audit.checkpoints.checkpoint import SignedCheckpoint, open_checkpoint
from engine.audit.checkpoints.keyring import KeyRing
from engine.audit.checkpoints.signing import CheckpointSigner, LogForked
from engine.audit.entries.record import seal
from engine.audit.merkle.tree import verify_consistency
from engine.storage.databases.database import Database
from engine.storage.errors import LogInconsistent, StorageUnavailable
from engine.storage.log.anchor import AnchorFile, KeyFile
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from tests.audit.conftest import Backup, Clock
from tests.audit.published import OTHER_KEY, published
from tests.waiting import until

Append = Callable[[int], None]
Alter = Callable[..., None]


@pytest.fixture
def anchor(tmp_path: Path) -> AnchorFile:
    """An anchor that was written half a second ago, however long a test takes."""
    return _anchor(tmp_path, age=0.5)


def _anchor(folder: Path, *, age: float) -> AnchorFile:
    file = folder / "checkpoint"
    return AnchorFile(file, lambda: file.stat().st_mtime + age)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    file = KeyFile(tmp_path / "log.key")
    file.create(KeyRing.generate("log.example"))
    return file


@pytest.fixture
def failures() -> list[Exception | None]:
    return []


@pytest.fixture
def signer(
    database: Database,
    anchor: AnchorFile,
    keys: KeyFile,
    clock: Clock,
    failures: list[Exception | None],
) -> CheckpointSigner:
    made = CheckpointSigner(
        TileLog(database), anchor, keys.read, clock=clock, on_change=failures.append
    )
    made.begin()
    return made


@pytest.fixture
def append(store: SQLLogStore, make_record: Any) -> Append:
    return lambda count: [*store.append([seal(make_record()) for _ in range(count)])].clear()


@pytest.fixture
def of_another(url: str, make_record: Any) -> Append:
    """Appends as another process does, which has not appended before."""

    def append(count: int) -> None:
        database = Database(url)
        SQLLogStore(database).append([seal(make_record()) for _ in range(count)])
        database.close()

    return append


@pytest.fixture
def alter(database: Database) -> Alter:
    """Changes one row of the database behind the back of the log."""

    def change(statement: str, **values: object) -> None:
        with database.writing() as connection:
            assert connection.execute(text(statement), values).rowcount == 1

    return change


def sign(signer: CheckpointSigner) -> SignedCheckpoint:
    return signer.advance(at_once=True)


def test_first_checkpoint_is_that_of_the_log_as_it_is(
    signer: CheckpointSigner, database: Database
) -> None:
    assert signer.latest().head == TileLog(database).head()
    with pytest.raises(LogForked, match="already"):
        signer.begin()


def test_each_checkpoint_extends_the_one_before(
    signer: CheckpointSigner, database: Database, append: Append
) -> None:
    old = None
    for count in (1, 2, 250, 3, 1, 300):
        append(count)
        head = sign(signer).head
        assert head == TileLog(database).head()
        if old is not None:
            proof = TileLog(database).prove_consistency(old_size=old.size, size=head.size)
            verify_consistency(
                size=head.size, root=head.root, old_size=old.size, old_root=old.root, proof=proof
            )
        old = head


def test_nothing_new_is_not_signed_again(signer: CheckpointSigner, append: Append) -> None:
    append(3)
    signed = sign(signer)
    assert sign(signer) == signed
    assert signer.covering(3) == signed


def test_at_most_once_a_second_unless_a_receipt_waits(
    signer: CheckpointSigner, append: Append
) -> None:
    append(1)
    assert signer.advance().head.size == 0
    assert signer.covering(1).head.size == 1


@pytest.mark.parametrize("age", [1.5, -3600])  # The clock was set back since.
def test_what_is_a_second_old_is_due(  # noqa: PLR0917 - fixtures.
    signer: CheckpointSigner,
    database: Database,
    keys: KeyFile,
    clock: Clock,
    append: Append,
    tmp_path: Path,
    age: float,
) -> None:
    append(1)
    assert signer.advance().head.size == 0
    anchor = _anchor(tmp_path, age=age)
    later = CheckpointSigner(
        TileLog(database), anchor, keys.read, clock=clock, on_change=lambda _: None
    )
    assert later.advance().head.size == 1


# --- a database that is not the one that was signed -------------------------------------------


def test_old_backup_put_back_stops_signing(
    signer: CheckpointSigner, backup: Backup, append: Append, of_another: Append
) -> None:
    append(5)
    sign(signer)
    backup.take()
    append(7)
    newest = sign(signer)
    backup.put_back()
    with pytest.raises(LogForked, match="has 5 entries, and 12 were signed"):
        sign(signer)
    with pytest.raises(LogInconsistent, match="5 entries, and not the 12 that were acknowledged"):
        append(1)
    of_another(20)  # Past the size that was signed, with other entries.
    with pytest.raises(LogForked, match="first 12 entries of the log are not those"):
        sign(signer)
    assert signer.latest() == newest


def knowing_signer(
    database: Database, anchor: AnchorFile, keys: KeyFile, clock: Clock
) -> CheckpointSigner:
    """Return a signer that is told what its process has appended."""
    return CheckpointSigner(
        TileLog(database),
        anchor,
        keys.read,
        clock=clock,
        on_change=lambda _: None,
        appended=lambda: database.known.appended,
    )


def test_what_was_appended_and_not_signed_yet_is_missed(  # noqa: PLR0917 - fixtures.
    database: Database,
    anchor: AnchorFile,
    keys: KeyFile,
    clock: Clock,
    backup: Backup,
    append: Append,
    of_another: Append,
) -> None:
    """So is a standby found out that took over and lacks what was acknowledged a moment ago."""
    signer = knowing_signer(database, anchor, keys, clock)
    signer.begin()
    append(5)
    backup.take()
    append(2)
    backup.put_back()
    with pytest.raises(LogForked, match="has 5 entries, and 7 were acknowledged"):
        sign(signer)
    of_another(2)
    with pytest.raises(LogForked, match="first 7 entries of the log are not those that were ack"):
        sign(signer)
    with pytest.raises(LogInconsistent, match="7 entries, and not the 7"):
        append(1)
    assert signer.latest().head.size == 0


def test_what_is_acknowledged_and_cannot_be_signed_outlasts_a_restart(  # noqa: PLR0917 - fixtures.
    database: Database,
    url: str,
    anchor: AnchorFile,
    keys: KeyFile,
    clock: Clock,
    backup: Backup,
    append: Append,
    of_another: Append,
) -> None:
    """All processes of before the failover are gone when the standby's lack would be seen."""
    before = knowing_signer(database, anchor, keys, clock)
    before.begin()
    append(5)
    backup.take()
    append(2)
    backup.put_back()
    before.start()
    before.close()
    fresh = Database(url)
    after = knowing_signer(fresh, anchor, keys, clock)
    told = r"has 5 entries, and 7 were acknowledged, as `checkpoint\.acknowledged` beside"
    with pytest.raises(LogForked, match=told):
        after.check()
    of_another(2)
    with pytest.raises(LogForked, match=r"first 7 entries .*acknowledged` beside the anchor"):
        sign(after)
    Path(anchor.place_of_acknowledged).write_bytes(b"{")
    with pytest.raises(StorageUnavailable, match="acknowledged` cannot be read"):
        sign(after)
    Path(anchor.place_of_acknowledged).unlink()
    assert sign(after).head.size == 7
    fresh.close()


def test_backup_that_is_no_older_than_the_anchor_is_signed_on(
    signer: CheckpointSigner, backup: Backup, append: Append
) -> None:
    append(5)
    sign(signer)
    backup.take()
    backup.put_back()
    append(1)
    assert sign(signer).head.size == 6


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('UPDATE log_entry SET leaf = :zeros WHERE "index" = 290', 9), "entries from 280 on"),
        (('UPDATE log_entry SET leaf_hash = :zeros WHERE "index" = 270', 32), "first 280"),
        (('UPDATE log_entry SET leaf_hash = :zeros WHERE "index" = 279', 3), "first 280"),
        (("UPDATE log_tile SET root = :zeros WHERE level = 0", 32), "first 280"),
        (("UPDATE log_tile SET hashes = :zeros WHERE level = 0", 8192), None),
        (("UPDATE log_head SET frontier = :zeros", 4 * 32), "entries from 280 on"),
    ],
)
def test_altered_log_is_not_signed(
    signer: CheckpointSigner,
    append: Append,
    alter: Alter,
    change: tuple[str, int],
    expected: str | None,
) -> None:
    append(280)
    sign(signer)
    append(20)
    statement, size = change
    alter(statement, zeros=bytes(size))
    if expected is None:
        sign(signer)  # No signed hash is made of these; the verifier finds them.
        return
    with pytest.raises(LogForked, match=expected):
        sign(signer)


def test_stored_hashes_that_are_none(
    signer: CheckpointSigner, append: Append, alter: Alter
) -> None:
    append(1)
    sign(signer)
    alter("UPDATE log_entry SET leaf_hash = :zeros", zeros=bytes(3))
    with pytest.raises(LogInconsistent, match="broken"):
        sign(signer)


def test_anchor_that_is_gone_or_of_another_log(
    signer: CheckpointSigner, append: Append, tmp_path: Path
) -> None:
    append(1)
    note = sign(signer).note
    anchor = tmp_path / "checkpoint"
    anchor.unlink()
    with pytest.raises(LogForked, match="is gone; put a copy of the last one back"):
        sign(signer)
    anchor.write_bytes(published([], OTHER_KEY).files["checkpoint"])
    with pytest.raises(LogForked, match="not one of this log"):
        signer.covering(1)
    anchor.write_bytes(note)
    append(1)
    assert sign(signer).head.size == 2


# --- keys -------------------------------------------------------------------------------------


def test_rotation_signs_with_both_keys_then_with_the_new(
    signer: CheckpointSigner, keys: KeyFile, clock: Clock
) -> None:
    (old,) = keys.read().verifiers
    keys.change(lambda ring: ring.rotated(clock.now + timedelta(days=30)))
    new = keys.read().verifiers[0]
    both = sign(signer)
    assert both.signers == (new, old)
    assert open_checkpoint(both.note, [old]).head == open_checkpoint(both.note, [new]).head
    clock.move(days=30)
    assert sign(signer).signers == (new,)


def test_anchor_that_only_a_retired_key_signed_is_still_one(
    signer: CheckpointSigner, keys: KeyFile, clock: Clock, append: Append
) -> None:
    append(1)
    sign(signer)
    keys.change(lambda ring: ring.rotated(clock.now))
    append(1)
    assert sign(signer).signers == keys.read().verifiers[:1]


# --- the thread -------------------------------------------------------------------------------


def test_what_keeps_the_log_from_being_signed_is_told_once_and_taken_back(
    signer: CheckpointSigner,
    database: Database,
    append: Append,
    alter: Alter,
    failures: list[Exception | None],
) -> None:
    append(1)
    signer.start()
    assert signer.failure is None
    root = TileLog(database).head().root
    alter("UPDATE log_head SET frontier = :zeros", zeros=bytes(32))
    until(lambda: isinstance(signer.failure, LogForked))
    alter("UPDATE log_head SET frontier = :root", root=root)
    until(lambda: signer.failure is None)
    append(1)
    signer.close()
    assert signer.latest().head.size == 2
    assert [type(each) for each in failures] == [LogForked, type(None)]


def test_closing_what_was_not_started(signer: CheckpointSigner, append: Append) -> None:
    append(1)
    signer.close()
    assert signer.latest().head.size == 0


def test_many_threads_and_two_signers_write_one_history(  # noqa: PLR0917 - fixtures.
    signer: CheckpointSigner,
    database: Database,
    anchor: AnchorFile,
    keys: KeyFile,
    clock: Clock,
    append: Append,
) -> None:
    other = CheckpointSigner(
        TileLog(database), anchor, keys.read, clock=clock, on_change=lambda _: None
    )
    heads = []

    def work(mine: CheckpointSigner) -> None:
        for _ in range(10):
            append(1)
            size = TileLog(database).head().size
            head = mine.covering(size).head
            assert head.size >= size
            heads.append(head)

    threads = [threading.Thread(target=work, args=(one,)) for one in (signer, other) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heads) == 40
    assert all(head.root == TileLog(database).root_at(head.size) for head in heads)
    assert signer.latest().head.size == 40
