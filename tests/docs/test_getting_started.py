"""`docs/getting-started.md`, as a newcomer does it: with the wheel, in a folder of their own.

`ASSENT_REGENERATE=1` writes what the commands say. Names that differ from run to run are settled.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.api.installation import free_port

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "getting-started.md"
BLOCK = re.compile(
    r"(?:<!-- (?P<how>\w+)(?:: (?P<path>\S+))? -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```\n",
    re.DOTALL,
)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)$", re.MULTILINE)
SETTLED = {
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b": "0a83b180-a41a-45e6-ab3f-361586a7df55",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z": "2026-12-01T09:00:00Z",
    r"sha256:[0-9a-f]{64}": "sha256:cea238ac…",
    r"\d:[\w+/]{43}=": "4:Vz9JXoOk…",
    r"(?<=assent\.invalid/log/).*": "…",
}


class Newcomer:
    """A folder with the wheel in it, and what is typed there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        ours = {name: text for name, text in os.environ.items() if not name.startswith("ASSENT_")}
        quiet = {"COLUMNS": "100", "NO_COLOR": "1", "ASSENT_PORT": self.port, "PIP_NO_INDEX": "1"}
        # What Assent needs is found in the environment of the tests, and not fetched.
        self._environment = ours | quiet | {"PIP_NO_DEPS": "1"}
        self._server: subprocess.Popen[bytes] | None = None

    def shell(self, command: str) -> list[str]:
        here = command.replace(":8000", f":{self.port}")
        active = "source .venv/bin/activate; " if (self.folder / ".venv" / "bin").exists() else ""
        return ["bash", "-c", f"{active}exec 2>&1; {here}"]

    def said(self, command: str) -> str:
        """Return what a command writes to the terminal."""
        result = subprocess.run(  # noqa: S603 - the commands of our own page.
            self.shell(command),
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        text = result.stdout.replace(f":{self.port}", ":8000")
        for pattern, settled in SETTLED.items():
            text = re.sub(pattern, settled, text)
        return text

    def played(self, console: str) -> str:
        """Return a block with what its commands say."""
        told = (
            f"$ {command}\n{self.said(command).rstrip()}".rstrip() + "\n"
            for command in COMMAND.findall(console)
        )
        return "".join(told)

    def install(self, console: str) -> None:
        """Install the wheel; the folder that is activated has the tests' Python in front."""
        make, activate, install = COMMAND.findall(console)
        assert (make, activate) == ("python3 -m venv .venv", "source .venv/bin/activate")
        entry = self.folder / ".venv" / "bin" / "activate"
        entry.parent.mkdir(parents=True)
        site, ours = self.folder / ".venv" / "site", Path(sys.executable).parent
        entry.write_text(f"PATH={site}/bin:{ours}:$PATH\nexport PYTHONPATH={site}\n")
        assert self.said(f"PIP_TARGET={site} {install}") == ""

    def serve(self, console: str) -> None:
        (command,) = COMMAND.findall(console)
        with (self.folder / "serve.log").open("wb") as log:
            self._server = subprocess.Popen(  # noqa: S603 - as above.
                self.shell(f"exec {command}"),
                cwd=self.folder,
                env=self._environment,
                stdout=log,
                start_new_session=True,
            )
        for _ in range(600):
            assert self._server.poll() is None, (self.folder / "serve.log").read_text()
            try:
                urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=10).close()
            except URLError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the server did not become ready")

    def leave(self) -> None:
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own command.
    made = Newcomer(tmp_path)
    yield made
    made.leave()


def test_the_page_shows_what_a_newcomer_sees(newcomer: Newcomer) -> None:
    page = PAGE.read_text()

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

    seen = BLOCK.sub(play, page)
    if os.environ.get("ASSENT_REGENERATE") == "1":
        PAGE.write_text(seen)
    assert seen == PAGE.read_text()


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
