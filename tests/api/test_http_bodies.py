"""Bodies that are not what they should be: each has its status and its problem."""

import gzip
import json
from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from tests.api.installation import Caller, campaign, problem_of

WHOLE = json.dumps({"campaign": campaign()}).encode()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"hello", "`hello`"),
        (b'{"campaign": {"id": "a", "id": "b"}}', "id"),
        (b'{"campaign": {"budget": NaN}}', "NaN"),
        (b'{"campaign": {"budget": 1e999}}', "1e999"),
        (b'{"campaign": ' + b"[" * 1000 + b"]" * 1000 + b"}", "deep"),
        (b'{"campaign": "\xff"}', "UTF-8"),
        (b'\xef\xbb\xbf{"campaign": {}}', "byte order mark"),
        (b'{"campaign": "\\ud800"}', "surrogate"),
        (b'{"campaign": {"a\\ud800": 1}}', "surrogate"),
        (b'{"campaign": {"id": "a", "id": "b"}, "policy_set": "none"}', "id"),
        (b'{"campaign": {"id": "\xff"}, "as_of": "yesterday"}', "UTF-8"),
        (b'{"campaign": {"id": "a"}, "campaign": {"id": "b"}}', "campaign"),
        (WHOLE[:-2], "complete"),
        (WHOLE + WHOLE, "more text"),
    ],
)
def test_what_is_not_json(api: Caller, body: bytes, words: str) -> None:
    made = problem_of(api.post(body), 400, "malformed-json")
    (error,) = made["errors"]
    assert words in error["message"]
    assert {"line", "column", "pointer", "help"} <= set(error)


def test_place_of_a_fault_in_json(api: Caller) -> None:
    body = b'{"campaign":\n  {"budget": NaN}}'
    (error,) = problem_of(api.post(body), 400, "malformed-json")["errors"]
    assert (error["line"], error["column"], error["pointer"]) == (2, 14, "/campaign/budget")


def test_body_of_ten_megabytes(api: Caller) -> None:
    body = b'{"campaign": {"name": "' + b"x" * 10_000_000 + b'"}}'
    problem_of(api.post(body), 413, "too-large")


def test_body_too_large_without_its_length(api: Caller) -> None:
    answer = _streamed(api, b" " * 9_000_000, length=None)
    problem_of(answer, 413, "too-large")


def test_of_a_body_far_too_large_nothing_is_read(api: Caller) -> None:
    problem_of(_streamed(api, Broken(), length=10**12), 413, "too-large")


@pytest.mark.parametrize("terminated", [True, False])
def test_truncated_body(api: Caller, *, terminated: bool) -> None:
    """Even one that is proper JSON as far as it goes."""
    answer = _streamed(api, WHOLE, length=len(WHOLE) + 10, terminated=terminated)
    problem_of(answer, 400, "incomplete-body")


def test_body_that_the_server_cannot_read(api: Caller) -> None:
    """As when a chunk of it is malformed."""
    answer = _streamed(api, Broken(), length=None)
    problem_of(answer, 400, "incomplete-body")


class Broken(BytesIO):
    """A body that fails on the way."""

    def read(self, _size: int | None = -1, /) -> bytes:
        raise ConnectionResetError


def _streamed(
    api: Caller, body: bytes | BytesIO, *, length: int | None, terminated: bool = True
) -> Response:
    builder = EnvironBuilder(
        "/v1/decisions",
        method="POST",
        headers=Headers({"Authorization": f"Bearer {api.installation.tokens['both']}"}),
        content_type="application/json",
    )
    environ: dict[str, Any] = builder.get_environ()
    environ["wsgi.input"] = BytesIO(body) if isinstance(body, bytes) else body
    if terminated:
        environ["wsgi.input_terminated"] = True
    if length is None:
        environ.pop("CONTENT_LENGTH", None)
    else:
        environ["CONTENT_LENGTH"] = str(length)
    return Response.from_app(api.app, environ)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-ndjson", "application/json; charset=latin-1", "text/json", ""],
)
def test_wrong_type(api: Caller, content_type: str) -> None:
    answer = api.post(WHOLE, content_type=content_type)
    detail = str(problem_of(answer, 415, "unsupported-type")["detail"])
    assert (f"came as `{content_type}`" if content_type else "without a `Content-Type`") in detail
    assert answer.headers["Accept"] == "application/json"


def test_no_type(api: Caller) -> None:
    detail = problem_of(api.post(WHOLE, content_type=None), 415, "unsupported-type")["detail"]
    said = "the body came without a `Content-Type`; send it as `application/json`, in UTF-8"
    assert detail == said


@pytest.mark.parametrize("coding", ["gzip", "br", "x"])
def test_compressed_body(api: Caller, coding: str) -> None:
    headers = {"Content-Encoding": coding}
    answer = api.post(gzip.compress(WHOLE), headers=headers)
    problem_of(answer, 415, "unsupported-type")
    assert answer.headers["Accept-Encoding"] == "identity"


def test_identity_is_no_coding(api: Caller) -> None:
    assert api.post(WHOLE, headers={"Content-Encoding": "identity"}).status_code == 200


def test_array_that_is_none(api: Caller) -> None:
    problem_of(api.post({}, "/v1/decisions/batch"), 422, "malformed-submission")
    problem_of(api.post(b"[", "/v1/decisions/batch"), 400, "malformed-json")
