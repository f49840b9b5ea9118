"""Decisions per second over HTTP: real gunicorn processes, a real database, real fsyncs.

Run `python -m benchmarks.http_service [--rounds 3] [--seconds 3] [--clients 8] [--workers 2]
[--threads 4] [--postgresql] [--records FILE]`; it is part of `make bench`. Singles are posted by
client processes on the same machine, over kept-alive connections, in turn to the service and to the
same server with an application that answers a constant. The batch is one NDJSON request of
campaigns, or of the Snapchat records of a CSV file. Figures are medians.
"""

import argparse
import csv
import http.client
import json
import multiprocessing
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

from api.settings import load_settings
from api.setup import initialise
from benchmarks.plot import chart
from benchmarks.table import Goal, line
from tests.postgresql import serving_postgresql

ROOT = Path(__file__).resolve().parent.parent
SERVE = (
    "from api.settings import load_settings; from api.server import serve; serve(load_settings())"
)
CONSTANT = (
    "from api.settings import load_settings; from api.server import Server; "
    "from benchmarks.constant import app; "
    "server = Server(load_settings()); server.load = lambda: app; server.run()"
)
"""The same gunicorn with an application that answers a constant."""
BATCH = 5_000
CLIENTS = (1, 2, 4, 8, 16, 32, 64)
CAMPAIGN: dict[str, Any] = json.loads(
    files("api.examples").joinpath("allowed.json").read_text(encoding="utf-8")
)["campaign"]
"""The example that the shipped policies allow; where most is unknown, a record has 100 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a service is set up: its processes, the threads of each, and whether on PostgreSQL."""

    workers: int = 2
    threads: int = 4
    on_postgresql: bool = False


@contextmanager
def served(shape: Shape, code: str = SERVE) -> Iterator[tuple[int, str, Path]]:
    """Yield the port, the key and the directory of a service, and end it."""
    with tempfile.TemporaryDirectory() as directory, _database(shape) as url:
        chosen = {
            "ASSENT_DATA_DIRECTORY": directory,
            "ASSENT_DATABASE_URL": url,
            "ASSENT_PORT": str(free_port()),
            "ASSENT_WORKERS": str(shape.workers),
            "ASSENT_THREADS": str(shape.threads),
            "ASSENT_LOG_LEVEL": "error",
        }
        ours = {name: value for name, value in os.environ.items() if name == "ASSENT_POLICIES"}
        token = initialise(load_settings(chosen | ours)).keys[1].token
        server = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code.
            [sys.executable, "-c", code], env=os.environ | chosen, cwd=ROOT
        )
        port = int(chosen["ASSENT_PORT"])
        try:
            await_ready(port)
            yield port, token, Path(directory)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


@contextmanager
def _database(shape: Shape) -> Iterator[str]:
    """Yield the URL of an empty database; none for the file beside the service."""
    if not shape.on_postgresql:
        yield ""
        return
    with serving_postgresql() as server, server.database() as url:
        yield url


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_ready(port: int) -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def post_for(port: int, token: str, seconds: float) -> list[float]:
    """Return how long each of the single decisions took."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body, taken = json.dumps({"campaign": CAMPAIGN}), []
    end = time.monotonic() + seconds
    while (start := time.monotonic()) < end:
        connection.request("POST", "/v1/decisions", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(text.decode())
        taken.append(time.monotonic() - start)
    return taken


def singles(port: int, token: str, clients: int, seconds: float) -> tuple[float, list[float]]:
    """Return decisions per second, and the sorted times of all."""
    with multiprocessing.get_context("spawn").Pool(clients) as pool:
        pool.starmap(post_for, [(port, token, 0.2)] * clients, chunksize=1)
        start = time.monotonic()
        times = pool.starmap(post_for, [(port, token, seconds)] * clients, chunksize=1)
        rate = sum(map(len, times)) / (time.monotonic() - start)
    return rate, sorted(chain.from_iterable(times))


def batch(port: int, token: str, lines: list[bytes], query: str) -> float:
    """Return decisions per second of one NDJSON request."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    start = time.monotonic()
    connection.request("POST", f"/v1/decisions/batch?{query}", b"".join(lines), headers)
    answer = connection.getresponse()
    answered = [json.loads(line) for line in answer]
    taken = time.monotonic() - start
    failed = [line["error"] for line in answered if "error" in line]
    if len(answered) != len(lines) or failed:
        raise SystemExit(f"{len(answered)} of {len(lines)} answered, {failed[:1]}")
    return len(lines) / taken


