"""`assent facts`, against a service that runs, and `assent decide --facts`."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from api.installation.contents import open_database
from engine.evaluation.standing_facts.book import statement_bytes
from engine.storage.governance.standing_facts import StandingFacts, Statement
from tests.api.installation import Served
from tests.api.publishing import policies

Run = Callable[..., Result]
OneLine = Callable[[Result], str]
At = Callable[[str], tuple[str, ...]]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Return the option by which the policies of that service decide here."""
    folder = tmp_path_factory.mktemp("policies")
    for name, text in policies().items():
        (folder / name).write_text(text)
    return "--policies", str(folder)


def stated(name: str, facts: object, **changes: Any) -> dict[str, Any]:
    return {
        "subject": {"kind": "advertiser", "name": name},
        "facts": facts,
        "from": "2026-01-01",
        "until": "2099-01-01",
        "evidence": "memo 7",
        **changes,
    }


def file_of(place: Path, value: object, name: str = "facts.json") -> str:
    file = place / name
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    return str(file)


ASKING = {
    "id": "c-1",
    "markets": ["DE"],
    "advertiser": {"name": "Cli"},
    "flight": {"start": "2026-12-01", "end": "2026-12-20"},
    "targeting": {"age": {"min": 13, "max": 40}},
}
NEVER = {"targeting": {"profiling": False}}


# --- at a service -----------------------------------------------------------------------------


def eventually(service: Served, decision: str) -> None:
    """Wait until the server, which reads what is new in its own time, decides so."""
    for _ in range(600):
        if service.decide(ASKING)["decision"] == decision:
            return
        time.sleep(0.05)
    raise AssertionError(f"the server never came to {decision}")


def test_from_recording_to_withdrawing(run: Run, at: At, service: Served, tmp_path: Path) -> None:
    author, auditor = at("author"), at("auditor")
    both = [stated("Cli", NEVER), stated("Other", {"landing": {"imprint": True}})]
    made = run("facts", "record", file_of(tmp_path, both), "--reason", "review", *author)
    assert made.exit_code == 0, made.stderr
    eventually(service, "allow")
    assert "  about     advertiser Cli\n  states    targeting.profiling: false\n" in made.stdout
    assert "  days      from 2026-01-01 through 2098-12-31\n  evidence  memo 7\n" in made.stdout
    assert "  reason    review\n" in made.stdout
    listed = run("facts", "list", "--kind", "advertiser", "--name", "Cli", *auditor)
    assert listed.exit_code == 0, listed.stderr
    fact = listed.stdout.split()[0]
    assert listed.stdout == (
        f"{fact}  advertiser Cli\n"
        "  from 2026-01-01 through 2098-12-31, by the author: targeting.profiling\n"
    )
    saved = file_of(tmp_path, run("facts", "list", "--json", *auditor).stdout, "saved.json")
    here = file_of(tmp_path, ASKING, "campaign.json")
    known = json.loads(run("decide", here, "--facts", saved, "--json").stdout)["standing_facts"]
    assert (known[0]["id"], known[0]["recorded_by"]) == (fact, "the author")
    renewed = file_of(tmp_path, stated("Cli", NEVER, evidence="memo 8"))
    again = run("facts", "record", renewed, "--id", fact, "--json", *author)
    (version,) = json.loads(again.stdout)["items"]
    assert (version["id"], version["version"]) == (fact, 2)
    gone = run("facts", "withdraw", fact, "--reason", "it ended", *author)
    assert gone.stdout.startswith(f"{fact}  version 3  withdrawn\n")
    eventually(service, "deny")
    shown = run("facts", "show", fact, *auditor).stdout
    assert [line.split("  ")[1:] for line in shown.splitlines() if line.startswith(fact)] == [
        ["version 3", "withdrawn"],
        ["version 2", "recorded"],
        ["version 1", "recorded"],
    ]
    history = json.loads(run("facts", "show", fact, "--json", *auditor).stdout)["items"]
    assert len(history) == 3
    left = run("facts", "list", "--name", "Cli", *auditor)
    assert left.stdout == "nothing is recorded\n"
    gone_as_json = run("facts", "list", "--name", "Other", "--json", *auditor)
    (other,) = json.loads(gone_as_json.stdout)["items"]
    told = json.loads(run("facts", "withdraw", other["id"], "--json", *author).stdout)
    assert told["state"] == "withdrawn"


