"""The rooms of the client, each against the service as it runs."""

import json
import time
import tracemalloc
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from api.client import (
    Client,
    ConflictError,
    Decision,
    ErasedError,
    FileFormat,
    Ground,
    InvalidRequestError,
    NotFoundError,
    PolicySetClient,
    RecordedDecisions,
    SavedQueries,
    StandingFacts,
    Statement,
    Subject,
    UnexpectedAnswerError,
    UnreachableError,
    Waiver,
    Waivers,
    WaiverState,
    answers,
    errors,
    facts,
    impact,
    queries,
    waivers,
)
from api.client.log import Log
from api.http.openapi.operation import ref
from api.http.openapi.operations import OPERATIONS
from api.http.openapi.schemas import SCHEMAS
from api.http.requests.shapes import WAIVER_STATES
from api.installation.contents import open_database
from engine.audit.entries.acts import ASKED_FOR, HoldGround
from engine.audit.exhibits.manifest import read_manifest, verify_records
from engine.storage.lifecycle.holds import Holds
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.anchor import KeyFile
from tests.api.installation import Served, allowed, campaign
from tests.api.waiving import dear
from tests.client.between import Between, Cut, Say
from tests.client.conftest import url_of

FACT = Statement(
    subject=Subject(kind="processor", name="Mailbird"),
    facts={"country": "NL"},
    since=date(2026, 1, 1),
    until=date(2127, 1, 1),
    evidence="contract archive, folder 12",
)


# --- waivers ----------------------------------------------------------------------------------


def ask(anna: Client, rule: str, name: str) -> Waiver:
    """Ask for a rule to be waived for a campaign in Germany, from today on."""
    today = datetime.now(UTC).date()
    return anna.waivers.request(
        rule,
        campaign=name,
        markets=["DE"],
        policy_set="house",
        since=today,
        until=today + timedelta(60),
        ticket="LEG-991",
        reason="the anniversary",
    )


def test_waiver_is_asked_for_granted_and_ended(served: Served, house: Mapping[str, str]) -> None:
    with Client(url_of(served), house["anna"]) as anna, Client(url_of(served), house["ben"]) as ben:
        (finding,) = anna.decide(dear(id="waived"), policy_set="house").findings
        assert finding.overridable_by == "Ethics Board"
        asked = ask(anna, finding.rule, "waived")
        assert (asked.state, asked.in_effect, asked.why) == ("requested", False, "it is requested")
        assert (asked.until - asked.since, asked.markets) == (timedelta(60), ("DE",))
        with pytest.raises(ConflictError) as caught:
            ask(anna, finding.rule, "waived")
        assert caught.value.problem.type == "/problems/same-waiver"
        with pytest.raises(InvalidRequestError) as refused:
            ask(anna, "spending/hard", "waived")
        assert refused.value.problem.errors[0].pointer == "/rule"

        assert [each.id for each in ben.waivers.find(state="requested", used=False)] == [asked.id]
        granted = ben.waivers.grant(asked, reason="as the board agreed")
        assert (granted.state, granted.in_effect) == ("granted", True)
        assert granted.approval is not None
        assert (granted.approval.by, granted.approval.role) == ("ben", "Ethics Board")
        with pytest.raises(ConflictError):
            ben.waivers.refuse(asked, reason="too late")

        made = settled(anna, "waived")
        assert (made.allowed, [each.rule for each in made.waived]) == (True, [finding.rule])
        (by,) = made.waived[0].waivers
        assert (by.waiver, by.approved_by, by.until) == (asked.id, "ben", asked.until)
        ended = ben.waivers.revoke(ben.waivers.read(asked.id), reason="it is over")
        assert [each.step for each in ended.history] == ["request", "grant", "revoke"]
        assert ended.why == "it is revoked"


def settled(anna: Client, name: str) -> Decision:
    """Return the decision once every process knows of a grant."""
    for _ in range(100):
        made = anna.decide(dear(id=name), policy_set="house", dry_run=True)
        if made.allowed:
            break
        time.sleep(0.05)
    return made