def records(path: Path | None) -> tuple[list[bytes], str]:
    """Return the lines of the batch, and its query."""
    if path is None:
        return [json.dumps(CAMPAIGN).encode() + b"\n"] * BATCH, ""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = [json.dumps(row).encode() + b"\n" for row in csv.DictReader(stream)]
    return lines, "format=snapchat&as_if_launched=2026-11-23"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is asked: by how many clients, for how long, and how often."""

    clients: int = 8
    seconds: float = 3.0
    rounds: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What single decisions came to: their rate, that of a constant, and the times of all."""

    rate: float
    constant: float
    times: list[float]

    def late(self, share: float) -> float:
        """Return the milliseconds within which so many of the decisions were answered."""
        return 1000 * self.times[min(int(len(self.times) * share), len(self.times) - 1)]


def measure(shape: Shape, load: Load) -> Found:
    """Measure single decisions, in turn with a constant answer by the same server."""
    with served(shape) as (port, token, _), served(shape, CONSTANT) as (constant, _, _):
        found, least = [], []
        for _ in range(load.rounds):  # In turn, so that both have the same machine.
            found.append(singles(port, token, load.clients, load.seconds))
            least.append(singles(constant, token, load.clients, load.seconds)[0])
    return Found(
        rate=statistics.median(rate for rate, _ in found),
        constant=statistics.median(least),
        times=sorted(chain.from_iterable(times for _, times in found)),
    )


def measure_batch(shape: Shape, load: Load, path: Path | None = None) -> float:
    """Measure batches; returns decisions per second."""
    lines, query = records(path)
    with served(shape) as (port, token, _):
        return statistics.median(batch(port, token, lines, query) for _ in range(load.rounds))


def goals() -> None:
    """Print what the service takes on two processes, and whether that is what is to be reached."""
    load = Load()
    for name, shape in (("SQLite", Shape()), ("PostgreSQL", Shape(on_postgresql=True))):
        print_singles(f"over HTTP, {name}", measure(shape, load))
        found = measure_batch(shape, load)
        goal = Goal(found=found, unit="a second", limit=15_000, kind="at least")
        line(f"batch of {BATCH:,} over HTTP, {name}", found, "a second", goal)


def print_singles(name: str, found: Found) -> None:
    """Print what became of single decisions, beside what is to be reached."""
    share = 100 * found.rate / found.constant
    relative = Goal(found=share, unit="% of a constant", limit=45, kind="at least")
    late = Goal(found=found.late(0.99), unit="ms, 99th percentile", limit=50)
    line(name, found.rate, "a second", relative, late)
    line("  half of them within", found.late(0.5), "ms")
    line("  all of them within", found.late(1), "ms")


def draw(directory: Path, machine: str) -> None:
    """Draw how many decisions are answered, by the number of clients."""
    curves: dict[str, list[tuple[float, float]]] = {
        "a constant": [],
        "SQLite": [],
        "PostgreSQL": [],
    }
    one, other = Shape(), Shape(on_postgresql=True)
    with (
        served(one, CONSTANT) as (constant, token, _),
        served(one) as (port, first, _),
        served(other) as (second_port, second, _),
    ):
        asked = ((constant, token), (port, first), (second_port, second))
        for clients in CLIENTS:
            for curve, (at, key) in zip(curves.values(), asked, strict=True):
                curve.append((clients, singles(at, key, clients, 3.0)[0]))
    title = "Answers a second over HTTP, by the number of clients"
    drawn = chart(title, ("clients", "a second"), curves, f"two processes; {machine}")
    (directory / "scaling-clients.svg").write_text(drawn)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=3.0)
    arguments.add_argument("--clients", type=int, default=8)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--threads", type=int, default=4)
    arguments.add_argument("--postgresql", action="store_true")
    arguments.add_argument("--records", type=Path)
    given = arguments.parse_args()
    shape = Shape(
        workers=given.workers, threads=given.threads, on_postgresql=given.postgresql
    )
    load = Load(clients=given.clients, seconds=given.seconds, rounds=given.rounds)
    name = f"{given.workers} processes, {given.threads} threads, {given.clients} clients"
    print_singles(name, measure(shape, load))
    line("batch", measure_batch(shape, load, given.records), "a second")


if __name__ == "__main__":
    main()
