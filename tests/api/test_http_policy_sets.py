"""A version of policies on its way into force: four eyes, nothing lost, everything in the log."""

import io
import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import update

from api.examination import sandbox
from api.installation.setup import SetupError, initialise, make_key
from api.wsgi import start
from engine.audit.verification.verify import verify_export
from engine.storage.databases.database import Database
from engine.storage.keys import Role
from engine.storage.schema import policy_set_version, policy_version
from tests.api.installation import Caller, allowed, install, problem_of
from tests.api.publishing import (
    force,
    loaded,
    policies,
    publish,
    step,
    upload,
    zipped,
)

SET = "/v1/policy-sets/assent"


def refreshed(api: Caller) -> None:
    """Let the process take notice now, and not in half a second."""
    api.app.extensions["policies"].refresh()


def test_prepared_service_has_the_directory_as_its_first_version(fresh: Caller) -> None:
    (only,) = loaded(fresh.get("/v1/policy-sets", role="auditor"))["items"]
    assert (only["name"], only["before"], only["scheduled"]) == ("assent", None, None)
    (version,) = loaded(fresh.get(f"{SET}/versions", role="admin"))["items"]
    assert version["digest"] == only["in_force"]["digest"]
    assert (version["state"], version["is_in_force"]) == ("approved", True)
    assert version["author"] == "administrator"
    shown = loaded(fresh.get(f"{SET}/versions/{version['version']}", role="approver"))
    (act,) = shown["history"]
    assert (act["index"], act["transition"]) == (0, "import")
    kept = loaded(fresh.get(f"{SET}/versions/{version['digest']}/files", role="author"))
    assert kept["files"] == policies()
    again = initialise(fresh.installation.settings)
    assert again.imported is None


def test_version_comes_into_force_by_two_persons(fresh: Caller) -> None:
    before = fresh.decide(allowed())
    assert before["decision"] == "allow"
    made = upload(fresh, policies(1))
    assert (made["state"], made["check"]["errors"], made["test"]["failed"]) == ("draft", 0, 0)
    in_review = loaded(step(fresh, made, "submit", "author", reason="the regulator asks"))
    assert in_review["state"] == "in review"
    approved = loaded(step(fresh, made, "approve", "approver"))
    assert approved["state"] == "approved"
    refreshed(fresh)
    assert fresh.decide(allowed())["policy_set"] == before["policy_set"]
    activated = loaded(force(fresh, "assent", "activate", version=made["version"]))
    assert activated["in_force"]["digest"] == made["digest"]
    assert activated["before"]["digest"] == before["policy_set"]["digest"]
    refreshed(fresh)
    after = fresh.decide(allowed())
    assert (after["decision"], after["policy_set"]) == (
        "deny",
        {"name": "assent", "version": made["version"], "digest": made["digest"]},
    )
    history = loaded(fresh.get(f"{SET}/versions/{made['digest']}", role="auditor"))["history"]
    assert [(each["transition"], each["actor"], each["reason"]) for each in history] == [
        ("upload", "the author", None),
        ("submit", "the author", "the regulator asks"),
        ("approve", "the approver", None),
        ("activate", "the approver", None),
    ]
    ready = loaded(fresh.get("/health/ready", role=None))
    assert [each["digest"] for each in ready["policy_sets"]] == [made["digest"]]
    for made_before in (before, after):
        replayed = fresh.call("POST", f"/v1/decisions/{made_before['id']}/replay")
        assert loaded(replayed)["replay"] == "identical"
    loaded(force(fresh, "assent", "rollback", reason="too strict"))
    refreshed(fresh)
    assert fresh.decide(allowed())["policy_set"] == before["policy_set"]
    report = verify_export(io.BytesIO(fresh.get("/v1/log/export", role="auditor").data))
    assert report.faults == ()


def test_every_step_out_of_order_is_refused(fresh: Caller) -> None:
    made = upload(fresh, policies(1))
    approver: Callable[..., object] = lambda word, **body: step(  # noqa: E731 - said once.
        fresh, made, word, "approver", **body
    )
    for answer in (
        approver("approve"),
        approver("reject", reason="no"),
        force(fresh, "assent", "activate", version=made["version"]),
        force(fresh, "assent", "rollback"),
    ):
        problem_of(answer, 409, "wrong-state")  # type: ignore[arg-type] # It is an answer.
    loaded(step(fresh, made, "submit", "author"))
    problem_of(step(fresh, made, "submit", "author"), 409, "wrong-state")
    problem_of(step(fresh, made, "reject", "approver"), 422, "malformed-order")
    rejected = loaded(step(fresh, made, "reject", "approver", reason="say why"))
    assert (rejected["state"], rejected["history"][-1]["reason"]) == ("rejected", "say why")
    assert loaded(step(fresh, made, "submit", "author"))["state"] == "in review"


