"""What a draft would have decided of what is in the log: counts for counsel, more for auditors."""

from typing import cast

import pytest
import schemathesis

from api.http.recorded import impact
from api.installation.setup import make_key
from engine.storage.keys import Role
from tests.api.installation import FIRST, Caller, Document, allowed, campaign, problem_of
from tests.api.publishing import loaded, policies, upload
from tests.api.test_http_accesses import accesses


def path_of(made: Document) -> str:
    return f"/v1/policy-sets/{made['policy_set']}/versions/{made['version']}/impact"


def told(api: Caller, made: Document, query: str = "", role: str = "auditor") -> Document:
    return loaded(api.post(b"", f"{path_of(made)}{query}", role=role))


def test_counsel_is_told_how_many_and_an_auditor_which(fresh: Caller) -> None:
    denied, fine, gone = (fresh.decide(each) for each in (campaign(), allowed(id="b"), campaign()))
    order = {"decision": gone["id"], "ground": "objection"}
    loaded(fresh.post(order, "/v1/erasures", role="admin"))
    draft = upload(fresh, policies(1))
    assert draft["state"] == "draft"
    counts = told(fresh, draft, role="author")
    allow, deny = ({"decision": word, "conclusive": True} for word in ("allow", "deny"))
    assert counts == {
        "policy_set": "assent",
        "version": draft["version"],
        "digest": draft["digest"],
        "against": None,
        "size": FIRST + 5,
        "next": None,
        "decisions": 3,
        "unchanged": 0,
        "other_reasons": 1,
        "changed": 1,
        "erased": 1,
        "undecidable": 0,
        "changes": [{"before": allow, "after": deny, "count": 1}],
        "rules": [
            {
                "rule": "minors/no_profiled_ads",
                "before": "violated",
                "after": "absent",
                "count": 1,
            },
            {"rule": "nothing/none", "before": "absent", "after": "violated", "count": 2},
        ],
        "listed": None,
    }
    assert told(fresh, draft, role="approver")["changes"] == counts["changes"]
    (listed,) = told(fresh, draft)["listed"]
    assert (listed["id"], listed["campaign"]) == (fine["id"], "b")
    (rule,) = listed["rules"]
    assert rule == {"rule": "nothing/none", "before": "absent", "after": "violated"}
    (only,) = told(fresh, draft, f"?campaign={denied['campaign']}")["rules"][1:]
    assert only["count"] == 1
    shown = ((FIRST, FIRST + 3),)
    seen = [("replay", shown, f"the {role}") for role in ("author", "approver", "auditor")]
    assert accesses(fresh)[:3] == seen
    key = {"Authorization": f"Bearer {fresh.installation.tokens['auditor']}"}
    contract = schemathesis.openapi.from_wsgi("/openapi.json", fresh.app, headers=key)
    place = {"name": "assent", "version": draft["version"]}
    case = contract.find_operation_by_id("policy_sets_impact").Case(path_parameters=place)
    assert case.call_and_validate(headers=key).json()["listed"] == [listed]


def test_two_versions_are_held_against_each_other(fresh: Caller) -> None:
    fresh.decide(allowed())
    one, other = upload(fresh, policies(1)), upload(fresh, policies(2))
    same = told(fresh, one, f"?against={one['digest']}", role="author")
    assert (same["against"], same["unchanged"], same["rules"]) == (one["digest"], 1, [])
    held = told(fresh, one, f"?against={other['version']}")
    assert (held["digest"], held["against"]) == (one["digest"], other["digest"])
    recorded = told(fresh, one)
    assert (held["changed"], recorded["changed"]) == (0, 1)
    problem = fresh.post(b"", f"{path_of(one)}?against=0000", role="author")
    assert problem.status_code == 404


def test_pages_end_by_number_and_by_time_and_miss_nothing(
    fresh: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.batch([allowed(id=str(number)) for number in range(5)])
    draft = upload(fresh, policies(1))
    first = told(fresh, draft, "?limit=2")
    fresh.decide(allowed(id="late"))
    monkeypatch.setattr(impact, "SECONDS", 0.0)
    pages = [first]
    while pages[-1]["next"] is not None:
        pages.append(told(fresh, draft, f"?limit=2&cursor={pages[-1]['next']}"))
    found = [each["campaign"] for page in pages for each in page["listed"]]
    assert found == ["4", "3", "2", "1", "0"]
    assert [page["decisions"] for page in pages] == [2, 1, 1, 1]
    assert {page["size"] for page in pages} == {first["size"]}


def test_what_is_refused(fresh: Caller) -> None:
    fresh.decide(allowed())
    tokens = cast("dict[str, str]", fresh.installation.tokens)
    settings = fresh.installation.settings
    made = make_key(settings, name="limited", roles=[Role.AUTHOR], policy_sets=["house"])
    tokens["limited"] = made.token
    draft = upload(fresh, policies(1))
    place = path_of(draft)
    for wrong in ("limit=501", "as_of=999", "cursor=none", "campaigns=x"):
        problem_of(fresh.post(b"", f"{place}?{wrong}", role="auditor"), 400, "invalid-query")
    body = {"since": "2026-11-02T00:00:00Z"}
    said = problem_of(fresh.post(body, place, role="author"), 422, "malformed-order")
    assert "stands in the address" in said["errors"][0]["help"]
    never = f"{place}?since=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z"
    for role in ("author", "auditor"):
        told_of = problem_of(fresh.post(b"", never, role=role), 400, "invalid-query")
        assert [each["parameter"] for each in told_of["errors"]] == ["until"]
    nowhere = place.replace(draft["version"], "0" * 12)
    problem_of(fresh.post(b"", nowhere, role="author"), 404, "not-found")
    broken = upload(fresh, {"a.policy": "policy"})
    problem_of(fresh.post(b"", path_of(broken), role="author"), 409, "wrong-state")
    elsewhere = upload(fresh, policies(1), "house")
    assert told(fresh, elsewhere, role="limited")["decisions"] == 0
    assert [spans for _, spans, _ in accesses(fresh)] == [()]
