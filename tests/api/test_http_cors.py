"""Pages of other origins: none, but those that are named."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from api.http.openapi.document import openapi_document
from api.installation.settings import SettingsError, load_settings
from api.wsgi import start
from tests.api.installation import Caller, allowed, install, problem_of

CONSOLE = "https://console.example"
ASKS = {"Access-Control-Request-Method": "POST"}


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    directory = Path(tmp_path_factory.mktemp("crossed"))
    origins = f"{CONSOLE} http://localhost:3000"
    installation = install(directory, log_level="error", cors_origins=origins)
    started = start(installation.settings)
    yield Caller(app=cast(Flask, started.wsgi), installation=installation)
    started.close()


def test_named_origin_may_ask(crossed: Caller) -> None:
    headers = {"Origin": CONSOLE} | ASKS
    answer = crossed.call("OPTIONS", "/v1/decisions", role=None, headers=headers)
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == CONSOLE
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    methods = set(answer.headers["Access-Control-Allow-Methods"].split(", "))
    assert methods == {m for rule in crossed.app.url_map.iter_rules() for m in rule.methods or ()}
    assert "Access-Control-Allow-Credentials" not in answer.headers
    answer = crossed.post({"campaign": allowed()}, headers={"Origin": CONSOLE})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == CONSOLE
    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    told = {
        name
        for methods in openapi_document(crossed.app.url_map)["paths"].values()
        for operation in methods.values()
        for shown in operation["responses"].values()
        for name in shown.get("headers", ())
    }
    assert told < exposed
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Origin" in answer.headers["Vary"]


def test_named_origin_reads_why_it_is_refused(crossed: Caller) -> None:
    answer = crossed.get("/v1/decisions", role=None, headers={"Origin": CONSOLE})
    problem_of(answer, 401, "unauthenticated")
    assert answer.headers["Access-Control-Allow-Origin"] == CONSOLE


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "https://console.example.evil.example",
        "https://CONSOLE.example",
    ],
)
def test_other_origin_may_not(crossed: Caller, origin: str) -> None:
    headers = {"Origin": origin} | ASKS
    answer = crossed.call("OPTIONS", "/v1/decisions", headers=headers)
    problem_of(answer, 405, "method-not-allowed")
    answer = crossed.get("/v1/decisions", headers={"Origin": origin})
    for each in (answer, answer):
        assert "Access-Control-Allow-Origin" not in each.headers
        assert each.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Origin" in each.headers["Vary"]


def test_question_that_is_none(crossed: Caller) -> None:
    answer = crossed.call("OPTIONS", "/v1/decisions", headers={"Origin": CONSOLE})
    problem_of(answer, 405, "method-not-allowed")


def test_closed_unless_somebody_is_named(api: Caller) -> None:
    headers = {"Origin": CONSOLE} | ASKS
    answer = api.call("OPTIONS", "/v1/decisions", headers=headers)
    problem_of(answer, 405, "method-not-allowed")
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Vary" not in answer.headers


@pytest.mark.parametrize(
    "value", ["*", "null", "console.example", "https://a.example/", "https://A.example", "ftp://a"]
)
def test_origin_that_is_none(value: str) -> None:
    with pytest.raises(SettingsError, match="ASSENT_CORS_ORIGINS"):
        load_settings({"ASSENT_CORS_ORIGINS": value})