def test_what_says_yes_or_no_is_neither_true_nor_false(
    served: Served, house: Mapping[str, str], client: Client
) -> None:
    with Client(url_of(served), house["anna"]) as anna:
        waiver = ask(anna, "spending/dear", "none")
    (item,) = client.decide_many([campaign()], dry_run=True)
    replayed = client.decisions.replay(client.decide(campaign()))
    for answer, member in ((waiver, "in_effect"), (item, "allowed"), (replayed, "replay")):
        with pytest.raises(TypeError, match=f"ask for its `{member}`"):
            assert answer
    for asked in (client.decide_many([campaign()]), client.waivers.find()):
        with pytest.raises(TypeError, match="nothing is asked before it is taken"):
            assert asked
    with pytest.raises(TypeError, match="ask for its `allowed`"):
        all(client.decide_many([allowed()], dry_run=True))


# --- standing facts ---------------------------------------------------------------------------


def test_fact_is_recorded_stated_otherwise_and_withdrawn(served: Served) -> None:
    with Client(url_of(served), served.installation.tokens["author"]) as dana:
        first = dana.facts.record(FACT, reason="it was signed")
        assert (first.subject, first.since, first.reason) == (
            FACT.subject, FACT.since, "it was signed",
        )  # fmt: skip
        assert dana.facts.record(FACT).id == first.id
        supplied = resting_on_facts(served)
        assert (supplied.id, supplied.subject, supplied.until) == (
            first.id, FACT.subject, FACT.until,
        )  # fmt: skip
        assert [each.pointer for each in supplied.facts] == [
            "/data_processing/processors/0/country"
        ]
        otherwise = msgspec.structs.replace(FACT, facts={"country": "DE"})
        second = dana.facts.amend(first, otherwise)
        assert (second.version, second.facts) == (2, {"country": "DE"})
        assert list(dana.facts.find(kind="processor", name="Mailbird")) == [second]
        with pytest.raises(ConflictError) as caught:
            dana.facts.withdraw(first)
        assert caught.value.problem.type == "/problems/outdated"
        gone = dana.facts.withdraw(second, reason="it ended")
        assert (gone.state, gone.facts) == ("withdrawn", {"country": "DE"})
        assert dana.facts.read(first.id) == gone
        states = [(each.state, each.facts) for each in dana.facts.versions(first)]
        assert states == [
            ("withdrawn", None), ("recorded", {"country": "DE"}), ("recorded", {"country": "NL"}),
        ]  # fmt: skip
        assert list(dana.facts.find(name="Mailbird")) == []


def resting_on_facts(served: Served) -> answers.FactUsed:
    """Return the standing fact beneath a decision, once every process knows of it."""
    processing = {"processors": [{"name": "Mailbird"}]}
    with Client(url_of(served), served.installation.tokens["both"]) as client:
        for _ in range(100):
            made = client.decide(campaign(data_processing=processing), dry_run=True)
            if made.standing_facts:
                break
            time.sleep(0.05)
    (used,) = made.standing_facts
    return used


def test_fact_that_is_none_is_told_by_pointers(served: Served) -> None:
    wrong = msgspec.structs.replace(FACT, facts={"countri": "NL"})
    with (
        Client(url_of(served), served.installation.tokens["author"]) as dana,
        pytest.raises(InvalidRequestError, match="did you mean `country`") as caught,
    ):
        dana.facts.record(wrong)
    assert caught.value.problem.errors[0].pointer == "/facts/countri"


# --- what is recorded -------------------------------------------------------------------------


def test_saved_query(client: Client) -> None:
    made = client.decide(campaign(id="saved"))
    since = made.as_of - timedelta(1)
    query = client.queries.save("of-saved", campaign="saved", conclusive=True, since=since)
    assert query.filters["conclusive"] is True
    assert query in client.queries.all()
    assert client.queries.read("of-saved") == query
    assert [each.id for each in client.decisions.find(saved="of-saved")] == [made.id]
    assert client.decisions.statistics(saved="of-saved", as_of=query.index).decisions == 1
    with pytest.raises(ConflictError):
        client.queries.save("of-saved", outcome="deny")
    assert client.queries.delete(query).entry.index > query.index
    with pytest.raises(NotFoundError):
        client.queries.delete("of-saved")


