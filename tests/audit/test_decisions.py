"""Searching the log: keyset pages equal a plain sort, and cursors stay with their filters."""

import base64
import struct
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audit.entries.record import LogEntry, seal
from engine.storage.databases.database import Database
from engine.storage.errors import BeyondLog, InvalidQuery
from engine.storage.log.listing import LISTED, LoggedDecision
from engine.storage.log.log_store import SQLLogStore
from engine.storage.migrate import migrate
from engine.storage.search import decisions as decisions_module
from engine.storage.search.decisions import Decisions
from engine.storage.search.filters import DecisionFilter
from engine.storage.search.query_planner import narrowed, position

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
COUNT = 60
D1, D2 = (f"sha256:{digit * 64}" for digit in "12")


@pytest.fixture
def decisions(store: SQLLogStore, database: Database, make_record: Any) -> Decisions:
    rules = ("a/one", "a/two")
    statuses = ("violated", "undetermined", "satisfied", "waived")
    records = [
        make_record(
            actor=("pipeline", "cli")[n % 2],
            decided_at=NOON + timedelta(minutes=(n * 7) % COUNT),
            decision=("allow", "deny")[n % 3 == 0],
            conclusive=n % 5 != 0,
            campaign=(None, "c1", "c2")[n % 3],
            policy_set={
                "name": ("acme", "house", "lab")[n // 7 % 3],
                "version": None,
                "digest": (D1, D2)[n % 4 == 0],
            },
            rules=[{"rule": rules[n % 2], "status": statuses[n // 2 % 4]}],
        )
        for n in range(COUNT)
    ]
    store.append([seal(record) for record in records])
    return Decisions(database)


@pytest.fixture
def everything(decisions: Decisions) -> list[LogEntry]:
    """All entries of that log, in its order."""
    return list(decisions.entries(size=COUNT))


def meets(entry: LogEntry, filters: DecisionFilter) -> bool:
    columns = entry.columns
    return all(
        (
            filters.since is None or columns.decided_at >= filters.since,
            filters.until is None or columns.decided_at < filters.until,
            filters.outcome in (None, columns.outcome),
            filters.conclusive in (None, columns.conclusive),
            filters.campaign in (None, columns.campaign),
            filters.actor in (None, columns.actor),
            filters.policy_digest in (None, columns.policy_digest),
            filters.policy_set in (None, columns.policy_set),
            filters.policy_sets is None or columns.policy_set in filters.policy_sets,
            filters.as_of is None or entry.index < filters.as_of,
            filters.rule is None or (filters.rule, filters.status) in columns.rules,
        )
    )


def times() -> st.SearchStrategy[datetime | None]:
    return st.none() | st.integers(-5, COUNT + 5).map(lambda n: NOON + timedelta(minutes=n))


def period(since: datetime | None, until: datetime | None) -> dict[str, datetime | None]:
    """Return the members of a period that is not empty."""
    if since is not None and until is not None and until <= since:
        since, until = until, since + timedelta(minutes=1)
    return {"since": since, "until": until}


FINDINGS: st.SearchStrategy[dict[str, str]] = st.just({}) | st.fixed_dictionaries(
    {"rule": st.sampled_from(["a/one", "a/two", "a/three"])},
    optional={"rule_status": st.sampled_from(["violated", "undetermined", "waived"])},
)
FILTERS = st.builds(
    lambda period, finding, **rest: DecisionFilter(**period, **finding, **rest),
    period=st.builds(period, times(), times()),
    outcome=st.sampled_from([None, "allow", "deny"]),
    conclusive=st.sampled_from([None, True, False]),
    finding=FINDINGS,
    campaign=st.sampled_from([None, None, "c1", "c2", "c3"]),
    actor=st.sampled_from([None, None, "cli"]),
    policy_digest=st.sampled_from([None, None, D2]),
    policy_set=st.sampled_from([None, None, "house"]),
    policy_sets=st.sampled_from([None, None, *map(frozenset, ((), ("acme", "lab"), ("lab", "x")))]),
    as_of=st.none() | st.integers(0, COUNT),
)


@settings(max_examples=150)
@given(filters=FILTERS, limit=st.integers(1, 25))
def test_pages_equal_a_plain_sort(
    decisions: Decisions, everything: list[LogEntry], filters: DecisionFilter, limit: int
) -> None:
    """All pages together are the entries that meet the filter, the newest first, each once."""
    expected = [
        LoggedDecision(
            index=entry.index, logged_at=entry.logged_at, columns=entry.columns, is_erased=False
        )
        for entry in reversed(everything)
        if meets(entry, filters)
    ]
    found: list[LoggedDecision] = []
    cursor = None
    while True:
        page = decisions.page(filters, limit=limit, cursor=cursor)
        assert len(page.decisions) <= limit
        assert page.size == (COUNT if filters.as_of is None else filters.as_of)
        found += page.decisions
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == expected


@settings(max_examples=60)
@given(filters=FILTERS, step=st.integers(1, 25))
def test_what_matches_is_a_plain_sort(
    decisions: Decisions, everything: list[LogEntry], filters: DecisionFilter, step: int
) -> None:
    """What matches is what meets the filter, in the order of the log, however it is divided."""
    expected = [entry.index for entry in everything if meets(entry, filters)]
    expected = [index for index in expected if index < decisions.reached(filters)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(decisions_module, "PAGE_LIMIT", step)
        patched.setattr(decisions_module, "_INDEX_STEP", step)
        matching = list(decisions.matching(filters))
        assert [each.index for each in matching] == expected
        assert list(decisions.matching_indexes(filters)) == expected
    assert [each.columns for each in matching] == [everything[n].columns for n in expected]


def test_entries_appended_meanwhile_are_on_no_later_page(
    decisions: Decisions, store: SQLLogStore, make_record: Any
) -> None:
    first = decisions.page(limit=10)
    store.append([seal(make_record()) for _ in range(5)])
    second = decisions.page(limit=10, cursor=first.next_cursor)
    indexes = [one.index for one in (*first.decisions, *second.decisions)]
    assert indexes == list(range(COUNT - 1, COUNT - 21, -1))
    assert decisions.page(limit=1).decisions[0].index == COUNT + 4


def test_cursor_stays_with_its_filters(decisions: Decisions) -> None:
    filters = DecisionFilter(outcome="allow", since=NOON)
    cursor = decisions.page(filters, limit=5).next_cursor
    assert decisions.page(filters, limit=7, cursor=cursor).decisions
    for other in (
        DecisionFilter(),
        DecisionFilter(outcome="deny", since=NOON),
        DecisionFilter(outcome="allow", until=NOON),
        DecisionFilter(outcome="allow", since=NOON, rule="a/one"),
        DecisionFilter(outcome="allow", since=NOON, as_of=COUNT),
        DecisionFilter(outcome="allow", since=NOON, policy_sets=frozenset({"acme", "lab"})),
    ):
        with pytest.raises(InvalidQuery, match="other filters"):
            decisions.page(other, cursor=cursor)


@pytest.mark.parametrize("cursor", ["", "é", "AAAA", "?" * 32, "A" * 33])
def test_cursor_that_no_page_gave(decisions: Decisions, cursor: str) -> None:
    with pytest.raises(InvalidQuery, match="cursor"):
        decisions.page(cursor=cursor)


@pytest.mark.parametrize(
    ("index", "size"), [(2**64 - 1, COUNT), (COUNT, COUNT), (3, COUNT + 1), (3, 2**64 - 1)]
)
def test_cursor_with_numbers_beyond_the_log(decisions: Decisions, index: int, size: int) -> None:
    cursor = decisions.page(limit=1).next_cursor
    assert cursor is not None
    digest = base64.urlsafe_b64decode(cursor)[16:]
    beyond = base64.urlsafe_b64encode(struct.pack(">QQ", index, size) + digest).decode()
    with pytest.raises(InvalidQuery, match="of another log"):
        decisions.page(limit=1, cursor=beyond)


def test_search_as_of_its_size_is_the_search_again(
    decisions: Decisions, store: SQLLogStore, make_record: Any
) -> None:
    first = decisions.page(DecisionFilter(outcome="allow"), limit=10)
    store.append([seal(make_record(decision="allow")) for _ in range(5)])
    again = decisions.page(DecisionFilter(outcome="allow", as_of=first.size), limit=10)
    assert (again.decisions, again.size) == (first.decisions, COUNT)
    later = decisions.page(DecisionFilter(outcome="allow"), limit=10, cursor=first.next_cursor)
    assert later.size == COUNT
    assert decisions.page().size == COUNT + 5


@pytest.mark.parametrize("size", [COUNT + 1, 2**80])
def test_size_that_the_log_has_not_reached(decisions: Decisions, size: int) -> None:
    with pytest.raises(BeyondLog, match=f"it has {COUNT} entries"):
        decisions.page(DecisionFilter(as_of=size))


@pytest.mark.parametrize("limit", [-1, 0, 501])
def test_limits(decisions: Decisions, limit: int) -> None:
    with pytest.raises(InvalidQuery, match="1 to 500"):
        decisions.page(limit=limit)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outcome": "maybe"}, "`allow` or `deny`"),
        ({"rule_status": "satisfied"}, "`excepted`, `undetermined`, `violated` or `waived`"),
        ({"since": datetime(2026, 1, 1)}, "offset"),  # noqa: DTZ001 - what is refused.
        ({"as_of": -1}, "below 0"),
        ({"since": NOON, "until": NOON}, "later than `since`"),
        ({"campaign": "a\0b"}, "U\\+0000"),
        ({"until": datetime(2026, 1, 1)}, "offset"),  # noqa: DTZ001 - what is refused.
    ],
)
def test_filters_that_no_decision_can_meet(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidQuery, match=message):
        DecisionFilter(**changes)


def test_filter_that_utf8_cannot_write(decisions: Decisions) -> None:
    with pytest.raises(InvalidQuery, match="surrogate"):
        decisions.page(DecisionFilter(campaign="\ud800"))


RAREST_FIRST: list[dict[str, Any]] = [
    {"campaign": "c1"},
    {"advertiser": "Acme"},
    {"rule": "a/one"},
    {"market": "DE"},
    {"conclusive": False},
    {"policy_digest": D1},
    {"policy_version": "1"},
    {"actor": "cli"},
    {"outcome": "deny"},
    {"policy_set": "acme"},
    {"since": NOON, "until": NOON + timedelta(days=1)},
]
INDEXES = ("campaign", "advertiser", "rule_found", "facet_found", "conclusive", "policy_digest")


def test_sqlite_goes_by_the_rarest_of_what_is_asked_for(sqlite_url: str) -> None:
    """Of two columns that are asked for it would take any: the whole log is for one policy set."""
    migrate(sqlite_url)
    database = Database(sqlite_url)
    wanted = [*INDEXES, "policy_version", "actor", "outcome", "policy_set"]
    with database.reading() as connection:
        for place, index in enumerate(wanted):
            asked: dict[str, Any] = {}
            for changes in reversed(RAREST_FIRST[place:]):
                asked |= changes
            if place % 2:  # A key that is limited to several sets goes the same way.
                asked["policy_sets"] = frozenset({"acme", "lab"})
            filters = DecisionFilter(**asked)
            place_of = position(filters, "sqlite")
            query = narrowed(LISTED, filters, "sqlite").where(place_of < COUNT)
            query = query.order_by(place_of.desc()).limit(101)
            statement = query.compile(connection, compile_kwargs={"literal_binds": True})
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
            assert f"INDEX log_entry_{index} (" in plan[0][3], asked
            assert not any("TEMP B-TREE" in step[3] for step in plan), asked
    database.close()


def test_what_lies_within_a_time_or_a_version_is_found_wherever_it_is(
    database: Database, store: SQLLogStore, make_record: Any
) -> None:
    """Bounds of a search leave out nothing, though times come in any order."""
    days, version = [3, 1, 2, 9, 1, 8, 3, 2], {"name": "acme", "digest": "d"}
    store.append(
        [
            seal(
                make_record(
                    decided_at=NOON + timedelta(days=day),
                    policy_set={**version, "version": str(index // 3)},
                )
            )
            for index, day in enumerate(days)
        ]
    )
    decisions = Decisions(database)
    for first, last, chosen in product((None, 1, 2, 8, 99), (None, 0, 2, 3, 9), (None, "1", "7")):
        if first is not None and last is not None and last <= first:
            continue
        since, until = (None if n is None else NOON + timedelta(days=n) for n in (first, last))
        filters = DecisionFilter(since=since, until=until, policy_version=chosen, outcome="deny")
        found = [each.index for each in decisions.page(filters).decisions]
        assert found == [
            index
            for index, day in reversed(list(enumerate(days)))
            if (first is None or day >= first)
            and (last is None or day < last)
            and chosen in {None, str(index // 3)}
        ]
