"""`POST /v1/decisions`: what is answered, what is recorded, and that both are one."""

import json
import sys
from datetime import UTC, datetime

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from api.adapters import FORMATS
from api.http.answers import prefers_text
from engine.evaluation.descriptor.decode import LONGEST_ID
from tests.api.installation import Caller, Document, allowed, campaign, problem_of
from tests.unit.adapters.complete import COMPLETE


def test_deny_is_an_answer_like_allow(api: Caller) -> None:
    denied, admitted = api.decide(campaign()), api.decide(allowed())
    assert (denied["decision"], denied["conclusive"]) == ("deny", True)
    assert [each["rule"] for each in denied["findings"]] == ["minors/no_profiled_ads"]
    assert denied["findings"][0]["facts"][1]["pointer"] == "/targeting/age/min"
    assert admitted["decision"] == "allow"


def test_answered_decision_is_in_the_log_with_everything_it_says(api: Caller) -> None:
    answered = api.decide(campaign(id="cmp-7"), query_string={"view": "full"})
    found = json.loads(api.get(f"/v1/decisions/{answered['id']}").data)
    extra = {name: found.pop(name) for name in ("actor", "decided_at", "submitted")}
    assert found == answered
    assert answered["recorded"] is True
    assert extra["actor"] == "trial"
    assert extra["submitted"] == {
        "format": "assent",
        "as_of": answered["as_of"],
        "as_if_launched": None,
        "campaign": campaign(id="cmp-7"),
    }


def test_longest_id_is_recorded_and_a_longer_one_is_refused(api: Caller) -> None:
    # What an index cannot hold would keep every other decision of the same commit from the log.
    longest = "".join(chr(0x20000 + 37 * number) for number in range(LONGEST_ID))
    assert api.decide(allowed(id=longest))["recorded"] is True
    answer = api.post({"campaign": allowed(id=longest + "x")})
    (error,) = problem_of(answer, 422, "malformed-submission")["errors"]
    assert error["pointer"] == "/campaign/id"
    assert error["message"] == "the id has 513 characters, and 512 at most are kept"


def test_rules_are_listed_in_the_full_view_only(api: Caller) -> None:
    assert "rules" not in api.decide(campaign())
    full = api.decide(campaign(), query_string={"view": "full"})
    assert {each["rule"] for each in full["rules"]} == {
        "minors/no_profiled_ads",
        "minors/upper_age",
    }


def test_decision_is_made_as_of_now_unless_told_otherwise(api: Caller) -> None:
    before = datetime.now(UTC)
    decided = datetime.fromisoformat(api.decide(campaign())["as_of"])
    assert before <= decided <= datetime.now(UTC)
    told = api.post({"campaign": campaign(), "as_of": "2027-01-01T01:00:00+02:00"})
    assert json.loads(told.data)["as_of"] == "2026-12-31T23:00:00Z"


def test_flight_is_moved_as_if_launched(api: Caller) -> None:
    body = {"campaign": campaign(), "as_if_launched": "2020-01-06", "dry_run": True}
    made = json.loads(api.post(body).data)
    assert made["as_if_launched"] == "2020-01-06"
    old = json.loads(api.post(body | {"as_of": "2020-01-01T00:00:00Z"}).data)
    assert (old["decision"], old["not_applicable"]) == ("allow", 2)


@pytest.mark.parametrize("more", [{}, {"dry_run": False}, {"dry_run": None}])
def test_what_is_assumed_is_never_recorded(fresh: Caller, more: Document) -> None:
    """Else a denied campaign would have an allow in the log, and a receipt of it."""
    body = {"campaign": campaign(markets=["XX"]), "as_if_launched": "1971-01-01", **more}
    problem = problem_of(fresh.post(body | {"as_of": "now"}), 422, "malformed-submission")
    assert problem["errors"][1] == {
        "pointer": "/as_if_launched",
        "message": "only a dry run is decided as if launched on another day",
        "help": "ask for a dry run (`dry_run`), or leave out `as_if_launched`",
    }
    pointers = [each["pointer"] for each in problem["errors"]]
    assert pointers == ["/as_of", "/as_if_launched", "/campaign/markets/0"]
    assert json.loads(fresh.get("/v1/decisions").data)["items"] == []


def test_dry_run_decides_and_records_nothing(fresh: Caller) -> None:
    made = json.loads(fresh.post({"campaign": campaign(), "dry_run": True}).data)
    assert (made["decision"], made["recorded"], made["id"]) == ("deny", False, None)
    assert "receipt" not in made
    assert json.loads(fresh.get("/v1/decisions").data)["items"] == []


