"""The certification scenario of AuthZEN 1.0, case by case, by `policies/records`.

The cases and their numbers are those of the OpenID Foundation's scenario for Basic, Batch and
Discovery. Search is left out: it wants a directory of subjects and resources, which Assent, asked
about what it is told, does not keep.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api.wsgi import start
from tests.api.installation import Caller, Document, install
from tests.api.publishing import loaded

ONE, MANY = "/access/v1/evaluation", "/access/v1/evaluations"
RECORDS = Path(__file__).with_name("policies") / "records"
URL = "https://pdp.example.com"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    directory = tmp_path_factory.mktemp("authzen")
    made = install(directory, log_level="error", policies=str(RECORDS), public_url=URL)
    process = start(made.settings)
    yield Caller(app=cast(Flask, process.wsgi), installation=made)
    process.close()


def entity(named: Document, properties: Document | None) -> Document:
    return named if properties is None else named | {"properties": properties}


def user(name: str, **properties: Any) -> Document:
    return entity({"type": "user", "id": name}, properties or None)


def record(name: str, **properties: Any) -> Document:
    return entity({"type": "record", "id": name}, properties or None)


def action(name: str, **properties: Any) -> Document:
    return entity({"name": name}, properties or None)


def asked(subject: Document, done: Document, resource: Document, **more: Any) -> Document:
    return {"subject": subject, "action": done, "resource": resource, **more}


ALICE, BOB, ADMIN = user("alice"), user("bob"), user("bob", role="admin")
READ, WRITE = action("read"), action("write")
FIRST, SECOND = record("record-1"), record("record-2")
ACTIVE, ARCHIVED = record("record-1", status="active"), record("record-2", status="archived")
CONTEXT = {"time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1"}
READS = asked(ALICE, READ, FIRST)


def without(name: str, member: str | None = None) -> Document:
    """Return a request without an entity, or with one that lacks a member."""
    rest = {each: value for each, value in READS.items() if each != name}
    if member is None:
        return rest
    lacking = {each: value for each, value in READS[name].items() if each != member}
    return rest | {name: lacking}


# --- basic ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "decision"),
    [
        pytest.param(READS, True, id="1: alice reads record-1"),
        pytest.param(asked(ALICE, WRITE, FIRST), True, id="2: alice writes record-1"),
        pytest.param(asked(BOB, READ, FIRST), True, id="3: bob reads record-1"),
        pytest.param(asked(BOB, WRITE, FIRST), False, id="4: bob writes record-1"),
        pytest.param(asked(ALICE, WRITE, ARCHIVED), False, id="5: alice writes what is archived"),
        pytest.param(asked(ADMIN, WRITE, ARCHIVED), True, id="6: an admin writes what is archived"),
        pytest.param(
            asked(ALICE, action("delete", soft=True), FIRST), True, id="7: alice deletes softly"
        ),
        pytest.param(
            asked(ALICE, action("delete", soft=False), FIRST), False, id="8: alice deletes for good"
        ),
        pytest.param(READS | {"context": CONTEXT}, True, id="with a context"),
        pytest.param(
            asked(
                user("alice", department="Sales", role="manager"),
                action("read", method="GET"),
                record("record-1", status="active", owner="bob"),
            ),
            True,
            id="with further properties",
        ),
        pytest.param(
            READS | {"foo": "bar", "futureField": {"nested": True}}, True, id="with further members"
        ),
    ],
)
def test_decision(api: Caller, body: Document, decision: object) -> None:
    for path in (ONE, MANY, ONE):  # The same decision each time, and without a list of items.
        answer = api.post(body, path)
        assert answer.content_type == "application/json"
        made = loaded(answer)
        assert made["decision"] is decision
        assert isinstance(made["context"], dict)
        logged = loaded(api.get(f"/v1/decisions/{made['context']['id']}"))
        assert logged["decision"] == ("allow" if decision else "deny")
        assert logged["submitted"]["campaign"]["subject"]["id"] == body["subject"]["id"]


@pytest.mark.parametrize(
    "body",
    [
        without("subject"),
        without("action"),
        without("resource"),
        without("subject", "type"),
        without("subject", "id"),
        without("action", "name"),
        without("resource", "type"),
        without("resource", "id"),
        READS | {"subject": "alice"},
        READS | {"action": {"name": 123}},
        b'{"subject": ',
        b"",
    ],
)
def test_request_that_is_none(api: Caller, body: object) -> None:
    for path in (ONE, MANY):
        assert refused(api.post(body, path))


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", None])
def test_body_of_another_type(api: Caller, kind: str | None) -> None:
    assert refused(api.post(READS, ONE, content_type=kind))


def refused(answer: TestResponse) -> str:
    assert (answer.status_code, answer.mimetype) == (400, "text/plain"), answer.data
    return answer.text


def test_request_id(api: Caller) -> None:
    given = "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"
    answer = api.post(READS, ONE, headers={"X-Request-ID": given})
    assert answer.headers.getlist("X-Request-ID") == [given]
    assert api.post(READS, ONE).status_code == 200


# --- batch ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("defaults", "items", "decisions"),
    [
        pytest.param(
            {"subject": BOB, "resource": FIRST},
            [{"action": READ}, {"action": WRITE}],
            [True, False],
            id="in the order of the items",
        ),
        pytest.param(
            {"subject": ALICE, "action": WRITE},
            [{"resource": ACTIVE}, {"resource": ARCHIVED}],
            [True, False],
            id="by the properties of the resource",
        ),
        pytest.param(
            {"action": WRITE, "resource": ARCHIVED},
            [{"subject": ALICE}, {"subject": ADMIN}],
            [False, True],
            id="by the properties of the subject",
        ),
        pytest.param(
            {},
            [READS, asked(BOB, WRITE, FIRST)],
            [True, False],
            id="without defaults",
        ),
        pytest.param(
            {"subject": ALICE, "action": READ, "context": {"time": CONTEXT["time"]}},
            [{"resource": FIRST}, {"resource": SECOND, "context": {"source": "batch-override"}}],
            [True, True],
            id="with a context that is inherited, and one that is not",
        ),
        pytest.param(
            asked(ALICE, WRITE, ACTIVE),
            [{}, {"resource": ARCHIVED}],
            [True, False],
            id="inheriting all, and overriding the whole of one",
        ),
        pytest.param(
            asked(ADMIN, WRITE, ARCHIVED),
            [{"subject": BOB}, {"resource": SECOND}],
            [False, True],
            id="merging nothing into what overrides",
        ),
        pytest.param(
            {
                "subject": ALICE,
                "action": READ,
                "options": {"evaluations_semantic": "execute_all"},
            },
            [{"resource": FIRST}, {}],
            [True, False],
            id="with an item that lacks its resource",
        ),
    ],
)
def test_batch(
    api: Caller, defaults: Document, items: list[Document], decisions: list[bool]
) -> None:
    with api.post(defaults | {"evaluations": items}, MANY) as answer:
        made = loaded(answer)
    assert set(made) == {"evaluations"}
    assert [each["decision"] for each in made["evaluations"]] == decisions


def test_batch_without_items_is_one_evaluation(api: Caller) -> None:
    assert loaded(api.post(READS | {"evaluations": []}, MANY))["decision"] is True


# --- discovery --------------------------------------------------------------------------------


def test_metadata(api: Caller) -> None:
    answer = api.get("/.well-known/authzen-configuration", role=None)
    assert answer.content_type == "application/json"
    made = loaded(answer)
    assert made.pop("policy_decision_point") == URL
    assert made == {
        "access_evaluation_endpoint": URL + ONE,
        "access_evaluations_endpoint": URL + MANY,
    }


# --- what the scenario does not ask -----------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (READS | {"action": action("edit")}, "/action/name: `edit` is not one of `action.name`"),
        (READS | {"resource": {"type": "table", "id": "record-1"}}, "/resource/type: `table`"),
        (READS | {"subject": {"type": "robot", "id": "alice"}}, "/subject/type: `robot`"),
        (asked(user("bob", role=5), WRITE, FIRST), "/subject/properties/role: "),
        (asked(BOB, WRITE, record("record-1", subject=ADMIN)), "`resource.properties.subject`"),
        (asked(ALICE, WRITE, record("record-1", id="record-2")), "name different resources"),
        (READS | {"context": {"format": "meta"}}, "nothing of the format `meta`"),
    ],
)
def test_what_these_policies_do_not_decide(api: Caller, body: Document, words: str) -> None:
    assert words in refused(api.post(body, ONE))


def test_denial_says_why_and_what_would_help(api: Caller) -> None:
    archived = loaded(api.post(asked(ALICE, WRITE, ARCHIVED), ONE))["context"]
    assert archived["conclusive"] is True
    assert archived["reason_user"] == {
        "en": "record-2 is archived. Have an admin take it out of the archive."
    }
    unknown = loaded(api.post(asked(ALICE, WRITE, SECOND), ONE))["context"]
    assert unknown["conclusive"] is False
    assert [each["path"] for each in unknown["missing"]] == ["request.resource.properties.status"]


def test_decision_is_replayed(api: Caller) -> None:
    made = loaded(api.post(asked(ADMIN, WRITE, ARCHIVED), ONE))["context"]
    replayed = loaded(api.post(b"", f"/v1/decisions/{made['id']}/replay"))
    assert replayed["replay"] == "identical"
