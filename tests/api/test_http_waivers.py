"""Waivers over HTTP: asked for, granted by another person, used, told, and revoked."""

import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import delete, insert

from api.in_force.policies import PoliciesInForce
from api.installation.contents import open_database
from api.installation.setup import SetupError, make_key
from api.wsgi import Process, start
from engine.audit.verification.verify import verify_export
from engine.storage.comparison.uses import compare_uses
from engine.storage.errors import LogInconsistent
from engine.storage.keys import Role
from engine.storage.log.tile_log import TileLog
from engine.storage.schema import waiver_use
from tests.api import waiving
from tests.api.installation import Caller, Document, install, problem_of
from tests.api.publishing import force, loaded, publish
from tests.api.waiving import BOARD, ask, day, dear, granted, request, step


@pytest.fixture(scope="module")
def api(process: Process, installation: Any) -> Caller:
    plain = Caller(app=cast(Flask, process.wsgi), installation=installation)
    tokens = waiving.prepare(plain, installation.tokens)
    made = Caller(app=plain.app, installation=replace(installation, tokens=tokens))
    settle(made)
    return made


def settle(api: Caller) -> None:
    """Have the process read what is in force now."""
    api.app.extensions["policies"].refresh()


def decide(api: Caller, descriptor: Document, **rest: Any) -> Document:
    settle(api)
    return api.decide(descriptor, **rest)


def ids(api: Caller, query: str = "", role: str = "auditor") -> list[str]:
    listed = loaded(api.get(f"/v1/waivers{query}", role=role))
    return [each["id"] for each in listed["items"]]


# --- the whole way ----------------------------------------------------------------------------


def test_from_the_request_to_the_revocation(api: Caller) -> None:
    campaign = dear(id="whole-way")
    assert decide(api, campaign)["decision"] == "deny"
    asked = ask(api, campaign="whole-way", evidence=["https://tickets.example/991"])
    assert (asked["state"], asked["in_effect"], asked["why"]) == (
        "requested",
        False,
        "it is requested",
    )
    assert (asked["requested_by"], asked["approval"], asked["text"]) == ("anna", None, None)
    assert decide(api, campaign)["decision"] == "deny"

    made = loaded(step(api, asked, "grant", reason="as agreed"))
    assert (made["state"], made["in_effect"], made["why"]) == ("granted", True, None)
    assert made["approval"] | {"at": ""} == {"by": "ben", "as": BOARD, "at": ""}
    assert made["used"] == {"decisions": 0, "last_at": None}
    decision = decide(api, campaign)
    assert decision["decision"] == "allow"
    (waived,) = decision["waived"]
    assert (waived["rule"], waived["remedy"][:10]) == ("spending/dear", "Spend less")
    assert waived["waivers"] == [
        {
            "waiver": made["id"],
            "approved_by": "ben",
            "role": BOARD,
            "approved_on": day(0),
            "ticket": "LEG-991",
            "reason": "the anniversary",
            "from": day(0),
            "until": day(60),
        }
    ]
    assert decide(api, dear(id="another"))["decision"] == "deny"
    shown = loaded(api.get(f"/v1/waivers/{made['id']}", role="anna"))
    assert shown["used"]["decisions"] == 1
    assert made["id"] in ids(api, "?used=true")

    ended = loaded(step(api, made, "revoke", role="no office", reason="it was a mistake"))
    assert (ended["state"], ended["in_effect"], ended["why"]) == ("revoked", False, "it is revoked")
    assert [(each["step"], each["actor"], each["as"]) for each in ended["history"]] == [
        ("request", "anna", None),
        ("grant", "ben", BOARD),
        ("revoke", "fay", None),
    ]
    assert decide(api, campaign)["decision"] == "deny"
    again = loaded(api.post(b"", f"/v1/decisions/{decision['id']}/replay", role="auditor"))
    assert again["replay"] == "identical"


def test_log_has_each_step_and_verifies(api: Caller) -> None:
    made = granted(api, campaign="logged")
    decide(api, dear(id="logged"))
    loaded(step(api, made, "revoke", reason="enough"))
    report = verify_export(io.BytesIO(api.get("/v1/log/export", role="auditor").data))
    assert (report.faults, report.unread) == ((), None)
    database = open_database(api.installation.settings)
    entries = TileLog(database).entries(size=report.entries)
    own = [each for each in entries if made["id"].encode() in each.leaf]
    database.close()
    history = loaded(api.get(f"/v1/waivers/{made['id']}"))["history"]
    assert [each.index for each in own] == [each["index"] for each in history]
    assert [json.loads(each.leaf)["step"] for each in own] == ["request", "grant", "revoke"]


