"""Acts that somebody orders are appended to the log that was signed, and to no other."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from engine.audit.checkpoints.signing import LogForked
from engine.audit.entries.acts import Ground, HoldGround, Transition
from engine.audit.merkle.tree import Frontier
from engine.storage.databases.database import Database
from engine.storage.errors import LogInconsistent, StorageUnavailable
from engine.storage.governance.changes import ChangeOrder
from engine.storage.governance.policy_sets import PolicySets
from engine.storage.governance.standing_facts import StandingFacts
from engine.storage.governance.waivers import Waivers
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.lifecycle.holds import Holds
from engine.storage.lifecycle.retention import Retention
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.tile_log import TileLog
from engine.storage.search.filters import DecisionFilter
from engine.storage.search.saved_queries import SavedQueries
from tests.audit.conftest import NOON
from tests.audit.test_retention import YEAR

DIGEST = f"sha256:{'0' * 64}"
BY = ChangeOrder(actor="counsel")
CAMPAIGN, HELD, GONE = Selector.CAMPAIGN, HoldGround.LEGAL_CLAIMS, Ground.OBJECTION
ACTS: list[Callable[[Database], object]] = [
    lambda known: PolicySets(known).move("acme", DIGEST, Transition.APPROVE, BY),
    lambda known: PolicySets(known).activate("acme", DIGEST, BY, since=NOON),
    lambda known: PolicySets(known).roll_back("acme", BY),
    lambda known: Waivers(known).grant("w0", "Head of Legal", BY),
    lambda known: Waivers(known).refuse("w0", BY),
    lambda known: Waivers(known).revoke("w0", BY),
    lambda known: StandingFacts(known).withdraw("0", BY),
    lambda known: Erasures(known).erase(CAMPAIGN, "cmp-7", ground=GONE, actor="counsel"),
    lambda known: Holds(known).place(CAMPAIGN, "cmp-7", ground=HELD, actor="counsel"),
    lambda known: Holds(known).release(0, actor="counsel"),
    lambda known: Retention(known, YEAR).declare(actor="counsel"),
    lambda known: SavedQueries(known).save("denied", DecisionFilter(), actor="counsel"),
    lambda known: SavedQueries(known).delete("denied", actor="counsel"),
]


def refused(database: Database, error: type[Exception], words: str) -> None:
    for act in ACTS:
        with pytest.raises(error, match=words):
            act(database)
    assert TileLog(database).head().size == 0


def test_no_act_in_a_log_that_is_not_the_signed_one(database: Database) -> None:
    def confirm() -> None:
        raise LogForked("the database is an older one")

    database.known.confirm = confirm
    refused(database, LogForked, "older one")


def test_no_act_in_a_log_that_lacks_what_this_process_appended(database: Database) -> None:
    database.known.note(Frontier(size=1, roots=(bytes(32),)))
    refused(database, LogInconsistent, "0 entries, and not the 1 that were acknowledged")


def test_no_act_by_a_version_of_before_a_migration(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    refused(database, StorageUnavailable, "restart it with the version that did so")


def test_an_act_is_remembered_as_what_a_log_has_to_have(database: Database) -> None:
    receipt = Retention(database, YEAR).declare(actor="counsel")
    assert receipt is not None
    assert database.known.appended.head() == TileLog(database).head()
