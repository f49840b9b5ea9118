"""`docs/tutorial.md`, typed by a newcomer: each command is run, and what it says is what is shown.

`ASSENT_REGENERATE=1` writes the outputs anew, and how many rules are shipped.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import load_bundle

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial.md"

BLOCK = re.compile(
    r"(?:<!-- (?P<how>file|append): (?P<path>\S+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```\n",
    re.DOTALL,
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder in which there is what the page takes from the checkout."""
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    activate = tmp_path / ".venv" / "bin" / "activate"
    activate.parent.mkdir(parents=True)
    activate.write_text(f"PATH={Path(sys.executable).parent}:$PATH\n")
    return tmp_path


def said(command: str, folder: Path) -> str:
    """Return what a command writes to the terminal, in a shell that was set up as on the page."""
    environment = os.environ | {"COLUMNS": "100", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    shell = ["bash", "-c", f"source .venv/bin/activate; {command} 2>&1"]
    result = subprocess.run(  # noqa: S603 - the commands of our own page.
        shell, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return result.stdout


def played(console: str, folder: Path) -> Iterator[str]:
    """Yield each command of a block with what it says."""
    for command in re.findall(r"^\$ (.*)$", console, re.MULTILINE):
        yield f"$ {command}\n{said(command, folder).rstrip()}".rstrip() + "\n"


def test_the_page_shows_what_a_newcomer_sees(checkout: Path) -> None:
    page = PAGE.read_text()

    def play(block: re.Match[str]) -> str:
        if block["how"]:
            file = checkout / block["path"]
            before = file.read_text() if block["how"] == "append" else ""
            file.write_text(before + block["text"])
        if block["kind"] != "console":
            return block[0]
        return f"```console\n{''.join(played(block['text'], checkout))}```\n"

    shipped = len(load_bundle(ROOT / "policies").own_rules)
    seen = re.sub(r"\d+ rules to read", f"{shipped} rules to read", BLOCK.sub(play, page))
    if os.environ.get("ASSENT_REGENERATE") == "1":
        PAGE.write_text(seen)
    assert seen == PAGE.read_text()
