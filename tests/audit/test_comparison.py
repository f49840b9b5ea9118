"""What tables tell of acts is compared with the log: nobody approves by a table alone."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.audit.entries.acts import Ground, HoldGround
from engine.audit.entries.idempotency import RequestKey
from engine.audit.entries.record import seal
from engine.storage.comparison.everything import compare_everything
from engine.storage.comparison.holds import compare_holds
from engine.storage.comparison.indexes import compare_indexes
from engine.storage.databases.database import Database
from engine.storage.errors import LogInconsistent
from engine.storage.governance.policy_sets import PolicySets
from engine.storage.governance.standing_facts import StandingFacts
from engine.storage.governance.waivers import Waivers
from engine.storage.keys import ApiKeys, Role
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.lifecycle.holds import Holds
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.log_store import SQLLogStore
from tests.audit.conftest import NOON, Clock, MakeRecord
from tests.audit.test_policy_sets import BEN, SOUND, approved, bundle
from tests.audit.test_standing_facts import nothing, statement
from tests.audit.test_waivers import REQUEST, ROLE


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def acted(database: Database, clock: Clock, make_record: MakeRecord, tmp_path: Path) -> Path:
    """The file of a log with acts of every kind that a table tells of."""
    sets, waivers = PolicySets(database, clock=clock), Waivers(database, clock=clock)
    first, second = approved(sets, 1), approved(sets, 2)
    sets.activate("house", first, replace(BEN, reason="at last"), since=None)
    sets.activate("house", second, BEN, since=NOON + timedelta(days=2))
    clock.move(days=1)
    sets.activate("house", second, BEN, since=NOON + timedelta(days=3))
    sets.add("house", bundle(3), SOUND, actor="anna")
    granted = waivers.request(REQUEST, actor="anna")
    waivers.grant(granted.id, ROLE, replace(BEN, reason="as agreed"))
    clock.move(days=1)
    other = replace(REQUEST, terms=replace(REQUEST.terms, campaign="cmp-8"))
    refused = waivers.request(other, actor="anna")
    waivers.refuse(refused.id, BEN)
    facts = StandingFacts(database, clock=clock)
    made, _ = facts.record(statement(), actor="anna", reason=None, check=nothing)
    facts.amend(made.fact, statement(budget={"period": "daily"}), BEN, check=nothing)
    text = waivers.get(granted.id).text
    finding = {"rule": REQUEST.terms.rule, "status": "waived", "waivers": [{"waiver": granted.id}]}
    waiving = make_record(
        campaign="cmp-9",
        input=json.dumps({"waivers": [text]}).encode(),
        rules=[{"rule": REQUEST.terms.rule, "status": "waived"}],
        waived=[finding],
    )
    asked = [RequestKey.make(actor="pipeline", key=key, content=b"") for key in "ab"]
    erased = replace(make_record(campaign="cmp-8"), request=asked[0])
    records = [make_record(), replace(make_record(), request=asked[1]), erased]
    records.append(replace(waiving, waivers=(granted.id,)))
    SQLLogStore(database, clock=clock).append([seal(each) for each in records])
    erasures = Erasures(database, clock=clock)
    erasures.erase(Selector.CAMPAIGN, "cmp-8", ground=Ground.OBJECTION, actor="counsel")
    holds = Holds(database, clock=clock)
    holds.place(Selector.CAMPAIGN, "cmp-7", ground=HoldGround.LEGAL_CLAIMS, actor="counsel")
    # Nothing of it is logged yet: no entry names a decision that tells whom it is on.
    holds.place(Selector.CAMPAIGN, "cmp-0", ground=HoldGround.LEGAL_CLAIMS, actor="counsel")
    lifted = holds.place(Selector.ACTOR, "x", ground=HoldGround.LEGAL_CLAIMS, actor="counsel")
    holds.release(lifted.entries[0].index, actor="counsel")
    keys = ApiKeys(database, clock=clock)
    for name, grants in (("ben", ["DPO"]), ("old", [])):
        key = keys.create(name=name, roles=[Role.APPROVER], may_grant=grants, actor="anna")
    keys.revoke(key.key.prefix, actor="anna")
    return tmp_path / "assent.db"


def decide(database: Database) -> None:
    PolicySets(database).plan()


def look(file: Path, check: Callable[[Database], object]) -> None:
    opened = Database(f"sqlite:///{file}")
    try:
        check(opened)
    finally:
        opened.close()


ALTERED = [
    ("UPDATE policy_event SET actor = 'dora' WHERE transition = 'approve'", "`actor` of 2 than"),
    ("UPDATE policy_event SET reason = NULL WHERE reason IS NOT NULL", "another `reason`"),
    ("UPDATE policy_event SET at = at - 1 WHERE transition = 'approve'", "another `at`"),
    ("UPDATE policy_event SET in_force_from = 1 WHERE in_force_from IS NOT NULL", "in_force_from"),
    ("UPDATE policy_event SET cancelled = NULL", "another `cancelled`"),
    ("UPDATE policy_event SET cancelled = 8 WHERE in_force_from IS NOT NULL", "`cancelled` of 6"),
    ("DELETE FROM policy_event WHERE transition = 'approve'", "has nothing of 2, and the log has"),
    ("UPDATE policy_set_version SET state = 'approved'", "another `state` of house sha256:"),
    ("UPDATE policy_set_version SET revision = 9", "another `revision` of house sha256:"),
    ("DELETE FROM policy_set", "`policy_set` has nothing of house"),
    ("UPDATE policy_set SET name = 'other'", "`policy_set` has nothing of house"),
    ("UPDATE policy_set SET revision = 9", "another `revision` of house"),
    ("DELETE FROM policy_version", "`policy_version` has nothing of `sha256:"),
    ("UPDATE policy_version SET files = '{}'", "has other policies under `sha256:"),
    ("UPDATE waiver_event SET actor = 'dora' WHERE step = 'grant'", "`waiver_event` has another"),
    ("UPDATE waiver_event SET role = 'Owner' WHERE step = 'grant'", "are not those of entry"),
    ("DELETE FROM waiver_event WHERE step = 'refuse'", "`waiver_event` has nothing of"),
    ("UPDATE waiver_event SET role = 'Owner' WHERE step = 'refuse'", "another `role` of"),
    ("UPDATE waiver SET revision = 9", "another `revision` of w"),
    ("UPDATE waiver SET state = 'granted'", "another `state` of w"),
    ("UPDATE waiver SET until = '2099-01-01'", "are not those of entry"),
    ("UPDATE waiver SET campaign = NULL, advertiser = 'Acme'", "are not those of entry"),
    ("UPDATE waiver SET text = 'x' WHERE text IS NOT NULL", "another `text`"),
    ("UPDATE waiver SET requester = 'dora'", "another `requester`"),
    ("DELETE FROM waiver_use", "`waiver_use` has other uses of waivers by entry 19"),
    (
        "UPDATE waiver_use SET waiver = (SELECT id FROM waiver WHERE state = 'refused')",
        "other uses",
    ),
    ("INSERT INTO waiver_use SELECT id, 16 FROM waiver", "has other uses of waivers by entry 16"),
    ("INSERT INTO waiver_use SELECT id, 0 FROM waiver", "a use by entry 0: it is no decision"),
    ("UPDATE request_key SET logged_at = logged_at + 1", "a request with entry 17, which is no"),
    ('UPDATE request_key SET "index" = 0', "a request with entry 0, which is no decision"),
    ("UPDATE request_key SET fingerprint = zeroblob(32)", "a request with entry 18, which is no"),
    ("UPDATE standing_fact_version SET key = 'x'", "the key store is not here"),
    ("UPDATE standing_fact SET version = 1", "`standing_fact` has another `version`"),
    ("UPDATE standing_fact SET is_withdrawn = 1", "another `is_withdrawn`"),
    ("UPDATE standing_fact_version SET actor = 'dora'", "another `actor`"),
    ("DELETE FROM standing_fact_version WHERE version = 2", "has nothing of"),
    ("UPDATE standing_fact SET name = 'Other'", "`standing_fact` has another subject of"),
    ("UPDATE standing_fact_version SET content = NULL", "is not what was logged"),
    ("UPDATE standing_fact_version SET content = zeroblob(40)", "is not what was logged"),
    ("DELETE FROM hold", "is not in force any more, and no entry of the log lifts it"),
    ("UPDATE hold SET value = 'cmp-9'", "is kept for somebody else than was logged"),
    ("UPDATE hold SET value = 'cmp-9' WHERE value = 'cmp-0'", "is kept for somebody else than was"),
    ("UPDATE hold SET selector = 'actor'", "is kept for somebody else than was logged"),
    ("UPDATE hold SET selector = 'x'", "is kept for somebody else than was logged"),
    ("UPDATE hold SET salt = zeroblob(16)", "is kept for somebody else than was logged"),
    ("UPDATE hold SET salt = NULL", "is kept for somebody else than was logged"),
    ("UPDATE hold SET last = last - 1", "has entries of another's"),
    ("UPDATE hold SET last = 1e15", "is kept for somebody else than was logged"),
    ("DELETE FROM erased", "`erased` does not say of entry"),
    ("UPDATE erased SET erasure = 0", "`erased` does not say of entry"),
    ("INSERT INTO erased VALUES (0, 1)", "does not say of entry 0 what the log says"),
    ("UPDATE log_entry SET conclusive = 7 WHERE conclusive", "is neither true nor false"),
    ("UPDATE log_entry SET outcome = 'deny' WHERE kind = 'hold'", "is an act, and has what only"),
    (
        "UPDATE log_entry SET kind = 'access' WHERE kind = 'hold'",
        "entry 21 is stored as `access` .*, and is `hold`",
    ),
    (
        "UPDATE log_entry SET kind = 'access' WHERE kind = 'hold'; DELETE FROM hold",
        "the hold of entry 21 is not in force any more",
    ),
    (
        "UPDATE log_entry SET kind = 'decision' WHERE kind = 'release'",
        "entry 24 is stored as `decision` .*, and is `release`",
    ),
    (
        "UPDATE log_entry SET kind = 'access' WHERE [index] = 16",
        "entry 16 is stored as `access` .*, and is `decision`",
    ),
    ("UPDATE log_entry SET id = 'x' WHERE kind = 'release'", "is stored as `release` x, and is"),
    ("INSERT INTO log_entry_words VALUES (0, 'x')", "is an act, and has what only"),
    ("UPDATE log_head SET logged_at = logged_at + 1", "the head of the log is of 2026-10-07T12:0"),
    ("UPDATE api_key SET roles = 'admin approver' WHERE name = 'ben'", "another `roles` of"),
    ("UPDATE api_key SET principal = 'dora' WHERE name = 'ben'", "another `principal` of"),
    ("UPDATE api_key SET policy_sets = 'house' WHERE name = 'ben'", "another `policy_sets` of"),
    ("UPDATE api_key SET may_grant = '[' WHERE name = 'ben'", "another `may_grant` of"),
    ("UPDATE api_key SET created_at = 1 WHERE name = 'ben'", "another `created_at` of"),
    ("UPDATE api_key SET expires_at = 1 WHERE name = 'ben'", "another `expires_at` of"),
    ("UPDATE api_key SET revoked_at = NULL WHERE name = 'old'", "another `revoked_at` of"),
    ("UPDATE api_key SET secret_hash = 'x' WHERE name = 'ben'", "another `secret` of"),
    ("UPDATE api_key SET entry = entry + 1 WHERE name = 'ben'", "another `entry` of"),
    ("UPDATE api_key SET entry = NULL WHERE name = 'ben'", "does not tell of the API key"),
    ("DELETE FROM api_key WHERE name = 'old'", "`api_key` has nothing of"),
    ("UPDATE api_key SET prefix = '00000000' WHERE name = 'ben'", "`api_key` has nothing of"),
    (
        "INSERT INTO hold VALUES (0, 0, 'actor', 'x', NULL)",
        "in force, and no entry of the log placed it",
    ),
]


IN_EFFECT = [
    (
        "UPDATE log_entry SET kind = 'access'; UPDATE policy_event SET cancelled = NULL",
        "`policy_event`: 7 is kept as in force",
    ),
    ("UPDATE policy_event SET cancelled = 8 WHERE in_force_from IS NOT NULL", ": 6 is not kept as"),
    ("UPDATE policy_event SET in_force_from = 1 WHERE in_force_from IS NOT NULL", ": 6 differs fr"),
    (
        "UPDATE log_entry SET kind = 'access'; UPDATE waiver SET state = 'granted'",
        "`waiver`: w[0-9a-f]+ is kept as in force",
    ),
    ("UPDATE waiver SET state = 'revoked'", "`waiver`: w[0-9a-f]+ is not kept as in force"),
    ("UPDATE waiver SET text = 'x' WHERE text IS NOT NULL", "`waiver`: w[0-9a-f]+ differs"),
    ("UPDATE standing_fact SET is_withdrawn = 1", "`standing_fact`: [-0-9a-f]+ is not kept"),
    ("UPDATE standing_fact SET version = 1", "`standing_fact`: [-0-9a-f]+ differs from the log"),
]


def test_tables_say_what_the_log_says(acted: Path) -> None:
    check_all(acted, ALTERED)
    check_all(acted, IN_EFFECT, decide)


def test_an_index_that_hides_an_act_is_found(database: Database, tmp_path: Path) -> None:
    """As whoever has the file can make one: the schema then says again what it said before."""
    holds = Holds(database)
    holds.place(Selector.CAMPAIGN, "cmp-1", ground=HoldGround.LEGAL_CLAIMS, actor="counsel")
    compare_indexes(database)
    file, schema = tmp_path / "assent.db", "PRAGMA writable_schema = ON"
    altering = "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = 'log_entry_of_leaf'"
    hiding = ["WHERE", 'WHERE "index" <> 0 AND']
    steps: list[list[tuple[str, list[str]]]] = [
        [(schema, []), (altering, hiding)],
        [("REINDEX log_entry_of_leaf", [])],
        [(schema, []), (altering, hiding[::-1]), ("DELETE FROM hold", [])],
    ]
    for statements in steps:
        with closing(sqlite3.connect(file)) as connection:
            for each in statements:
                connection.execute(*each)
            connection.commit()
    opened = Database(f"sqlite:///{file}")
    compare_holds(opened)  # Which finds none, and cannot know.
    with pytest.raises(LogInconsistent, match="row 1 missing from index log_entry_of_leaf"):
        compare_indexes(opened)
    opened.close()


def check_all(
    file: Path,
    altered: list[tuple[str, str]],
    check: Callable[[Database], object] = compare_everything,
) -> None:
    look(file, check)
    for number, (change, words) in enumerate(altered):
        copy = file.with_name(f"{number}.db")
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            for each in change.split("; "):
                assert target.execute(each).rowcount > 0, each
            target.commit()
        with pytest.raises(LogInconsistent, match=words):
            look(copy, check)


TILES = [
    ("UPDATE log_tile SET hashes = zeroblob(8192)", "the tile 0 of level 0 is not what"),
    ("UPDATE log_tile SET root = zeroblob(32)", "the tile 0 of level 0 is not what"),
    ("UPDATE log_tile SET number = 7", "the tile 0 of level 0 is not what"),
    ("DELETE FROM log_tile", "the tile 0 of level 0 is not what"),
    ("INSERT INTO log_tile VALUES (1, 0, x'', x'')", "more tiles than the log has full ones"),
]


def test_tiles_are_what_the_entries_make(
    database: Database, make_record: MakeRecord, tmp_path: Path
) -> None:
    SQLLogStore(database).append([seal(make_record()) for _ in range(257)])
    check_all(tmp_path / "assent.db", TILES)
