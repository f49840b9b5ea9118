"""`docs/standing-facts.md` says what is so: its facts are decided by, and its table is counted."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from api.cli.decisions_view import in_full
from api.cli.fact_files import book_of
from api.cli.submissions import Refusal
from api.deciding.submission import NATIVE, Decided, Refused, Terms, submit
from engine import Effect, Engine, load_bundle
from engine.evaluation.standing_facts.fact import CAMPAIGNS_OWN, MEMBERS, SubjectKind
from tests.conftest import shared

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "standing-facts.md").read_text()


def block(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None, name
    return found[1]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_bundle(ROOT / "policies", name="assent"))


def test_the_facts_of_a_real_record_that_are_missing_become_fewer(engine: Engine) -> None:
    lines = shared("data", "platform-api-records", "records.jsonl").read_text().splitlines()
    adset = next(
        made["record"]
        for made in map(json.loads, lines)
        if (made["platform"], made["object"]) == ("meta", "adset")
    )
    stated = json.loads(block("facts"))
    found, left = list[int](), list[str]()
    for count in range(len(stated) + 1):
        terms = Terms(
            format="meta",
            as_of=datetime(2026, 11, 23, tzinfo=UTC),
            as_if_launched=date(2026, 12, 1),
            standing=book_of(Path("facts.json"), stated[:count], engine),
        )
        made = submit(engine, adset, terms=terms, id="")
        assert isinstance(made, Decided)
        found.append(len(made.decision.missing))
        assert made.decision.effect is Effect.DENY
        left = [fact.path for fact in made.decision.missing]
    assert left == ["campaign.creatives", "campaign.objective"]
    table = PAGE.partition("<!-- shrinking -->\n")[2]
    shown = re.findall(r"^\| [^|]+ \| (\d+) \|$", table, re.MULTILINE)
    assert found == [int(number) for number in shown]


def test_the_contradiction_reads_as_shown(engine: Engine) -> None:
    campaign = json.loads((ROOT / "api" / "examples" / "denied.json").read_text())["campaign"]
    campaign["advertiser"]["name"] = "Fjellsko"
    assert campaign["targeting"]["profiling"] is True
    never: dict[str, Any] = {
        "subject": {"kind": "advertiser", "name": "Fjellsko"},
        "facts": {"targeting": {"profiling": False}},
        "from": "2026-01-01",
        "until": "2027-01-01",
        "evidence": "code of conduct",
    }
    book = book_of(Path("facts.json"), [never], engine)
    terms = Terms(format=NATIVE, as_of=datetime(2026, 11, 24, 9, tzinfo=UTC), standing=book)
    made = submit(engine, campaign, terms=terms, id="")
    assert isinstance(made, Refused)
    refusal = Refusal(number=1, line=None, faults=made.faults)
    told = "".join(f"{line.plain}\n" for line in in_full(refusal, engine.bundle))
    assert told == block("contradiction")


def test_what_can_be_stated_about_what_is_what_the_code_says() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| the (\w+) \|$", PAGE, re.MULTILINE)
    assert [kind for kind, _, _ in rows] == list(SubjectKind)
    for kind, known_by, whose in rows:
        place = MEMBERS.get(SubjectKind(kind))
        assert (whose == "campaign") is (place is None)
        if place is not None:
            assert f"{place.dotted}[].{place.keys[0]}`" in known_by
            assert all(f"`{key}`" in known_by for key in place.keys[1:])
    own = PAGE.partition("Only the campaign tells")[2].partition("its consent strings")[0]
    listed = {path for path in CAMPAIGNS_OWN if not re.search("consent|_string", path)}
    assert set(re.findall(r"`([\w.]+)`", own)) == listed
