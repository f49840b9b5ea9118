"""The document of the interface says what the service does: every route, parameter and status."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.http.openapi.document import openapi_document, path_of
from api.http.openapi.meanings import ELSEWHERE, MEANINGS
from api.http.openapi.operations import OPERATIONS
from api.in_force.policies import NotInForce
from api.installation.setup import make_key
from engine.storage.keys import Role
from tests.api.installation import Caller

Document = dict[str, Any]


@pytest.fixture(scope="module")
def document(api: Caller) -> Document:
    answer = api.get("/openapi.json")
    assert answer.status_code == 200
    made: Document = json.loads(answer.data)
    return made


def _operations(document: Document) -> dict[tuple[str, str], Document]:
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_is_documented(api: Caller, document: Document) -> None:
    assert document["openapi"] == "3.1.1"
    assert set(_operations(document)) == {
        (method, path_of(rule))
        for rule in api.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }
    assert set(OPERATIONS) == {rule.endpoint for rule in api.app.url_map.iter_rules()}


def test_route_that_nothing_tells_of_is_found(api: Caller) -> None:
    from werkzeug.routing import Map, Rule  # noqa: PLC0415 - for this test alone.

    with pytest.raises((LookupError, ValueError)):
        openapi_document(Map([Rule("/secret", endpoint="secret.show", methods=["GET"])]))
    assert (
        openapi_document(api.app.url_map)["components"]["schemas"]["Campaign"]["type"] == "object"
    )


def test_every_parameter_is_documented(api: Caller, document: Document) -> None:
    """The service says itself which parameters it knows, when it is sent one that it does not."""
    for (method, path), operation in _operations(document).items():
        known = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
        answer = _asked(api, method, path, query_string={"qqqqqq": "1"})
        assert answer.status_code == 400, (method, path, answer.data)
        if answer.content_type != "application/problem+json":
            assert "qqqqqq" in answer.text
            continue
        (error,) = [e for e in json.loads(answer.data)["errors"] if e["parameter"] == "qqqqqq"]
        assert set(re.findall(r"`(\w+)`", error["help"])) == known, (method, path)


def _asked(api: Caller, method: str, path: str, **rest: Any) -> TestResponse:
    """Return what somebody is answered who may ask it."""
    asked = re.sub(r"{\w+}", "x", path).replace("/tile/x", "/tile/0/000")
    for role in ("both", "author", "approver", "admin"):
        answer = api.call(method, asked, role=role, headers={"If-Match": "*"}, **rest)
        if answer.status_code != 403:
            break
    return answer


def _members(document: Document, operation: Document) -> set[str]:
    """Return the members of the body of an operation; for OPA, of what is in its `input`."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    parts = list(_parts(document, content.get("schema", {}), {}))
    found = {name: inner for part in parts for name, inner in part.get("properties", {}).items()}
    return set(found["input"]["properties"] if "input" in found else found)


def test_member_of_the_body_that_is_sent_in_the_query_is_told_its_place(
    api: Caller, document: Document
) -> None:
    count = 0
    for (method, path), operation in _operations(document).items():
        for name in _members(document, operation):
            answer = _asked(api, method, path, query_string={name: "x"})
            assert "it stands in the body and not in the address" in answer.text, (path, name)
            count += 1
    assert count > 50


@pytest.mark.parametrize(("path", "within"), [("decisions", None), ("data/{rest}", "input")])
def test_parameter_that_is_sent_in_the_body_is_told_its_place(
    api: Caller, document: Document, path: str, within: str | None
) -> None:
    parameters = document["paths"][f"/v1/{path}"]["post"]["parameters"]
    for name in (each["name"] for each in parameters if each["in"] == "query"):
        given = {"campaign": {}, name: "x"}
        body = given if within is None else {within: given}
        answer = api.post(body, f"/v1/{path.replace('{rest}', 'assent/allow')}")
        assert f"it stands in the address and not in the body: `?{name}=…`" in answer.text


def test_name_that_is_nearly_one_of_the_body_is_told_it(api: Caller) -> None:
    answer = api.post({}, "/v1/decisions?dryrun=true")
    assert "did you mean `dry_run`? it stands in the body" in answer.text


