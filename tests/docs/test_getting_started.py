"""`docs/getting-started.md`, as a newcomer does it: with the wheel, in a folder of their own.

`ASSENT_REGENERATE=1` writes what the commands say.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.playing import ROOT, Terminal, check

PAGE = ROOT / "docs" / "getting-started.md"


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Terminal]:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own command.
    made = Terminal(tmp_path)
    yield made
    made.leave()


def test_the_page_shows_what_a_newcomer_sees(newcomer: Terminal) -> None:
    def play(block: re.Match[str]) -> str:
        match block["how"]:
            case "wheel":
                newcomer.install(block["text"])
            case "serve":
                newcomer.serve(block["text"])
            case "file":
                (newcomer.folder / block["path"]).write_text(
                    block["text"].replace(":8000", f":{newcomer.port}")
                )
            case "checkout":
                pass
            case _ if block["kind"] == "console":
                return f"```console\n{newcomer.played(block['text'])}```\n"
        return block[0]

    check(PAGE, play)


def test_the_checkout_is_set_up_as_the_page_says() -> None:
    block = re.search(
        r"<!-- checkout -->\n```console\n\$ (.*)\n\$ source (.*)\n```", PAGE.read_text()
    )
    assert block is not None
    would = subprocess.run(  # noqa: S602 - as above.
        f"{block[1]} --dry-run --always-make",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "-m venv .venv" in would.stdout
    assert block[2] == ".venv/bin/activate"
