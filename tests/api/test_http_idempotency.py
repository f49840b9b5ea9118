"""`Idempotency-Key`: one request, one decision, however often it is sent."""

import http.client
import json
import os
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from api.in_force.policies import NotFresh
from engine.audit.log import Answer, Committer, LogUnavailable
from engine.audit.verification.verify import verify_export
from engine.storage.databases.database import Database
from engine.storage.schema import log_entry, request_key
from tests.api.installation import (
    Caller,
    Served,
    allowed,
    campaign,
    free_port,
    install,
    problem_of,
    serving,
)

ROUNDS = 6


def _ask(api: Caller, key: str, body: object = None, **rest: Any) -> TestResponse:
    sent = {"campaign": allowed()} if body is None else body
    return api.post(sent, headers={"Idempotency-Key": key}, **rest)


def _fresh() -> str:
    return f'"{uuid.uuid4()}"'


def _size(api: Caller) -> int:
    return len(json.loads(api.get("/v1/decisions", query_string={"limit": "500"}).data)["items"])


@pytest.mark.parametrize("query", [{}, {"view": "full"}])
def test_request_that_is_sent_again_gets_its_decision(api: Caller, query: dict[str, str]) -> None:
    key, before = _fresh(), _size(api)
    first = _ask(api, key, query_string=query)
    again = _ask(api, key, query_string=query)
    assert json.loads(first.data) == json.loads(again.data)
    assert first.headers.get("Idempotent-Replayed") is None
    assert again.headers["Idempotent-Replayed"] == "true"
    assert _size(api) == before + 1


def test_answer_is_that_of_the_first_time_whatever_the_clock_says(api: Caller) -> None:
    key = _fresh()
    first, again = (json.loads(_ask(api, key).data) for _ in range(2))
    assert first["as_of"] == again["as_of"]


def test_layout_and_quotes_make_no_other_request(api: Caller) -> None:
    name = str(uuid.uuid4())
    body = {"campaign": allowed(), "as_of": "2026-11-23T09:00:00Z"}
    turned = json.dumps(dict(reversed(body.items())), indent=2).encode()
    first = json.loads(_ask(api, name, body).data)
    assert json.loads(_ask(api, f'"{name}"', turned).data)["id"] == first["id"]


def test_other_views_of_the_decision(api: Caller) -> None:
    key = _fresh()
    first = json.loads(_ask(api, key).data)
    full = json.loads(_ask(api, key, query_string={"view": "full", "receipt": "wait"}).data)
    assert full["id"] == first["id"]
    assert "rules" in full
    assert full["receipt"]["proof"].startswith("c2sp.org/tlog-proof@v1")


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ({"campaign": campaign()}, {}),
        ({"campaign": allowed(), "as_of": "2026-11-23T09:00:00Z"}, {}),
        ({"campaign": allowed()}, {"format": "snapchat"}),
    ],
)
def test_key_of_another_request_is_refused(
    api: Caller, body: object, query: dict[str, str]
) -> None:
    key = _fresh()
    _ask(api, key)
    answer = _ask(api, key, body, query_string=query)
    problem_of(answer, 422, "idempotency-key-reused")


def test_no_table_alone_gives_a_request_the_decision_on_another(fresh: Caller) -> None:
    key = _fresh()
    mine, other, theirs = (
        json.loads(_ask(fresh, each, body, role=role).data)["id"]
        for each, body, role in (
            (key, None, "both"),
            (_fresh(), {"campaign": campaign()}, "both"),
            (_fresh(), None, "submitter"),
        )
    )
    database = Database(fresh.installation.settings.database_url)

    def told(entry: str, logged_at: Any = log_entry.c.logged_at) -> str:
        index = select(log_entry.c.index).where(log_entry.c.id == entry).scalar_subquery()
        with database.writing() as connection:
            connection.execute(update(request_key).values(fingerprint=None, index=index))
            connection.execute(update(log_entry).values(logged_at=logged_at))
        return str(problem_of(_ask(fresh, key), 503, "unavailable")["detail"])

    words = "leads to a decision that the log has of another request; send a new key"
    assert words in told(other)
    assert words in told(theirs)
    assert words in told(mine, datetime.now(UTC) - timedelta(hours=25))
    database.close()


def test_keys_belong_to_whoever_asks(api: Caller) -> None:
    key = _fresh()
    mine, theirs = (json.loads(_ask(api, key, role=role).data) for role in ("both", "submitter"))
    assert mine["id"] != theirs["id"]


def test_refused_submission_leaves_the_key_free(api: Caller) -> None:
    key = _fresh()
    problem_of(_ask(api, key, {"campaign": {"markets": 5}}), 422, "malformed-submission")
    assert _ask(api, key).status_code == 200