def test_references_lead_somewhere(document: Document) -> None:
    schemas = document["components"]["schemas"]
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert names <= set(schemas)
    assert "#/$defs/" not in json.dumps(document)


def test_generated_clients_have_one_class_for_each_thing(document: Document) -> None:
    """They name a module by a dot, a class by a title, and another by every schema in its place."""
    schemas = document["components"]["schemas"]
    assert [name for name in schemas if not name.isidentifier()] == []
    assert [name for name, made in schemas.items() if "title" in made] == []
    problems = {
        content["schema"]["$ref"]
        for operation in _operations(document).values()
        for answer in operation["responses"].values()
        for kind, content in answer["content"].items()
        if kind == "application/problem+json"
    }
    assert problems == {"#/components/schemas/Problem"}
    cursors = {
        each["schema"]["type"]
        for operation in _operations(document).values()
        for each in operation["parameters"]
        if each["name"] == "cursor"
    }
    assert cursors == {"string"}  # As `next` is.


def test_campaign_is_that_of_the_policies_in_force(document: Document, api: Caller) -> None:
    vocabulary = json.loads(api.get("/v1/vocabulary").data)
    campaign = document["components"]["schemas"]["Campaign"]
    assert set(campaign["properties"]) == set(vocabulary["properties"])
    flight = campaign["properties"]["flight"]["anyOf"][0]
    assert flight["$ref"].startswith("#/components/schemas/Campaign_")


def test_key_that_is_limited_reads_no_vocabulary_of_others(api: Caller) -> None:
    key = make_key(
        api.installation.settings, name="limited", roles=[Role.SUBMITTER], policy_sets=["other"]
    )
    headers = {"Authorization": f"Bearer {key.token}"}
    made = json.loads(api.get("/openapi.json", headers=headers).data)
    assert "properties" not in made["components"]["schemas"]["Campaign"]


def test_nothing_in_force_leaves_the_campaign_open(
    api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_: object) -> None:
        raise NotInForce("no version of the policy set `assent` is in force")

    monkeypatch.setattr("api.in_force.policies.PoliciesInForce.engine", nothing)
    made = json.loads(api.get("/openapi.json").data)
    assert "properties" not in made["components"]["schemas"]["Campaign"]


SHOWN = [
    "POST /v1/decisions 200",
    "POST /v1/decisions 422",
    "POST /v1/decisions/batch 200",
    "GET /v1/decisions 200",
    "GET /v1/decisions/statistics 200",
    "GET /v1/decisions/{decision_id}/proof 200",
    "POST /v1/queries 201",
    "POST /v1/erasures 200",
    "GET /v1/decisions/{decision_id} 410",
    "POST /v1/erasures 409",
    "POST /v1/facts 201",
    "POST /v1/data/{rest} 200",
    "GET /health/ready 200",
]
"""Of what the answers are that `docs/http-api.md` shows, from the first to the last."""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "http-api.md"


def test_every_member_of_an_answer_is_documented(document: Document) -> None:
    """Of those on the page, which other tests compare with what comes."""
    blocks = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for what, block in zip(SHOWN, blocks, strict=True):
        method, path, status = what.split(" ")
        answer = document["paths"][path][method.lower()]["responses"][status]
        (schema, *_) = answer["content"].values()
        values = json.loads(block) if "\n{" not in block else _lines(block)
        assert list(_amiss(document, schema["schema"], values)) == [], what


def _lines(block: str) -> list[Any]:
    """Return the lines of a batch as the list that answers a list."""
    made = [json.loads(line) for line in block.splitlines()]
    return [{"index": each.pop("line"), **each} for each in made]


def _amiss(document: Document, schema: Document, value: object, at: str = "") -> Iterator[str]:
    """Yield what a value has, and its schema does not name, or the other way round."""
    parts = list(_parts(document, schema, value))
    if isinstance(value, list):
        (items,) = (part["items"] for part in parts if "items" in part)
        for each in value:
            yield from _amiss(document, items, each, at)
    named = {name: inner for part in parts for name, inner in part.get("properties", {}).items()}
    if not named or not isinstance(value, dict):
        return
    yield from (f"{at}/{name}" for name in value.keys() - named.keys())
    needed = {name for part in parts for name in part.get("required", ())}
    yield from (f"no {at}/{name}" for name in needed - value.keys())
    for name in value.keys() & named.keys():
        yield from _amiss(document, named[name], value[name], f"{at}/{name}")


