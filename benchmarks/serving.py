"""Real services for benchmarks: gunicorn with processes of its own, a database, a key."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.installation.settings import Settings, load_settings
from api.installation.setup import initialise
from tests.postgresql import serving_postgresql

ROOT = Path(__file__).resolve().parent.parent
_SERVE = (
    "from api.installation.settings import load_settings; from api.server import serve; "
    "serve(load_settings())"
)
_CONSTANT = (
    "from api.installation.settings import load_settings; from api.server import Server; "
    "from benchmarks.constant import app; "
    "server = Server(load_settings()); server.load = lambda: app; server.run()"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a service is set up; `is_constant` answers a constant, by the same gunicorn."""

    workers: int = 2
    threads: int = 4
    batch_processes: int = 2
    policies: str | None = None
    on_postgresql: bool = False
    is_constant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that runs: its port, the key of a submitter, its settings and its process."""

    port: int
    token: str
    settings: Settings
    process: int

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        return children(self.process)


@contextmanager
def served(shape: Shape) -> Iterator[Service]:
    """Start a service, and end it."""
    with tempfile.TemporaryDirectory() as directory, _database(shape) as url:
        chosen = {
            "ASSENT_DATA_DIRECTORY": directory,
            "ASSENT_DATABASE_URL": url,
            "ASSENT_PORT": str(_free_port()),
            "ASSENT_WORKERS": str(shape.workers),
            "ASSENT_THREADS": str(shape.threads),
            "ASSENT_BATCH_PROCESSES": str(shape.batch_processes),
            "ASSENT_LOG_LEVEL": "error",
        }
        if shape.policies is not None:
            chosen["ASSENT_POLICIES"] = shape.policies
        settings = load_settings(chosen)
        token = initialise(settings).keys[1].token
        code = _CONSTANT if shape.is_constant else _SERVE
        server = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code.
            [sys.executable, "-c", code], env=os.environ | chosen, cwd=ROOT
        )
        try:
            _await_ready(settings.port)
            yield Service(port=settings.port, token=token, settings=settings, process=server.pid)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


@contextmanager
def _database(shape: Shape) -> Iterator[str]:
    """Give the URL of an empty database, or none for a file beside the service."""
    if not shape.on_postgresql:
        yield ""
        return
    with serving_postgresql() as server, server.database() as url:
        yield url


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_ready(port: int) -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the server did not start")


# --- what processes take ----------------------------------------------------------------------


def children(process: int) -> list[int]:
    """Return the processes that a process has started."""
    found = Path(f"/proc/{process}/task").glob("*/children")
    return [int(each) for file in found for each in file.read_text().split()]


def processor_time(processes: Sequence[int]) -> float:
    """Return the seconds of processor time that processes have taken so far."""
    ticks = 0
    for each in processes:
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_memory(process: int) -> float:
    """Return the MiB of a process that are in memory."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def private_memory(process: int) -> float:
    """Return the MiB that a process shares with nobody."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024
