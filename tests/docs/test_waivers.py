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
HEAD = re.compile(r"\b9:[A-Za-z0-9+/]{43}=")
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
    told = HEAD.sub("9:Hv3Zr0x1mJtq6o8mKq3m5nVb1cT7yYw2sE4dPfGhJkA=", told)
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


def test_anna_and_ben_do_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installation = install(tmp_path, log_level="error", port=free_port())
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

    with serving(installation) as served:
        made = BLOCK.sub(carry_out, PAGE.read_text(encoding="utf-8"))
        assert served.process.poll() is None
    if regenerates:
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made
