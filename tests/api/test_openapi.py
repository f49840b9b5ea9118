"""The document of the interface says what the service does: every route, parameter and status."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from api.http.openapi.document import openapi_document, path_of
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
        asked = re.sub(r"{\w+}", "x", path).replace("/tile/x", "/tile/0/000")
        headers = {"If-Match": "*"}
        for role in ("both", "author", "approver", "admin"):
            answer = api.call(
                method, asked, role=role, headers=headers, query_string={"qqqqqq": "1"}
            )
            if answer.status_code != 403:
                break
        assert answer.status_code == 400, (method, path, answer.data)
        if answer.content_type != "application/problem+json":
            assert "qqqqqq" in answer.text
            continue
        (error,) = [e for e in json.loads(answer.data)["errors"] if e["parameter"] == "qqqqqq"]
        assert set(re.findall(r"`(\w+)`", error["help"])) == known, (method, path)


def test_references_lead_somewhere(document: Document) -> None:
    schemas = document["components"]["schemas"]
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert names <= set(schemas)
    assert "#/$defs/" not in json.dumps(document)


def test_campaign_is_that_of_the_policies_in_force(document: Document, api: Caller) -> None:
    vocabulary = json.loads(api.get("/v1/vocabulary").data)
    campaign = document["components"]["schemas"]["Campaign"]
    assert set(campaign["properties"]) == set(vocabulary["properties"])
    flight = campaign["properties"]["flight"]["anyOf"][0]
    assert flight["$ref"].startswith("#/components/schemas/Campaign.")


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