def _parts(document: Document, schema: Document, value: object) -> Iterator[Document]:
    """Yield the schemas of which one consists; of alternatives, that which names most."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _parts(document, document["components"]["schemas"][name], value)
    elif "anyOf" in schema:
        choices = [list(_parts(document, each, value)) for each in schema["anyOf"]]
        yield from min(choices, key=lambda parts: len(_unnamed(parts, value)))
    else:
        yield schema
        for each in schema.get("allOf", ()):
            yield from _parts(document, each, value)


def _unnamed(parts: list[Document], value: object) -> set[str]:
    named = {name for part in parts for name in part.get("properties", ())}
    return set(value) - named if isinstance(value, dict) else set()


def test_keys_and_conditions_are_written_as_the_document_says(document: Document) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (sent,) = re.findall(r"-H 'Idempotency-Key: (.*?)'", text)
    (written,) = (
        each["schema"]["pattern"]
        for each in document["paths"]["/v1/decisions"]["post"]["parameters"]
        if each["name"] == "Idempotency-Key"
    )
    assert re.search(written, sent)
    assert re.search(written, sent.strip('"'))
    assert not re.search(written, '"' + "x" * 256 + '"')


def test_headers_of_answers_are_documented(api: Caller, document: Document) -> None:
    for path, name in (("/v1/policy-sets/assent", "ETag"), ("/v1/policy-sets/x", None)):
        answer = api.get(path, role="author")
        shown = document["paths"]["/v1/policy-sets/{name}"]["get"]["responses"]
        told = shown[str(answer.status_code)].get("headers", {})
        assert list(told) == ([] if name is None else [name])
        assert all(each in answer.headers for each in told)
    refused = api.get("/v1/decisions", role=None)
    told = document["paths"]["/v1/decisions"]["get"]["responses"]["401"]["headers"]
    assert list(told) == ["WWW-Authenticate"]
    assert "WWW-Authenticate" in refused.headers


def test_security_is_that_of_the_code(document: Document) -> None:
    open_to_all = {
        path for (_, path), made in _operations(document).items() if made["security"] == [{}]
    }
    assert open_to_all == {
        "/.well-known/authzen-configuration",
        "/docs",
        "/health",
        "/health/live",
        "/health/ready",
    }
    for (_, path), made in _operations(document).items():
        assert ("401" in made["responses"]) == (path not in open_to_all)


class _Fetched(HTMLParser):
    """What a page would run, or fetch from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "link", "img", "iframe"} or "src" in given or "style" in given:
            self.found.append(tag)
        self.ids.add(given.get("id") or "")
        self.links.add(given.get("href") or "#")


def test_page_shows_every_operation_and_fetches_nothing(api: Caller) -> None:
    answer = api.get("/docs", role=None)
    text = answer.data.decode()
    assert answer.content_type == "text/html; charset=utf-8"
    read = _Fetched()
    read.feed(text)
    assert read.found == []
    assert {link.removeprefix("#") for link in read.links} <= read.ids
    for operation in OPERATIONS.values():
        assert f"<h3>{operation.summary}</h3>" in text
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_everything_that_is_sent_has_a_meaning(document: Document) -> None:
    sent = [
        (f"{method} {path}", each["name"], each["description"])
        for (method, path), operation in _operations(document).items()
        for each in operation["parameters"]
    ]
    assert [each for each in sent if not each[2]] == []
    bodies = [_members(document, each) for each in _operations(document).values()]
    assert set(MEANINGS) <= {name for _, name, _ in sent}.union(*bodies)
    shown = json.dumps(document)
    for endpoint, elsewhere in ELSEWHERE.items():
        for name, text in elsewhere.items():
            assert json.dumps(text) in shown, (endpoint, name)
            assert text != MEANINGS.get(name), (endpoint, name)
