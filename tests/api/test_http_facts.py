"""Standing facts over HTTP: recorded by authors, beneath every decision, read by auditors."""

import io
import json
from typing import Any, cast

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from api.installation.contents import open_database
from api.wsgi import start
from engine.audit.verification.verify import verify_export
from engine.storage.errors import StorageError
from engine.storage.schema import standing_fact_version
from tests.api.installation import NDJSON, Caller, Document, allowed, campaign, problem_of
from tests.api.publishing import loaded

PROFILING = {"targeting": {"profiling": False}}


def statement(name: str, facts: object = PROFILING, **changes: Any) -> Document:
    made = {
        "subject": {"kind": "advertiser", "name": name},
        "facts": facts,
        "from": "2020-01-01",
        "until": "2099-01-01",
        "evidence": "memo 7",
    }
    return made | changes


def record(api: Caller, body: object, **rest: Any) -> TestResponse:
    return api.post(body, "/v1/facts", role="author", **rest)


def refresh(api: Caller) -> None:
    """Let the process take notice now, and not in half a second."""
    api.app.extensions["policies"].refresh()


def recorded(api: Caller, body: object) -> Document:
    answer = record(api, body)
    assert answer.status_code == 201, answer.data
    refresh(api)
    return loaded(answer)


def asking(name: str, **changes: Any) -> Document:
    """Return a campaign of an advertiser that does not say whether it profiles people."""
    targeting = {"age": {"min": 13, "max": 40}}
    return campaign(advertiser={"name": name}, targeting=targeting, **changes)


def amend(api: Caller, fact: Document, body: object, tag: str | None) -> TestResponse:
    headers = {} if tag is None else {"If-Match": tag}
    return api.call("PUT", f"/v1/facts/{fact['id']}", role="author", json=body, headers=headers)


def withdraw(api: Caller, fact: Document, tag: str = "*", **body: str) -> TestResponse:
    path = f"/v1/facts/{fact['id']}/withdraw"
    return api.post(body, path, role="author", headers={"If-Match": tag})


# --- from recording to replay -----------------------------------------------------------------


def test_what_is_recorded_need_not_be_asked(api: Caller) -> None:
    asked = api.decide(asking("Asked"))
    assert (asked["decision"], asked["conclusive"]) == ("deny", False)
    assert [each["path"] for each in asked["missing"]] == ["campaign.targeting.profiling"]
    assert "standing_facts" not in asked
    fact = recorded(api, statement("Asked"))
    made = api.decide(asking("Asked"))
    assert (made["decision"], made["missing"]) == ("allow", [])
    (used,) = made["standing_facts"]
    assert used["facts"] == [
        {
            "pointer": "/targeting/profiling",
            "path": "campaign.targeting.profiling",
            "label": "the ads are aimed by profiling people",
            "value": "no",
        }
    ]
    told = ("id", "version", "entry", "commitment", "recorded_by", "recorded_at", "until")
    assert {name: used[name] for name in told} == {name: fact[name] for name in told}
    logged = loaded(api.get(f"/v1/decisions/{made['id']}"))["submitted"]
    assert "profiling" not in logged["campaign"]["targeting"]
    (known,) = logged["standing_facts"]
    assert known == {
        **{k: v for k, v in fact.items() if k not in {"state", "reason"}},
        "salt": known["salt"],
    }
    loaded(withdraw(api, fact, reason="it was wrong"))
    refresh(api)
    assert api.decide(asking("Asked"))["decision"] == "deny"
    for before in (asked, made):
        replayed = api.call("POST", f"/v1/decisions/{before['id']}/replay")
        assert loaded(replayed)["replay"] == "identical"
    exported = api.get("/v1/log/export", role="auditor")
    report = verify_export(io.BytesIO(exported.data))
    exported.close()
    assert report.faults == ()


def test_every_entrance_knows_it(api: Caller) -> None:
    recorded(api, statement("Everywhere"))
    asked = asking("Everywhere")
    (one,) = api.batch([asked])
    assert one["decision"] == "allow"
    dry = loaded(api.post({"campaign": asked, "dry_run": True}))
    assert (dry["decision"], len(dry["standing_facts"])) == ("allow", 1)
    text = api.post({"campaign": asked}, headers={"Accept": "text/plain"}).text
    assert "Taken from standing facts" in text
    assert "about the advertiser Everywhere, through 2098-12-31" in text
    opa = loaded(api.post({"input": {"campaign": asked}}, "/v1/data/assent/allow"))
    assert opa["result"] is True


