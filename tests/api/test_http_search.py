"""Finding recorded decisions: filters, pages, one decision, its proof, and the export."""

import base64
import hashlib
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from api.wsgi import start
from engine.audit.exhibits.sampling import drawn_positions, sample_seed
from engine.audit.merkle.tree import InclusionProof, TreeHead
from engine.audit.verification.verify import verify_export
from engine.storage.databases.database import Database
from engine.storage.keys import ApiKeys, Role
from tests.api.installation import FIRST, Caller, allowed, campaign, install, problem_of


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A log with 30 decisions: 10 denied, 10 undetermined, 10 allowed; half of them by another."""
    installation = install(tmp_path_factory.mktemp("filled"), log_level="error")
    started = start(installation.settings)
    caller = Caller(app=cast(Flask, started.wsgi), installation=installation)
    vague = {"targeting": {"age": {"min": 13}}}
    for number in range(10):
        role = "submitter" if number % 2 else "both"
        name = f"c{number}"
        known = {"advertiser": {"name": "Fjellsko AS"}, "platforms": [{"name": "tiktok"}]}
        descriptors = [campaign(id=name), campaign(id=name, **vague), allowed(id=name, **known)]
        assert len(caller.batch(descriptors, role=role)) == 3
    yield caller
    started.close()


def _found(api: Caller, query: str = "", **rest: str) -> list[dict[str, object]]:
    answer = api.get(f"/v1/decisions{query}", **rest)
    assert answer.status_code == 200, answer.data
    return json.loads(answer.data)["items"]  # type: ignore[no-any-return] # JSON is any.


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 30),
        ("?outcome=deny", 20),
        ("?outcome=deny&conclusive=false", 10),
        ("?conclusive=true", 20),
        ("?rule=minors/no_profiled_ads", 10),
        ("?rule=minors/no_profiled_ads&rule_status=undetermined", 10),
        ("?rule=minors/nothing", 0),
        ("?campaign=c3", 3),
        ("?campaign=c3&outcome=allow", 1),
        ("?actor=trial", 15),
        ("?since=2020-01-01T00:00:00Z", 30),
        ("?until=2020-01-01T00:00:00Z", 0),
        (f"?policy_digest=sha256:{'0' * 64}", 0),
        ("?text=profiling", 20),
        ('?text="turn profiling off" DSA', 10),
        ("?text=profil*&campaign=c3", 2),
        ("?text=nothing", 0),
        ("?policy=minors", 10),
        ("?policy=minors&rule_status=undetermined&market=DE", 10),
        ("?article=DSA art 28", 10),
        ("?market=DE&campaign=c3", 3),
        ("?market=FR", 0),
        ("?platform=tiktok", 10),
        ("?advertiser=Fjellsko AS&outcome=allow", 10),
        (f"?policy_set=assent&as_of={FIRST + 6}", 6),
        ("?policy_version=2026.9", 0),
        (f"?as_of={FIRST + 6}", 6),
        (f"?as_of={FIRST}", 0),
    ],
)
def test_filters(filled: Caller, query: str, count: int) -> None:
    assert len(_found(filled, query)) == count


def test_listed_decision_says_what_it_is_found_by(filled: Caller) -> None:
    (made,) = _found(filled, "?campaign=c3&conclusive=true&outcome=deny")
    assert made["rules"] == [{"rule": "minors/no_profiled_ads", "status": "violated"}]
    assert (made["decision"], made["actor"]) == ("deny", "the submitter")
    digest = cast(dict[str, str], made["policy_set"])["digest"]
    assert len(_found(filled, f"?policy_digest={digest}")) == 30


def test_pages_are_all_decisions_newest_first(filled: Caller) -> None:
    indexes: list[int] = []
    cursor = ""
    for _ in range(5):
        page = json.loads(filled.get(f"/v1/decisions?limit=7{cursor}").data)
        indexes += [item["index"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert indexes == list(range(FIRST + 29, FIRST - 1, -1))


def test_search_is_repeated_as_of_its_size(filled: Caller) -> None:
    first = json.loads(filled.get("/v1/decisions?outcome=deny&limit=5").data)
    later = json.loads(filled.get("/v1/decisions").data)
    assert later["size"] > first["size"]  # The first search is logged itself.
    again = filled.get(f"/v1/decisions?outcome=deny&limit=5&as_of={first['size']}")
    made = json.loads(again.data)
    assert (made["items"], made["size"]) == (first["items"], first["size"])


def test_cursor_of_another_query(filled: Caller) -> None:
    cursor = json.loads(filled.get("/v1/decisions?limit=3").data)["next"]
    answer = filled.get(f"/v1/decisions?limit=3&outcome=deny&cursor={cursor}")
    (error,) = problem_of(answer, 400, "invalid-query")["errors"]
    assert "other filters" in error["message"]
    assert "with the same filters" in error["help"]
    for strayed in (f"{cursor[:9]}*{cursor[9:]}", f"{cursor} ", f"{cursor}=", f"{cursor[:-2]}B="):
        answer = filled.get("/v1/decisions", query_string={"limit": 3, "cursor": strayed})
        (error,) = problem_of(answer, 400, "invalid-query")["errors"]
        assert "not one that a page gave" in error["message"]


@pytest.mark.parametrize("cursor", ["x", "!!!!", "AAAA", "%ff%fe", "é", "A" * 513])
def test_bad_cursor(filled: Caller, cursor: str) -> None:
    answer = filled.get("/v1/decisions", query_string={"cursor": cursor})
    (error,) = problem_of(answer, 400, "invalid-query")["errors"]
    assert error["parameter"] == "cursor"


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("outcom=deny", "outcom", "did you mean `outcome`?"),
        ("zzzzzzzzzz=1", "zzzzzzzzzz", "known here"),
        ("outcome=denied", "outcome", "`allow`"),
        ("conclusive=yes", "conclusive", "`true`"),
        ("text=a OR b", "text", "no operator"),
        ('text="a', "text", "no partner"),
        ("text=...", "text", "1 to 32 words"),
        ("limit=0", "limit", "1 to 500"),
        ("limit=501", "limit", "1 to 500"),
        ("limit=1e2", "limit", "1 to 500"),
        ("limit=" + "9" * 400, "limit", "1 to 500"),
        ("since=yesterday", "since", "RFC 3339"),
        ("since=2026-01-01T00:00:00.1234567Z", "since", "at most six digits of a second"),
        ("until=2026-11-23T09:00:00", "until", "RFC 3339"),
        ("rule=a/b&rule_status=broken", "rule_status", "`violated`"),
        ("rule_status=violated", "rule_status", "rule"),
        ("market=de", "market", "did you mean `DE`?"),
        ("article=GDPR", "article", "`GDPR art 9(1)`"),
        ("policy=minors/no_profiled_ads", "policy", "not of a rule"),
        ("rule=no_profiled_ads", "rule", "`minors/no_profiled_ads`"),
        ("policy_digest=f01d6dee0619", "policy_digest", "`sha256:` and 64 digits"),
        ("since=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z", "until", "later than `since`"),
        ("advertiser=", "advertiser", "512"),
        ("campaign=", "campaign", "512"),
        ("campaign=" + "x" * 513, "campaign", "this has 513 characters, and may have 512"),
        ("campaign=a%00b", "campaign", "U+0000"),
        ("rule=%00", "rule", "U+0000"),
        ("as_of=-1", "as_of", "whole number"),
        ("as_of=2026-11-23", "as_of", "whole number"),
        ("as_of=900000000", "as_of", "has not reached this size"),
        ("outcome=deny&outcome=deny", "outcome", "leave one out"),
    ],
)
def test_query_that_does_not_fit(filled: Caller, query: str, parameter: str, words: str) -> None:
    answer = filled.get(f"/v1/decisions?{query}")
    (error,) = problem_of(answer, 400, "invalid-query")["errors"]
    assert error["parameter"] == parameter
    assert words in error["message"] + error.get("help", "")


def test_every_fault_of_a_query_is_reported(filled: Caller) -> None:
    answer = filled.get("/v1/decisions?limit=x&outcome=maybe&foo=1&rule=a&rule=b")
    problem = problem_of(answer, 400, "invalid-query")
    found = {each["parameter"] for each in problem["errors"]}
    assert found == {"limit", "outcome", "foo", "rule"}
    assert problem["detail"] == "`rule`: the parameter is given twice; and 3 more"
    problem = problem_of(filled.get("/v1/decisions?limit=x"), 400, "invalid-query")
    assert problem["detail"] == "`limit`: this should be a number from 1 to 500, and is `x`"
    problem = problem_of(filled.get("/v1/decisions?foo=1"), 400, "invalid-query")
    assert problem["detail"] == "unknown name `foo`"


# --- statistics ---------------------------------------------------------------------------------


def test_statistics_count_what_a_search_finds(filled: Caller) -> None:
    answer = filled.get("/v1/decisions/statistics?actor=trial")
    assert answer.status_code == 200, answer.data
    made = json.loads(answer.data)
    outcomes = [
        {"decision": "allow", "conclusive": True, "count": 5},
        {"decision": "deny", "conclusive": False, "count": 5},
        {"decision": "deny", "conclusive": True, "count": 5},
    ]
    assert (made["decisions"], made["outcomes"]) == (15, outcomes)
    rule = "minors/no_profiled_ads"
    assert {"rule": rule, "status": "violated", "count": 5} in made["rules"]
    assert {"rule": rule, "status": "undetermined", "count": 5} in made["rules"]
    assert sum(one["count"] for each in made["months"] for one in each["outcomes"]) == 15
    assert (made["rules_omitted"], made["months_omitted"]) == (0, 0)


def test_statistics_are_repeated_as_of_their_size_and_are_an_access(filled: Caller) -> None:
    first = json.loads(filled.get("/v1/decisions/statistics").data)
    assert json.loads(filled.get("/v1/decisions/statistics").data)["size"] == first["size"] + 1
    again = filled.get(f"/v1/decisions/statistics?as_of={first['size']}")
    assert json.loads(again.data) == first
    of_size = f"/v1/decisions/statistics?as_of={FIRST + 6}"
    assert json.loads(filled.get(of_size).data)["decisions"] == 6


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=5", "limit"),
        ("cursor=x", "cursor"),
        ("as_of=900000000", "as_of"),
        ("rule_status=violated", "rule_status"),
    ],
)
def test_statistics_that_cannot_be_asked(filled: Caller, query: str, parameter: str) -> None:
    answer = filled.get(f"/v1/decisions/statistics?{query}")
    (error,) = problem_of(answer, 400, "invalid-query")["errors"]
    assert error["parameter"] == parameter


@pytest.mark.parametrize("below", ["", "/statistics", "/sample"])
def test_nothing_found_says_which_name_no_decision_has(filled: Caller, below: str) -> None:
    """To whoever may search the whole log; to nobody else, whatever others' decisions name."""
    asked = f"/v1/decisions{below}?platform=tiktoc&outcome=deny"
    asked += "&count=3&as_of=9" if below == "/sample" else ""
    told = {
        "message": "no decision of the log names the platform `tiktoc`",
        "parameter": "platform",
        "help": "did you mean `tiktok`?",
    }
    assert json.loads(filled.get(asked).data)["notes"] == [told]
    known = asked.replace("tiktoc", "tiktok")
    assert json.loads(filled.get(known).data)["notes"] == []
    database = Database(filled.installation.settings.database_url)
    limited = ApiKeys(database).create(
        actor="jo", name=f"limited{below}", roles={Role.AUDITOR}, policy_sets={"assent"}
    )
    database.close()
    answer = filled.get(asked, headers={"Authorization": f"Bearer {limited.token}"})
    assert json.loads(answer.data)["notes"] == []
    if not below:
        answer = filled.get(asked, role="submitter")
        assert json.loads(answer.data)["notes"] == []


