"""Pages whose commands are typed in a folder, some of them beside a service that runs there.

What they say is compared with the page; what differs from run to run is settled.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.api.installation import free_port

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"(?:<!-- (?P<how>\w+)(?:: (?P<path>\S+))? -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```\n",
    re.DOTALL,
)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)$", re.MULTILINE)
SETTLED = {
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b": "0a83b180-a41a-45e6-ab3f-361586a7df55",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z": "2026-12-01T09:00:00Z",
    r"sha256:[0-9a-f]{64}": "sha256:cea238ac…",
    r"\d:[\w+/]{43}=": "7:Vz9JXoOk…",
    r"(?<=assent\.invalid/log/).*": "…",
}


class Terminal:
    """A folder, what is typed there, and the service that was started there."""

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
        site = self.folder / ".venv" / "site"
        self.activate(site)
        assert self.said(f"PIP_TARGET={site} {install}") == ""

    def activate(self, site: Path) -> None:
        """Put what is installed below a folder first, and the Python of the tests after it."""
        entry = self.folder / ".venv" / "bin" / "activate"
        entry.parent.mkdir(parents=True)
        ours = Path(sys.executable).parent
        entry.write_text(f"PATH={site}/bin:{ours}:$PATH\nexport PYTHONPATH={site}\n")

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

    def stop(self) -> None:
        """Interrupt the service, and wait for its end."""
        assert self._server is not None
        os.killpg(self._server.pid, signal.SIGINT)
        assert self._server.wait(60) == 0
        self._server = None


def check(page: Path, play: Callable[[re.Match[str]], str]) -> None:
    """Play the blocks of a page: what comes is the page, or `ASSENT_REGENERATE=1` makes it so."""
    seen = BLOCK.sub(play, page.read_text())
    if os.environ.get("ASSENT_REGENERATE") == "1":
        page.write_text(seen)
    assert seen == page.read_text()