def test_null_says_as_much_as_nothing(api: Caller) -> None:
    body = {"campaign": allowed(), "as_of": None, "as_if_launched": None, "dry_run": None}
    assert json.loads(api.post(body).data)["recorded"] is True


def test_platform_record_is_decided_and_pointed_into(api: Caller) -> None:
    record = {
        "ADID": "a1",
        "StartDate": "2026/12/01 13:51:25Z",
        "EndDate": "2026/12/20 13:51:25Z",
        "CountryCode": "united states",
        "AgeBracket": "17-",
    }
    answer = api.post({"campaign": record}, query_string={"format": "snapchat"})
    made = json.loads(answer.data)
    assert answer.status_code == 200, made
    assert made["campaign"] == "a1"
    assert made["unmapped"] == []


@pytest.mark.parametrize("form", COMPLETE)
def test_record_of_each_platform_is_decided(api: Caller, form: str) -> None:
    record = json.loads(json.dumps(COMPLETE[form], default=float))
    answer = api.post({"campaign": record}, query_string={"format": form})
    made = json.loads(answer.data)
    assert answer.status_code == 200, made
    told = FORMATS[form](record)
    assert made["campaign"] == told.campaign["id"]
    assert made["unmapped"] == sorted(told.unmapped)


def test_charset_may_be_named(api: Caller) -> None:
    answer = api.post({"campaign": allowed()}, content_type="application/json; charset=UTF-8")
    assert answer.status_code == 200


# --- what cannot be decided -------------------------------------------------------------------


def _faults(api: Caller, body: object) -> dict[str, str]:
    made = problem_of(api.post(body), 422, "malformed-submission")
    return {each["pointer"]: f"{each['message']} · {each.get('help')}" for each in made["errors"]}


def test_every_wrong_type_is_reported_at_once(api: Caller) -> None:
    found = _faults(
        api,
        {
            "campaign": {
                "id": 7,
                "markets": "DE",
                "flight": [],
                "targeting": {"profiling": "yes", "age": {"min": 1.5}},
            },
            "as_of": "today",
            "as_if_launched": "2026-02-30",
            "dry_run": "no",
        },
    )
    assert set(found) == {
        "/campaign/id",
        "/campaign/markets",
        "/campaign/flight",
        "/campaign/targeting/profiling",
        "/campaign/targeting/age/min",
        "/as_of",
        "/as_if_launched",
        "/dry_run",
    }


def test_unknown_fact_comes_with_the_near_one(api: Caller) -> None:
    found = _faults(api, {"campaign": campaign(markest=["DE"])})
    assert "did you mean `markets`?" in found["/campaign/markest"]


def test_term_within_the_campaign_is_told_where_it_belongs(api: Caller) -> None:
    """It asks for no dry run there; nor is it a fact that a vocabulary lacks."""
    terms = {"dry_run": True, "as_of": "2026-11-23T09:00:00Z"}
    found = _faults(api, {"campaign": campaign(**terms, advertiser={"dry_run": True})})
    assert {name: "beside `campaign`" in told for name, told in found.items()} == {
        "/campaign/dry_run": True,
        "/campaign/as_of": True,
        "/campaign/advertiser/dry_run": False,
    }


def test_unknown_member_comes_with_the_near_one(api: Caller) -> None:
    found = _faults(api, {"campaign": campaign(), "dryrun": True, "x": 1, "format": "meta"})
    assert "did you mean `dry_run`?" in found["/dryrun"]
    assert "stands in the address and not in the body: `?format=…`" in found["/format"]
    assert "`as_if_launched`" in found["/x"]


def test_unknown_country_is_named(api: Caller) -> None:
    assert "`XX`" in _faults(api, {"campaign": campaign(markets=["XX"])})["/campaign/markets/0"]


def test_flight_that_ends_before_it_starts(api: Caller) -> None:
    flight = {"start": "2026-12-20", "end": "2026-12-01"}
    found = _faults(api, {"campaign": campaign(flight=flight)})
    assert "before it starts" in found["/campaign/flight/end"]


def test_flight_moved_beyond_all_calendars(api: Caller) -> None:
    body = {"campaign": campaign(), "as_if_launched": "9999-12-30", "dry_run": True}
    found = _faults(api, body)
    assert set(found) == {"/campaign/flight"}


@pytest.mark.parametrize("body", [[], "x", 7, None, [{"campaign": {}}]])
def test_body_that_is_no_object(api: Caller, body: object) -> None:
    assert set(_faults(api, body)) == {""}


@pytest.mark.parametrize("body", [{}, {"campaign": None}])
def test_body_without_campaign(api: Caller, body: object) -> None:
    assert "no campaign" in _faults(api, body)["/campaign"]


def test_campaign_without_its_envelope(api: Caller) -> None:
    found = _faults(api, campaign())
    assert '{"campaign": {…}}' in found["/campaign"]


