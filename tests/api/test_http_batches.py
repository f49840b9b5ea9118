"""`POST /v1/decisions/batch`: many at once, in order, each with its own answer."""

import json
from collections.abc import Iterator

import pytest
from werkzeug.test import Client

from api.http.requests import streamed_body
from tests.api.installation import (
    NDJSON,
    Caller,
    allowed,
    assert_problem,
    campaign,
    full_disk,
    ndjson,
    problem_of,
)

ROW = b"\n" + json.dumps(allowed()).encode()


def test_each_line_is_answered_in_order(api: Caller) -> None:
    made = api.batch([campaign(id=f"c{n}") if n % 2 else allowed(id=f"c{n}") for n in range(600)])
    assert [each["line"] for each in made] == list(range(1, 601))
    assert [each["campaign"] for each in made] == [f"c{n}" for n in range(600)]
    assert [each["decision"] for each in made] == ["allow", "deny"] * 300
    indexes = [each["receipt"]["index"] for each in made]
    assert indexes == list(range(indexes[0], indexes[0] + 600))


def test_broken_line_is_the_error_of_that_line(api: Caller) -> None:
    lines = [
        json.dumps(allowed()).encode(),
        b'{"id": "cut',
        b"",
        b"   ",
        json.dumps(campaign(markets=["XX"])).encode(),
        b"\xff\xfe",
        b'{"id": 1, "id": 2}',
        b"[]",
        json.dumps(campaign()).encode(),
    ]
    made = api.batch(b"\r\n".join(lines))
    types = [(each["line"], each.get("error", {}).get("type")) for each in made]
    assert types == [
        (1, None),
        (2, "/problems/malformed-json"),
        (5, "/problems/malformed-submission"),
        (6, "/problems/malformed-json"),
        (7, "/problems/malformed-json"),
        (8, "/problems/malformed-submission"),
        (9, None),
    ]
    for each in made:
        if "error" in each:
            assert_problem(each["error"])
    assert made[2]["error"]["errors"][0]["pointer"] == "/markets/0"


def test_huge_line_is_passed_over(api: Caller) -> None:
    huge = b'{"name": "' + b"x" * 3_000_000 + b'"}'
    made = api.batch(huge + ROW + b"\n" + huge)
    assert [each.get("error", {}).get("type") for each in made] == [
        "/problems/too-large",
        None,
        "/problems/too-large",
    ]


def test_large_body_goes_through_a_file(api: Caller) -> None:
    padded = allowed(name="x" * 60_000)
    made = api.batch([padded] * 150)
    assert [each["decision"] for each in made] == ["allow"] * 150


def test_body_that_the_disk_has_no_room_for(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamed_body, "_IN_MEMORY", 1)
    with full_disk():
        (made,) = api.batch([campaign()] * 3)
    assert (made["line"], made["error"]["type"]) == (1, "/problems/unavailable")
    assert "no room" in made["error"]["detail"]


def test_byte_order_mark_and_no_last_line_end(api: Caller) -> None:
    assert [each["line"] for each in api.batch(b"\xef\xbb\xbf" + ROW[1:] + ROW)] == [1, 2]


def test_nothing_is_answered_with_nothing(api: Caller) -> None:
    assert api.batch(b"") == []
    assert api.batch(b"\n \n") == []


def test_terms_are_those_of_the_query(fresh: Caller) -> None:
    query = "?as_of=2026-11-01T00:00:00Z&as_if_launched=2026-11-23&dry_run=true&view=full"
    (made,) = fresh.batch([campaign()], query)
    assert made["as_of"] == "2026-11-01T00:00:00Z"
    assert made["as_if_launched"] == "2026-11-23"
    assert (made["recorded"], made["id"]) == (False, None)
    assert "rules" in made
    assert json.loads(fresh.get("/v1/decisions").data)["items"] == []


def test_batch_that_is_recorded_assumes_nothing(fresh: Caller) -> None:
    for query in ("", "&dry_run=false"):
        path = f"/v1/decisions/batch?as_if_launched=1971-01-01{query}&view=all"
        for body, kind in (([campaign()], "application/json"), (ndjson([campaign()]), NDJSON)):
            answer = fresh.post(body, path, content_type=kind)
            errors = problem_of(answer, 400, "invalid-query")["errors"]
            assert [each["parameter"] for each in errors] == ["view", "as_if_launched"]
            assert (
                errors[1]["help"] == "ask for a dry run (`dry_run`), or leave out `as_if_launched`"
            )
    assert json.loads(fresh.get("/v1/decisions").data)["items"] == []


def test_offset_may_be_written_with_an_escaped_plus(api: Caller) -> None:
    (made,) = api.batch([campaign()], "?as_of=2026-11-01T02:00:00%2B02:00")
    assert made["as_of"] == "2026-11-01T00:00:00Z"
    answer = api.post([], "/v1/decisions/batch?as_of=2026-11-01T02:00:00+02:00")
    (error,) = problem_of(answer, 400, "invalid-query")["errors"]
    assert "`+` of the offset as `%2B`" in error["help"]


def test_platform_records(api: Caller) -> None:
    (made,) = api.batch([{"unknown": 1}], "?format=snapchat")
    assert made["error"]["type"] == "/problems/malformed-submission"


def test_array_is_answered_with_an_array(api: Caller) -> None:
    answer = api.post([allowed(), 7, campaign()] * 100, "/v1/decisions/batch")
    made = json.loads(answer.data)
    assert answer.content_type == "application/json"
    assert [each["index"] for each in made] == list(range(300))
    assert [each.get("decision") for each in made] == ["allow", None, "deny"] * 100
    assert_problem(made[1]["error"])


def test_empty_array(api: Caller) -> None:
    assert json.loads(api.post([], "/v1/decisions/batch").data) == []


def test_unread_query(api: Caller) -> None:
    answer = api.post(b"", "/v1/decisions/batch?dryrun=true", content_type=NDJSON)
    (error,) = problem_of(answer, 400, "invalid-query")["errors"]
    assert (error["parameter"], error["help"]) == ("dryrun", "did you mean `dry_run`?")


@pytest.mark.parametrize("query", ["format=snapchatt", "dry_run=1", "as_of=now", "view=all"])
def test_query_that_does_not_fit(api: Caller, query: str) -> None:
    answer = api.post(b"", f"/v1/decisions/batch?{query}", content_type=NDJSON)
    (error,) = problem_of(answer, 400, "invalid-query")["errors"]
    assert error["parameter"] == query.partition("=")[0]


def test_parameter_given_twice(api: Caller) -> None:
    answer = api.post(b"", "/v1/decisions/batch?view=full&view=brief", content_type=NDJSON)
    assert "twice" in problem_of(answer, 400, "invalid-query")["detail"]


def test_batch_needs_its_type(api: Caller) -> None:
    answer = api.post(b"", "/v1/decisions/batch", content_type="text/csv")
    problem_of(answer, 415, "unsupported-type")


def test_client_that_leaves_in_the_middle(fresh: Caller) -> None:
    """What was answered is recorded; the rest is not decided, and the place is free again."""
    for _ in range(3):
        headers = {"Authorization": f"Bearer {fresh.installation.tokens['both']}"}
        answer = Client(fresh.app).post(
            "/v1/decisions/batch",
            data=ndjson([allowed()] * 1000),
            content_type=NDJSON,
            headers=headers,
        )
        pieces: Iterator[bytes] = answer.iter_encoded()
        assert next(pieces)
        answer.close()
    assert api_size(fresh) < 3000


def api_size(api: Caller) -> int:
    return int(json.loads(api.get("/health/ready", role=None).data)["log"]["size"])
