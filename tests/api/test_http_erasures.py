"""Erasing over HTTP, and what is answered afterwards."""

import json
from io import BytesIO
from typing import Any

import pytest

from api.installation.contents import open_database
from engine.audit.entries.acts import HoldGround
from engine.audit.exhibits.log_proof import verify_receipt
from engine.audit.verification.verify import verify_export
from engine.storage.lifecycle.holds import Holds
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.anchor import KeyFile
from tests.api.installation import (
    PROBLEM_MEMBERS,
    Caller,
    Document,
    allowed,
    campaign,
    problem_of,
)

ORDERS = "/v1/erasures"


def erase(api: Caller, **order: str) -> Document:
    answer = api.post({"ground": "objection"} | order, ORDERS, role="admin")
    assert answer.status_code == 200, answer.data
    return json.loads(answer.data)  # type: ignore[no-any-return] # JSON is any.


def tombstone_of(answer: Any) -> Document:
    """Return what is left, once the problem has the shape of its kind."""
    made = json.loads(answer.data)
    assert (answer.status_code, made["type"]) == (410, "/problems/erased"), made
    assert answer.content_type == "application/problem+json"
    assert set(made) == PROBLEM_MEMBERS | {"erasure"}
    return made["erasure"]  # type: ignore[no-any-return] # JSON is any.


def test_erased_decision_leaves_a_tombstone(fresh: Caller) -> None:
    made = fresh.decide(campaign())
    done = erase(fresh, decision=made["id"])
    assert (done["erased"], done["purged"]) == (1, True)
    path = f"/v1/decisions/{made['id']}"
    (entry,) = done["entries"]
    for below in ("", "/receipt"):
        tombstone = tombstone_of(fresh.get(f"{path}{below}"))
        assert (tombstone["ground"], tombstone["index"]) == ("objection", entry["index"])
        assert tombstone["erased_at"] == entry["logged_at"]
    proof = json.loads(fresh.get(f"{path}/proof", role="auditor").data)
    assert proof["leaf_hash"] == made["receipt"]["leaf_hash"]
    replayed = json.loads(fresh.post(b"", f"{path}/replay", role="auditor").data)
    assert (replayed["replay"], replayed["why"]) == (
        "erased",
        f"it was erased on the ground `objection`, as entry {entry['index']} says",
    )


def test_whoever_asked_has_the_tombstone_too(fresh: Caller) -> None:
    made = fresh.decide(campaign(), role="submitter")
    erase(fresh, decision=made["id"])
    for below in ("", "/proof", "/receipt"):
        answer = fresh.get(f"/v1/decisions/{made['id']}{below}", role="submitter")
        assert tombstone_of(answer)["ground"] == "objection"
    assert json.loads(fresh.get("/v1/decisions", role="submitter").data)["items"] == []


def test_erased_decisions_are_listed_without_what_they_were_found_by(fresh: Caller) -> None:
    fresh.decide(campaign(id="c1"))
    fresh.decide(allowed(id="c2"))
    assert erase(fresh, campaign="c1")["erased"] == 1
    items = json.loads(fresh.get("/v1/decisions").data)["items"]
    assert [(each["campaign"], each["erased"]) for each in items] == [("c2", False), (None, True)]
    assert (items[1]["actor"], items[1]["rules"], items[1]["decision"]) == (None, [], "deny")
    assert json.loads(fresh.get("/v1/decisions?campaign=c1").data)["items"] == []


def test_everything_goes_on_verifying(fresh: Caller) -> None:
    made = fresh.decide(campaign())
    fresh.decide(allowed())
    receipt = fresh.get(f"/v1/decisions/{made['id']}/receipt").data
    erase(fresh, actor="trial")
    keys = KeyFile(fresh.installation.settings.log_key).read().verifiers
    assert verify_receipt(receipt, keys).is_valid
    with fresh.get("/v1/log/export") as answer:
        report = verify_export(BytesIO(answer.data))
    assert report.faults == ()


def test_erasing_again_changes_nothing(fresh: Caller) -> None:
    made = fresh.decide(campaign())
    erase(fresh, campaign="cmp-1")
    for order in ({"campaign": "cmp-1"}, {"decision": made["id"]}):
        assert erase(fresh, **order) == {"erased": 0, "entries": [], "purged": True}


def test_what_is_held_is_not_erased(fresh: Caller) -> None:
    made = fresh.decide(campaign())
    database = open_database(fresh.installation.settings)
    ground = HoldGround.LEGAL_CLAIMS
    (placed,) = (
        Holds(database).place(Selector.CAMPAIGN, "cmp-1", ground=ground, actor="counsel").entries
    )
    database.close()
    answer = fresh.post({"decision": made["id"], "ground": "objection"}, ORDERS, role="admin")
    told = json.loads(answer.data)
    assert (answer.status_code, told["type"]) == (409, "/problems/held"), told
    assert set(told) == PROBLEM_MEMBERS | {"hold"}
    assert (told["hold"]["index"], told["hold"]["ground"]) == (placed.index, "legal-claims")
    assert told["hold"]["placed_at"] in told["detail"]
    assert fresh.get(f"/v1/decisions/{made['id']}").status_code == 200


def test_unknown_decision(fresh: Caller) -> None:
    order = {"decision": "nothing", "ground": "objection"}
    problem_of(fresh.post(order, ORDERS, role="admin"), 404, "not-found")


@pytest.mark.parametrize(
    ("order", "pointers"),
    [
        ([], [""]),
        ({}, ["", "/ground"]),
        ({"ground": "objection"}, [""]),
        ({"campaign": "c", "actor": "a", "ground": "objection"}, [""]),
        ({"campaign": "c"}, ["/ground"]),
        ({"campaign": None, "ground": None}, ["", "/ground"]),
        ({"campaign": 7, "ground": "objection"}, ["/campaign"]),
        ({"campaign": "", "ground": "objection"}, ["/campaign"]),
        ({"campaign": "c", "ground": "objektion"}, ["/ground"]),
        ({"campain": "c", "ground": "objection"}, ["/campain", ""]),
    ],
)
def test_orders_that_do_not_say_what_to_do(api: Caller, order: Any, pointers: list[str]) -> None:
    made = problem_of(api.post(order, ORDERS, role="admin"), 422, "malformed-order")
    assert [each["pointer"] for each in made["errors"]] == pointers


def test_contents_that_are_lost_are_no_tombstone(fresh: Caller) -> None:
    made = fresh.decide(campaign(), role="submitter")
    database = open_database(fresh.installation.settings)
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM sealed")
    database.close()
    for role in ("submitter", "auditor"):
        answer = fresh.get(f"/v1/decisions/{made['id']}", role=role)
        assert "no erasure says why" in problem_of(answer, 503, "unavailable")["detail"]
