"""Nothing that a stranger sends is a defect: whatever comes, no answer is a 500.

What the log does not keep, or is not asked for, is sent with one kind of database alone.
"""

import json
from codecs import BOM_UTF8

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.deciding.submission import FORMAT_NAMES
from tests.api.installation import NDJSON, Caller, assert_problem, campaign

pytestmark = pytest.mark.no_cover  # It goes over again what others cover.

_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**20), max_value=10**20),
    st.floats(allow_nan=True),
    st.text(max_size=12),
    st.sampled_from(["DE", "XX", "2026-12-01", "9999-12-31", "0001-01-01", "12%", "yes"]),
    st.datetimes().map(lambda when: when.isoformat() + "Z"),
    st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]),
)
_NAMES = st.sampled_from(
    ["campaign", "as_of", "dry_run", "id", "markets", "flight", "start", "targeting", "age", "min"]
)
_OTHER_NAMES = st.sampled_from(
    ["end", "max", "profiling", "budget", "amount", "currency", "", "/~"]
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(_NAMES | _OTHER_NAMES | st.text(max_size=4), inner, max_size=5),
    ),
    max_leaves=20,
)
_NEARLY = st.builds(
    lambda changes, around: {"campaign": campaign() | changes, **around},
    st.dictionaries(_NAMES | _OTHER_NAMES, _VALUES, max_size=4),
    st.dictionaries(
        st.sampled_from(["as_of", "as_if_launched", "dry_run", "campaign"]), _LEAVES, max_size=2
    ),
)
_SHARED = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=150,
)


_ON_SQLITE = pytest.mark.parametrize("installation", ["sqlite"], indirect=True, scope="module")
_ON_POSTGRESQL = pytest.mark.parametrize(
    "installation", ["postgresql"], indirect=True, scope="module"
)


def _check(api: Caller, body: bytes, query: dict[str, str]) -> None:
    answer = api.post(body, query_string=query)
    assert answer.status_code in {200, 400, 413, 422}, answer.data
    made = json.loads(answer.data)
    if answer.status_code == 200:
        assert made["decision"] in {"allow", "deny"}
    else:
        assert_problem(made)


@_ON_SQLITE
@_SHARED
@given(body=st.binary(max_size=200))
def test_any_bytes(api: Caller, body: bytes) -> None:
    _check(api, body, {})


@_SHARED
@given(value=_VALUES | _NEARLY, form=st.sampled_from(FORMAT_NAMES))
def test_any_json(api: Caller, value: object, form: str) -> None:
    _check(api, json.dumps(value).encode(), {"format": form})


@_ON_POSTGRESQL
@_SHARED
@example(lines=[BOM_UTF8])
@given(lines=st.lists(st.binary(max_size=40) | _VALUES.map(lambda v: json.dumps(v).encode())))
def test_any_lines(api: Caller, lines: list[bytes]) -> None:
    body = b"\n".join(lines)
    said = body.removeprefix(BOM_UTF8)
    assert len(api.batch(body)) == sum(1 for line in said.split(b"\n") if line.strip())


@_ON_SQLITE
@_SHARED
@given(query=st.dictionaries(st.text(max_size=8), st.text(max_size=40), max_size=3))
def test_any_query(api: Caller, query: dict[str, str]) -> None:
    for path in ("/v1/decisions", "/v1/vocabulary", "/health/ready"):
        assert api.get(path, query_string=query).status_code == (400 if query else 200)


@_SHARED
@given(
    name=st.sampled_from(["since", "until", "rule", "campaign", "actor", "cursor", "limit"]),
    value=st.text(max_size=60) | _LEAVES.map(str),
)
def test_any_value_of_a_filter(api: Caller, name: str, value: str) -> None:
    assert api.get("/v1/decisions", query_string={name: value}).status_code in {200, 400}


@_ON_SQLITE
@_SHARED
@given(
    header=st.sampled_from(["Authorization", "X-Request-ID", "Content-Type", "Content-Encoding"]),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
)
def test_any_header(api: Caller, header: str, value: str) -> None:
    headers = {header: value}
    answer = api.post({"campaign": campaign()}, headers=headers, content_type=None)
    assert answer.status_code < 500
    answer = api.post(b"{}", "/v1/decisions/batch", headers=headers, content_type=NDJSON)
    assert answer.status_code < 500
    answer.close()
