"""Names of a filter that no decision of the log has, and what was probably meant by them."""

from typing import Any

import pytest
import sqlalchemy as sa

from engine.audit.entries.record import seal
from engine.source.quoting import excerpt
from engine.storage.databases.database import Database
from engine.storage.log.log_store import SQLLogStore
from engine.storage.schema import facets_due
from engine.storage.search import unknown_names as gathered
from engine.storage.search.decisions import Decisions
from engine.storage.search.filters import DecisionFilter
from tests.audit.test_facets import SAID

NO_DIGEST = f"sha256:{'0' * 64}"


@pytest.fixture
def decisions(database: Database, make_record: Any) -> Decisions:
    said = SAID | {"platforms": ["snap", "meta"]}
    records = [make_record(actor=actor, **said) for actor in ("pipeline", "nightly", "pipeline")]
    SQLLogStore(database).append([seal(each) for each in records])
    return Decisions(database)


ASKED: list[tuple[dict[str, str], list[tuple[str, str | None]]]] = [
    ({"platform": "snapchat"}, [("platform", "snap")]),
    ({"platform": "Metta"}, [("platform", "meta")]),
    ({"platform": "tiktok"}, [("platform", None)]),
    ({"rule": "privacy/minor"}, [("rule", "privacy/minors")]),
    ({"policy": "privaci", "actor": "pipelin"}, [("policy", "privacy"), ("actor", "pipeline")]),
    ({"article": "DSAA art 28"}, [("article", "dsa art 28")]),
    ({"article": "DSA art 29"}, [("article", None)]),
    ({"policy_set": "acne"}, [("policy_set", "acme")]),
    ({"market": "IS", "campaign": "cmp-8"}, [("campaign", None), ("market", None)]),
    ({"policy_version": "1", "advertiser": "A"}, [("advertiser", None), ("policy_version", None)]),
    ({"policy_digest": NO_DIGEST}, [("policy_digest", None)]),
]
KNOWN = {
    "platform": "SNAP",
    "rule": "bias/housing",
    "policy": "bias",
    "article": "gdpr art 9",
    "market": "DE",
    "campaign": "cmp-7",
    "advertiser": "Fjellsko AS",
    "actor": "nightly",
    "policy_set": "acme",
    "policy_version": "2026.10",
}


def test_what_no_decision_names(decisions: Decisions) -> None:
    for changes, expected in ASKED:
        found = decisions.unknown_names(DecisionFilter(**changes))  # type: ignore[arg-type] # Texts.
        assert [(each.filter, each.meant) for each in found] == expected, changes
        assert all(excerpt(changes[each.filter]) in each.message for each in found)


def test_what_some_decision_names_is_known_whatever_else_is_asked(decisions: Decisions) -> None:
    """Also where no decision has all of it at once, or the log was too small to have it."""
    filters = DecisionFilter(**KNOWN, outcome="allow", text="nothing", as_of=0)  # type: ignore[arg-type] # Texts.
    assert decisions.page(filters).decisions == ()
    assert decisions.unknown_names(filters) == ()


def test_nothing_is_said_of_facets_while_some_are_due(
    database: Database, decisions: Decisions
) -> None:
    """What these decisions name, nobody knows yet; a page tells that they were not searched."""
    with database.writing() as connection:
        connection.execute(sa.insert(facets_due), {"index": 1})
    filters = DecisionFilter(platform="snapchat", advertiser="Fjellsko", actor="pipelin")
    assert [each.filter for each in decisions.unknown_names(filters)] == ["actor"]


def test_no_more_names_are_gathered_than_is_said(
    decisions: Decisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform is whatever a campaign calls it: a log may have any number of them."""
    monkeypatch.setattr(gathered, "MOST_NAMES", 1)
    (found,) = decisions.unknown_names(DecisionFilter(platform="snapchat"))
    assert found.meant is None
