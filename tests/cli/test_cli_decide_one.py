"""`assent decide` with one record: the explanation, its JSON, and what is refused."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.unit.adapters.complete import COMPLETE

Run = Callable[..., Result]
Write = Callable[[str, object], Path]
GOLDEN = Path(__file__).parent / "golden"


def test_an_allowed_campaign_ends_with_zero(decide: Run, write: Write, campaign: object) -> None:
    result = decide(write("c.json", campaign))
    assert result.exit_code == 0
    assert result.stdout.startswith("ALLOW  spring-1  no enforced rule stands against it\n")
    assert "nothing was recorded" in result.stdout


def test_a_denied_campaign_is_explained(
    decide: Run, write: Write, denied: object, golden: Callable[[Path, str], None]
) -> None:
    result = decide(write("c.json", denied))
    assert result.exit_code == 1
    assert max(map(len, result.stdout.splitlines())) <= 80
    golden(GOLDEN / "denied.txt", result.stdout)


def test_missing_facts_are_asked_for(
    decide: Run, write: Write, campaign: dict[str, Any], golden: Callable[[Path, str], None]
) -> None:
    del campaign["age"], campaign["flight"]["start"]
    result = decide(write("c.json", {**campaign, "profiling": True}))
    assert result.exit_code == 1
    golden(GOLDEN / "missing.txt", result.stdout)


def test_json_is_one_document(decide: Run, write: Write, denied: object) -> None:
    result = decide(write("c.json", denied), "--json")
    assert result.exit_code == 1
    assert result.stdout.count("\n") == 1
    document = json.loads(result.stdout)
    assert (document["decision"], document["conclusive"]) == ("deny", True)
    assert document["id"] is None
    assert document["as_of"] == "2026-11-23T00:00:00Z"
    by = {finding["rule"] for finding in document["findings"]}
    assert by == {"labels/generated", "minors/profiling", "spending/approved"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-23", "2026-11-23T00:00:00Z"),
        ("2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z"),
        ("2026-11-23T09:00:00+01:00", "2026-11-23T08:00:00Z"),
        ("2026-11-23t09:00:00.5z", "2026-11-23T09:00:00.500000Z"),
    ],
)
def test_as_of_is_a_day_or_an_instant(  # noqa: PLR0917 - fixtures are arguments.
    run: Run, write: Write, policies: str, campaign: object, written: str, read: str
) -> None:
    file = write("c.json", campaign)
    result = run("decide", file, "--policies", policies, "--as-of", written, "--json")
    assert json.loads(result.stdout)["as_of"] == read


def test_as_of_is_now_unless_given(run: Run, write: Write, policies: str, campaign: object) -> None:
    result = run("decide", write("c.json", campaign), "--policies", policies, "--json")
    assert json.loads(result.stdout)["as_of"].endswith("Z")


def test_a_flight_may_be_moved(decide: Run, write: Write, campaign: object) -> None:
    result = decide(write("c.json", campaign), "--as-if-launched", "2027-01-01")
    assert "as if launched on 2027-01-01" in result.stdout
    assert result.stdout.endswith("; nothing was recorded\n")
    result = decide(write("c.json", campaign), "--as-if-launched", "9999-12-31")
    assert result.exit_code == 1
    assert "after the year 9999" in result.stdout


def test_a_malformed_campaign_is_refused_with_every_fault(
    decide: Run, write: Write, campaign: dict[str, Any]
) -> None:
    broken = write("c.json", {**campaign, "profling": True, "age": {"min": "old"}})
    result = decide(broken)
    assert result.exit_code == 1
    assert result.stdout.startswith("REFUSED  nothing was decided: the record has 2 faults\n")
    assert "  /profling\n" in result.stdout
    assert "did you mean `profiling`?" in result.stdout
    answer = json.loads(decide(broken, "--json").stdout)
    assert {fault["pointer"] for fault in answer["refused"]} == {"/profling", "/age/min"}
    assert (answer["record"], answer["line"]) == (1, 1)


def test_many_faults_are_cut_with_their_count(
    decide: Run, write: Write, campaign: dict[str, Any]
) -> None:
    strange = {f"fact_{number}": 1 for number in range(50)}
    result = decide(write("c.json", {**campaign, **strange}))
    assert "the record has 50 faults" in result.stdout
    assert result.stdout.endswith("  and 30 more\n")


def test_a_list_of_one_value_that_is_no_object_is_refused(decide: Run, write: Write) -> None:
    result = decide(write("c.json", [1]))
    assert result.exit_code == 1
    assert "  the record as a whole\n" in result.stdout


def test_a_campaign_cannot_command_the_terminal(
    decide: Run, write: Write, denied: dict[str, Any]
) -> None:
    strange = "\x1b[31mred\x9b\u202e"
    denied["ads"][0]["name"] = strange
    shown = decide(write("c.json", {**denied, "id": strange})).stdout
    assert "\\u001b[31mred\\u009b\\u202e" in shown
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)
    many = decide(write("c.json", [{**denied, "id": f"{strange}\n"}] * 2)).stdout
    assert not {"\x1b", "\x9b", "\u202e"} & set(many)


def test_the_input_may_come_from_standard_input(decide: Run, campaign: object) -> None:
    assert decide("-", stdin=json.dumps(campaign)).exit_code == 0


# --- a platform's own record ------------------------------------------------------------------

ROW = {
    "ADID": "ad-1",
    "CountryCode": "germany",
    "StartDate": "2026/12/01 00:00:00Z",
    "EndDate": "2026/12/31 00:00:00Z",
    "AgeBracket": "13-17",
    "Interests": "Cat Lovers",
    "Mystery": "1",
    "landing": "https://ads.example",
}


def test_a_platforms_record_is_pointed_into(run: Run, write: Write, adapted: str) -> None:
    terms = ("--format", "snapchat", "--policies", adapted, "--as-of", "2026-11-23")
    result = run("decide", write("row.json", ROW), *terms)
    assert result.exit_code == 1
    assert "  at        /AgeBracket\n  read as   /targeting/age/min\n" in result.stdout
    assert "not read from the record: /landing, " in result.stdout
    assert "/Mystery" in result.stdout


@pytest.mark.parametrize("form", COMPLETE)
def test_a_record_of_each_platform_is_decided(run: Run, write: Write, form: str) -> None:
    text = json.dumps(COMPLETE[form], default=float)
    result = run("decide", write("one.json", text), "--format", form, "--as-of", "2026-11-23")
    assert result.exit_code == 1
    assert result.stdout.startswith("DENY")
    assert "not read from the record: " in " ".join(result.stdout.split())
    advice = "state it once, with its evidence, as standing facts (`--facts`)"
    assert advice in " ".join(result.stdout.split())
    assert "(in the record /" in " ".join(result.stdout.split())
    if form == "google-ads":  # What a broken rule requires to be known is no missing fact.
        assert ", lawful_basis" in " ".join(result.stdout.split())


def _object(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def test_own_facts_are_no_marks_of_a_platform(run: Run, write: Write, adapted: str) -> None:
    vocabulary = Path(adapted) / "vocabulary.policy"
    own = '  daily_budget : money "the budget of a day"\n\n  record advertiser '
    vocabulary.write_text(vocabulary.read_text().replace("  record advertiser ", own, 1))
    told = run("decide", write("c.json", {"id": "1", "daily_budget": 5}), "--policies", adapted)
    assert "/daily_budget" in told.stdout
    assert "looks like" not in told.stdout


def test_a_record_of_another_platform_is_refused(run: Run, write: Write, adapted: str) -> None:
    result = run("decide", write("row.json", {"a": 1}), "--format", "meta", "--policies", adapted)
    assert result.exit_code == 1
    assert result.stdout.startswith("REFUSED")
    # What both have (`optimization_goal`) would be told as a campaign of the wrong platform.
    group = {"adgroup_id": "1", "campaign_id": "2", "optimization_goal": "CLICK"}
    told = run("decide", write("g.json", group), "--format", "meta", "--policies", adapted)
    assert told.stdout.startswith("REFUSED")
    assert "this looks like a record of TikTok's Business API" in told.stdout
    assert "submit it with `--format tiktok`" in told.stdout


def test_what_is_no_descriptor_is_known_for_what_it_is(
    decide: Run, write: Write, campaign: object
) -> None:
    request = decide(write("request.json", {"campaign": campaign, "as_of": "2026-11-23"}))
    assert request.exit_code == 1
    assert "this is a request of the service, with the campaign in it\n" in request.stdout
    assert "give what stands in `campaign`" in request.stdout
    assert "as_of" not in request.stdout
    bid = decide(write("bid.json", {"id": "1", "imp": [{"id": "1"}]}))
    words = "this looks like OpenRTB (format openrtb), and was submitted as a descriptor"
    assert words in " ".join(bid.stdout.split())
    assert "submit it with `--format openrtb`, over HTTP with `?format=openrtb` at" in bid.stdout
    assert "unknown fact" not in bid.stdout
    mistaken = decide(write("c.json", {**_object(campaign), "adgroup_id": "1"}))
    assert "unknown fact `adgroup_id`" in mistaken.stdout


@pytest.fixture
def adapted(tmp_path: Path) -> str:
    """Policies over the facts that the adapters tell: the shipped vocabulary, and one rule."""
    from engine.bundle.load import shipped_directory  # noqa: PLC0415 - of this fixture only.

    vocabulary = (shipped_directory() / "vocabulary" / "campaign.policy").read_text()
    directory = tmp_path / "adapted"
    directory.mkdir()
    (directory / "vocabulary.policy").write_text(vocabulary)
    (directory / "rule.policy").write_text(
        """module adapted