# --- whose decisions --------------------------------------------------------------------------


def test_submitter_sees_its_own(filled: Caller) -> None:
    mine = _found(filled, role="submitter")
    assert {each["actor"] for each in mine} == {"the submitter"}
    assert len(mine) == 15
    assert len(_found(filled, "?actor=the+submitter", role="submitter")) == 15
    assert len(_found(filled, role="auditor")) == 30


@pytest.mark.parametrize("below", ["", "/proof"])
@pytest.mark.parametrize(
    "name", ["7", "00000000-0000-4000-8000-000000000000", "%00", "%ff", "x" * 3000, "batches"]
)
def test_unknown_decision(filled: Caller, name: str, below: str) -> None:
    problem_of(filled.get(f"/v1/decisions/{name}{below}"), 404, "not-found")


@pytest.mark.parametrize("below", ["", "/proof"])
def test_an_id_is_the_same_in_capitals(filled: Caller, below: str) -> None:
    id_ = _found(filled, "?limit=1")[0]["id"]
    assert isinstance(id_, str)
    assert id_ != id_.upper()
    asked, shouted = (filled.get(f"/v1/decisions/{each}{below}") for each in (id_, id_.upper()))
    assert (asked.status_code, shouted.status_code) == (200, 200)
    assert json.loads(shouted.data).keys() == json.loads(asked.data).keys()


