"""OPA's data API: by hand, and by a client of OPA that knows nothing of Assent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from opa_client.opa import OpaClient  # type: ignore[import-untyped] # It has no types.

from tests.api.installation import (
    Caller,
    Document,
    Served,
    allowed,
    campaign,
    free_port,
    install,
    serving,
)


def ask(api: Caller, path: str, body: object, **rest: Any) -> Document:
    answer = api.post(body, f"/v1/data/{path}", **rest)
    assert answer.status_code == 200, answer.data
    made: Document = json.loads(answer.data)
    return made


def refused(api: Caller, body: object, status: int = 400, **rest: Any) -> Document:
    answer = api.post(body, rest.pop("path", "/v1/data/assent/allow"), **rest)
    assert (answer.status_code, answer.content_type) == (status, "application/json"), answer.data
    made: Document = json.loads(answer.data)
    return made


def given(descriptor: Document, **terms: Any) -> Document:
    return {"input": {"campaign": descriptor, **terms}}


def test_rule_and_package(api: Caller) -> None:
    assert ask(api, "assent/allow", given(allowed()))["result"] is True
    denied = ask(api, "assent/allow", given(campaign()))
    assert denied["result"] is False
    whole = ask(api, "assent", given(campaign()))["result"]
    assert list(whole) == ["allow", "decision", "conclusive", "reasons", "obligations", "missing"]
    assert (whole["allow"], whole["decision"]) == (False, "deny")
    assert whole["reasons"][0]["rule"] == "minors/no_profiled_ads"
    assert ask(api, "assent/reasons/", given(campaign()))["result"] == whole["reasons"]


def test_decision_is_in_the_log(api: Caller) -> None:
    made = ask(api, "assent/allow", given(allowed(id="opa-1"), as_of="2026-12-01T00:00:00Z"))
    found = json.loads(api.get(f"/v1/decisions/{made['decision_id']}").data)
    assert found["submitted"]["campaign"] == allowed(id="opa-1")
    assert found["as_of"] == "2026-12-01T00:00:00Z"
    dry = ask(api, "assent/allow", given(allowed(), dry_run=True))
    assert dry == {"result": True}


def test_advice_leads_out_of_what_is_not_read_here(api: Caller) -> None:
    record = given({"adgroup_id": "1", "budget_mode": "x"}, format="tiktok", view="full")
    by_pointer = {each["pointer"]: each["help"] for each in refused(api, record)["errors"]}
    assert by_pointer == {
        "/input/format": "send the record of a platform to `POST /v1/decisions?format=…`",
        "/input/view": "known here: `campaign`, `as_of`, `dry_run`",
    }


def test_nothing_is_assumed(fresh: Caller) -> None:
    """`{"result": true}` cannot say that it is none."""
    for terms in ({}, {"dry_run": True}):
        assumed = given(campaign(), as_if_launched="1971-01-01", policy_set="assent", **terms)
        errors = refused(fresh, assumed)["errors"]
        assert [each["pointer"] for each in errors] == [
            "/input/as_if_launched",
            "/input/policy_set",
        ]
        assert "`POST /v1/decisions`" in errors[0]["help"]
        assert errors[1]["message"] == "the path says by which policies to decide"
    assert json.loads(fresh.get("/v1/decisions").data)["items"] == []


@pytest.mark.parametrize(
    "path", ["nothing/allow", "assent/deny", "assent/allow/more", "%20", "a%0Ab/c", "/x"]
)
def test_undefined_has_no_result(api: Caller, path: str) -> None:
    assert ask(api, path, given(allowed())) == {}


def test_input_that_is_missing_is_a_warning(api: Caller) -> None:
    made = ask(api, "assent/allow", {})
    assert set(made) == {"warning"}
    assert made["warning"]["code"] == "api_usage_warning"


def test_parameters(api: Caller) -> None:
    query = "?pretty=True&metrics&provenance=TRUE&instrument=false&strict-builtin-errors=true"
    answer = api.post(given(allowed()), f"/v1/data/assent/allow{query}&explain=off")
    made = json.loads(answer.data)
    assert b"\n  " in answer.data
    assert made["metrics"]["timer_server_handler_ns"] > 0
    assert made["provenance"]["bundles"]["assent"]["revision"].startswith("sha256:")
    for wrong in ("explain=full", "pretty=5", "zzz=1"):
        said = refused(api, given(allowed()), path=f"/v1/data/assent?{wrong}")
        assert said["code"] == "invalid_parameter"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        [],
        {"input": 5},
        {"input": {}},
        {"input": {"campaign": {"markets": 7}}},
        {"input": {"campaign": allowed(), "as_of": "now"}},
        {"input": {"campaign": allowed(), "policy_set": "assent"}},
        {"input": allowed()},
    ],
)
def test_what_cannot_be_decided_is_an_error(api: Caller, body: object) -> None:
    assert refused(api, body)["code"] == "invalid_parameter"


def test_idempotency_key_is_refused(fresh: Caller) -> None:
    """A client that sends one would send again, and have two decisions."""
    said = refused(fresh, given(allowed()), headers={"Idempotency-Key": '"a"'})
    assert said["code"] == "invalid_parameter"
    assert "send it with `POST /v1/decisions`" in said["message"]
    assert json.loads(fresh.get("/v1/decisions").data)["items"] == []


def test_faults_are_pointed_at(api: Caller) -> None:
    said = refused(api, given({"markets": ["XX"], "flight": 5}, as_of="now"))
    assert [each["pointer"] for each in said["errors"]] == ["/input/as_of"]
    said = refused(api, given({"markets": ["XX"]}))
    assert said["errors"][0]["pointer"] == "/input/campaign/markets/0"


def test_keys_and_types_and_methods(api: Caller) -> None:
    assert refused(api, given(allowed()), 401, role=None)["code"] == "unauthorized"
    assert refused(api, given(allowed()), 403, role="auditor")["code"] == "unauthorized"
    assert refused(api, b"a: 1", content_type="application/yaml")["code"] == "invalid_parameter"
    assert api.get("/v1/data/assent/allow").status_code == 405


def test_health(api: Caller) -> None:
    answer = api.get("/health?bundles&plugins=true", role=None)
    assert (answer.status_code, json.loads(answer.data)) == (200, {})
    assert api.get("/health?zzz", role=None).status_code == 400


# --- a client of OPA, over real HTTP ----------------------------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    directory: Path = tmp_path_factory.mktemp("opa")
    with serving(install(directory, port=free_port(), log_level="error")) as running:
        yield running


@pytest.fixture
def client(served: Served) -> Iterator[Any]:
    token = served.installation.tokens["both"]
    with OpaClient(host="127.0.0.1", port=served.port, token=token, timeout=30) as made:
        yield made


def test_client_of_opa_works_unchanged(client: Any) -> None:
    assert client.check_connection() is True
    assert client.check_health() is True
    assert client.check_health(query={"bundles": True}) is True
    assert client.wait_for_ready() in (True, None)
    assert client.get_policies_list() == ["assent"]
    info = client.get_policies_info()["assent"]
    assert info["path"].endswith("/v1/data/assent")
    assert f"{info['path']}/allow" in info["rules"]
    denied = client.query_rule({"campaign": campaign()}, "assent", "allow")
    assert denied["result"] is False
    whole = client.query_rule(
        {"campaign": allowed()}, "assent", query_params={"metrics": True, "pretty": True}
    )
    assert whole["result"]["allow"] is True
    assert whole["decision_id"]
    assert "result" not in client.query_rule({"campaign": allowed()}, "another.package", "allow")


def test_client_of_opa_is_told_what_is_wrong(client: Any, served: Served) -> None:
    with pytest.raises(requests.HTTPError, match="400"):
        client.query_rule({"campaign": {"markets": 5}}, "assent", "allow")
    wrong = {"Authorization": "Bearer nothing"}
    with (
        OpaClient(host="127.0.0.1", port=served.port, headers=wrong) as stranger,
        pytest.raises(requests.HTTPError, match="401"),
    ):
        stranger.query_rule({"campaign": allowed()}, "assent", "allow")
