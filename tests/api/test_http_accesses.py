"""Who was shown what is in the log, before it is shown."""

from typing import Any

import pytest

from api.installation.contents import open_database
from engine.audit.entries.act_leaves import AccessLeaf
from engine.audit.entries.leaf import read_leaf
from engine.audit.entries.sealed_acts import ActEntry
from engine.audit.log import Committer, LogBusy, LogUnavailable
from engine.storage.log.tile_log import TileLog
from tests.api.installation import FIRST, Caller, campaign, problem_of

Told = tuple[str, tuple[tuple[int, int], ...], str | None]


def accesses(api: Caller) -> list[Told]:
    """Return every access in the log: how, what, and by whom."""
    database = open_database(api.installation.settings)
    log = TileLog(database)
    found: list[Told] = []
    for entry in log.entries(size=log.head().size):
        leaf = read_leaf(entry.leaf)
        if isinstance(leaf, AccessLeaf):
            assert isinstance(entry, ActEntry)
            (actor,) = entry.disclosures
            found.append((leaf.action, leaf.entries, actor.value))
    database.close()
    return found


@pytest.mark.parametrize(
    ("method", "below", "action"),
    [("GET", "", "read"), ("GET", "/receipt", "receipt"), ("POST", "/replay", "replay")],
)
def test_one_decision(fresh: Caller, method: str, below: str, action: str) -> None:
    fresh.decide(campaign())
    made = fresh.decide(campaign())
    path = f"/v1/decisions/{made['id']}{below}"
    assert fresh.call(method, path, role="auditor").status_code == 200
    assert accesses(fresh) == [(action, ((FIRST + 1, FIRST + 2),), "the auditor")]


def test_own_decisions_too(fresh: Caller) -> None:
    """A key may be in the wrong hands."""
    made = fresh.decide(campaign(), role="submitter")
    fresh.get(f"/v1/decisions/{made['id']}", role="submitter")
    assert accesses(fresh) == [("read", ((FIRST, FIRST + 1),), "the submitter")]


def test_searches_say_what_was_shown_and_not_what_was_looked_for(fresh: Caller) -> None:
    fresh.batch([campaign(id=name) for name in ("a", "b", "a", "a", "b")])
    fresh.get("/v1/decisions?campaign=a")
    fresh.get("/v1/decisions?campaign=a&limit=1")
    fresh.get("/v1/decisions?campaign=nothing")
    assert accesses(fresh) == [
        ("search", ((FIRST, FIRST + 1), (FIRST + 2, FIRST + 4)), "trial"),
        ("search", ((FIRST + 3, FIRST + 4),), "trial"),
        ("search", (), "trial"),
    ]


def test_exports(fresh: Caller) -> None:
    fresh.get("/v1/log/export", role="auditor").close()
    fresh.decide(campaign())
    fresh.get("/v1/log/export", role="auditor").close()
    assert accesses(fresh) == [
        ("export", ((0, FIRST),), "the auditor"),
        ("export", ((0, FIRST + 2),), "the auditor"),
    ]


def test_what_shows_no_contents_is_no_access(fresh: Caller) -> None:
    made = fresh.decide(campaign())
    path = f"/v1/decisions/{made['id']}"
    fresh.post({"campaign": campaign()}, "/v1/decisions?receipt=wait")
    fresh.get(f"{path}/proof")
    fresh.get("/log/checkpoint", role="auditor")
    fresh.get("/v1/decisions/nothing")
    fresh.get("/v1/decisions?campaign=a&limit=none")
    order = {"decision": made["id"], "ground": "objection"}
    fresh.post(order, "/v1/erasures", role="admin")
    fresh.get(path)
    fresh.post(b"", f"{path}/replay")
    assert accesses(fresh) == []


# --- where it cannot be logged ----------------------------------------------------------------


@pytest.fixture
def unlogged(fresh: Caller, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """A service with one decision, `made`, whose log takes nothing any more."""
    path = f"/v1/decisions/{fresh.decide(campaign())['id']}"
    assert fresh.get(f"{path}/receipt").status_code == 200

    def refuse(*_: object) -> None:
        raise LogUnavailable("the log could not be written")

    monkeypatch.setattr(Committer, "append", refuse)
    monkeypatch.setattr(Caller, "path", path, raising=False)
    return fresh


@pytest.mark.parametrize("below", ["", "/receipt", "/replay", "?", "export"])
def test_nothing_is_shown_that_is_not_logged(unlogged: Any, below: str) -> None:
    places = {"?": "/v1/decisions", "export": "/v1/log/export"}
    path = places.get(below, f"{unlogged.path}{below}")
    method = "POST" if below == "/replay" else "GET"
    for _ in range(5):  # More often than there are places for streams.
        answer = unlogged.call(method, path)
        problem_of(answer, 503, "unavailable")
        assert b"cmp-1" not in answer.data


def test_proofs_and_tiles_are_served_all_the_same(unlogged: Any) -> None:
    assert unlogged.get(f"{unlogged.path}/proof").status_code == 200
    assert unlogged.get("/log/tile/0/000.p/1", role="auditor").status_code == 200


def test_a_full_queue_says_when_to_try_again(
    fresh: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise LogBusy(retry_after=7)

    monkeypatch.setattr(Committer, "append", refuse)
    answer = fresh.get("/v1/decisions")
    problem_of(answer, 503, "busy")
    assert answer.headers["Retry-After"] == "7"