@pytest.mark.parametrize(
    "record",
    [
        {"id": "1", "effective_status": "ACTIVE", "targeting": {}, "campaign_id": "2"},
        {"campaign": {"id": "1"}, "adset": {"id": "2"}},
        {**campaign(), "name": "x", "objective": "sales"},
    ],
)
def test_record_in_the_place_of_the_request_is_told_as_that(api: Caller, record: object) -> None:
    """And not its members one by one, none of which is to be left out."""
    found = _faults(api, record)
    assert list(found) == [""]
    assert "itself, and not like a request" in found[""]
    assert '{"campaign": {…}}' in found[""]


@pytest.mark.parametrize("value", [[], "x", 7, True])
def test_campaign_that_is_no_object(api: Caller, value: object) -> None:
    assert set(_faults(api, {"campaign": value})) == {"/campaign"}


@pytest.mark.parametrize(
    "instant",
    [
        "2026-11-23T09:00:00",
        "2026-11-23",
        "2026-13-23T09:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1969-12-31T23:59:59Z",
        "٢٠٢٦-11-23T09:00:00Z",
        "",
        7,
        [],
        {},
    ],
)
def test_instant_that_is_none(api: Caller, instant: object) -> None:
    assert set(_faults(api, {"campaign": campaign(), "as_of": instant})) == {"/as_of"}


@pytest.mark.parametrize("day", ["2026-2-3", "20261123", "2026-11-31", "", 7, ["2026-11-23"]])
def test_day_that_is_none(api: Caller, day: object) -> None:
    found = _faults(api, {"campaign": campaign(), "as_if_launched": day})
    assert set(found) == {"/as_if_launched"}


def test_record_of_a_platform_that_is_none(api: Caller) -> None:
    made = api.post({"campaign": []}, query_string={"format": "meta"})
    problem = problem_of(made, 422, "malformed-submission")
    assert problem["errors"][0]["pointer"] == "/campaign"


def test_values_at_the_edges_are_decided_or_refused(api: Caller) -> None:
    """A number that the log's canonical JSON cannot hold as one is in it as a text."""
    age = {"min": 10**18, "max": -(10**18)}
    made = api.decide(campaign(targeting={"profiling": True, "age": age}))
    assert made["recorded"] is True


def test_a_person_reads_the_same_decision_as_text(api: Caller) -> None:
    answer = api.post({"campaign": campaign(id="cmp-8")}, headers={"Accept": "text/plain"})
    assert answer.content_type == "text/plain; charset=utf-8"
    *explanation, last = answer.text.splitlines()
    assert explanation[0] == "DENY  cmp-8  1 rule is violated"
    decision_id = last.rpartition(" ")[2]
    found = json.loads(api.get(f"/v1/decisions/{decision_id}").data)
    assert last == (f"recorded as entry {found['receipt']['index']} of the log, {decision_id}")
    assert found["campaign"] == "cmp-8"


def test_where_the_facts_are_stated_that_a_record_cannot_state(api: Caller) -> None:
    record = {"campaign_id": "17", "objective_type": "TRAFFIC", "age_groups": ["AGE_18_24"]}
    told = "Only the campaign itself tells markets, flight.start: join the objects"
    body, headers = {"campaign": record}, {"Accept": "text/plain"}
    answer = api.post(body, "/v1/decisions?format=tiktok", headers=headers).text
    assert told in " ".join(answer.split())
    assert max(map(len, answer.splitlines())) <= 80
    vague = {"campaign": campaign(targeting={"age": {"min": 13}})}
    lacking = api.post(vague, headers=headers).text
    assert "the campaign must say" in lacking
    assert "standing fact" not in lacking


def test_a_dry_run_says_so_in_text_too(api: Caller) -> None:
    body = {"campaign": allowed(), "dry_run": True}
    answer = api.post(body, headers={"Accept": "text/plain"})
    assert answer.text.startswith("ALLOW")
    assert answer.text.endswith("nothing was recorded: a dry run\n")


def test_json_is_what_everybody_else_gets(api: Caller) -> None:
    for accepted in ("*/*", "text/html", "application/json, text/plain"):
        answer = api.post({"campaign": campaign()}, headers={"Accept": accepted})
        assert answer.content_type == "application/json"


def test_what_is_accepted_at_length_is_read_and_not_kept() -> None:
    accepted = f"text/plain{', image/png' * 100}"
    environ = EnvironBuilder(headers=[("Accept", accepted)]).get_environ()
    before = sys.getrefcount(environ["HTTP_ACCEPT"])
    assert prefers_text(Request(environ))
    after = sys.getrefcount(environ["HTTP_ACCEPT"])
    assert after == before