def test_change_needs_the_revision_that_was_seen(fresh: Caller) -> None:
    made = upload(fresh, policies(1))
    path = f"{SET}/versions/{made['digest']}/submit"
    problem_of(fresh.post({}, path, role="author"), 428, "unconditional")
    numbers = ('"7"', '"0", "2"', '"01"', f'"{"1" * 5_000}"', f'"{"0" * 5_000}1"')
    for tag in (*numbers, '"x"', '""', 'W/"1"'):
        answer = fresh.post({}, path, role="author", headers={"If-Match": tag})
        problem_of(answer, 412, "outdated")
    loaded(fresh.post({}, path, role="author", headers={"If-Match": "*"}))
    stale = fresh.get(SET, role="approver").headers["ETag"]
    read = f"{SET}/versions/{made['digest']}"
    for tag, status in (('"1"', 412), ('"x"', 412), ('W/"2"', 412), ('"1", "2"', 200), ("*", 200)):
        answer = fresh.get(read, role="approver", headers={"If-Match": tag})
        assert answer.status_code == status, tag
    assert problem_of(
        fresh.get(read, role="approver", headers={"If-Match": '"1"'}), 412, "outdated"
    )["detail"] == ('the `ETag` is `"2"` now')
    one_of = {"If-Match": '"0", W/"2", "2"'}
    loaded(fresh.post({}, f"{read}/approve", role="approver", headers=one_of))
    asked = {"version": made["version"]}
    answer = fresh.post(asked, f"{SET}/activate", role="approver", headers={"If-Match": stale})
    problem_of(answer, 412, "outdated")


def test_same_files_are_the_same_version(fresh: Caller) -> None:
    path = f"{SET}/versions"
    first = fresh.post(zipped(policies(1)), path, role="author", content_type="application/zip")
    assert (first.status_code, first.headers["ETag"]) == (201, '"1"')
    marked = {name: f"\ufeff{text}".replace("\n", "\r\n") for name, text in policies(1).items()}
    again = fresh.post({"files": marked}, path, role="author")
    assert again.status_code == 200
    assert json.loads(again.data)["history"] == json.loads(first.data)["history"]
    assert first.headers["Location"] == again.headers["Location"]
    loaded(fresh.get(first.headers["Location"], role="author"))


@pytest.mark.parametrize(
    ("text", "obstacle"),
    [
        ("policy x\n", "its check has"),
        ("", "it holds no rule"),
        (
            policies(1)["none.policy"]
            + 'test "all" on 2026-01-01\n  given campaign.markets is {DE}\n'
            + "  expect allow\nend test\n",
            "1 test fails",
        ),
    ],
)
def test_version_that_cannot_decide_stays_a_draft(fresh: Caller, text: str, obstacle: str) -> None:
    files = policies(1) | {"none.policy": text}
    asked = loaded(fresh.post({"files": files}, "/v1/policies/check", role="author"))
    assert asked["obstacle"].startswith(obstacle)
    made = upload(fresh, files)
    assert (made["is_sound"], made["check"]) == (False, asked["check"])
    problem_of(step(fresh, made, "submit", "author"), 409, "wrong-state")


def test_activation_at_a_time_to_come(fresh: Caller) -> None:
    made = publish(fresh, policies(1), **{"from": "2999-01-01T00:00:00+02:00"})
    shown = loaded(fresh.get(SET, role="author"))
    assert shown["scheduled"]["from"] == "2998-12-31T22:00:00.000000Z"
    assert shown["in_force"]["digest"] != made["digest"]
    other = publish(fresh, policies(2), **{"from": "2998-01-01T00:00:00Z"})
    shown = loaded(fresh.get(SET, role="author"))
    assert shown["scheduled"]["digest"] == other["digest"]
    over = force(
        fresh, "assent", "activate", version=made["version"], **{"from": "2000-01-01T00:00:00Z"}
    )
    problem_of(over, 422, "malformed-order")
    loaded(force(fresh, "assent", "activate", version=made["version"]))
    assert loaded(fresh.get(SET, role="author"))["scheduled"]["digest"] == other["digest"]
    back = loaded(force(fresh, "assent", "rollback"))
    assert back["scheduled"] is None
    history = loaded(fresh.get(f"{SET}/versions/{other['digest']}", role="author"))["history"]
    assert history[-1]["is_cancelled"]