def test_sample_and_proof(client: Client) -> None:
    made = [client.decide(campaign(id="drawn")) for _ in range(3)]
    size = client.decisions.page(limit=1).size
    sample = client.decisions.sample(2, as_of=size, campaign="drawn")
    assert (sample.population, sample.size, sample.filters) == (3, size, {"campaign": "drawn"})
    assert {each.id for each in sample.items} < {each.id for each in made}
    assert client.decisions.sample(2, as_of=size, campaign="drawn") == sample
    proof = client.decisions.proof(made[0])
    assert made[0].receipt is not None
    assert (proof.index, proof.leaf_hash) == (made[0].receipt.index, made[0].receipt.leaf_hash)


def test_erasure_and_the_hold_that_forbids_it(served: Served) -> None:
    with Client(url_of(served), served.installation.tokens["submitter"]) as submitter:
        kept, gone = (submitter.decide(campaign(id=each)) for each in ("kept", "gone"))
        database = open_database(served.installation.settings)
        (hold,) = (
            Holds(database)
            .place(Selector.CAMPAIGN, "kept", ground=HoldGround.LEGAL_CLAIMS, actor="counsel")
            .entries
        )
        database.close()
        with Client(url_of(served), served.installation.tokens["admin"]) as admin:
            done = admin.decisions.erase(decision=gone, ground="objection")
            assert (done.erased, len(done.entries)) == (1, 1)
            with pytest.raises(ConflictError) as held:
                admin.decisions.erase(decision=kept, ground="objection")
            with pytest.raises(ValueError, match="give one of `decision`, `campaign` and `actor`"):
                admin.decisions.erase(decision=kept, campaign="kept", ground="objection")
        assert held.value.problem.hold is not None
        assert held.value.problem.hold.index == hold.index
        with pytest.raises(ErasedError) as caught:
            submitter.decisions.read(gone)
    assert caught.value.problem.erasure is not None
    assert caught.value.problem.erasure.ground == "objection"


def test_words_are_those_of_the_service() -> None:
    assert get_args(Ground) == ASKED_FOR
    assert get_args(WaiverState) == WAIVER_STATES


# --- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", get_args(FileFormat))
def test_export_is_the_file_of_its_manifest(
    client: Client, served: Served, tmp_path: Path, kind: FileFormat
) -> None:
    for _ in range(2):
        client.decide(campaign(id=f"file-{kind}"))
    made = client.decisions.export(tmp_path, format=kind, campaign=f"file-{kind}")
    assert made.count == 2
    assert sorted(tmp_path.iterdir()) == [made.file, made.manifest]
    known = KeyFile(served.installation.settings.log_key).read().verifiers
    manifest = read_manifest(made.manifest.read_bytes())
    with made.file.open("rb") as stream:
        report = verify_records(manifest, stream, known)
    assert report.faults == ()


def test_file_that_breaks_off_is_fetched_again(
    guarded: Client, between: Between, tmp_path: Path
) -> None:
    between.deeds.append(Cut(100))
    made = guarded.log.export(tmp_path / "log.ndjson")
    first, *entries = made.read_text().splitlines()
    assert json.loads(first)["size"] == len(entries) > 0
    assert len(between.seen) == 2


def test_half_a_file_is_no_file(guarded: Client, between: Between, tmp_path: Path) -> None:
    before = tmp_path / "log.ndjson"
    before.write_text("as it was")
    between.deeds.extend([Cut(100)] * 5)
    with pytest.raises(UnreachableError):
        guarded.log.export(before)
    assert before.read_text() == "as it was"
    assert [each.name for each in tmp_path.iterdir()] == ["log.ndjson"]