def test_uses_are_those_of_the_decisions_also_of_one_market(api: Caller) -> None:
    made = granted(api, campaign="parted", markets=["DE"])
    parted = decide(api, dear(id="parted", markets=["DE", "FR"]))
    assert (parted["decision"], parted["would_pass"]) == ("deny", ["DE"])
    database = open_database(api.installation.settings)
    compare_uses(database)
    with database.writing() as connection:
        use = delete(waiver_use).where(waiver_use.c.waiver == made["id"])
        assert connection.execute(use).rowcount == 1
    with pytest.raises(
        LogInconsistent, match=f"by entry {parted['receipt']['index']} than it tell"
    ):
        compare_uses(database)
    with database.writing() as connection:
        row = {"waiver": made["id"], "index": parted["receipt"]["index"]}
        connection.execute(insert(waiver_use), row)
    database.close()


def test_answer_in_prose_names_the_waiver(api: Caller) -> None:
    made = granted(api, campaign="prose")
    settle(api)
    answer = api.post({"campaign": dear(id="prose")}, headers={"Accept": "text/plain"})
    text = answer.get_data(as_text=True)
    assert f"waiver    {made['id']}, from {day(0)} through {day(59)}" in text
    assert f"approved  ben as {BOARD} on {day(0)}, LEG-991" in text


def test_answer_holds_until_it_ends(api: Caller) -> None:
    granted(api, campaign="endless")
    flight = {"start": day(0), "until_stopped": True}
    decision = decide(api, dear(id="endless", flight=flight))
    assert (decision["decision"], decision["valid_until"]) == ("allow", f"{day(60)}T00:00:00Z")
    body = {"campaign": dear(id="endless", flight=flight), "dry_run": True}
    at = loaded(api.post(body | {"as_of": f"{day(60)}T00:00:00Z"}))
    before = loaded(api.post(body | {"as_of": f"{day(59)}T23:59:59Z"}))
    assert (before["decision"], at["decision"]) == ("allow", "deny")


def test_for_an_advertiser_and_some_markets(api: Caller) -> None:
    granted(api, campaign=..., advertiser="Globex", markets=["NL", "DE"])
    own = {"advertiser": {"name": "Globex"}}
    assert decide(api, dear(id="g-1", markets=["DE"], **own))["decision"] == "allow"
    mixed = decide(api, dear(id="g-2", markets=["DE", "FR"], **own))
    assert (mixed["decision"], mixed["would_pass"]) == ("deny", ["DE"])
    assert decide(api, dear(id="g-1", markets=["DE"]))["decision"] == "deny"


def test_batch_and_dry_run_know_it_and_only_what_is_logged_is_a_use(api: Caller) -> None:
    made = granted(api, campaign="counted")
    settle(api)
    first, second = api.batch([dear(id="counted"), dear(id="other")])
    assert (first["decision"], second["decision"]) == ("allow", "deny")
    assert loaded(api.post({"campaign": dear(id="counted"), "dry_run": True}))["waived"]
    assert loaded(api.get(f"/v1/waivers/{made['id']}"))["used"]["decisions"] == 1


# --- what is refused --------------------------------------------------------------------------

