"""`docs/python-client.md`: its Python runs, and its tables name what there is."""

import re
from pathlib import Path

import pytest

import api.client
from api.client import Client, PolicySetClient
from tests.api.installation import ROOT, Served, allowed, campaign, ndjson
from tests.client.conftest import url_of

PAGE = (ROOT / "docs" / "python-client.md").read_text()
FIRST, MANY = re.findall(r"<!-- python -->\n```python\n(.*?)```", PAGE, re.DOTALL)


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


def test_tables_name_what_there_is() -> None:
    rest = PAGE.partition("## The rest")[2]
    for cell in re.findall(r"^\| (`.*?) \|", rest, re.MULTILINE):
        for name in re.findall(r"`(\w+)", cell):
            assert hasattr(api.client, name) or hasattr(Client, name), name
    for name in ("push", "submit", "approve", "reject", "activate", "roll_back"):
        assert f"`{name}`" in rest
        assert hasattr(PolicySetClient, name)
    errors = {name for name in api.client.__all__ if name.endswith("Error")}
    assert {name for name in errors if f"`{name}`" not in PAGE} == set()