def test_decision_names_its_set(fresh: Caller) -> None:
    publish(fresh, policies(1), "house")
    refreshed(fresh)
    for chosen, decision in ((None, "allow"), ("assent", "allow"), ("house", "deny")):
        asked = {"campaign": allowed(), "policy_set": chosen}
        made = loaded(fresh.post(asked))
        assert (made["decision"], made["policy_set"]["name"]) == (decision, chosen or "assent")
        query = f"?policy_set={chosen}" if chosen else ""
        (item,) = fresh.batch([allowed()], query)
        assert item["policy_set"] == made["policy_set"]
        schema = loaded(fresh.get(f"/v1/vocabulary{query}"))
        assert made["policy_set"]["digest"] in json.dumps(schema)
    body = {"campaign": allowed(), "policy_set": "none"}
    (error,) = problem_of(fresh.post(body), 422, "malformed-submission")["errors"]
    assert error["pointer"] == "/policy_set"
    for path in ("/v1/vocabulary?policy_set=none",):
        problem_of(fresh.get(path), 400, "invalid-query")
    answer = fresh.post([], "/v1/decisions/batch?policy_set=none")
    problem_of(answer, 400, "invalid-query")


def test_same_files_in_two_sets_are_replayed_each_in_its_own(fresh: Caller) -> None:
    publish(fresh, policies(), "house")
    refreshed(fresh)
    made = loaded(fresh.post({"campaign": allowed(), "policy_set": "house"}))
    replayed = fresh.call("POST", f"/v1/decisions/{made['id']}/replay")
    assert loaded(replayed)["replay"] == "identical"


def test_key_that_is_limited_is_for_its_sets(fresh: Caller) -> None:
    tokens = cast("dict[str, str]", fresh.installation.tokens)
    settings = fresh.installation.settings
    limited = [Role.SUBMITTER, Role.AUTHOR, Role.APPROVER, Role.AUDITOR]
    made = make_key(settings, name="limited", roles=limited, policy_sets=["house"])
    tokens["limited"] = made.token
    assert loaded(fresh.get("/v1/policy-sets", role="limited"))["items"] == []
    publish(fresh, policies(1), "house")
    refreshed(fresh)
    (seen,) = loaded(fresh.get("/v1/policy-sets", role="limited"))["items"]
    assert seen["name"] == "house"
    body = {"campaign": allowed(), "policy_set": "house"}
    assert loaded(fresh.post(body, role="limited"))["decision"] == "deny"
    for role in (Role.ADMIN, Role.MONITOR):
        with pytest.raises(SetupError, match="no policy sets of its own"):
            make_key(settings, name="x", roles=[role], policy_sets=["house"])
    with pytest.raises(SetupError, match="lower-case"):
        make_key(settings, name="x", roles=[Role.AUTHOR], policy_sets=["A House"])


def test_difference_is_told_in_sentences(fresh: Caller) -> None:
    made = upload(fresh, policies(1))
    path = f"{SET}/diff?new={made['version']}"
    told = loaded(fresh.get(path, role="author"))
    assert told["new"]["digest"] == made["digest"]
    assert "rule" in told["summary"]
    text = fresh.get(path, role="author", headers={"Accept": "text/plain"})
    assert text.content_type == "text/plain; charset=utf-8"
    assert text.text.splitlines()[-1] == told["summary"]
    same = loaded(fresh.get(f"{path}&old={made['version']}", role="auditor"))
    assert (same["changed"], same["summary"]) == ([], "nothing changed in meaning")
    broken = upload(fresh, policies(1) | {"none.policy": "policy x\n"}, "other")
    other = f"/v1/policy-sets/other/diff?new={broken['version']}"
    problem_of(fresh.get(other, role="author"), 409, "wrong-state")
    both = fresh.get(f"{other}&old={broken['version']}", role="author")
    problem_of(both, 409, "wrong-state")
    problem_of(fresh.get(f"{SET}/diff", role="author"), 400, "invalid-query")