REFUSED: dict[str, tuple[Document, str, str, str | None]] = {
    "rule of another house": (
        {"rule": "quite/different"},
        "/rule",
        "unknown rule `quite/different`",
        "name the rule as a finding of the decision does: `policy/rule`",
    ),
    "unknown rule": (
        {"rule": "spending/deer"},
        "/rule",
        "unknown rule `spending/deer`",
        "did you mean `spending/dear`?",
    ),
    "no rule": (
        {"rule": "dear"},
        "/rule",
        "this should be the name of a rule, and is `dear`",
        None,
    ),
    "without a rule": ({"rule": ...}, "/rule", "this is missing", None),
    "null rule": ({"rule": None}, "/rule", "this is missing", None),
    "mandatory": (
        {"rule": "spending/hard"},
        "/rule",
        "`spending/hard` is mandatory, and nobody can waive it",
        "change the campaign: nobody can waive this rule",
    ),
    "advisory": (
        {"rule": "spending/soft"},
        "/rule",
        "`spending/soft` is advisory, and needs no waiver",
        "nothing needs to be waived: the rule warns, and the campaign is allowed",
    ),
    "for nobody": (
        {"campaign": ...},
        "",
        "it is for nobody: a waiver names a `campaign`, an `advertiser`, or both",
        None,
    ),
    "no end": ({"until": ...}, "/until", "this is missing", None),
    "no beginning": ({"from": ...}, "/from", "this is missing", None),
    "over": (
        {"from": day(-9), "until": day(0)},
        "/until",
        f"those days are over: today is {day(0)}",
        None,
    ),
    "end before start": (
        {"from": day(5), "until": day(5)},
        "/until",
        f"it ends on {day(5)}, and begins on {day(5)} only",
        None,
    ),
    "too long": ({"until": day(367)}, "/until", "it is for 367 days, and 366 are the most", None),
    "no day": ({"until": "soon"}, "/until", "this should be a day, and is `soon`", None),
    "no reason": ({"reason": " "}, "/reason", "this says nothing", None),
    "two lines": (
        {"ticket": "LEG\nof spending/hard"},
        "/ticket",
        "this should be one line of printable characters, and is `LEG\\u000aof spending/hard`",
        None,
    ),
    "long reason": (
        {"reason": "x" * 2001},
        "/reason",
        "this has 2,001 characters, and may have 2,000",
        None,
    ),
    "kind": ({"ticket": 991}, "/ticket", "this should be a text, and is the number `991`", None),
    "market": ({"markets": ["XX"]}, "/markets/0", "`XX` is not a country or region", None),
    "market code": (
        {"markets": ["DE} or x"]},
        "/markets/0",
        "`DE} or x` is not a country or region",
        "use a code of ISO 3166, such as `DE` for a country or `US-CA` for a region",
    ),
    "market name": (
        {"markets": ["DE", "Germany"]},
        "/markets/1",
        "`Germany` is not a country or region",
        "did you mean `DE`?",
    ),
    "markets": ({"markets": "DE"}, "/markets", "this should be a list of at most 300 texts", None),
    "unknown member": ({"rulle": "x"}, "/rulle", "unknown name `rulle`", "did you mean `rule`?"),
}