@pytest.mark.parametrize("path", ["/v1/decisions/x", "/v1/decisions/x/proof", "/v1/log/export"])
def test_parameters_where_there_are_none(filled: Caller, path: str) -> None:
    problem_of(filled.get(f"{path}?a=1"), 400, "invalid-query")


# --- proofs -----------------------------------------------------------------------------------


def test_proof_checks_and_an_altered_one_does_not(filled: Caller) -> None:
    for item in _found(filled, "?limit=5"):
        made = json.loads(filled.get(f"/v1/decisions/{item['id']}/proof").data)
        proof = InclusionProof(
            index=made["index"],
            size=made["size"],
            leaf_hash=base64.b64decode(made["leaf_hash"]),
            hashes=tuple(base64.b64decode(each) for each in made["hashes"]),
        )
        leaf, root = base64.b64decode(made["leaf"]), base64.b64decode(made["root"])
        proof.check(leaf=leaf, root=root)
        assert hashlib.sha256(b"\0" + leaf).digest() == proof.leaf_hash
        with pytest.raises(ValueError, match=r"."):
            proof.check(leaf=leaf + b" ", root=root)


def test_export_verifies_and_is_the_log_of_the_proofs(filled: Caller) -> None:
    name = _found(filled, "?limit=1")[0]["id"]
    made = json.loads(filled.get(f"/v1/decisions/{name}/proof").data)
    with filled.get("/v1/log/export") as answer:
        assert answer.content_type == "application/x-ndjson"
        report = verify_export(BytesIO(answer.data))
    assert (report.is_valid, report.entries) == (True, made["size"])
    assert base64.b64decode(made["root"]) == report.root