def test_what_is_not_there(fresh: Caller) -> None:
    for path in (
        "/v1/policy-sets/none",
        "/v1/policy-sets/none/versions",
        f"{SET}/versions/{'0' * 12}",
        f"{SET}/versions/{'0' * 11}",
        f"{SET}/versions/sha256:{'%25' * 20}",
    ):
        problem_of(fresh.get(path, role="auditor"), 404, "not-found")
    named = fresh.post({"files": policies()}, "/v1/policy-sets/A_B/versions", role="author")
    problem_of(named, 422, "malformed-order")


def test_version_of_another_engine_is_examined_again(
    fresh: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload(fresh, policies(1))
    monkeypatch.setattr("api.http.routes.policy_sets.__version__", "999")
    loaded(step(fresh, made, "submit", "author"))
    loaded(step(fresh, made, "approve", "approver"))
    loaded(force(fresh, "assent", "activate", version=made["version"]))


def test_no_table_alone_makes_a_version_sound(fresh: Caller) -> None:
    failing = (
        'test "all" on 2026-01-01\n  given campaign.markets is {DE}\n  expect allow\nend test\n'
    )
    files = policies(1)
    made = upload(fresh, files | {"none.policy": files["none.policy"] + failing})
    database = Database(fresh.installation.settings.database_url)
    with database.writing() as connection:
        connection.execute(update(policy_set_version).values(is_sound=True))
    loaded(step(fresh, made, "submit", "author"))
    # Whoever approves has read what it comes to.
    refused = step(fresh, made, "approve", "approver")
    told = problem_of(refused, 409, "wrong-state")["detail"]
    assert "is not what you could read: it was found by another engine" in told
    path = f"{SET}/versions/{made['digest']}"
    assert loaded(fresh.get(path, role="approver"))["is_sound"] is False
    loaded(step(fresh, made, "approve", "approver"))
    refused = force(fresh, "assent", "activate", version=made["version"])
    assert "its tests fail" in problem_of(refused, 409, "wrong-state")["detail"]
    # Nor is anybody shown, or anything examined, that is not what would come into force.
    with database.writing() as connection:
        connection.execute(update(policy_version).values(files=b"{}"))
    refused = force(fresh, "assent", "activate", version=made["version"])
    for answer in (refused, fresh.get(f"{path}/files", role="approver")):
        told = problem_of(answer, 503, "unavailable")["detail"]
        assert "is not what the digest is of" in told
    database.close()


def test_examination_that_takes_too_long(fresh: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeping = (sys.executable, "-c", "import time; time.sleep(60)")
    monkeypatch.setattr(sandbox, "_COMMAND", sleeping)
    monkeypatch.setattr(sandbox, "SECONDS", 0.1)
    answer = fresh.post({"files": policies()}, "/v1/policies/check", role="author")
    problem_of(answer, 422, "malformed-policies")
    ending = (sys.executable, "-c", "raise MemoryError")
    monkeypatch.setattr(sandbox, "_COMMAND", ending)
    monkeypatch.setattr(sandbox, "SECONDS", 30)
    answer = fresh.post({"files": policies()}, "/v1/policies/check", role="author")
    problem_of(answer, 422, "malformed-policies")


def test_texts_are_laid_out_and_nothing_is_kept(fresh: Caller) -> None:
    messy = policies(1)["none.policy"].replace("    source        ", "  source ")
    asked = {"files": {"none.policy": messy, "broken.policy": "policy x\n"}}
    made = loaded(fresh.post(asked, "/v1/policies/format", role="author"))["files"]
    assert made["none.policy"]["text"] == policies(1)["none.policy"]
    assert made["none.policy"]["is_changed"]
    assert made["broken.policy"]["diagnostics"][0]["severity"] == "error"
    (only,) = loaded(fresh.get("/v1/policy-sets", role="auditor"))["items"]
    assert only["revision"] == 1


def test_clock_that_stands_still_and_the_schedule(tmp_path: Path) -> None:
    """The version of a time to come decides from its instant on, and not before."""
    installation = install(tmp_path, log_level="error")
    started = start(installation.settings)
    api = Caller(app=cast(Flask, started.wsgi), installation=installation)
    force_ = api.app.extensions["policies"]
    made = publish(api, policies(1), **{"from": "2999-01-01T00:00:00Z"})
    force_.refresh()
    turn = datetime.fromisoformat("2999-01-01T00:00:00+00:00")
    for clock, expected in ((turn - timedelta(microseconds=1), False), (turn, True)):
        force_._clock = lambda clock=clock: clock  # noqa: SLF001 - the only clock of the process.
        assert (force_.engine("assent").identity.digest == made["digest"]) is expected
    started.close()