def test_a_contradiction_is_refused_and_is_one_items_error_of_a_batch(api: Caller) -> None:
    recorded(api, statement("Contrary"))
    contrary = campaign(advertiser={"name": "Contrary"})
    made = problem_of(api.post({"campaign": contrary}), 422, "malformed-submission")
    (error,) = made["errors"]
    assert error["pointer"] == "/campaign/targeting/profiling"
    assert error["message"].startswith(
        "the ads are aimed by profiling people: the standing fact about the advertiser `Contrary`"
    )
    assert error["message"].endswith("by the author) says no, and the campaign yes")
    wrong, right = api.batch([contrary, asking("Contrary")])
    assert wrong["error"]["type"] == "/problems/malformed-submission"
    assert right["decision"] == "allow"


def test_valid_until_is_the_end_of_a_standing_fact(api: Caller) -> None:
    recorded(api, statement("Ends", until="2027-03-01"))
    later = asking("Ends", flight={"start": "2027-06-01", "end": "2027-06-30"})
    made = loaded(api.post({"campaign": later, "as_of": "2026-12-01T00:00:00Z"}))
    assert (made["decision"], made["valid_until"]) == ("allow", "2027-03-01T00:00:00Z")
    made = loaded(api.post({"campaign": later, "as_of": "2027-03-01T00:00:00Z"}))
    assert made["decision"] == "deny"
    assert "standing_facts" not in made


# --- what is read and changed -----------------------------------------------------------------


def test_versions_are_kept_with_who_and_why(api: Caller) -> None:
    first = record(api, statement("Kept", reason="the first review"))
    fact = loaded(first)
    assert first.headers["Location"] == f"/v1/facts/{fact['id']}"
    assert (first.headers["ETag"], fact["reason"]) == ('"1"', "the first review")
    other = statement("Kept", {"targeting": {"profiling": True}}, reason="reviewed again")
    second = amend(api, fact, other, first.headers["ETag"])
    assert (second.status_code, second.headers["ETag"]) == (200, '"2"')
    assert loaded(withdraw(api, fact, '"2"'))["state"] == "withdrawn"
    shown = api.get(f"/v1/facts/{fact['id']}", role="auditor")
    made = loaded(shown)
    assert (shown.headers["ETag"], made["version"], made["commitment"]) == ('"3"', 3, None)
    assert made["facts"] == {"targeting": {"profiling": True}}
    history = loaded(api.get(f"/v1/facts/{fact['id']}/versions", role="auditor"))["items"]
    assert [(each["version"], each["state"], each["reason"]) for each in history] == [
        (3, "withdrawn", None),
        (2, "recorded", "reviewed again"),
        (1, "recorded", "the first review"),
    ]
    assert history[2]["facts"] == PROFILING
    assert all(each["recorded_by"] == "the author" for each in history)


def test_sent_twice_it_is_recorded_once(api: Caller) -> None:
    first = record(api, statement("Twice"))
    again = record(api, statement("Twice"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert loaded(again) == loaded(first)
    shouted = api.get(f"/v1/facts/{loaded(first)['id'].upper()}", role="author")
    assert loaded(shouted)["id"] == loaded(first)["id"]


def test_a_stale_tag_is_412_and_none_is_428(api: Caller) -> None:
    fact = loaded(record(api, statement("Stale")))
    renewed = statement("Stale", evidence="memo 8")
    problem_of(amend(api, fact, renewed, None), 428, "unconditional")
    assert amend(api, fact, renewed, '"1"').status_code == 200
    problem_of(amend(api, fact, statement("Stale"), '"1"'), 412, "outdated")
    problem_of(withdraw(api, fact, '"1"'), 412, "outdated")
    for tag, status in (('"1"', 412), ('"2"', 200)):
        read = api.get(f"/v1/facts/{fact['id']}", role="author", headers={"If-Match": tag})
        assert read.status_code == status
    problem_of(amend(api, fact, statement("Other"), '"2"'), 409, "wrong-state")
    loaded(withdraw(api, fact, "*"))
    problem_of(amend(api, fact, renewed, "*"), 409, "wrong-state")
    problem_of(withdraw(api, fact), 409, "wrong-state")
    nowhere = {"id": "9aa80509-d013-482c-a5f2-010d305e4d70"}
    problem_of(withdraw(api, nowhere), 404, "not-found")
    problem_of(api.get(f"/v1/facts/{nowhere['id']}", role="auditor"), 404, "not-found")


def test_lists_by_subject_in_pages(api: Caller) -> None:
    made = [loaded(record(api, statement(f"Listed {number}"))) for number in range(3)]
    seen, cursor = [], None
    while True:
        query = {"limit": "2"} | ({} if cursor is None else {"cursor": cursor})
        page = loaded(api.get("/v1/facts", role="auditor", query_string=query))
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert [each for each in seen if each in {one["id"] for one in made}] == [
        each["id"] for each in made
    ]
    query = {"kind": "advertiser", "name": "Listed 1"}
    (only,) = loaded(api.get("/v1/facts", role="author", query_string=query))["items"]
    assert only == made[1]
    for wrong in ({"cursor": "x"}, {"cursor": "9" * 20}, {"kind": "comet"}, {"limit": "0"}):
        answer = api.get("/v1/facts", role="author", query_string=wrong)
        problem_of(answer, 400, "invalid-query")


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "pointer", "help_"),
    [
        (statement("A", {"targeting": {"profilng": False}}), "/facts/targeting/profilng", "profil"),
        (statement("A", {"objective": "sale"}), "/facts/objective", "`sales`"),
        (statement("A", {"flight": {"start": "2026-01-01"}}), "/facts/flight", "leave it out"),
        (statement("A", until="2019-01-01"), "/until", "no longer holds"),
        (statement("A", id="x"), "/id", "leave it out"),
        (statement("A", subject={"kind": "model"}), "/subject/name", "identifier"),
        (["x"], "", "write one"),
        (statement("A", {"landing": {"url": "x" * 65_530}}), "", "in another"),
    ],
)
def test_what_is_no_standing_fact(api: Caller, body: object, pointer: str, help_: str) -> None:
    made = problem_of(record(api, body), 422, "malformed-fact")
    assert [each["pointer"] for each in made["errors"]] == [pointer]
    assert help_ in made["errors"][0]["help"]


