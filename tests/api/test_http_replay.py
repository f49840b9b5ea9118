"""Replaying over HTTP: what is decided again is compared with what was recorded."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec import structs

from api.deciding.replay import (
    ENGINES_KEPT,
    MOST_DIFFERENCES,
    Differs,
    Identical,
    NotReplayable,
    Replayer,
)
from api.installation.contents import open_database
from engine import bundle_from_files
from engine.audit.entries.record import DecisionRecord, LogEntry, seal
from engine.storage.governance.policies import PolicyVersion, PolicyVersions
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.search.decisions import Decisions
from tests.api.installation import Caller, Document, allowed, campaign, problem_of
from tests.api.publishing import STRICT, VOCABULARY, publish

Alter = Callable[[Document], object]


def replayed(api: Caller, decision_id: str, **rest: Any) -> Document:
    answer = api.post(b"", f"/v1/decisions/{decision_id}/replay", **rest)
    assert answer.status_code == 200, answer.data
    return json.loads(answer.data)  # type: ignore[no-any-return] # JSON is any.


@pytest.mark.parametrize(
    "descriptor",
    [campaign(), allowed(), campaign(budget={"amount": {"amount": "12.50", "currency": "EUR"}})],
)
@pytest.mark.parametrize("terms", [{}, {"as_of": "2026-11-28T09:00:00.5+01:00"}])
def test_what_was_decided_is_decided_again(
    api: Caller, descriptor: Document, terms: Document
) -> None:
    answer = api.post({"campaign": descriptor, **terms})
    decided = json.loads(answer.data)
    assert replayed(api, decided["id"], role="auditor") == {
        "id": decided["id"],
        "replay": "identical",
        "why": None,
        "differences": [],
        "omitted": 0,
        "engine": {"recorded": "0.1.0", "replayed": "0.1.0"},
    }


def test_numbers_come_out_as_they_were_written(api: Caller) -> None:
    body = json.dumps({"campaign": campaign()}).replace("13", "1.30e1").encode()
    assert b"1.30e1" in body
    answer = api.post(body)
    assert answer.status_code == 200, answer.data
    assert replayed(api, json.loads(answer.data)["id"])["replay"] == "identical"


def test_a_record_of_a_platform_is_adapted_again(api: Caller) -> None:
    record = {
        "ADID": "a1",
        "StartDate": "2026/12/01 13:51:25Z",
        "EndDate": "2026/12/20 13:51:25Z",
        "CountryCode": "united states",
        "AgeBracket": "17-",
        "Unheard": [1.5, None],
    }
    made = json.loads(api.post({"campaign": record}, "/v1/decisions?format=snapchat").data)
    assert made["unmapped"] == ["/Unheard"]
    assert replayed(api, made["id"])["replay"] == "identical"


def test_only_what_there_is_is_replayed(api: Caller) -> None:
    made = api.decide(campaign())
    problem_of(api.post(b"", "/v1/decisions/none/replay"), 404, "not-found")
    place = f"/v1/decisions/{made['id']}/replay"
    problem_of(api.post(b"", f"{place}?x=1"), 400, "invalid-query")
    problem_of(api.post({"as_of": "2026-11-01T00:00:00Z"}, place), 422, "malformed-order")
    assert api.post({}, place).status_code == 200


@pytest.fixture
def entry(fresh: Caller) -> LogEntry:
    """The entry of a decision, whose policies are kept."""
    made = fresh.decide(campaign())
    database = open_database(fresh.installation.settings)
    found = Decisions(database).get(made["id"])
    database.close()
    return found


@pytest.fixture
def versions(fresh: Caller) -> Iterator[PolicyVersions]:
    database = open_database(fresh.installation.settings)
    yield PolicyVersions(database)
    database.close()


@pytest.fixture
def replayer(fresh: Caller, versions: PolicyVersions) -> Iterator[Replayer]:
    database = open_database(fresh.installation.settings)
    yield Replayer(versions, Erasures(database))
    database.close()


def resealed(entry: LogEntry, alter: Alter, *, of: str = "result") -> LogEntry:
    """Return the entry that stands in a log in which something else was logged from the start."""
    assert entry.payload is not None
    contents = {
        "input": json.loads(entry.payload.input),
        "result": json.loads(entry.payload.result),
    }
    alter(contents[of])
    record = DecisionRecord(
        decision_id=entry.columns.decision_id,
        decided_at=datetime(2026, 11, 28, tzinfo=UTC),
        input=json.dumps(contents["input"]).encode(),
        result=contents["result"],
        actor="pipeline",
    )
    return seal(record).entry(0, entry.logged_at)


def test_differences_are_told_where_they_are(replayer: Replayer, entry: LogEntry) -> None:
    def alter(result: Document) -> None:
        result["decision"] = "allow"
        result["rules"][0]["a/b"] = 1
        del result["would_pass"]
        result["markets"].append({})

    made = replayer.replay(resealed(entry, alter))
    outcome: Any = made.outcome
    told = {each.pointer: (each.recorded, each.replayed) for each in outcome.differences}
    assert told["/decision"] == ("allow", "deny")
    assert told["/rules/0/a~1b"][0] == 1
    assert set(told) == {"/decision", "/rules/0/a~1b", "/would_pass", "/markets"}
    assert outcome.more == 0


def test_differences_are_many(replayer: Replayer, entry: LogEntry) -> None:
    def alter(result: Document) -> None:
        result["more"] = {str(number): 1 for number in range(30)}
        result.update({str(number): True for number in range(30)})

    outcome: Any = replayer.replay(resealed(entry, alter)).outcome
    assert len(outcome.differences) == MOST_DIFFERENCES
    assert len(outcome.differences) + outcome.more == 31


def test_another_version_of_the_engine_is_told_and_is_no_difference(
    replayer: Replayer, entry: LogEntry
) -> None:
    def alter(result: Document) -> None:
        result["engine"]["version"] = "0.0.9"
        del result["advertiser"], result["platforms"]  # As records of before there were any.

    made = replayer.replay(resealed(entry, alter))
    assert type(made.outcome).__name__ == "Identical"
    assert (made.recorded_engine, made.engine) == ("0.0.9", "0.1.0")


def test_a_count_that_an_earlier_version_did_not_tell_is_no_difference(
    fresh: Caller, replayer: Replayer
) -> None:
    text = STRICT.format(number=1).replace(
        "campaign.markets includes any of {DE, FR}",
        "any creative in campaign.creatives has (creative.discloses_ai)",
    )
    publish(fresh, {"campaign.policy": VOCABULARY, "none.policy": text})
    fresh.app.extensions["policies"].refresh()
    made = fresh.decide(allowed(creatives=[{"id": f"ad {n}"} for n in range(60)]))
    assert (made["more_missing"], made["findings"][0]["more_wanted"]) == (10, 10)
    database = open_database(fresh.installation.settings)
    found = Decisions(database).get(made["id"])
    database.close()

    def alter(result: Document) -> None:
        del result["more_missing"], result["findings"][0]["more_wanted"]

    for change in (alter, lambda _: None):
        assert isinstance(replayer.replay(resealed(found, change)).outcome, Identical)

    def spoil(result: Document) -> None:
        result["more_missing"] = 11

    assert isinstance(replayer.replay(resealed(found, spoil)).outcome, Differs)


def _drop(name: str) -> Alter:
    return lambda content: content.pop(name)


def _put(name: str, value: object) -> Alter:
    return lambda content: content.update({name: value})


@pytest.mark.parametrize(
    ("of", "alter", "why"),
    [
        ("input", _drop("campaign"), "its record cannot be read: 'campaign'"),
        ("input", _put("format", "x"), "it is in no format that is known here: `x`"),
        ("input", _put("as_of", "2026-01-01T00:00:00"), "`as_of` has no offset from UTC"),
        ("input", _put("as_of", 3), "Invalid isoformat string: '3'"),
        ("input", _put("campaign", []), "its campaign is refused: "),
    ],
)
def test_what_cannot_be_replayed_says_why(
    replayer: Replayer, entry: LogEntry, of: str, alter: Alter, why: str
) -> None:
    outcome: Any = replayer.replay(resealed(entry, alter, of=of)).outcome
    assert why in outcome.why


def test_an_input_that_is_no_object_is_not_replayed(replayer: Replayer, entry: LogEntry) -> None:
    assert entry.payload is not None
    record = DecisionRecord(
        decision_id=entry.columns.decision_id,
        decided_at=entry.logged_at,
        input=b"[]",
        result=json.loads(entry.payload.result),
        actor="pipeline",
    )
    outcome: Any = replayer.replay(seal(record).entry(0, entry.logged_at)).outcome
    assert outcome.why == "its record cannot be read: it is no JSON object"


def test_what_is_gone_without_an_erasure_is_not_replayed(
    replayer: Replayer, entry: LogEntry
) -> None:
    outcome: Any = replayer.replay(structs.replace(entry, payload=None)).outcome
    assert outcome.why == "its input and result are gone, and no erasure says why"


def test_policies_that_are_not_kept_are_missed(replayer: Replayer, entry: LogEntry) -> None:
    def alter(result: Document) -> None:
        result["policy_set"]["digest"] = "sha256:00"

    outcome: Any = replayer.replay(resealed(entry, alter)).outcome
    assert outcome.why.startswith("its policies cannot be used: no policy version has the digest")


def test_policies_under_a_wrong_digest_are_not_used(
    versions: PolicyVersions, replayer: Replayer, entry: LogEntry
) -> None:
    kept = versions.get(entry.columns.policy_digest)
    versions.keep(PolicyVersion(digest="sha256:00", name="x", version=None, files=kept.files))

    def alter(result: Document) -> None:
        result["policy_set"]["digest"] = "sha256:00"

    outcome: Any = replayer.replay(resealed(entry, alter)).outcome
    assert "what is kept is not what the digest is of" in outcome.why


def test_engines_that_were_not_used_for_long_are_let_go(
    versions: PolicyVersions, entry: LogEntry
) -> None:
    kept = versions.get(entry.columns.policy_digest)
    files = msgspec.json.decode(kept.files, type=dict[str, str])
    bundles = [
        bundle_from_files(
            files | {"extra.policy": f"set S{number} of place is {{DE}} end set"}, name="x"
        )
        for number in range(ENGINES_KEPT + 1)
    ]
    asked: Counter[str] = Counter()

    class Several:
        def get(self, digest: str) -> PolicyVersion:
            asked[digest] += 1
            (made,) = (each for each in bundles if each.digest == digest)
            text = json.dumps(dict(made.files)).encode()
            return PolicyVersion(digest=digest, name="x", version=None, files=text)

        def tombstone(self, _decision_id: str) -> None:
            return None

    replayer = Replayer(Several(), Several())

    def replay(number: int) -> int:
        digest = bundles[number].digest
        replayer.replay(resealed(entry, lambda r: r["policy_set"].update(digest=digest)))
        return asked[digest]

    assert [replay(number) for number in range(len(bundles))] == [1] * len(bundles)
    assert [replay(number) for number in (len(bundles) - 1, 0, 1)] == [1, 2, 2]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"w1": "x"}, "its `waivers` are no list of texts"),
        ([1], "its `waivers` are no list of texts"),
        ("x", "its `waivers` are no list of texts"),
        (["# nothing"], "the text is not that of one waiver"),
    ],
)
def test_recorded_waivers_that_are_none(api: Caller, wrong: Any, why: str) -> None:
    members = {"format": "assent", "as_of": "2026-11-23T09:00:00Z", "as_if_launched": None}
    result = api.decide(campaign())
    del result["receipt"], result["recorded"]
    record = DecisionRecord(
        decision_id="00000000-0000-4000-8000-00000000000a",
        decided_at=datetime(2026, 11, 23, tzinfo=UTC),
        input=json.dumps({**members, "campaign": campaign(), "waivers": wrong}).encode(),
        result={**result, "id": "00000000-0000-4000-8000-00000000000a", "rules": []},
        actor="x",
    )
    database = open_database(api.installation.settings)
    entry = seal(record).entry(0, datetime(2026, 11, 23, tzinfo=UTC))
    made = Replayer(PolicyVersions(database), Erasures(database)).replay(entry)
    database.close()
    assert made.outcome == NotReplayable(why=f"its record cannot be read: {why}")
