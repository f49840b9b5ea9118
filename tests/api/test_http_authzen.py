"""OpenID AuthZEN Authorization API 1.0, with every trap of its certification that applies here."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api.installation.settings import SettingsError, load_settings
from api.wsgi import start
from tests.api.installation import ROOT, Caller, Document, allowed, campaign, install
from tests.api.publishing import VOCABULARY, publish

ONE, MANY = "/access/v1/evaluation", "/access/v1/evaluations"
SUBJECT = {"type": "user", "id": "ad-ops"}
ACTION = {"name": "launch"}


def resource(descriptor: Document, **changes: Any) -> Document:
    properties = {name: value for name, value in descriptor.items() if name != "id"}
    return {"type": "campaign", "id": descriptor["id"], "properties": properties} | changes


def asked(descriptor: Document | None = None, **changes: Any) -> Document:
    made = resource(allowed() if descriptor is None else descriptor)
    return {"subject": SUBJECT, "action": ACTION, "resource": made} | changes


def told(answer: TestResponse) -> Document:
    assert answer.status_code == 200, answer.data
    assert answer.content_type == "application/json"
    made: Document = json.loads(answer.data)
    return made


def evaluate(api: Caller, body: object) -> Document:
    return told(api.post(body, ONE))


def refused(answer: TestResponse, status: int = 400) -> str:
    assert (answer.status_code, answer.mimetype) == (status, "text/plain"), answer.data
    return answer.text


def test_allow_and_deny_are_both_answers(api: Caller) -> None:
    admitted, denied = evaluate(api, asked()), evaluate(api, asked(campaign()))
    assert admitted["decision"] is True
    assert "reason_user" not in admitted["context"]
    assert denied["decision"] is False
    assert denied["context"]["reason_user"] == {
        "en": "The ads are aimed by profiling at people from the age of 13. "
        "Raise the lowest age to 18, or turn profiling off."
    }
    assert denied["context"]["reason_admin"] == {"en": "minors/no_profiled_ads is violated"}


def test_what_is_unknown_is_a_reason(api: Caller) -> None:
    lacking = campaign(targeting={"age": {"min": 13}})
    made = evaluate(api, asked(lacking))
    assert (made["decision"], made["context"]["conclusive"]) == (False, False)
    assert "Say what is unknown: " in made["context"]["reason_user"]["en"]
    assert made["context"]["missing"]


def test_decision_is_in_the_log(api: Caller) -> None:
    context = evaluate(api, asked(allowed(id="az-1")))["context"]
    found = json.loads(api.get(f"/v1/decisions/{context['id']}").data)
    assert found["submitted"]["campaign"] == allowed(id="az-1")
    assert found["receipt"] == context["receipt"]


def test_same_request_has_the_same_decision(api: Caller) -> None:
    assert {evaluate(api, asked(campaign()))["decision"] for _ in range(3)} == {False}


def test_unknown_members_are_passed_over(api: Caller) -> None:
    body = asked(
        subject=SUBJECT | {"x": 1, "properties": {"role": "admin"}},
        action=ACTION | {"properties": {"soft": True}, "y": None},
        context={"time": "2026-01-01", "market": 4},
        foo={"bar": [1]},
    )
    assert evaluate(api, body)["decision"] is True


def test_terms_are_in_the_context(api: Caller) -> None:
    context = {"as_of": "2026-12-01T01:00:00+01:00", "policy_set": "assent", "format": "assent"}
    made = evaluate(api, asked(context=context | {"as_if_launched": None}))
    assert made["context"]["as_of"] == "2026-12-01T00:00:00Z"
    for name, value in (("as_of", 5), ("policy_set", []), ("format", "x")):
        assert f"`context.{name}`" in refused(api.post(asked(context={name: value}), ONE))
    several = refused(api.post(asked(context={"as_of": 5, "format": "x"}), ONE))
    assert "`context.as_of`: " in several
    assert "; `context.format`: " in several
    unknown = refused(api.post(asked(context={"policy_set": "nothing"}), ONE))
    assert "no version of the policy set `nothing` is in force" in unknown


def test_nothing_is_assumed(fresh: Caller) -> None:
    """An answer of AuthZEN cannot say that it is none."""
    assuming = {"context": {"as_if_launched": "1971-01-01"}}
    said = refused(fresh.post(asked(campaign()) | assuming, ONE))
    assert "`context.as_if_launched`: every decision here is recorded" in said
    assert "`POST /v1/decisions`" in said
    made = evaluations(fresh, [assuming, {}], resource=resource(campaign()))
    assert [each["context"].get("error", {}).get("status") for each in made] == [400, None]
    listed = json.loads(fresh.get("/v1/decisions").data)["items"]
    assert [each["id"] for each in listed] == [made[1]["context"]["id"]]


def test_record_of_a_platform(api: Caller) -> None:
    record = {
        "ADID": "a1",
        "StartDate": "2026/12/01 13:51:25Z",
        "EndDate": "2026/12/20 13:51:25Z",
        "CountryCode": "united states",
        "AgeBracket": "18+",
    }
    body = asked(resource={"type": "campaign", "id": "a1", "properties": record})
    for id_ in ({}, {"id": 7}):  # On some platforms an id is a number.
        bare = asked(resource={"type": "campaign", "id": "7", "properties": record | id_})
        assert "in AuthZEN with `context.format`" in refused(api.post(bare, ONE))
    made = evaluate(api, body | {"context": {"format": "snapchat"}})
    assert isinstance(made["decision"], bool)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b'{"subject": {"type": "user", "type": "user", "id": "a"}}',
        {},
        {name: value for name, value in asked().items() if name != "subject"},
        {name: value for name, value in asked().items() if name != "action"},
        {name: value for name, value in asked().items() if name != "resource"},
        asked(subject="alice"),
        asked(subject={"type": "user"}),
        asked(subject={"id": "alice"}),
        asked(subject={"type": "user", "id": 5}),
        asked(subject=SUBJECT | {"properties": []}),
        asked(action={"name": 123}),
        asked(action={}),
        asked(action=None),
        asked(resource={"type": "campaign"}),
        asked(resource={"type": "campaign", "id": None}),
        asked(context="now"),
        asked(action={"name": "delete"}),
        asked(resource={"type": "record", "id": "1"}),
        asked(resource=resource(allowed(), properties={"id": "another"})),
        asked(resource=resource(allowed(), properties={"markets": 5})),
    ],
)
def test_request_that_is_none(api: Caller, body: object) -> None:
    refused(api.post(body, ONE))


def test_faults_of_a_campaign_are_named(api: Caller) -> None:
    said = refused(api.post(asked(campaign(markets=["XX"])), ONE))
    assert "/resource/properties/markets/0" in said


def test_another_type_of_body_is_400(api: Caller) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", None):
        refused(api.post(asked(), ONE, content_type=kind))


def test_idempotency_key_is_refused(fresh: Caller) -> None:
    """A client that sends one would send again, and have two decisions."""
    for path, body in ((ONE, asked()), (MANY, asked()), (MANY, asked() | {"evaluations": [{}]})):
        said = refused(fresh.post(body, path, headers={"Idempotency-Key": '"a"'}))
        assert "send it with `POST /v1/decisions`" in said
    assert json.loads(fresh.get("/v1/decisions").data)["items"] == []


def test_keys_are_asked_for(api: Caller) -> None:
    answer = api.post(asked(), ONE, role=None)
    assert "Bearer" in answer.headers["WWW-Authenticate"]
    refused(answer, 401)
    refused(api.post(asked(), MANY, role="auditor"), 403)


@pytest.mark.parametrize("given", ["b-7", "bfe9eb29 ab87/4ca3?", "x" * 300])
def test_request_id_comes_back_unchanged(api: Caller, given: str) -> None:
    headers = {"X-Request-ID": given}
    for answer in (
        api.post(asked(), ONE, headers=headers),
        api.post({}, ONE, headers=headers),
        api.post(asked(), ONE, headers=headers, role=None),
    ):
        assert answer.headers.getlist("X-Request-ID") == [given]


# --- who asks ---------------------------------------------------------------------------------

HOUSE = 'instrument HOUSE "Our own policy" "https://example.org/policy"\n\n'


def test_policies_that_ask_who_launches(fresh: Caller) -> None:
    documented = (ROOT / "docs" / "http-api.md").read_text(encoding="utf-8")
    policies = re.findall(r"```policy\n(.*?)```", documented, re.DOTALL)
    (desk,) = (each for each in policies if "political desk" in each)
    publish(fresh, {"campaign.policy": VOCABULARY, "desk.policy": HOUSE + desk})
    fresh.app.extensions["policies"].refresh()
    political = resource(allowed(political={"is_political": True}))

    def launched(by: Document | None, **changes: Any) -> Document:
        subject = SUBJECT if by is None else SUBJECT | {"properties": by}
        return asked(subject=subject, resource=political, **changes)

    for role, decision in (("political desk", True), ("intern", False)):
        made = evaluate(fresh, launched({"role": role, "floor": 3}))
        assert (made["decision"], made["context"]["conclusive"]) == (decision, True)
    unsaid = evaluate(fresh, launched(None))
    assert (unsaid["decision"], unsaid["context"]["conclusive"]) == (False, False)
    assert [each["pointer"] for each in unsaid["context"]["missing"]] == [
        "/subject/properties/role"
    ]
    logged = json.loads(fresh.get(f"/v1/decisions/{unsaid['context']['id']}").data)
    assert logged["submitted"]["campaign"]["subject"] == {"id": "ad-ops"}

    properties = political["properties"]
    forged = properties | {"subject": {"properties": {"role": "political desk"}}}
    body = launched(None) | {"resource": political | {"properties": forged}}
    assert "is told by `subject` alone" in refused(fresh.post(body, ONE))
    misspelt = political | {"properties": properties | {"polítical": {}, "markets": ["XX"]}}
    said = refused(fresh.post(launched(None) | {"resource": misspelt}, ONE))
    assert all(f"/resource/properties/{each}" in said for each in ("polítical", "markets/0"))
    said = refused(fresh.post(launched({"role": ["intern"]}), ONE))
    assert "; /subject/properties/role: " in said
    for changes in ({"action": {"name": "edit"}}, {"context": {"format": "meta"}}):
        refused(fresh.post(launched({"role": "political desk"}, **changes), ONE))


# --- several ----------------------------------------------------------------------------------

YES, NO = {"resource": resource(allowed())}, {"resource": resource(campaign())}
DEFAULTS = {"subject": SUBJECT, "action": ACTION}


def evaluations(api: Caller, items: list[Any], **changes: Any) -> list[Document]:
    answer = api.post(DEFAULTS | {"evaluations": items} | changes, MANY)
    made = told(answer)
    answer.close()
    assert set(made) == {"evaluations"}, "there is no decision at the top"
    found: list[Document] = made["evaluations"]
    return found


def decisions(made: list[Document]) -> list[bool]:
    return [each["decision"] for each in made]


@pytest.mark.parametrize("without", [{}, {"evaluations": []}, {"evaluations": None}])
def test_nothing_to_go_through_is_a_single_one(api: Caller, without: Document) -> None:
    made = told(api.post(asked() | without, MANY))
    assert made["decision"] is True
    refused(api.post(DEFAULTS | without, MANY))


def test_items_take_the_defaults_as_wholes(api: Caller) -> None:
    default = {"resource": resource(campaign())}
    assert decisions(evaluations(api, [{}, YES, {}], **default)) == [False, True, False]
    bare = {"resource": {"type": "campaign", "id": "cmp-1"}}
    (made,) = evaluations(api, [bare], resource=resource(allowed()))
    assert made["context"]["missing"], "the properties of the default are not merged in"


def test_item_that_is_wrong_is_its_own_error(api: Caller) -> None:
    items = [
        YES,
        {},
        {"resource": {"type": "campaign"}},
        {"resource": "x"},
        {"action": {"name": "edit"}} | YES,
        {"resource": resource(allowed(markets=7))},
        NO,
    ]
    made = evaluations(api, items)
    assert decisions(made) == [True, *[False] * 6]
    assert [each["context"].get("error", {}).get("status") for each in made] == [
        None,
        *[400] * 5,
        None,
    ]
    assert "/resource/properties/markets" in made[5]["context"]["error"]["message"]
    said = refused(api.post(DEFAULTS | {"evaluations": [YES, "x", NO]}, MANY))
    assert said == "`evaluations[1]` should be an object, and is the text `x`\n"


@pytest.mark.parametrize(
    ("semantic", "items", "expected"),
    [
        ("execute_all", [YES, NO, YES], [True, False, True]),
        ("deny_on_first_deny", [YES, NO, YES], [True, False]),
        ("deny_on_first_deny", [YES, {}, YES], [True, False]),
        ("deny_on_first_deny", [YES, YES], [True, True]),
        ("permit_on_first_permit", [NO, {}, YES, NO], [False, False, True]),
        ("permit_on_first_permit", [NO, NO], [False, False]),
    ],
)
def test_semantics(api: Caller, semantic: str, items: list[Document], expected: list[bool]) -> None:
    made = evaluations(api, items, options={"evaluations_semantic": semantic, "other": 1})
    assert decisions(made) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"evaluations": {}},
        {"evaluations": [5]},
        {"evaluations": [YES], "options": []},
        {"evaluations": [YES], "options": {"evaluations_semantic": "any"}},
        {"evaluations": [YES], "options": {"evaluations_semantic": 5}},
        {"evaluations": [YES], "subject": "alice"},
    ],
)
def test_batch_that_is_none(api: Caller, changes: Document) -> None:
    refused(api.post(DEFAULTS | changes, MANY))


def test_batch_that_is_too_long(tmp_path: Path) -> None:
    for small in _serving(tmp_path, batch_records="2"):
        assert "at most 2" in refused(small.post(asked() | {"evaluations": [{}] * 3}, MANY))


# --- discovery --------------------------------------------------------------------------------


def _serving(directory: Path, **settings: str) -> Iterator[Caller]:
    installation = install(directory, log_level="error", **settings)
    process = start(installation.settings)
    yield Caller(app=cast(Flask, process.wsgi), installation=installation)
    process.close()


def test_endpoints_are_discovered_by_the_address_that_is_set(tmp_path: Path) -> None:
    for served in _serving(tmp_path, public_url="https://pdp.example.com/assent/"):
        path = "/.well-known/authzen-configuration"
        answer = served.get(path, role=None, headers={"Host": "evil.example"})
        assert told(answer) == {
            "policy_decision_point": "https://pdp.example.com/assent",
            "access_evaluation_endpoint": "https://pdp.example.com/assent/access/v1/evaluation",
            "access_evaluations_endpoint": "https://pdp.example.com/assent/access/v1/evaluations",
        }
        assert answer.headers["Cache-Control"] == "public, max-age=86400"
        page = served.get("/docs", role=None, headers={"Host": "evil.example"}).text
        assert "  https://pdp.example.com/assent/v1/decisions</code>" in page


def test_there_is_nothing_to_discover_without_an_address(api: Caller) -> None:
    said = refused(api.get("/.well-known/authzen-configuration", role=None), 404)
    assert "`public_url`" in said


@pytest.mark.parametrize("url", ["http://pdp.example.com", "https://x/?a", "https://x/#a", "pdp"])
def test_address_that_is_none(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        load_settings({"ASSENT_DATA_DIRECTORY": str(tmp_path), "ASSENT_PUBLIC_URL": url})