def test_export_of_an_empty_log(fresh: Caller) -> None:
    with fresh.get("/v1/log/export") as answer:
        assert verify_export(BytesIO(answer.data)).is_valid


def test_log_of_an_installation_without_decisions(fresh: Caller, tmp_path: Path) -> None:
    assert json.loads(fresh.get("/v1/decisions").data) == {
        "items": [],
        "size": FIRST,
        "next": None,
        "unsearched": 0,
        "notes": [],
    }
    assert (tmp_path / "var" / "assent.db").is_file()


def test_sample_is_drawn_again_from_the_root(filled: Caller) -> None:
    """Whoever has the root and the decisions of a search draws what the service drew."""
    size = FIRST + 29
    path = f"/v1/decisions/sample?count=4&as_of={size}&outcome=deny"
    made = json.loads(filled.get(path, role="auditor").data)
    head = TreeHead(size=size, root=base64.b64decode(made["root"]))
    seed = sample_seed(head, {"outcome": "deny"})
    assert (made["size"], made["population"], made["seed"]) == (size, 20, seed.hex())
    assert made["filters"] == {"outcome": "deny"}
    denied = _found(filled, f"?outcome=deny&as_of={size}")[::-1]
    positions = drawn_positions(seed, 20, 4)
    assert made["items"] == [{"position": one, **denied[one]} for one in positions]


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("as_of=30", "count", "missing"),
        ("count=3", "as_of", "missing"),
        ("count=5001&as_of=30", "count", "1 to 5000"),
        ("count=3&as_of=99999", "as_of", "has not reached"),
        ("count=3&as_of=30&rule_status=waived", "rule_status", "together with its rule"),
    ],
)
def test_samples_that_cannot_be_drawn(
    filled: Caller, query: str, parameter: str, words: str
) -> None:
    answer = filled.get(f"/v1/decisions/sample?{query}", role="auditor")
    (error,) = problem_of(answer, 400, "invalid-query")["errors"]
    assert error["parameter"] == parameter
    assert words in error["message"] + error.get("help", "")
