"""`docs/python-client.md`: its Python runs, and its tables name what there is."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import api.client
from api.client import (
    Client,
    Log,
    PolicySetClient,
    RecordedDecisions,
    SavedQueries,
    StandingFacts,
    Waivers,
)
from tests.api.installation import ROOT, Served, allowed, campaign, ndjson
from tests.client.conftest import url_of

PAGE = (ROOT / "docs" / "python-client.md").read_text()
FIRST, MANY, RECORDED, WAIVED, STATED = re.findall(
    r"<!-- python -->\n```python\n(.*?)```", PAGE, re.DOTALL
)


@pytest.fixture
def key(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "assent.key"
    file.write_text(served.installation.tokens["both"])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSENT_URL", url_of(served))
    monkeypatch.setenv("ASSENT_KEY_FILE", str(file))
    return file


def run(python: str) -> None:
    exec(compile(python, "python-client.md", "exec"), {})  # noqa: S102 - our own words.


def test_one(served: Served, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = FIRST.replace("https://assent.example", url_of(served))
    with pytest.raises(SystemExit, match=r"^not launched$"):
        run(here.replace("/run/secrets/assent.key", str(key)))
    said = capsys.readouterr().out
    assert said.startswith("DENY  cmp-1\n")
    assert "\nmissing: /targeting/profiling (the ads are aimed by profiling people)\n" in said


def test_one_without_a_service(key: Path) -> None:
    nobody = FIRST.replace("https://assent.example", "http://127.0.0.1:9")
    patient = nobody.replace("key=", "patience=__import__('api').client.Patience(tries=1), key=")
    with pytest.raises(SystemExit, match="not launched, since there is no decision: http"):
        run(patient.replace("/run/secrets/assent.key", str(key)))


def test_many(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key.with_name("campaigns.ndjson").write_bytes(ndjson([allowed(), campaign(), {"id": 7}]))
    run(MANY)
    first, second, third = capsys.readouterr().out.splitlines()
    assert (first, second) == ("1 may launch", "2 ['minors/no_profiled_ads'] []")
    assert third.startswith("3 /id: this should be a text, and is the number `7`; write it")


def test_recorded(key: Path, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    client.decide(campaign(id="shown"))
    client.decide(allowed())
    run(RECORDED.replace("2026, 11, 1", "2020, 1, 1").replace("2026, 12, 1", "2120, 1, 1"))
    *denied, last = capsys.readouterr().out.splitlines()
    assert "shown ['minors/no_profiled_ads']" in denied
    count = re.fullmatch(
        r"(\d+) decisions in (decisions-\d+\.csv), described by \2\.manifest\.json", last
    )
    assert count is not None
    assert int(count[1]) > len(denied) > 0
    assert len(list(key.parent.glob("*.tlog-proof"))) == 2


def test_waived(
    served: Served, key: Path, house: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name, token in house.items():
        key.with_name(f"{name}.key").write_text(token)
    run(WAIVED.replace("https://assent.example", url_of(served)))
    assert re.search(r"^w[0-9a-f]{12} granted True$", capsys.readouterr().out, re.MULTILINE)


def test_stated(served: Served, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key.write_text(served.installation.tokens["author"])
    run(STATED)
    assert capsys.readouterr().out == (
        "Mailbird {'country': 'NL', 'dpa_ref': 'DPA-2026-031'} until 2027-01-01\n"
    )


def test_tables_name_what_there_is() -> None:
    recorded, _, rest = PAGE.partition("## Waivers")
    _, _, rest = rest.partition("## Everything else")
    for text, where in ((recorded, (RecordedDecisions,)), (rest, (api.client, Client))):
        for cell in re.findall(r"^\| (`\w+\(.*?) \|", text, re.MULTILINE):
            for name in re.findall(r"`(\w+)\(", cell):
                assert any(hasattr(each, name) for each in where), name
    for names, room in (
        *((r"`policy_set\(name\)` \|(.*)", PolicySetClient),),
        *((r"`client.waivers` \|(.*)", Waivers), (r"`client.facts` \|(.*)", StandingFacts)),
        *((r"`client.queries` \|(.*)", SavedQueries), (r"`client.log` \|(.*)", Log)),
    ):
        (row,) = re.findall(names, rest)
        told = set(re.findall(r"`(\w+)`", row))
        public = {each for each in vars(room) if not each.startswith("_")}
        assert told | {"show"} == public | {"show"}
    errors = {name for name in api.client.__all__ if name.endswith("Error")}
    assert {name for name in errors if f"`{name}`" not in PAGE} == set()