@pytest.mark.parametrize(("changes", "pointer", "message", "advice"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_asked_for(
    api: Caller, changes: Document, pointer: str, message: str, advice: str | None
) -> None:
    before = ids(api)
    answer = api.post(request(**changes), "/v1/waivers", role="anna")
    (error,) = problem_of(answer, 422, "malformed-order")["errors"]
    assert (error["pointer"], error["message"][: len(message)]) == (pointer, message)
    assert error["help"]
    assert advice is None or error["help"] == advice
    assert ids(api) == before


def test_all_faults_are_told_at_once(api: Caller) -> None:
    answer = api.post({"until": "soon"}, "/v1/waivers", role="anna")
    errors = problem_of(answer, 422, "malformed-order")["errors"]
    assert {each["pointer"] for each in errors} == {
        *("/rule", "/from", "/until", "/ticket", "/reason"),
    }
    problem_of(api.post([], "/v1/waivers", role="anna"), 422, "malformed-order")


def test_set_that_is_not_there(api: Caller) -> None:
    answer = api.post(request(policy_set="nowhere"), "/v1/waivers", role="anna")
    (error,) = problem_of(answer, 422, "malformed-order")["errors"]
    assert error["pointer"] == "/policy_set"


def test_repetition_names_the_first(api: Caller) -> None:
    first = ask(api, campaign="twice")
    again = api.post(request(campaign="twice"), "/v1/waivers", role="carl")
    assert first["id"] in problem_of(again, 409, "same-waiver")["detail"]
    loaded(step(api, first, "refuse", reason="no"))
    assert ask(api, campaign="twice")["state"] == "requested"


def test_rule_that_names_no_role_leaves_it_to_the_house(api: Caller) -> None:
    made = ask(api, rule="spending/free", campaign="odd")
    told = problem_of(step(api, made, "grant", role="both offices"), 422, "malformed-order")
    assert told["errors"][0]["pointer"] == "/as"
    assert told["errors"][0]["help"] == f'write one of "DPO", "{BOARD}"'
    none = problem_of(step(api, made, "grant", role="no office"), 403, "wrong-role")
    assert "grants no waivers at all" in none["detail"]
    other = problem_of(step(api, made, "grant", role="dpo", **{"as": "CEO"}), 403, "wrong-role")
    assert 'as "CEO"' in other["detail"]
    assert loaded(step(api, made, "grant", role="dpo"))["approval"]["as"] == "DPO"
    second = ask(api, rule="spending/free", campaign="odder")
    named = {"as": BOARD}
    assert loaded(step(api, second, "grant", role="both offices", **named))["in_effect"]


def test_steps_that_are_not_open(api: Caller) -> None:
    made = granted(api, campaign="steps")
    for word, body in (("grant", {}), ("refuse", {"reason": "no"})):
        problem_of(step(api, made, word, **body), 409, "wrong-state")
    problem_of(step(api, made, "revoke"), 422, "malformed-order")
    path = f"/v1/waivers/{made['id']}/revoke"
    body = {"reason": "no"}
    problem_of(api.post(body, path, role="ben"), 428, "unconditional")
    stale = {"If-Match": '"1"'}
    problem_of(api.post(body, path, role="ben", headers=stale), 412, "outdated")
    problem_of(api.get(f"/v1/waivers/{made['id']}", role="ben", headers=stale), 412, "outdated")
    loaded(api.post(body, path, role="ben", headers={"If-Match": "*"}))
    problem_of(step(api, made, "revoke", reason="no"), 409, "wrong-state")


# --- AuthZEN ----------------------------------------------------------------------------------


def evaluated(api: Caller, campaign: Document) -> Document:
    asked = {
        "subject": {"type": "user", "id": "anna"},
        "action": {"name": "launch"},
        "resource": {"type": "campaign", "id": campaign["id"], "properties": campaign},
    }
    settle(api)
    return loaded(api.post(asked, "/access/v1/evaluation"))


def test_denied_evaluation_says_how_to_ask(api: Caller) -> None:
    denied = evaluated(api, dear(id="asked-for"))
    assert "access_request" not in denied["context"]  # What a draft of the OpenID Foundation means.
    asked = denied["context"]["waivers"]
    assert asked["endpoint"] == "/v1/waivers"
    (each,) = asked["requests"]
    assert each["overridable_by"] == BOARD
    completed = {**request(), **each["template"]}
    made = loaded(api.post(completed, asked["endpoint"], role="anna"))
    assert (made["campaign"], made["rule"]) == ("asked-for", "spending/dear")
    loaded(step(api, made, "grant"))
    allowed = evaluated(api, dear(id="asked-for"))
    assert allowed["decision"] is True
    assert "waivers" not in allowed["context"]


def test_evaluation_that_no_waiver_would_change_says_nothing_of_it(api: Caller) -> None:
    lacking = {name: value for name, value in dear(id="x").items() if name != "markets"}
    for campaign in (dear(id="x", name="forbidden"), lacking):
        assert "waivers" not in evaluated(api, campaign)["context"]


# --- who sees what ----------------------------------------------------------------------------


def test_submitters_see_their_own(api: Caller) -> None:
    made = ask(api, "carl", campaign="carl's")
    path = f"/v1/waivers/{made['id']}"
    problem_of(api.get(path, role="anna"), 404, "not-found")
    problem_of(api.get("/v1/waivers/w0", role="auditor"), 404, "not-found")
    assert ids(api, role="carl") == [made["id"]]
    assert made["id"] not in ids(api, role="anna")
    for role in ("carl", "ben", "auditor", "admin"):
        assert loaded(api.get(path, role=role))["id"] == made["id"]


def test_lists_are_filtered_and_come_in_pages(api: Caller) -> None:
    first = ask(api, rule="spending/free", campaign="list-1")
    second = ask(api, rule="spending/free", campaign="list-2")
    assert ids(api, "?rule=spending/free&state=requested&limit=1") == [second["id"]]
    page = loaded(api.get("/v1/waivers?rule=spending/free&limit=1", role="auditor"))
    following = f"?rule=spending/free&limit=1&cursor={page['next']}"
    assert ids(api, following) == [first["id"]]
    assert loaded(api.get("/v1/waivers?policy_set=nowhere"))["items"] == []
    assert loaded(api.get("/v1/waivers?policy_set=nowhere"))["next"] is None
    assert first["id"] in ids(api, "?used=false")
    loaded(step(api, first, "refuse", reason="no"))
    assert ids(api, "?state=refused&rule=spending/free") == [first["id"]]
    assert ids(api, "?state=expired") == []
    for query in ("?state=over", "?cursor=x", "?limit=0", "?used=1"):
        problem_of(api.get(f"/v1/waivers{query}", role="auditor"), 400, "invalid-query")


# --- policies move on -------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Caller]:
    """A service of its own, with the rules and the keys."""
    installation = install(tmp_path, log_level="error")
    started = start(installation.settings)
    plain = Caller(app=cast(Flask, started.wsgi), installation=installation)
    tokens = waiving.prepare(plain, installation.tokens)
    made = Caller(app=plain.app, installation=replace(installation, tokens=tokens))
    settle(made)
    yield made
    started.close()


@pytest.mark.parametrize(
    ("enforcement", "why"),
    [
        ("mandatory", "`spending/dear` is mandatory, and nobody can waive it"),
        ('overridable by "CEO"', '`spending/dear` can be waived by "CEO" alone'),
    ],
)
def test_rule_that_changed_is_waived_no_more_and_the_list_says_so(
    own: Caller, enforcement: str, why: str
) -> None:
    made, waiting = granted(own), ask(own, campaign="waiting")
    was = decide(own, dear())
    assert was["decision"] == "allow"
    publish(own, waiving.rules(enforcement))
    assert decide(own, dear())["decision"] == "deny"
    shown = loaded(own.get(f"/v1/waivers/{made['id']}"))
    assert (shown["state"], shown["in_effect"]) == ("granted", False)
    assert shown["why"] == f"by the policies in force, {why}"
    refused = own.post(
        {}, f"/v1/waivers/{waiting['id']}/grant", role="ben", headers={"If-Match": "*"}
    )
    assert refused.status_code in (403, 409)
    again = own.post(b"", f"/v1/decisions/{was['id']}/replay", role="auditor")
    assert loaded(again)["replay"] == "identical"
    loaded(force(own, "assent", "rollback"))
    assert decide(own, dear())["decision"] == "allow"


def test_rule_that_is_gone_is_told(own: Caller) -> None:
    made = granted(own)
    files = waiving.rules()
    text = files["spending.policy"].replace("rule dear", "rule dearest")
    publish(own, files | {"spending.policy": text})
    settle(own)
    shown = loaded(own.get(f"/v1/waivers/{made['id']}"))
    assert shown["why"] == "by the policies in force, unknown rule `spending/dear`"
    waiting = own.post(request(campaign="gone"), "/v1/waivers", role="anna")
    problem_of(waiting, 422, "malformed-order")


def test_only_what_decides_takes_the_place_of_an_engine(own: Caller) -> None:
    """A batch that is under way is cut off by a grant, and by no request or refusal."""
    policies: PoliciesInForce = own.app.extensions["policies"]
    engine = policies.engine("assent")
    first, second = ask(own), ask(own, campaign="refused")
    loaded(step(own, second, "refuse", reason="no"))
    settle(own)
    assert policies.is_in_force(engine)
    loaded(step(own, first, "grant"))
    settle(own)
    assert not policies.is_in_force(engine)


def test_running_process_follows_within_two_seconds(own: Caller) -> None:
    def decision() -> str:
        return str(own.decide(dear())["decision"])

    def follows(wanted: str) -> bool:
        until = time.monotonic() + 2
        while decision() != wanted and time.monotonic() < until:
            time.sleep(0.05)
        return decision() == wanted

    made = granted(own)
    assert follows("allow")
    loaded(step(own, made, "revoke", reason="enough"))
    assert follows("deny")


def test_set_without_a_version_in_force_is_told(
    own: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = granted(own)
    policies: PoliciesInForce = own.app.extensions["policies"]
    policies.refresh()  # Or its thread does, and puts the versions back.
    monkeypatch.setattr(policies, "_state", replace(policies._state, timelines={}))  # noqa: SLF001 - a set that lost its versions cannot be made otherwise.
    shown = loaded(own.get(f"/v1/waivers/{made['id']}"))
    assert shown["why"] == "no version of the policy set `assent` is in force"


def test_only_approvers_grant(api: Caller) -> None:
    settings = api.installation.settings
    with pytest.raises(SetupError, match="give the key the role `approver`"):
        make_key(settings, name="x", roles=[Role.SUBMITTER], may_grant=[BOARD])
    with pytest.raises(SetupError, match="named as rules name it"):
        make_key(settings, name="x", roles=[Role.APPROVER], may_grant=[" "])
