"""The rehearsal of `docs/operations.md`: a service is set up, watched, copied, lost, and put back.

`ASSENT_REGENERATE=1` writes what the commands say.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.playing import ROOT, Terminal, check

PAGE = ROOT / "docs" / "operations.md"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Terminal]:
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    made = Terminal(tmp_path)
    made.activate(ROOT)
    yield made
    made.leave()


def test_the_rehearsal_goes_as_the_page_shows(machine: Terminal) -> None:
    def play(block: re.Match[str]) -> str:
        match block["how"]:
            case "serve":
                machine.serve(block["text"])
            case "stop":
                assert block["text"] == "^C\n"
                machine.stop()
            case "rehearsal":
                said = machine.played(block["text"])
                return f"<!-- rehearsal -->\n```console\n{said}```\n"
        return block[0]

    check(PAGE, play)
