"""Who may call what. The table is the law; every route is walked."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from flask import Blueprint, Flask
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from api.http.access import ANY_KEY, PUBLIC, ROLES
from api.http.answers import SECURITY_HEADERS, json_answer
from api.wsgi import start
from engine.storage.keys import Role
from tests.api.installation import Caller, allowed, install, problem_of


def _routes(api: Caller) -> Iterator[tuple[str, str, str]]:
    """Yield the endpoint, method and an example path of each route."""
    for rule in api.app.url_map.iter_rules():
        for method in rule.methods or ():
            yield rule.endpoint, method, re.sub("<.*?>", "x", rule.rule)


def refusal_of(endpoint: str, answer: TestResponse, status: int, name: str) -> str:
    """Return what a refusal says: a problem, or what another standard has for one."""
    if endpoint.startswith(("authzen.", "opa.")):
        assert answer.status_code == status
        return answer.get_data(as_text=True)
    return str(problem_of(answer, status, name)["detail"])


def test_every_route_is_in_the_table(api: Caller) -> None:
    endpoints = {endpoint for endpoint, _, _ in _routes(api)}
    assert endpoints == PUBLIC | set(ROLES)
    assert all(ROLES.values())


def test_every_route_refuses_whoever_has_no_key(api: Caller) -> None:
    for endpoint, method, path in _routes(api):
        answer = api.call(method, path, role=None)
        if endpoint in PUBLIC:  # Discovery of AuthZEN is not there before it is set up.
            assert answer.status_code in (200, 404)
            continue
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="assent"'
        if method != "HEAD":
            refusal_of(endpoint, answer, 401, "unauthenticated")


def test_every_route_refuses_a_wrong_key(api: Caller) -> None:
    good = api.installation.tokens["both"]
    wrong = [
        f"Bearer {good[:-1]}{'A' if good[-1] != 'A' else 'B'}",
        f"Bearer {good}x",
        "Bearer assent_00000000_x",
        "Bearer é",
        "Bearer ",
        "Bearer",
        good,
        f"Basic {good}",
        f"Token {good}",
        "",
    ]
    for endpoint, method, path in _routes(api):
        if endpoint in PUBLIC:
            continue
        for authorization in wrong:
            headers = {"Authorization": authorization}
            answer = api.call(method, path, role=None, headers=headers)
            assert answer.status_code == 401
            assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("role", list(Role))
def test_every_route_refuses_a_key_without_the_role(api: Caller, role: Role) -> None:
    for endpoint, method, path in _routes(api):
        answer = api.call(method, path, role=role)
        answer.close()
        if endpoint in PUBLIC or role in ROLES[endpoint]:
            assert answer.status_code not in (401, 403)
        elif method != "HEAD":
            told = refusal_of(endpoint, answer, 403, "forbidden")
            assert all(f"`{wanted}`" in told for wanted in ROLES[endpoint])
        else:
            assert answer.status_code == 403


def test_route_that_is_not_in_the_table_is_for_nobody(fresh: Caller) -> None:
    extra = Blueprint("extra", __name__)

    @extra.get("/extra")
    def show() -> Response:
        return json_answer({})

    fresh.app.register_blueprint(extra)
    for role in ANY_KEY:
        key = {"Authorization": f"Bearer {fresh.installation.tokens[role]}"}
        problem_of(fresh.app.test_client().get("/extra", headers=key), 403, "forbidden")


def test_metrics_are_for_everyone_where_they_are_public(tmp_path: Path) -> None:
    installation = install(tmp_path, log_level="error", metrics_public="true")
    started = start(installation.settings)
    open_api = Caller(app=cast(Flask, started.wsgi), installation=installation)
    assert open_api.get("/metrics", role=None).status_code == 200
    problem_of(open_api.get("/v1/decisions", role=None), 401, "unauthenticated")
    started.close()


def test_scheme_is_read_in_any_case(api: Caller) -> None:
    headers = {"Authorization": f"bearer {api.installation.tokens['both']}"}
    assert api.get("/v1/decisions", role=None, headers=headers).status_code == 200


def test_key_in_the_query_is_no_key(api: Caller) -> None:
    path = f"/v1/decisions?access_token={api.installation.tokens['both']}"
    problem_of(api.get(path, role=None), 401, "unauthenticated")


# --- every answer -----------------------------------------------------------------------------


def test_every_answer_has_the_headers_of_safety(api: Caller) -> None:
    answers = [
        api.get("/health/live", role=None),
        api.get("/v1/decisions", role=None),
        api.get("/nowhere"),
        api.post({"campaign": allowed()}),
        api.call("OPTIONS", "/v1/decisions"),
    ]
    for answer in answers:
        assert SECURITY_HEADERS.items() <= dict(answer.headers).items()
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("given", ["abc-123", "A.b:c_d", "x" * 128])
def test_sane_request_id_is_echoed(api: Caller, given: str) -> None:
    answer = api.get("/health/live", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", " ", "a b", "<script>", "x" * 129, "é"])
def test_other_request_id_is_replaced(api: Caller, given: str) -> None:
    answer = api.get("/nowhere", headers={"X-Request-ID": given})
    made = problem_of(answer, 404, "not-found")
    assert re.fullmatch(r"[0-9a-f-]{36}", made["request_id"])


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/decisions/", "//v1/decisions", "/v1/x", "/é"])
def test_unknown_path(api: Caller, path: str) -> None:
    problem_of(api.get(path), 404, "not-found")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_method(api: Caller, method: str) -> None:
    answer = api.call(method, "/v1/decisions")
    problem_of(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"


# --- health and vocabulary --------------------------------------------------------------------


def test_live(api: Caller) -> None:
    assert json.loads(api.get("/health/live", role=None).data) == {"status": "live"}


def test_ready_names_what_decides(api: Caller) -> None:
    made = json.loads(api.get("/health/ready", role=None).data)
    assert made["status"] == "ready"
    assert made["policy_sets"] == [api.decide(allowed())["policy_set"]]


@pytest.mark.parametrize("role", list(Role))
def test_any_key_reads_the_vocabulary(api: Caller, role: Role) -> None:
    answer = api.get("/v1/vocabulary", role=role)
    assert answer.content_type == "application/schema+json"
    assert json.loads(answer.data)["properties"]["markets"]["title"].startswith("countries")