def test_export_that_is_not_the_one_of_its_manifest(
    guarded: Client, between: Between, tmp_path: Path
) -> None:
    """Something was erased between the two: once is mended, and twice is told."""
    guarded.decide(campaign(id="other-file"))
    headers = {"Content-Type": "text/csv; charset=utf-8", "Assent-Log-Size": "1"}
    other = Say(status=200, body=b"id\r\n", headers=headers)
    between.deeds.append(other)
    assert guarded.decisions.export(tmp_path, campaign="other-file").count == 1
    empty = tmp_path / "empty"
    empty.mkdir()
    between.deeds.extend([other, None, other])
    with pytest.raises(UnexpectedAnswerError, match="not the one of its manifest"):
        guarded.decisions.export(empty, campaign="other-file")
    assert list(empty.iterdir()) == []


def test_large_file_takes_no_memory(guarded: Client, between: Between, tmp_path: Path) -> None:
    headers = {"Content-Type": "application/x-ndjson"}
    between.deeds.append(Say(status=200, body=b"x" * 16_000_000, headers=headers))
    tracemalloc.start()
    guarded.log.export(tmp_path / "log")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "log").stat().st_size == 16_000_000
    assert peak < 4_000_000


def test_evidence(client: Client, tmp_path: Path) -> None:
    made = client.decide(campaign(id="shown"))
    for file in (
        client.decisions.evidence(tmp_path / "all.zip", campaign="shown"),
        client.decisions.evidence_of(made, tmp_path / "one.zip"),
    ):
        assert file.read_bytes()[:2] == b"PK"
    with pytest.raises(InvalidRequestError, match="give a filter"):
        client.decisions.evidence(tmp_path / "none.zip")
    assert not (tmp_path / "none.zip").exists()


# --- policies ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("house")
def test_what_policies_there_are(served: Served) -> None:
    with Client(url_of(served), served.installation.tokens["author"]) as anna:
        assert {"assent", "house"} <= {each.name for each in anna.policy_sets()}
        assert "profiling" in json.dumps(anna.vocabulary("house"))
        checked = anna.check_policies({"a.policy": "policy x"})
        assert checked.obstacle is not None
        assert checked.test is None


def test_checkpoint(client: Client) -> None:
    client.decide(campaign())
    assert "\n\n— " in client.log.checkpoint()


# --- what there is ----------------------------------------------------------------------------

REACHED = {
    "decisions.decide": Client.decide,
    "batch.decide": Client.decide_many,
    "search.list": RecordedDecisions.find,
    "search.statistics": RecordedDecisions.statistics,
    "search.sample": RecordedDecisions.sample,
    "search.manifest": RecordedDecisions.export,
    "search.evidence": RecordedDecisions.evidence,
    "search.evidence_of_one": RecordedDecisions.evidence_of,
    "search.show": RecordedDecisions.read,
    "search.prove": RecordedDecisions.proof,
    "search.receipt": RecordedDecisions.receipt,
    "search.replay": RecordedDecisions.replay,
    "erasures.erase": RecordedDecisions.erase,
    "queries.list": SavedQueries.all,
    "queries.save": SavedQueries.save,
    "queries.show": SavedQueries.read,
    "queries.delete": SavedQueries.delete,
    "waivers.request": Waivers.request,
    "waivers.list": Waivers.find,
    "waivers.show": Waivers.read,
    "waivers.grant": Waivers.grant,
    "waivers.refuse": Waivers.refuse,
    "waivers.revoke": Waivers.revoke,
    "facts.list": StandingFacts.find,
    "facts.record": StandingFacts.record,
    "facts.show": StandingFacts.read,
    "facts.amend": StandingFacts.amend,
    "facts.versions": StandingFacts.versions,
    "facts.withdraw": StandingFacts.withdraw,
    "policy_sets.list": Client.policy_sets,
    "policy_sets.show": PolicySetClient.show,
    "policy_sets.versions": PolicySetClient.versions,
    "policy_sets.upload": PolicySetClient.push,
    "policy_sets.version": PolicySetClient.version,
    "policy_sets.files": PolicySetClient.files,
    "policy_sets.impact": PolicySetClient.impact,
    "policy_sets.submit": PolicySetClient.submit,
    "policy_sets.approve": PolicySetClient.approve,
    "policy_sets.reject": PolicySetClient.reject,
    "policy_sets.activate": PolicySetClient.activate,
    "policy_sets.rollback": PolicySetClient.roll_back,
    "policy_sets.diff": PolicySetClient.diff,
    "policies.check": Client.check_policies,
    "vocabulary.show": Client.vocabulary,
    "log.export": Log.export,
    "tiles.checkpoint": Log.checkpoint,
}
LEFT_TO_OTHERS = {
    "policies.format": "`assent fmt` lays out files where they are",
    "tiles.resource": "`assent verify` reads the tiles",
    "tiles.timestamp": "as above",
    "opa.decide": "for clients of OPA",
    "opa.policies": "for clients of OPA",
    "opa.health": "for clients of OPA",
    "authzen.evaluation": "for clients of AuthZEN",
    "authzen.evaluations": "for clients of AuthZEN",
    "authzen.configuration": "for clients of AuthZEN",
    "health.live": "for probes",
    "health.ready": "for probes",
    "metrics.show": "for Prometheus",
    "documentation.openapi": "for generators",
    "documentation.page": "for readers",
}


