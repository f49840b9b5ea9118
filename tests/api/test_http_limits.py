"""Limits that an operator sets: they hold, and what they refuse is recorded nowhere."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Response

from api.http.routes import evidence
from api.wsgi import start
from engine.storage.errors import StorageUnavailable
from engine.storage.log.tile_log import TileLog
from tests.api.installation import NDJSON, Caller, allowed, install, ndjson, problem_of

EVALUATIONS = {
    "subject": {"type": "user", "id": "ad-ops"},
    "action": {"name": "launch"},
    "resource": {"type": "campaign", "id": "cmp-1", "properties": allowed()},
    "evaluations": [{}],
}


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Caller]:
    installation = install(
        tmp_path, log_level="error", batch_records="3", batch_limit="4096", threads="2"
    )
    started = start(installation.settings)
    yield Caller(app=cast(Flask, started.wsgi), installation=installation)
    started.close()


def test_batch_of_too_many_lines(narrow: Caller) -> None:
    made = narrow.batch([allowed()] * 5)
    assert [each.get("error", {}).get("type") for each in made] == [
        None,
        None,
        None,
        "/problems/too-large",
    ]


def test_array_of_too_many_items(narrow: Caller) -> None:
    problem_of(narrow.post([allowed()] * 4, "/v1/decisions/batch"), 413, "too-large")


def test_batch_of_too_many_bytes(narrow: Caller) -> None:
    made = narrow.batch(b" " * 5000 + b"\n" + ndjson([allowed()]))
    assert made[-1]["error"]["type"] == "/problems/too-large"
    assert made[-1]["error"]["detail"] == "the most that is read here are 4,096 bytes"


def test_batch_that_is_cut_off(narrow: Caller) -> None:
    builder = EnvironBuilder(
        "/v1/decisions/batch",
        method="POST",
        headers=Headers({"Authorization": f"Bearer {narrow.installation.tokens['both']}"}),
        content_type=NDJSON,
    )
    environ: dict[str, Any] = builder.get_environ()
    environ |= {
        "wsgi.input": BytesIO(ndjson([allowed()])),
        "wsgi.input_terminated": True,
        "CONTENT_LENGTH": "4000",
    }
    with Response.from_app(narrow.app, environ) as streamed:
        made = [json.loads(line) for line in streamed.data.splitlines()]
    assert made[0]["decision"] == "allow"
    assert made[1]["error"]["type"] == "/problems/incomplete-body"


def test_one_stream_at_a_time(narrow: Caller) -> None:
    """Of two threads one is always left for decisions and health checks."""
    headers = {"Authorization": f"Bearer {narrow.installation.tokens['both']}"}
    opened = Client(narrow.app).get("/v1/log/export", headers=headers)
    for answer in (
        narrow.get("/v1/log/export"),
        narrow.post(b"", "/v1/decisions/batch", content_type=NDJSON),
        narrow.post([], "/v1/decisions/batch"),
    ):
        problem_of(answer, 503, "busy")
        assert answer.headers["Retry-After"] == "1"
    several = narrow.post(EVALUATIONS, "/access/v1/evaluations")
    assert (several.status_code, several.headers["Retry-After"]) == (503, "1")
    assert narrow.post(EVALUATIONS, "/access/v1/evaluation").status_code == 200
    assert narrow.decide(allowed())["decision"] == "allow"
    opened.close()
    with narrow.get("/v1/log/export") as again:
        assert again.status_code == 200


def test_stream_place_is_given_back_when_the_body_is_refused(narrow: Caller) -> None:
    for _ in range(3):
        problem_of(narrow.post(b"[", "/v1/decisions/batch"), 400, "malformed-json")
        assert narrow.post({"evaluations": [5]}, "/access/v1/evaluations").status_code == 400
    for body, path in (([], "/v1/decisions/batch"), (EVALUATIONS, "/access/v1/evaluations")):
        with narrow.post(body, path) as answer:
            assert answer.status_code == 200


def test_stream_place_is_given_back_when_no_answer_comes_of_it(
    narrow: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails behind the taking of a place, the next stream has one."""

    def unavailable(*_: object) -> None:
        raise StorageUnavailable("the database does not answer")

    def exhausted(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as failing:
        failing.setattr(TileLog, "root_at", unavailable)
        problem_of(narrow.get("/v1/decisions?format=csv"), 503, "unavailable")
    with monkeypatch.context() as failing:
        failing.setattr(threading.Thread, "start", exhausted)
        refused = narrow.post(b"", "/v1/decisions/batch", content_type=NDJSON)
        problem_of(refused, 500, "internal-error")
    made = narrow.batch([allowed()])[0]
    with monkeypatch.context() as failing:
        failing.setattr(evidence, "TemporaryFile", full)
        refused = narrow.get(f"/v1/decisions/{made['id']}/evidence")
        problem_of(refused, 500, "internal-error")
    for path in (f"/v1/decisions/{made['id']}/evidence", "/v1/decisions?format=csv"):
        with narrow.get(path) as answer:
            assert answer.status_code == 200


def test_limits_are_those_of_the_settings(narrow: Caller) -> None:
    smaller = replace(narrow.installation.settings, body_limit=1024)
    started = start(smaller)
    caller = replace(narrow, app=cast(Flask, started.wsgi))
    problem_of(caller.post(b" " * 2000), 413, "too-large")
    resource = EVALUATIONS["resource"]
    for body, status in (
        (EVALUATIONS | {"evaluations": [{}, {}]}, 200),
        (EVALUATIONS | {"evaluations": [{}] * 3, "context": {"note": "x" * 200}}, 400),
        (EVALUATIONS | {"evaluations": [{"context": {}}] * 3, "context": {"note": "x" * 200}}, 200),
        (EVALUATIONS | {"resource": {}, "evaluations": [{"resource": resource}, {}]}, 400),
    ):
        with caller.post(body, "/access/v1/evaluations") as answer:
            assert answer.status_code == status, answer.data
    started.close()
