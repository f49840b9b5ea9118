"""How keys are read, and what every answer has. Who is refused: `test_http_refusals`."""

import json
import re
from pathlib import Path
from typing import cast

import pytest
from flask import Blueprint, Flask
from werkzeug.wrappers import Response

from api.http.admission.access import ANY_KEY
from api.http.answers import SECURITY_HEADERS, json_answer
from api.wsgi import start
from engine.storage.keys import Role
from tests.api.installation import Caller, allowed, install, problem_of


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


def test_path_is_taken_as_it_is_written(api: Caller) -> None:
    """A path that begins with two slashes is another, and its client here would take a host."""
    twice = api.get("//v1/decisions", environ_overrides={"PATH_INFO": "//v1/decisions"})
    problem_of(twice, 404, "not-found")
    ended = problem_of(api.get("/v1/decisions/"), 404, "not-found")
    assert ended["detail"] == "no resource has this path; without the slash at its end there is one"


@pytest.mark.parametrize(
    ("written", "told"),
    [("%zz", "two hexadecimal digits"), ("50%", "two hexadecimal digits"), ("%FC", "not UTF-8")],
)
def test_query_that_is_not_percent_encoded_is_refused(api: Caller, written: str, told: str) -> None:
    """Else something is looked for that nobody named."""
    query = {"QUERY_STRING": f"campaign={written}"}
    answer = api.get("/v1/decisions", environ_overrides=query)
    assert told in problem_of(answer, 400, "invalid-query")["detail"]


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/x", "/é"])
def test_unknown_path(api: Caller, path: str) -> None:
    problem_of(api.get(path), 404, "not-found")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_method(api: Caller, method: str) -> None:
    answer = api.call(method, "/v1/decisions")
    problem_of(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_batches_are_no_decision_of_that_name(api: Caller, method: str) -> None:
    answer = api.call(method, "/v1/decisions/batch")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert api.call(method, "/v1/decisions/batch/proof").status_code == 404


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
