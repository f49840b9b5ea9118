"""Saved queries over HTTP: saved, listed, run by every search, and deleted."""

import json
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from engine.audit.verification.verify import verify_export
from tests.api.installation import FIRST, Caller, allowed, campaign, problem_of

QUERIES = "/v1/queries"
DENIED = {"name": "denied", "outcome": "deny", "text": "minors"}


@pytest.fixture
def filled(fresh: Caller) -> Caller:
    for number in range(4):
        fresh.post({"campaign": (campaign if number % 2 else allowed)(id=f"c{number}")})
    return fresh


def save(api: Caller, body: object = DENIED, role: str = "auditor") -> TestResponse:
    return api.post(body, QUERIES, role=role)


def found(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["campaign"] for each in json.loads(answer.data)["items"]]


def test_query_is_saved_listed_run_and_deleted(filled: Caller) -> None:
    answer = save(filled)
    assert (answer.status_code, answer.headers["Location"]) == (201, "/v1/queries/denied")
    made = json.loads(answer.data)
    assert made["filters"] == {"outcome": "deny", "text": "minors"}
    assert made["actor"] == "the auditor"
    shown = filled.get(f"{QUERIES}/denied", role="auditor")
    assert json.loads(shown.data) == made
    assert json.loads(filled.get(QUERIES, role="auditor").data) == {"items": [made]}
    assert found(filled.get("/v1/decisions?saved=denied", role="auditor")) == ["c3", "c1"]
    gone = filled.call("DELETE", f"{QUERIES}/denied", role="auditor")
    assert json.loads(gone.data)["deleted"] == "denied"
    problem_of(filled.get(f"{QUERIES}/denied", role="auditor"), 404, "not-found")
    problem_of(filled.call("DELETE", f"{QUERIES}/denied", role="auditor"), 404, "not-found")
    told = problem_of(
        filled.get("/v1/decisions?saved=denied", role="auditor"), 400, "invalid-query"
    )
    assert told["errors"][0]["parameter"] == "saved"


def test_every_search_runs_it(filled: Caller) -> None:
    save(filled)
    first = json.loads(filled.get("/v1/decisions?saved=denied&limit=1", role="auditor").data)
    assert first["next"] is not None
    again = filled.get(f"/v1/decisions?saved=denied&limit=1&cursor={first['next']}", role="auditor")
    assert found(again) == ["c1"]
    size = first["size"]
    counted = filled.get("/v1/decisions/statistics?saved=denied", role="auditor")
    assert json.loads(counted.data)["decisions"] == 2
    drawn = filled.get(f"/v1/decisions/sample?saved=denied&count=9&as_of={size}", role="auditor")
    assert len(found(drawn)) == 2
    lines = filled.get("/v1/decisions?saved=denied&format=ndjson", role="auditor").text
    assert len(lines.splitlines()) == 2
    manifest = filled.get(
        f"/v1/decisions/manifest?saved=denied&format=ndjson&as_of={size}", role="auditor"
    )
    assert json.loads(manifest.data)["filters"] == {"outcome": "deny", "text": "minors"}
    with filled.get("/v1/decisions/evidence?saved=denied", role="auditor") as evidence:
        assert evidence.status_code == 200


def test_it_has_its_filters_and_takes_no_others(filled: Caller) -> None:
    save(filled)
    for more in ("outcome=allow", "rule_status=waived", "campaign=c1", "conclusive=true"):
        answer = filled.get(f"/v1/decisions?saved=denied&{more}", role="auditor")
        told = problem_of(answer, 400, "invalid-query")
        assert told["errors"][0]["parameter"] == more.partition("=")[0]
    assert found(filled.get(f"/v1/decisions?saved=denied&as_of={FIRST + 2}", role="auditor")) == [
        "c1"
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"outcome": "deny"}, "/name"),
        ({"name": "Denied"}, "/name"),
        ({"name": "a", "outcom": "deny"}, "/outcom"),
        ({"name": "a", "outcome": "perhaps"}, "/outcome"),
        ({"name": "a", "conclusive": "true"}, "/conclusive"),
        ({"name": "a", "rule_status": "waived"}, "/rule_status"),
        ({"name": "a", "text": "OR"}, "/text"),
        ({"name": "a", "as_of": 3}, "/as_of"),
        ([], ""),
    ],
)
def test_order_that_is_none(fresh: Caller, body: object, pointer: str) -> None:
    told = problem_of(save(fresh, body), 422, "malformed-order")
    assert told["errors"][0]["pointer"] == pointer


def test_name_that_is_taken(fresh: Caller) -> None:
    save(fresh)
    problem_of(save(fresh, {"name": "denied"}), 409, "taken")


def test_log_with_saved_queries_verifies(filled: Caller) -> None:
    save(filled)
    filled.call("DELETE", f"{QUERIES}/denied", role="auditor")
    export = filled.get("/v1/log/export", role="auditor")
    assert verify_export(BytesIO(export.data)).is_valid
    assert b"minors" not in b"".join(
        line for line in export.data.splitlines() if b'"kind":"query"' in line
    )


def test_query_that_cannot_be_asked_any_more(
    fresh: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = "engine.storage.search.saved_queries.canonical"
    monkeypatch.setattr(saved, lambda _: b'{"mood":"bad"}')
    save(fresh)
    told = problem_of(fresh.get("/v1/decisions?saved=denied", role="auditor"), 400, "invalid-query")
    assert "mood" in told["detail"]
