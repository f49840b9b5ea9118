"""Counting decisions: what the database counts is what a walk over the entries counts."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audit.entries.record import seal
from engine.storage.databases.database import Database
from engine.storage.errors import BeyondLog
from engine.storage.log.log_store import SQLLogStore
from engine.storage.search import statistics
from engine.storage.search.decisions import Decisions
from engine.storage.search.filters import DecisionFilter
from engine.storage.search.statistics import Statistics, count_decisions

START = datetime(2026, 10, 30, 23, 30, tzinfo=UTC)
COUNT = 40


@pytest.fixture
def filled(store: SQLLogStore, database: Database, make_record: Any) -> Database:
    """Decisions half a day apart, through three months; every other has two rules."""
    rules = [
        {"rule": "a/one", "status": "violated"},
        {"rule": "B/two", "status": "undetermined"},
    ]
    records = [
        make_record(
            decided_at=START + timedelta(hours=24 * n),
            decision=("allow", "deny")[n % 3 == 0],
            conclusive=n % 5 != 0,
            campaign=("c1", "c2")[n % 2],
            rules=rules[: 1 + n % 2],
        )
        for n in range(COUNT)
    ]
    store.append([seal(record) for record in records])
    return database


FILTERS = st.builds(
    lambda finding, **rest: DecisionFilter(**finding, **rest),
    since=st.none() | st.integers(0, COUNT).map(lambda n: START + timedelta(days=n)),
    outcome=st.sampled_from([None, "allow", "deny"]),
    conclusive=st.sampled_from([None, True, False]),
    finding=st.sampled_from(
        [{}, {"rule": "a/one"}, {"rule": "a/one", "rule_status": "waived"}, {"rule": "c/three"}]
    ),
    campaign=st.sampled_from([None, "c1"]),
    as_of=st.none() | st.integers(0, COUNT),
)


@settings(max_examples=60)
@given(filters=FILTERS)
def test_counts_equal_a_walk(filled: Database, filters: DecisionFilter) -> None:
    made = count_decisions(filled, filters)
    found = [each.columns for each in Decisions(filled).page(filters, limit=COUNT).decisions]
    assert made.decisions == len(found)
    assert made.size == (COUNT if filters.as_of is None else filters.as_of)
    assert {(each.outcome, each.conclusive): each.count for each in made.outcomes} == Counter(
        (each.outcome, each.conclusive) for each in found
    )
    assert {(each.rule, each.status): each.count for each in made.rules} == Counter(
        rule for each in found for rule in each.rules
    )
    assert {
        (each.month, one.outcome, one.conclusive): one.count
        for each in made.months
        for one in each.outcomes
    } == Counter((f"{each.decided_at:%Y-%m}", each.outcome, each.conclusive) for each in found)


def test_order(filled: Database) -> None:
    made = count_decisions(filled)
    assert [each.month for each in made.months] == ["2026-10", "2026-11", "2026-12"]
    assert [(each.outcome, each.conclusive) for each in made.outcomes] == [
        ("allow", False),
        ("allow", True),
        ("deny", False),
        ("deny", True),
    ]
    assert [(each.rule, each.count) for each in made.rules] == [("a/one", 40), ("B/two", 20)]
    assert (made.rules_omitted, made.months_omitted) == (0, 0)


def test_rules_as_frequent_as_each_other_go_by_name(filled: Database) -> None:
    made = count_decisions(filled, DecisionFilter(campaign="c2"))
    assert [each.rule for each in made.rules] == ["B/two", "a/one"]


def test_bounds(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "MOST_RULES", 1)
    monkeypatch.setattr(statistics, "MOST_MONTHS", 2)
    made = count_decisions(filled)
    assert [each.rule for each in made.rules] == ["a/one"]
    assert [each.month for each in made.months] == ["2026-11", "2026-12"]
    assert (made.rules_omitted, made.months_omitted, made.decisions) == (1, 1, COUNT)


def test_empty_log(database: Database) -> None:
    assert count_decisions(database) == Statistics(
        size=0,
        decisions=0,
        outcomes=(),
        rules=(),
        rules_omitted=0,
        months=(),
        months_omitted=0,
        unsearched=0,
    )


def test_size_that_the_log_has_not_reached(filled: Database) -> None:
    with pytest.raises(BeyondLog, match=f"it has {COUNT} entries"):
        count_decisions(filled, DecisionFilter(as_of=COUNT + 1))