def test_one_that_contradicts_another_about_its_subject(api: Caller) -> None:
    fact = loaded(record(api, statement("Both", until="2026-06-01")))
    other = statement("Both", {"targeting": {"profiling": True}}, **{"from": "2026-05-31"})
    made = problem_of(record(api, other), 422, "malformed-fact")
    assert made["errors"][0]["pointer"] == "/facts/targeting/profiling"
    assert fact["id"] in made["errors"][0]["message"]
    assert record(api, other | {"from": "2026-06-01"}).status_code == 201
    problem_of(amend(api, fact, statement("Both"), "*"), 422, "malformed-fact")


def test_a_reason_is_a_text(api: Caller) -> None:
    problem_of(record(api, statement("A", reason=5)), 422, "malformed-order")


# --- other processes --------------------------------------------------------------------------


def test_another_process_knows_it_or_does_not_decide(fresh: Caller) -> None:
    """Neither decides by what was known before, once it may know better."""
    other = start(fresh.installation.settings)
    there = Caller(app=cast(Any, other.wsgi), installation=fresh.installation)
    fact = loaded(record(fresh, statement("Far")))
    for api in (fresh, there):
        refresh(api)
        assert api.decide(asking("Far"))["decision"] == "allow"
    loaded(withdraw(there, fact))
    for api in (fresh, there):
        refresh(api)
        assert api.decide(asking("Far"))["decision"] == "deny"
        assert api.decide(allowed())["decision"] == "allow"
    other.close()


def test_a_batch_during_which_that_is_not_certain(
    fresh: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between asking for the policies and for the standing facts, certainty may be lost."""
    policies = fresh.app.extensions["policies"]
    monkeypatch.setattr(type(policies), "is_in_force", lambda *_: True)
    state = policies._state  # noqa: SLF001 - there is no other way to lose the books.
    monkeypatch.setattr(
        policies,
        "_state",
        type(state)(
            plan=state.plan,
            timelines=state.timelines,
            engines=state.engines,
            confirmed=state.confirmed,
        ),
    )
    answer = fresh.post(
        b"\n".join([json.dumps(allowed()).encode(), b"{"]),
        "/v1/decisions/batch",
        content_type=NDJSON,
    )
    kinds = [json.loads(line)["error"]["type"] for line in answer.data.splitlines()]
    answer.close()
    assert kinds == ["/problems/not-fresh", "/problems/malformed-json"]
    problem_of(fresh.post({"campaign": allowed()}), 503, "not-fresh")


def test_facts_that_are_not_what_was_logged_stop_all_decisions(
    fresh: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(fresh, statement("Altered"))
    database = open_database(fresh.installation.settings)
    policies = fresh.app.extensions["policies"]
    policies.close()
    loaded(record(fresh, statement("Another")))
    with database.writing() as connection:
        connection.execute(update(standing_fact_version).values(commitment="c" * 43))
    database.close()
    with pytest.raises(StorageError):
        policies.refresh()
    assert fresh.decide(allowed())["decision"] == "allow"
    monkeypatch.setattr(policies, "_bound", -1.0)  # As if the time were over.
    problem_of(fresh.post({"campaign": allowed()}), 503, "not-fresh")
