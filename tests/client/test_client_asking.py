"""The client as ad-ops and auditors use it, against the service as it runs."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import assert_type

import msgspec
import pytest

from api.client import (
    BatchItem,
    Client,
    ConflictError,
    Decision,
    Finding,
    ForbiddenError,
    InvalidRequestError,
    ListedDecision,
    LoggedDecision,
    NotFoundError,
    Problem,
    Receipt,
    Statistics,
    UnauthenticatedError,
    publishing,
)
from api.client.bodies import decoded
from tests.api.installation import Served, allowed, campaign
from tests.api.publishing import policies
from tests.client.conftest import url_of
from tests.unit.adapters.complete import COMPLETE

AS_OF = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_denied_campaign_is_a_result_that_says_what_to_change(client: Client) -> None:
    made = client.decide(campaign(id="d-1"), as_of=AS_OF)
    assert_type(made, Decision)
    assert_type(made.findings, tuple[Finding, ...])
    assert_type(made.receipt, Receipt | None)
    assert (made.allowed, made.decision, made.conclusive, made.as_of) == (
        False,
        "deny",
        True,
        AS_OF,
    )
    (finding,) = made.findings
    assert finding.rule == "minors/no_profiled_ads"
    assert [fact.pointer for fact in finding.facts] == [
        "/targeting/profiling",
        "/targeting/age/min",
    ]
    assert made.summary().splitlines() == [
        "DENY  d-1",
        "minors/no_profiled_ads: No profiled advertising to minors",
        "  The ads are aimed by profiling at people from the age of 13.",
        "  /targeting/profiling is yes; required: is no",
        "  /targeting/age/min is 13; required: is at least 18",
        "  to pass: Raise the lowest age to 18, or turn profiling off.",
    ]


def test_denied_for_want_of_a_fact(client: Client) -> None:
    made = client.decide(campaign(id="m-1", targeting={"profiling": True}))
    assert (made.allowed, made.conclusive) == (False, False)
    assert [fact.pointer for fact in made.missing] == ["/targeting/age/min"]
    assert made.missing[0].rules == ("minors/no_profiled_ads",)
    last = made.summary().splitlines()[-1]
    assert last == "missing: /targeting/age/min (lowest age the ads are shown to)"


def test_violations_are_told_first_and_the_gravest_before_all(client: Client) -> None:
    made = client.decide(campaign(id="d-2"), as_of=AS_OF)
    (low,) = made.findings
    bare = {"message": None, "facts": (), "remedy": None}
    findings = (
        msgspec.structs.replace(low, rule="a/open", status="undetermined"),
        msgspec.structs.replace(low, rule="a/newer", severity="of tomorrow", **bare),
        msgspec.structs.replace(low, severity="low"),
        msgspec.structs.replace(low, rule="a/worst", severity="critical", **bare),
    )
    outcome, *violation = made.summary().splitlines()
    assert msgspec.structs.replace(made, findings=findings).summary().splitlines() == [
        outcome,
        f"a/worst: {low.title}",
        *violation,
        f"a/newer: {low.title}",
        f"a/open: {low.message}",
    ]


def test_duty_and_what_is_to_come_are_told_with_their_days() -> None:
    """The policies of these tests owe nothing: a document as the service gives one."""
    duty = {"rule": "a/b", "title": "t", "text": "report it", "due": "2027-01-02", "term": "x"}
    clause = {"text": "x", "file": "a.policy", "line": 1, "column": 1}
    coming = {
        "from": "2027-02-03", "rule": "a/c", "title": "t", "status": "violated",
        "enforcement": "mandatory", "severity": "high", "sources": [], "clause": clause,
        "facts": [], "message": "It is too loud.",
    }  # fmt: skip
    made = decoded(
        json.dumps(
            {
                "id": None, "decision": "allow", "conclusive": True, "campaign": "c\x1b[31m",
                "policy_set": {"name": "n", "version": None, "digest": "d"},
                "as_of": "2026-11-24T09:00:00Z", "as_if_launched": None, "valid_until": None,
                "markets": [], "findings": [], "warnings": [], "obligations": [duty],
                "upcoming": [coming], "missing": [],
                "passed": 1, "not_applicable": 0, "recorded": False,
            }
        ).encode(),
        Decision,
    )  # fmt: skip
    first, second, third = made.summary().splitlines()
    assert first.startswith("ALLOW  c")
    assert "\x1b" not in first
    assert second == "to do until 2027-01-02: report it (a/b)"
    assert third == "against it from 2027-02-03 on: It is too loud. (a/c)"


def test_allowed_campaign(client: Client) -> None:
    made = client.decide(allowed(id="a-1"), with_rules=True)
    assert made.allowed
    assert made.recorded
    assert made.receipt is not None
    assert {each.rule for each in made.rules} >= {"minors/no_profiled_ads"}


def test_decision_is_never_taken_for_true(client: Client) -> None:
    made = client.decide(campaign())
    with pytest.raises(TypeError, match="ask for its `allowed`"):
        assert made
    assert not BatchItem(number=1, outcome=made).allowed


def test_dry_run_leaves_nothing(client: Client) -> None:
    made = client.decide(campaign(id="dry"), dry_run=True, as_if_launched=date(2026, 12, 1))
    assert (made.id, made.receipt, made.recorded) == (None, None, False)
    assert list(client.decisions.find(campaign="dry")) == []
    with pytest.raises(ValueError, match="a dry run is not in the log"):
        client.decisions.receipt(made)


def test_what_is_assumed_is_a_dry_run(client: Client) -> None:
    day = date(1971, 1, 1)
    for made in (
        client.decide(campaign(id="assumed"), dry_run=True, as_if_launched=day),
        *(
            each.outcome
            for each in client.decide_many([campaign()], dry_run=True, as_if_launched=day)
        ),
    ):
        assert isinstance(made, Decision)
        assert made.as_if_launched == day
        assert made.summary().splitlines()[1] == "as if launched on 1971-01-01"
    for ask in (client.decide, lambda *args, **terms: client.decide_many([*args], **terms)):
        with pytest.raises(ValueError, match="only a dry run is decided as if launched"):
            ask(campaign(id="assumed"), as_if_launched=day)
    assert list(client.decisions.find(campaign="assumed")) == []


def test_receipt_comes_with_the_decision_or_later(client: Client) -> None:
    made = client.decide(allowed(), with_receipt=True)
    assert made.receipt is not None
    assert made.receipt.proof is not None
    later = client.decisions.receipt(made)
    assert later.splitlines()[0] == made.receipt.proof.splitlines()[0]
    assert f"index {made.receipt.index}" in later


def test_platform_record(client: Client) -> None:
    made = client.decide(COMPLETE["tiktok"], format="tiktok", dry_run=True)
    assert made.campaign is not None
    assert made.unmapped


def test_numbers_stay_exact(client: Client) -> None:
    amount = Decimal("9007199254740993.25")
    made = client.decide(
        campaign(id="exact", budget={"amount": {"amount": amount, "currency": "EUR"}})
    )
    seen = client.decisions.read(made)
    assert_type(seen, LoggedDecision)
    assert seen.submitted["campaign"]["budget"]["amount"]["amount"] == amount
    assert (seen.actor, seen.id) == ("trial", made.id)


@pytest.mark.parametrize("wrong", [float("nan"), Decimal("NaN"), [float("inf")], object()])
def test_what_json_cannot_say_is_not_sent(client: Client, wrong: object) -> None:
    with pytest.raises(ValueError, match=r"`/campaign/budget|JSON cannot say"):
        client.decide(campaign(budget=wrong))


def test_instant_needs_an_offset(client: Client) -> None:
    with pytest.raises(ValueError, match="`as_of` has no offset from UTC"):
        client.decide(campaign(), as_of=datetime(2026, 11, 23))  # noqa: DTZ001 - the mistake.


# --- many -------------------------------------------------------------------------------------


def test_batch_is_answered_item_by_item_as_of_one_instant(client: Client) -> None:
    def made() -> Iterator[dict[str, object]]:
        for number in range(2_100):
            yield {"id": 7} if number == 1_500 else campaign(id=f"b{number}")

    items = list(client.decide_many(made(), dry_run=True))
    assert [each.number for each in items] == list(range(1, 2_101))
    outcomes = [each.outcome for each in items if isinstance(each.outcome, Decision)]
    assert [each.campaign for each in outcomes[:2]] == ["b0", "b1"]
    assert len({each.as_of for each in outcomes}) == 1
    problem = items[1_500].outcome
    assert isinstance(problem, Problem)
    assert (problem.type, items[1_500].allowed) == ("/problems/malformed-submission", False)
    assert problem.errors[0].pointer == "/id"


@pytest.mark.parametrize("wrong", ["NaN", "-Infinity", "1e999", '"\\ud83d"', '{"\\udc00": 1}'])
def test_a_line_that_only_python_takes_for_json_is_an_item_of_its_own(
    client: Client, wrong: str
) -> None:
    lines = [json.dumps(allowed()), f'{{"id": "odd", "name": {wrong}}}', json.dumps(allowed())]
    items = client.decide_many(map(json.loads, lines), dry_run=True)
    before, odd, after = [each.outcome for each in items]
    assert isinstance(before, Decision)
    assert isinstance(after, Decision)
    assert isinstance(odd, Problem)
    assert odd.type == "/problems/malformed-json"


def test_what_no_json_has_names_its_campaign(client: Client) -> None:
    with pytest.raises(ValueError, match="campaign 2: JSON cannot say this"):
        list(client.decide_many([allowed(), campaign(budget=object())], dry_run=True))
    with pytest.raises(ValueError, match="campaign 1: JSON cannot say this"):
        list(client.decide_many([campaign(budget={None: 1})], dry_run=True))
    endless: dict[str, object] = campaign()
    endless["name"] = endless
    with pytest.raises(ValueError, match="nested too deep"):
        client.decide(endless)
    with pytest.raises(ValueError, match="`/campaign/name` holds half of a surrogate pair"):
        client.decide(campaign(name="\ud83d"))


def test_answers_come_before_all_campaigns_are_read(client: Client) -> None:
    read = 0

    def made() -> Iterator[dict[str, object]]:
        nonlocal read
        for number in range(100_000):
            read = number
            yield campaign(id=f"early{number}")

    items = client.decide_many(made(), dry_run=True)
    assert_type(next(items), BatchItem)
    assert read <= 1_000
    items.close()


def test_recorded_batch(client: Client) -> None:
    terms = {"as_of": AS_OF, "policy_set": "assent"}
    (item,) = client.decide_many([allowed(id="in-batch")], **terms)  # type: ignore[arg-type] # By name.
    assert item.allowed
    assert isinstance(item.outcome, Decision)
    assert (item.outcome.recorded, item.outcome.as_of) == (True, AS_OF)
    assert list(client.decide_many([])) == []


# --- reading ----------------------------------------------------------------------------------


def test_search_goes_on_over_pages(client: Client) -> None:
    list(client.decide_many(campaign(id="paged") for _ in range(130)))
    found = list(
        client.decisions.find(campaign="paged", outcome="deny", conclusive=True, since=AS_OF)
    )
    assert_type(found, list[ListedDecision])
    assert len({each.id for each in found}) == 130
    assert found[0].index > found[-1].index
    page = client.decisions.page(limit=2, campaign="paged")
    assert (len(page.items), page.next is None) == (2, False)


def test_statistics_and_replay(client: Client) -> None:
    made = client.decide(campaign(id="counted"))
    counts = client.decisions.statistics(campaign="counted")
    assert_type(counts, Statistics)
    assert [(each.decision, each.count) for each in counts.outcomes] == [("deny", 1)]
    assert counts.rules[0].rule == "minors/no_profiled_ads"
    assert client.decisions.replay(made).replay == "identical"


# --- what the service refuses -----------------------------------------------------------------


def test_malformed_campaign_is_told_by_pointers(client: Client) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        client.decide(campaign(markets=["XX"], flihgt={}))
    errors = caught.value.problem.errors
    assert [each.pointer for each in errors] == ["/campaign/markets/0", "/campaign/flihgt"]
    assert errors[1].help == "did you mean `flight`?"
    assert "/campaign/flihgt: unknown fact `flihgt`; did you mean `flight`?" in str(caught.value)
    assert caught.value.problem.status == 422


def test_wrong_key(served: Served) -> None:
    with Client(url_of(served), "assent_wrong") as client, pytest.raises(UnauthenticatedError):
        client.decide(allowed())


def test_role_that_is_lacking(served: Served) -> None:
    token = served.installation.tokens["submitter"]
    with Client(url_of(served), token) as client, pytest.raises(ForbiddenError):
        client.decisions.statistics()


def test_decision_that_there_is_not(client: Client) -> None:
    with pytest.raises(NotFoundError):
        client.decisions.read("../../metrics")


def test_idempotency_key_of_another_request(client: Client) -> None:
    first = client.decide(campaign(id="one"), idempotency_key='my "own" \\ key')
    again = client.decide(campaign(id="one"), idempotency_key='my "own" \\ key')
    assert again.id == first.id
    with pytest.raises(InvalidRequestError) as caught:
        client.decide(campaign(id="two"), idempotency_key='my "own" \\ key')
    assert caught.value.problem.type == "/problems/idempotency-key-reused"
    assert caught.value.idempotency_key == 'my "own" \\ key'


def test_keys_that_are_none(client: Client) -> None:
    with pytest.raises(ValueError, match="1 to 255 printable"):
        client.decide(campaign(), idempotency_key="a\nb")
    with pytest.raises(ValueError, match="a dry run takes no idempotency key"):
        client.decide(campaign(), idempotency_key="a", dry_run=True)


# --- publishing -------------------------------------------------------------------------------


def test_version_is_published_with_four_eyes(served: Served) -> None:
    tokens = served.installation.tokens
    folder = served.installation.settings.policies
    files = {path.name: path.read_text() for path in folder.iterdir()}
    with Client(url_of(served), tokens["author"]) as anna:
        ours = anna.policy_set("drinks")
        draft = ours.push(folder)
        assert ours.push(files) == draft
        assert (draft.state, draft.is_sound) == ("draft", True)
        mistaken = ours.push(files | {"z.policy": "policy x"})
        assert (mistaken.is_sound, mistaken.test) == (False, None)
        waiting = ours.submit(draft, reason="the code of conduct")
        with pytest.raises(ConflictError):
            ours.submit(draft)
    with Client(url_of(served), tokens["approver"]) as ben:
        theirs = ben.policy_set("drinks")
        assert theirs.reject(waiting, reason="name the clause").state == "rejected"
        with Client(url_of(served), tokens["author"]) as anna:
            waiting = anna.policy_set("drinks").submit(theirs.version(draft.version))
        approved = theirs.approve(waiting)
        now = theirs.activate(approved, reason="from today")
        assert now.in_force is not None
        assert now.in_force.digest == draft.digest
        with pytest.raises(ConflictError, match="no other version was in force"):
            theirs.roll_back(seen=now)
        later = theirs.activate(approved, since=datetime(2099, 1, 1, tzinfo=UTC))
        assert (later.scheduled is None, later.before) == (False, None)


def test_impact_of_a_version_is_one_answer_from_as_many_pages(
    served: Served, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked = f"impact-{uuid.uuid4()}"
    made = [each.outcome for each in client.decide_many([allowed(id=marked)] * 3)]
    with Client(url_of(served), served.installation.tokens["author"]) as anna:
        ours = anna.policy_set("assent")
        draft = ours.push(policies(1))
        (now,) = (each for each in ours.versions() if each.is_in_force)
        assert "No campaign" in ours.diff(draft)
        assert ours.diff(draft, now) == ours.diff(draft)
        assert ours.files(draft) == policies(1)
        counts = ours.impact(draft, since=datetime(2020, 1, 1, tzinfo=UTC))
        assert (counts.listed, counts.next) == (None, None)
        assert counts.decisions >= counts.changed >= 3
    with Client(url_of(served), served.installation.tokens["auditor"]) as dora:
        drafts = dora.policy_set("assent")
        whole = drafts.impact(draft.version, campaign=marked)
        monkeypatch.setattr(publishing, "PAGE", 2)
        paged = drafts.impact(draft.version, campaign=marked)
        itself = drafts.impact(draft, against=draft, campaign=marked)
    assert msgspec.structs.replace(paged, size=whole.size) == whole
    assert (whole.decisions, whole.changed, whole.next) == (3, 3, None)
    assert (itself.against, itself.unchanged, itself.changes) == (draft.digest, 3, ())
    (change,) = whole.changes
    assert (change.before.decision, change.after.decision, change.count) == ("allow", "deny", 3)
    assert whole.listed is not None
    ids = [each.id for each in made if isinstance(each, Decision)]
    assert [each.id for each in whole.listed] == ids[::-1]


# --- making one -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["assent.example", "ftp://x", "http://", "http://a:b@x", "http://x?y=1", "http://x:port"]
)
def test_address_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Client(url, "assent_x")


@pytest.mark.parametrize("key", ["", "two words", "ünlesbar", "a\nb", "hunter2", "a.b.c.d"])
def test_key_that_is_none(key: str) -> None:
    with pytest.raises(ValueError, match="this is no key"):
        Client("http://x", key)


def test_key_and_address_come_from_the_environment(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="the environment has no ASSENT_URL"):
        Client.from_environment()
    key = tmp_path / "trial.key"
    key.write_text(f"{served.installation.tokens['both']}\n")
    monkeypatch.setenv("ASSENT_URL", f"{url_of(served)}/")
    monkeypatch.setenv("ASSENT_KEY_FILE", str(key))
    with Client.from_environment() as client:
        assert client.decide(allowed(), dry_run=True).allowed