instrument HOUSE "Rules of the house" "https://example.org/rules"
policy age "Age"
  rule adults "Adults only"
    source        HOUSE sec 1
    in force from 2024-01-01
    require       campaign.targeting.age.min is at least 18
    severity      high
    message       "The ads reach people from {campaign.targeting.age.min} up."
    remedy        "Set the lowest age to 18."
end policy
"""
    )
    return str(directory)


# --- the files of the ads -------------------------------------------------------------------------

STORE = {
    "active_manifest": "a",
    "validation_state": "Valid",
    "manifests": {"a": {"assertions": [{"digitalSourceType": "http://cv.example/trained"}]}},
}


def test_the_files_of_the_ads_tell_of_their_origin(run: Run, write: Write, tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "cat.json").write_text(json.dumps(STORE), encoding="utf-8")
    creative = {"id": "a-1", "credentials": {"file": "cat.json"}}
    file = write("c.json", {"id": "c-1", "creatives": [creative]})
    told = run("decide", str(file), "--assets", str(tmp_path / "media"))
    assert told.exit_code == 1
    assert told.stdout.startswith("DENY  c-1")
    missing = run("decide", str(file), "--assets", str(tmp_path))
    assert missing.exit_code == 1
    assert "there is no file `cat.json` among the assets" in missing.stdout
    assert "/creatives/0/credentials/file" in missing.stdout


def test_without_the_library_media_files_stop_the_command(
    run: Run, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    (tmp_path / "cat.jpg").write_bytes(b"")
    creative = {"id": "a-1", "credentials": {"file": "cat.jpg"}}
    file = write("c.json", {"id": "c-1", "creatives": [creative]})
    result = run("decide", str(file), "--assets", str(tmp_path))
    assert result.exit_code == 2
    assert "pip install 'assent[c2pa]'" in result.stderr


def test_assets_are_those_of_descriptors(run: Run, write: Write, tmp_path: Path) -> None:
    file = write("c.json", {"id": "c-1"})
    result = run("decide", str(file), "--format", "meta", "--assets", str(tmp_path))
    assert result.exit_code == 2
    assert "--assets reads those of descriptors" in result.stderr


def test_an_organisation_is_read_with_what_it_adopts(run: Run) -> None:
    folder = Path(__file__).parents[2] / "examples" / "fjellsko"
    checked = run("check", str(folder), "--as-of", "2026-10-05")  # Its waiver is over later.
    assert checked.exit_code == 0
    assert checked.stdout == "no errors, no warnings in 4 policy files\n"
    tested = run("test", str(folder))
    assert tested.exit_code == 0
    assert tested.stdout == "28 passed, 0 failed\n"
    campaign = folder / "campaigns" / "autumn.json"
    decided = run("decide", str(campaign), "--policies", str(folder), "--as-of", "2026-10-05")
    assert decided.stdout.startswith("ALLOW  eu-running-shoes-autumn")