def test_more_than_one_page(run: Run, at: At, service: Served) -> None:
    database = open_database(service.installation.settings)
    known, names = StandingFacts(database), [f"Page {number:03}" for number in range(101)]
    for name in names:
        content = statement_bytes(stated(name, NEVER))
        made = Statement(kind="advertiser", name=name, content=content)
        known.record(made, actor="anna", reason=None, check=lambda _: None)
    database.close()
    listed = json.loads(run("facts", "list", "--json", *at("auditor")).stdout)["items"]
    found = [each["subject"]["name"] for each in listed]
    assert [name for name in found if name in names] == names


def test_what_cannot_be_recorded(run: Run, at: At, tmp_path: Path, one_line: OneLine) -> None:
    author = at("author")
    wrong = file_of(tmp_path, stated("Wrong", {"targeting": {"profilng": False}}))
    assert one_line(run("facts", "record", wrong, *author)) == (
        "assent facts record: /facts/targeting/profilng: unknown fact `profilng`;"
        " did you mean `profiling`?\n"
    )
    several = stated("Wrong", {"targeting": {"profilng": False}}) | {"from": "01.11.2026"}
    made = one_line(run("facts", "record", file_of(tmp_path, several), *author))
    assert made.startswith("assent facts record: /from: this should be a day that exists")
    assert "; /facts/targeting/profilng: unknown fact `profilng` (did you mean" in made
    second = [stated("First", NEVER), stated("Second", {})]
    made = one_line(run("facts", "record", file_of(tmp_path, second), *author))
    assert "facts.json, at /1: /facts: it states no fact" in made
    assert "of 2 the first 1 are recorded" in made
    made = one_line(run("facts", "record", file_of(tmp_path, [[]]), *author))
    assert made.endswith("at /0: this is no standing fact; write an object\n")
    made = one_line(run("facts", "record", file_of(tmp_path, second), "--id", "x", *author))
    assert made.endswith("--id states one fact otherwise; give a file with one\n")
    made = one_line(run("facts", "record", file_of(tmp_path, "{"), *author))
    assert "facts.json, line 1, column" in made
    assert "check the name" in one_line(run("facts", "record", "nowhere.json", *author))
    made = one_line(run("facts", "record", file_of(tmp_path, second[:1]), *at("auditor")))
    assert made == "assent facts record: this needs a key with the role `author`\n"
    made = one_line(run("facts", "show", "a/b", *at("auditor")))
    assert made == "assent facts show: no resource has this path; `GET /docs` lists them all\n"


# --- in a file ----------------------------------------------------------------------------------


def test_decide_by_a_file_of_facts(run: Run, few: tuple[str, str], tmp_path: Path) -> None:
    here = file_of(tmp_path, {**ASKING, "targeting": {}}, "campaign.json")
    shown = run("decide", here, *few, "--facts", file_of(tmp_path, [stated("Cli", NEVER)]))
    assert "Taken from standing facts, where the campaign says nothing\n" in shown.stdout
    assert "  about the advertiser Cli, through 2098-12-31\n" in shown.stdout
    contrary = {**ASKING, "targeting": {"profiling": True}}
    both = file_of(tmp_path, [contrary, ASKING], "campaigns.json")
    made = run("decide", both, *few, "--json", "--facts", file_of(tmp_path, [stated("Cli", NEVER)]))
    refused, decided = map(json.loads, made.stdout.splitlines())
    assert refused["refused"][0]["pointer"] == "/targeting/profiling"
    assert decided["standing_facts"][0]["id"] is None


def test_a_file_that_holds_no_facts(
    run: Run, few: tuple[str, str], tmp_path: Path, one_line: OneLine
) -> None:
    here = file_of(tmp_path, ASKING, "campaign.json")

    def told(value: object) -> str:
        return one_line(run("decide", here, *few, "--facts", file_of(tmp_path, value)))

    assert told(5).endswith(
        "facts.json: this should be a list of standing facts; write `[{…}, {…}]`\n"
    )
    assert "facts.json, at /1: this should be an object; write one with `subject`" in told(
        [stated("A", NEVER), 5]
    )
    bad = [stated("A", {"objective": "sale"}), stated("A", {}, evidense="x")]
    both = told(bad)
    assert "facts.json: (1) at /0/facts/objective: `sale` is not one of `objective`" in both
    assert " (2) at /1" in both
    assert "/items/0/evidence" in told({"items": [stated("A", NEVER, evidence=None)]})
    assert "`entry` is missing" in told([stated("A", NEVER, id="x", version=1)])
    assert "/0/id" not in told([stated("A", NEVER, version="one")])
