"""`docs/publishing.md`, as Anna and Ben do it: the commands run, and say what the page says.

`ASSENT_REGENERATE=1` writes what they say. Times, and the names of versions, differ from one run to
the next; names are compared by the order in which they appear.
"""

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import assent
from tests.api.installation import free_port, install, serving

PAGE = Path(__file__).parents[2] / "docs" / "publishing.md"
PART = re.compile(
    r"<!-- edit: (?P<file>\S+): (?P<old>[^\n]*) -> (?P<new>[^\n]*) -->"
    r"|<!-- publishing -->\n```console\n(?P<block>.*?)```",
    re.DOTALL,
)
NAME = re.compile(r"\b[0-9a-f]{12}\b")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
SHOWN = ("3f2a9c81d0e4", "7be05d1a96c2")
"""What the versions are called on the page."""

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")


class Page:
    """The page as it is carried out: the names of versions on it, and those that there are."""

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._real: list[str] = []

    def settled(self, text: str) -> str:
        """Return an output with the page's names and times in it."""
        for real in NAME.findall(DIGEST.sub("", text)):
            if real not in self._real:
                self._real.append(real)
                self._shown.append(SHOWN[len(self._shown)])
        for real, shown in zip(self._real, self._shown, strict=True):
            text = DIGEST.sub("sha256:…", text).replace(real, shown)
        return TIME.sub("2026-11-30 09:00:00 UTC", text)

    def run(self, block: str) -> str:
        """Return a block with what its commands say now."""
        lines = []
        for line in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
            asked = NAME.sub(lambda found: self._real[self._shown.index(found[0])], line)
            program, *arguments = shlex.split(asked)
            assert program == "assent"
            result = CliRunner(env={"ASSENT_REGENERATE": None}).invoke(assent, arguments)
            assert result.exit_code == 0, result.output
            lines.append(f"$ {line}\n{self.settled(result.output)}")
        return "".join(lines)


def test_anna_and_ben_do_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installation = install(tmp_path, log_level="error", port=free_port())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSENT_DATA_DIRECTORY", str(tmp_path / "var"))
    monkeypatch.setenv("ASSENT_URL", f"http://127.0.0.1:{installation.settings.port}")
    regenerates = os.environ.get("ASSENT_REGENERATE") == "1"
    monkeypatch.delenv("ASSENT_REGENERATE", raising=False)  # It is no setting of the service.
    page = Page()

    def carry_out(found: re.Match[str]) -> str:
        if found["block"] is None:
            file = tmp_path / found["file"]
            text = file.read_text(encoding="utf-8")
            assert found["old"] in text
            file.write_text(text.replace(found["old"], found["new"]), encoding="utf-8")
            return found[0]
        return f"<!-- publishing -->\n```console\n{page.run(found['block'])}```"

    with serving(installation):
        made = PART.sub(carry_out, PAGE.read_text(encoding="utf-8"))
    if regenerates:
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made