ANSWERS = tuple(
    each
    for room in (answers, errors, facts, impact, queries, waivers)
    for each in vars(room).values()
    if isinstance(each, type)
    and issubclass(each, msgspec.Struct)
    and each.__module__ == room.__name__
    and each.__name__ not in ("_Answer", "Truthless")
)
NAMED: Mapping[str, str] = {
    "Erasure": "Erased",
    "Upcoming": "UpcomingFinding",
    "Waived": "WaivedFinding",
}
"""What the document calls otherwise."""

WITHOUT_NAME = {"SuppliedFact", "Tombstone", "Hold", "DeletedQuery"}
"""What has no schema of its own in the document: it is within another, or of one endpoint."""

LEFT_OUT: Mapping[str, set[str]] = {
    "Decision": {"engine"},
    "Fact": {"item"},
    "Finding": {"exceptions"},
    "Obligation": {
        *("enforcement", "severity", "sources", "clause", "facts", "more_facts"),
        *("markets", "overridable_by"),
    },
    "Replay": {"engine"},
    "RuleStatus": {"elsewhere", "markets", "reason"},
    "Statement": {"reason"},
    "Turn": {"index"},
    "Version": {"history"},
}
"""What the client does not tell of what is answered."""

SEEN = {"presumed", "required", "value", "why"}
"""Facts are of one type here, be they seen or wanted; the document has a schema for either."""


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_is_answered_has_the_members_of_the_document(kind: type[msgspec.Struct]) -> None:
    name = kind.__name__
    if name in WITHOUT_NAME:
        assert name not in SCHEMAS
        return
    kinds = {each.__name__ for each in kind.__mro__}
    left_out = set[str]().union(*(LEFT_OUT.get(each, ()) for each in kinds))
    told = members_of(ref(NAMED.get(name, name)))
    ours = {each.encode_name for each in msgspec.structs.fields(kind)}
    assert told - ours == left_out & told
    assert ours - told <= (SEEN if "Fact" in kinds else set())


def members_of(schema: Mapping[str, Any]) -> set[str]:
    """Return the members that a schema of the document names."""
    if "$ref" in schema:
        return members_of(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    parts = [members_of(each) for each in schema.get("allOf", ())]
    return set[str]().union(schema.get("properties", ()), *parts)


def test_every_endpoint_is_reached_or_left_to_somebody() -> None:
    assert REACHED.keys() | LEFT_TO_OTHERS.keys() == OPERATIONS.keys()
    assert not REACHED.keys() & LEFT_TO_OTHERS.keys()
