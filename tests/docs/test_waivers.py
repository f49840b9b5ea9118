"""`docs/waivers.md`, as Anna and Ben do it: the commands run, and say what the page says.

`ASSENT_REGENERATE=1` writes what they say. The page is of one day, and its dates are moved to today
when it is carried out; waivers are named on the page as the first one there.
"""

import json
import os
import re
import shlex
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner
from flask import Flask

from api.cli.main import assent
from api.cli.waiver_view import waiver_lines, waivers_lines
from api.wsgi import start
from tests.api import waiving
from tests.api.installation import Caller, Served, free_port, install, serving
from tests.api.publishing import publish

PAGE = Path(__file__).parents[2] / "docs" / "waivers.md"
BLOCK = re.compile(
    r"<!-- carried out -->\n```console\n(?P<block>.*?)```|<!-- decided -->\n```text\n.*?```",
    re.DOTALL,
)
CAMPAIGN = re.compile(r"<!-- file: spring.json -->\n```json\n(?P<text>.*?)```", re.DOTALL)
WAIVER, SHOWN = re.compile(r"\bw[0-9a-f]{12}\b"), "w3f2a9c81d0e4"
DAY, OF_THE_PAGE = re.compile(r"\d{4}-\d\d-\d\d"), date(2026, 11, 30)
TIME = re.compile(r"\d\d:\d\d:\d\d UTC")
HEAD = re.compile(r"\b19:[A-Za-z0-9+/]{43}=")
UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
INSTANT = re.compile(r"T\d\d:\d\d:[\d.]+Z")


def moved(text: str, by: timedelta) -> str:
    """Return a text with its dates that much later."""
    return DAY.sub(lambda found: (date.fromisoformat(found[0]) + by).isoformat(), text)


def run(line: str, by: timedelta, named: dict[str, str]) -> str:
    """Return what a command says, with the page's dates and names in it."""
    asked = moved(line.replace(SHOWN, named.get(SHOWN, SHOWN)), by)
    _, *arguments = shlex.split(asked)
    result = CliRunner(env={"ASSENT_REGENERATE": None}).invoke(assent, arguments)
    for real in WAIVER.findall(result.output):
        named.setdefault(SHOWN, real)
    told = moved(WAIVER.sub(SHOWN, result.output), -by)
    told = HEAD.sub("19:Hv3Zr0x1mJtq6o8mKq3m5nVb1cT7yYw2sE4dPfGhJkA=", told)
    return f"$ {line}\n{TIME.sub('09:00:00 UTC', told)}"


def decided(served: Served, by: timedelta) -> str:
    """Return the decision on the campaign of the page once the service follows the grant."""
    found = CAMPAIGN.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    body = moved(found["text"], by).encode()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        trial = json.dumps({**json.loads(body), "dry_run": True}).encode()
        _, _, answer = served.request("POST", "/v1/decisions", trial)
        if json.loads(answer)["decision"] == "allow":
            break
        time.sleep(0.1)
    _, _, text = served.request("POST", "/v1/decisions", body, Accept="text/plain")
    told = moved(WAIVER.sub(SHOWN, text.decode()), -by)
    return INSTANT.sub("T09:00:00Z", UUID.sub("7d9f43f0-1f0e-4c5e-9f0a-2b8d4f6a1c3e", told))


def the_rest(by: timedelta) -> None:
    """Do what the page only names: refuse, list what is unused, and answer programs in JSON."""

    def told(line: str) -> str:
        return CliRunner().invoke(assent, shlex.split(moved(line, by))).output

    days = "--from 2026-11-30 --until 2027-01-01 --ticket LEG-993 --reason 'for all'"
    scope = "--advertiser Acme --market DE --market FR --evidence https://a.example/1"
    asked = f"waivers request spending/free {scope} {days} --key-file anna.key --json"
    made = json.loads(told(asked))
    assert (made["advertiser"], made["markets"]) == ("Acme", ["DE", "FR"])
    shown = told(f"waivers show {made['id']} --key-file anna.key")
    assert "  for       advertiser Acme in DE, FR\n" in shown
    assert "  evidence  https://a.example/1\n" in shown
    refused = told(f"waivers refuse {made['id']} --reason 'for no one' --key-file ben.key")
    assert f"{made['id']}  refused  spending/free" in refused
    assert "  refused   by ben, " in refused
    listed = json.loads(told("waivers list --unused --json --key-file ben.key"))
    assert [each["id"] for each in listed["items"]] == [made["id"]]
    assert told("waivers list --state expired --key-file ben.key") == "no waiver is as you asked\n"
    again = told(f"waivers grant {made['id']} --as DPO --key-file ben.key")
    assert again.startswith('assent waivers grant: the key grants no waivers as "DPO"')


def test_list_says_why_a_granted_waiver_has_no_effect() -> None:
    made = {
        "id": "w1",
        "state": "granted",
        "rule": "p/r",
        "campaign": "c-1",
        "advertiser": "Acme",
        "markets": [],
        "from": "2026-12-01",
        "until": "2027-01-01",
        "in_effect": False,
        "why": "by the policies in force, `p/r` is mandatory, and nobody can waive it",
        "used": {"decisions": 1204, "last_at": None},
    }
    assert [line.plain for line in waivers_lines([made])] == [
        "w1  granted  p/r",
        "  campaign c-1 of advertiser Acme, from 2026-12-01 through 2026-12-31, in 1,204 decisions",
        "  without effect: by the policies in force, `p/r` is mandatory, and nobody can waive it",
    ]
    more = {"ticket": "T", "reason": "r", "evidence": [], "history": []}
    day = date(2026, 11, 30)
    told = [line.plain for line in waiver_lines({**made, **more}, day)]
    assert f"  in effect no: {made['why']}" in told
    borne = {**made, **more, "in_effect": True, "why": None}
    assert "  in effect from 2026-12-01 on" in [line.plain for line in waiver_lines(borne, day)]
    day += timedelta(days=1)
    assert "  in effect yes" in [line.plain for line in waiver_lines(borne, day)]


def test_anna_and_ben_do_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # In one process: after another process has followed a grant, this one decides by it as well.
    installation = install(tmp_path, log_level="error", port=free_port(), workers="1")
    started = start(installation.settings)
    publish(Caller(app=cast(Flask, started.wsgi), installation=installation), waiving.rules())
    started.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSENT_DATA_DIRECTORY", str(tmp_path / "var"))
    monkeypatch.setenv("ASSENT_URL", f"http://127.0.0.1:{installation.settings.port}")
    regenerates = os.environ.get("ASSENT_REGENERATE") == "1"
    monkeypatch.delenv("ASSENT_REGENERATE", raising=False)  # It is no setting of the service.
    by, named = datetime.now(UTC).date() - OF_THE_PAGE, dict[str, str]()

    def carry_out(found: re.Match[str]) -> str:
        if found["block"] is None:
            return f"<!-- decided -->\n```text\n{decided(served, by)}```"
        lines = re.findall(r"^\$ (.*)$", found["block"], re.MULTILINE)
        told = "".join(run(line, by, named) for line in lines)
        return f"<!-- carried out -->\n```console\n{told}```"

    (rule,) = re.findall(r"<!-- rule -->\n```policy\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert rule in waiving.rules()["spending.policy"]
    with serving(installation) as served:
        made = BLOCK.sub(carry_out, PAGE.read_text(encoding="utf-8"))
        the_rest(by)
    if regenerates:
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made