def test_showing_a_decision_again_is_logged(fresh: Caller) -> None:
    key = _fresh()
    _ask(fresh, key)
    _ask(fresh, key)
    lines = fresh.get("/v1/log/export").data.splitlines()[-2:]
    assert [line["columns"] is not None for line in map(json.loads, lines)] == [True, False]


def test_erased_decision_is_not_given_again(api: Caller) -> None:
    key = _fresh()
    made = json.loads(_ask(api, key).data)
    order = {"decision": made["id"], "ground": "objection"}
    assert api.post(order, "/v1/erasures", role="admin").status_code == 200
    for body in ({"campaign": allowed()}, {"campaign": campaign()}):
        answer = _ask(api, key, body)
        assert answer.status_code == 410
        assert json.loads(answer.data)["erasure"]["ground"] == "objection"


@pytest.mark.parametrize(
    "key",
    ["", '""', '"a', 'a"b', "a b", '"a";x=1', "a,b", '"a","b"', '"ä"', "x" * 256, f'"{"x" * 256}"'],
)
def test_key_that_is_none(api: Caller, key: str) -> None:
    problem_of(_ask(api, key.encode().decode("latin-1")), 400, "invalid-idempotency-key")


def test_key_that_is_given_twice(api: Caller) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    token = api.installation.tokens["both"]
    headers.append(("Authorization", f"Bearer {token}"))
    answer = api.app.test_client().post(
        "/v1/decisions", json={"campaign": allowed()}, headers=headers
    )
    problem_of(answer, 400, "invalid-idempotency-key")


def test_key_where_it_would_promise_nothing(api: Caller) -> None:
    key = _fresh()
    dry = _ask(api, key, {"campaign": allowed(), "dry_run": True})
    problem_of(dry, 400, "invalid-idempotency-key")
    headers = {"Idempotency-Key": key, "Accept": "text/plain"}
    text = api.post({"campaign": allowed()}, headers=headers)
    problem_of(text, 400, "invalid-idempotency-key")
    batch = api.post([allowed()], "/v1/decisions/batch", headers={"Idempotency-Key": key})
    problem_of(batch, 400, "invalid-idempotency-key")


def test_decision_is_given_again_where_no_other_could_be_made(
    api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise NotFresh("nobody can say")

    key = _fresh()
    first = json.loads(_ask(api, key).data)
    monkeypatch.setattr(api.app.extensions["policies"], "engine", refuse)
    again = _ask(api, key)
    assert json.loads(again.data) == first
    assert again.headers["Idempotent-Replayed"] == "true"
    problem_of(_ask(api, key, {"campaign": campaign()}), 422, "idempotency-key-reused")
    problem_of(_ask(api, _fresh()), 503, "not-fresh")


def test_decision_that_was_recorded_after_all_is_given(
    api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, before = Committer.append_many, _size(api)

    def append_and_answer_late(*arguments: Any) -> tuple[Answer, ...]:
        monkeypatch.undo()
        answers = append(*arguments)
        return (LogUnavailable("the log did not answer in time"),) * len(answers)

    monkeypatch.setattr(Committer, "append_many", append_and_answer_late)
    answer = _ask(api, _fresh())
    assert answer.status_code == 200
    assert answer.headers["Idempotent-Replayed"] == "true"
    assert _size(api) == before + 1


# --- real processes ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_are_killed_in_the_middle(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    """Clients send each request until it is answered: each has one decision, and is told of it."""
    if kind == "sqlite":
        _kill_and_count(tmp_path)
        return
    with request.getfixturevalue("postgresql").migrated_database() as url:
        _kill_and_count(tmp_path, database_url=url)


def _kill_and_count(directory: Path, **settings: str) -> None:
    installation = install(directory, port=free_port(), log_level="error", **settings)
    with serving(installation) as served:
        names = [f"r{n}" for n in range(ROUNDS * 40)]
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(_ask_until_answered, served, name) for name in names]
            for round_ in range(ROUNDS):
                asked[round_ * 40 + 20].result()
                for worker in served.workers():
                    with suppress(ProcessLookupError):
                        os.kill(worker, signal.SIGKILL)
            told = [each.result() for each in asked]
        again = [_ask_until_answered(served, name) for name in names[::10]]
        assert again == told[::10]
        _, _, export = served.request("GET", "/v1/log/export")
    assert verify_export(BytesIO(export)).is_valid
    lines = [json.loads(line) for line in export.splitlines()[1:]]
    decided = [line["columns"]["decision_id"] for line in lines if line["columns"] is not None]
    assert sorted(decided) == sorted(told)


def _ask_until_answered(served: Served, name: str) -> str:
    body = json.dumps({"campaign": allowed(id=name)}).encode()
    while True:
        try:
            status, _, text = served.request(
                "POST", "/v1/decisions", body, Idempotency_Key=f'"{name}"'
            )
        except (OSError, http.client.HTTPException):
            continue
        if status == 200:
            return str(json.loads(text)["id"])
        assert status == 503, text
