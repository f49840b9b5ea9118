"""The README says what is true: its outputs, its policy text, its Python and its links."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import Engine, explain, load_bundle

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
AS_OF = datetime(2026, 11, 24, 9, tzinfo=UTC)


def block(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found is not None, name
    return found[1]


def request(name: str) -> object:
    return json.loads((ROOT / "api" / "examples" / name).read_text())["campaign"]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_bundle(ROOT / "policies", name="assent"))


def test_the_denied_campaign_reads_as_shown(engine: Engine) -> None:
    told = explain(engine.decide(request("denied.json"), as_of=AS_OF))
    where = block("denied").removeprefix(told)
    assert re.fullmatch(r"recorded as entry 3 of the log, [0-9a-f-]{36}\n", where)


def test_the_other_example_is_allowed(engine: Engine) -> None:
    assert explain(engine.decide(request("allowed.json"), as_of=AS_OF)).startswith("ALLOW")


@pytest.mark.parametrize("part", ["rule", "case"])
def test_the_policy_text_is_that_of_the_shipped_policy(part: str) -> None:
    text = (ROOT / "policies" / "minors" / "no_profiled_ads.policy").read_text()
    written = "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    assert block(part).rstrip() in written


def test_the_mistake_reads_as_shown() -> None:
    golden = ROOT / "tests" / "golden" / "bad" / "semantics" / "misspelt_fact.expected"
    assert block("mistake") == golden.read_text()


def test_the_python_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(block("embedding"), "README.md", "exec"), {})  # noqa: S102 - our own words.
    assert "DENY" in capsys.readouterr().out


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
