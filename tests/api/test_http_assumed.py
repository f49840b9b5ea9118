"""A log of before may have decisions that assumed a day of launch: whoever reads one is told."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import assent
from api.client.answers import LoggedDecision
from api.client.bodies import decoded
from api.deciding.drafts import Part, decide_part, input_of
from api.deciding.submission import NATIVE, Terms
from api.installation.contents import open_database
from engine import Engine, load_bundle
from engine.audit.entries.record import DecisionRecord
from engine.audit.log import Committer
from engine.storage.log.log_store import SQLLogStore
from tests.api.installation import Caller, campaign

TERMS = Terms(
    format=NATIVE,
    as_of=datetime(1970, 12, 31, 23, tzinfo=UTC),
    as_if_launched=date(1971, 1, 1),
)


@pytest.fixture
def assumed(fresh: Caller) -> str:
    """The id of an allow of a campaign that is denied, as an earlier version recorded it."""
    id_ = "0a83b180-a41a-45e6-ab3f-361586a7df55"
    body = {"campaign": campaign(), "as_of": "1970-12-31T23:00:00Z", "dry_run": True}
    answer = fresh.post(body | {"as_if_launched": "1971-01-01"}, "/v1/decisions?view=full")
    result = json.loads(answer.data) | {"id": id_}
    del result["recorded"]
    database = open_database(fresh.installation.settings)
    committer = Committer(SQLLogStore(database))
    record = DecisionRecord(
        decision_id=id_,
        decided_at=datetime(2026, 11, 23, tzinfo=UTC),
        input=input_of(campaign(), TERMS),
        result=result,
        actor="trial",
    )
    committer.append(record)
    committer.close()
    database.close()
    return id_


def test_what_was_recorded_upon_an_assumption_says_so(
    fresh: Caller, assumed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = fresh.decide(campaign())["id"]
    found = decoded(fresh.get(f"/v1/decisions/{assumed}").data, LoggedDecision)
    assert (found.decision, found.as_if_launched) == ("allow", TERMS.as_if_launched)
    assert found.summary().splitlines()[1] == "as if launched on 1971-01-01"
    replay = json.loads(fresh.post(b"", f"/v1/decisions/{assumed}/replay").data)
    assert replay["replay"] == "identical"

    monkeypatch.chdir(tmp_path)
    environment = {"ASSENT_DATA_DIRECTORY": str(fresh.installation.settings.data_directory)}

    def told(file: str, *options: str) -> str:
        arguments = ["verify", file, "--vkey", "log.vkey", *options]
        made = CliRunner(env=environment).invoke(assent, arguments)
        assert made.exit_code == 0, made.output
        return made.stdout

    key = CliRunner(env=environment).invoke(assent, ["log", "key"])
    Path("log.vkey").write_text(key.stdout)
    for id_, name in ((assumed, "assumed"), (usual, "usual")):
        receipt = fresh.get(f"/v1/decisions/{id_}/receipt").data
        Path(f"{name}.tlog-proof").write_bytes(receipt)
    lines = told("assumed.tlog-proof").splitlines()
    assert lines[2:5] == [
        f"  decision   {assumed}, allow",
        "  assumed    as if launched on 1971-01-01; of the flight as submitted it says nothing",
        "  as of      1970-12-31T23:00:00Z",
    ]
    document = json.loads(told("assumed.tlog-proof", "--json"))
    assert document["as_of"] == "1970-12-31T23:00:00Z"
    assert document["as_if_launched"] == "1971-01-01"
    assert told("usual.tlog-proof").splitlines()[3].startswith("  as of      20")
    assert json.loads(told("usual.tlog-proof", "--json"))["as_if_launched"] is None

    answer = fresh.get("/v1/decisions/evidence?campaign=cmp-1")
    Path("both.zip").write_bytes(answer.data)
    answer.close()
    line = told("both.zip").splitlines()[1]
    assert line == f"  assumed    {assumed} is as if launched on 1971-01-01"
    (one,) = json.loads(told("both.zip", "--json"))["assumed"]
    assert one == {"id": assumed, "as_if_launched": "1971-01-01"}


def test_no_entrance_records_an_assumption(fresh: Caller) -> None:
    """Whoever embeds the recorder cannot do by mistake what the service refuses."""
    engine = Engine(load_bundle(fresh.installation.settings.policies))
    part = Part(
        records=(campaign(),),
        terms=TERMS,
        actor="pipeline",
        decided_at=TERMS.as_of,
        in_full=False,
        dry_run=False,
    )
    with pytest.raises(ValueError, match="as if launched on another day is not recorded"):
        decide_part(engine, None, part)
