"""A backup that was put back, and what a later copy of the log says was erased in the meantime."""

from operator import attrgetter
from typing import Any

import pytest

from engine.audit.checkpoints.note import NoteError
from engine.audit.entries.acts import Ground, HoldGround
from engine.audit.entries.record import seal
from engine.audit.merkle.tree import EMPTY_TREE
from engine.audit.verification.past_erasures import NotPublished, PastErasures, past_erasures
from engine.storage.databases.database import Database
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.lifecycle.holds import Holds, UnderHold
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.search.decisions import Decisions
from engine.storage.search.filters import DecisionFilter
from tests.audit.conftest import Backup, Clock
from tests.audit.published import KEY, OTHER_KEY, MemorySource, leaf, published
from tests.audit.test_erasures import erase_campaign, fill, verified


@pytest.fixture
def source(
    database: Database, store: SQLLogStore, backup: Backup, make_record: Any, clock: Clock
) -> MemorySource:
    """The log of 267 decisions of a campaign and 2 of another, of a backup that is put back.

    After the backup, one more decision was made, and the first campaign erased. The backup has an
    entry behind it that the published log does not have.
    """
    fill(store, make_record, 267)
    fill(store, make_record, 2, campaign="cmp-8")
    backup.take()
    fill(store, make_record, 1)
    assert erase_campaign(Erasures(database, clock=clock)).decisions == 268
    log = TileLog(database)
    made = published(list(log.leaves(0, log.head().size)))
    backup.put_back()
    database.known.appended = EMPTY_TREE  # Who has not restarted refuses an older log.
    store.append([seal(make_record(campaign="cmp-9"))])
    return made


def past_of(database: Database, source: MemorySource) -> PastErasures:
    log = TileLog(database)
    return past_erasures(source, [KEY.verifier], log.leaves(0, log.head().size))


def found(database: Database, campaign: str) -> int:
    return Decisions(database).statistics(DecisionFilter(campaign=campaign)).decisions


def test_what_was_erased_since_is_erased_again(
    database: Database, source: MemorySource, clock: Clock
) -> None:
    assert found(database, "cmp-7") == 267
    past = past_of(database, source)
    assert (past.size, past.shared) == (272, 269)
    assert past.indexes == {Ground.CONSENT_WITHDRAWN: list(range(267))}
    erasures = Erasures(database, clock=clock)
    for decisions, entries in ((267, [270, 271]), (0, [])):
        done = erasures.erase_entries(past.indexes, actor="the officer")
        assert (done.decisions, [each.index for each in done.entries]) == (decisions, entries)
    assert [found(database, f"cmp-{n}") for n in (7, 8, 9)] == [0, 2, 1]
    assert verified(database) == 272


def test_a_hold_keeps_all_of_it(database: Database, source: MemorySource, clock: Clock) -> None:
    holding = Holds(database, clock=clock)
    last = max(
        Decisions(database).matching(DecisionFilter(campaign="cmp-7")), key=attrgetter("index")
    )
    decision_id = last.columns.decision_id
    holding.place(Selector.DECISION, decision_id, ground=HoldGround.LEGAL_CLAIMS, actor="counsel")
    indexes = past_of(database, source).indexes[Ground.CONSENT_WITHDRAWN]
    by_ground = {Ground.OBJECTION: indexes[:200], Ground.CONSENT_WITHDRAWN: indexes[200:]}
    with pytest.raises(UnderHold):
        Erasures(database, clock=clock).erase_entries(by_ground, actor="the officer")
    assert found(database, "cmp-7") == 267


def test_only_what_the_log_has_signed_is_believed(database: Database, source: MemorySource) -> None:
    bundle, partial = "tile/entries/000", "tile/entries/001.p/16"
    altered = source.files[partial].replace(b"consent-withdrawn", b"consent_withdrawn")
    for name, content, words in (
        (bundle, None, "is not there"),
        (bundle, b"\0", "a bundle of 256 entries was expected"),
        (partial, altered, "cannot be read"),
        (partial, source.files[partial].replace(b"[[0,256]]", b"[[1,257]]"), "another root"),
        ("checkpoint", None, "no checkpoint"),
    ):
        files = {**source.files} if content is None else {**source.files, name: content}
        if content is None:
            del files[name]
        with pytest.raises(NotPublished, match=words):
            past_of(database, MemorySource(files=files))
    with pytest.raises(NoteError):
        past_erasures(source, [OTHER_KEY.verifier], [])


def test_a_partial_bundle_that_a_server_dropped_is_read_from_the_full_one() -> None:
    leaves = [leaf(number) for number in range(256)]
    source, whole = published(leaves[:3]), published(leaves)
    source.files["tile/entries/000"] = whole.files["tile/entries/000"]
    del source.files["tile/entries/000.p/3"]
    past = past_erasures(source, [KEY.verifier], leaves)
    assert (past.size, past.shared, past.indexes) == (3, 3, {})
