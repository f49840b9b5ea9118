"""Decisions per second over HTTP: real gunicorn processes, a real SQLite file, real fsyncs.

Run `python benchmarks/http_service.py [--rounds 3] [--seconds 3] [--clients 8] [--records FILE]`.
Singles are posted by client processes on the same machine, over kept-alive connections. The batch
is one NDJSON request of campaigns, or of the Snapchat records of a CSV file. Figures are medians.

With `--processes 0 1 2` only batches are measured, logged and dry: by one server for each number of
processes that decide them, in turn, with the processor time that a campaign takes in the process
that answers and in those that decide, and what these hold of memory.
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
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from api.settings import load_settings  # noqa: E402 - found once the path is set.
from api.setup import initialise  # noqa: E402 - as above.

SERVE = (
    "from api.settings import load_settings; from api.server import serve; serve(load_settings())"
)
CONSTANT = (
    "from api.settings import load_settings; from api.server import Server; "
    "from benchmarks.constant import app; "
    "server = Server(load_settings()); server.load = lambda: app; server.run()"
)
"""The same gunicorn with an application that answers a constant."""
CAMPAIGN: dict[str, Any] = json.loads(
    files("api.examples").joinpath("allowed.json").read_text(encoding="utf-8")
)["campaign"]
"""The example that the shipped policies allow; where most is unknown, a record has 100 kB."""


@contextmanager
def served(
    directory: str, workers: int, code: str = SERVE, processes: int = 2
) -> Iterator[tuple[int, str]]:
    """Yield the port and the key of a server, and end it."""
    with started(directory, workers, code, processes) as (port, token, _):
        yield port, token


@contextmanager
def started(
    directory: str, workers: int, code: str, processes: int
) -> Iterator[tuple[int, str, int]]:
    """Yield the port, the key and the process of a server, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chosen = {
        "ASSENT_DATA_DIRECTORY": directory,
        "ASSENT_PORT": str(port),
        "ASSENT_WORKERS": str(workers),
        "ASSENT_LOG_LEVEL": "error",
        "ASSENT_BATCH_PROCESSES": str(processes),
    }
    ours = {name: value for name, value in os.environ.items() if name == "ASSENT_POLICIES"}
    token = initialise(load_settings(chosen | ours)).keys[1].token
    server = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code.
        [sys.executable, "-c", code], env=os.environ | chosen, cwd=ROOT
    )
    try:
        await_ready(port)
        yield port, token, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


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
        return [json.dumps(CAMPAIGN).encode() + b"\n"] * 5000, ""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = [json.dumps(row).encode() + b"\n" for row in csv.DictReader(stream)]
    return lines, "format=snapchat&as_if_launched=2026-11-23"


def children(process: int) -> list[int]:
    """Return the processes that a process has started."""
    found = Path(f"/proc/{process}/task").glob("*/children")
    return [int(each) for file in found for each in file.read_text().split()]


def processor_time(processes: list[int]) -> float:
    """Return the seconds of processor time that processes have taken so far."""
    ticks = 0
    for each in processes:
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def private_memory(process: int) -> float:
    """Return the MiB that a process shares with nobody."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


class Batches:
    """A server with one worker that answers batches, and so many processes that decide them."""

    def __init__(self, port: int, token: str, server: int, processes: int) -> None:
        self._port, self._token, self._processes = port, token, processes
        (self._worker,) = children(server)
        self.rates: dict[str, list[float]] = {}
        self.times: dict[str, list[tuple[float, float]]] = {}

    def prepare(self, lines: list[bytes]) -> None:
        """Send batches until all processes are ready."""
        while True:
            before = {each: processor_time([each]) for each in children(self._worker)}
            batch(self._port, self._token, lines, "dry_run=true")
            taken = [processor_time([each]) - before.get(each, 0) for each in before]
            if len(before) == self._processes and all(each > 0.1 for each in taken):
                return

    def measure(self, lines: list[bytes], query: str) -> None:
        """Send one batch."""
        deciding = children(self._worker)
        before = processor_time([self._worker]), processor_time(deciding)
        rate = batch(self._port, self._token, lines, query)
        after = processor_time([self._worker]), processor_time(deciding)
        taken = [1e6 * (b - a) / len(lines) for a, b in zip(before, after, strict=True)]
        self.rates.setdefault(query, []).append(rate)
        self.times.setdefault(query, []).append((taken[0], taken[1]))

    def tell(self) -> None:
        """Print the medians."""
        held = [private_memory(each) for each in children(self._worker)]
        for query, rates in self.rates.items():
            answering, deciding = map(statistics.median, zip(*self.times[query], strict=True))
            print(
                f"{self._processes} processes, {'dry' if 'dry_run=true' in query else 'logged'}: "
                f"{statistics.median(rates):,.0f}/s; {answering:,.0f} µs in the process that "
                f"answers, {deciding:,.0f} µs in those that decide"
            )
        held_of_each = ", ".join(f"{each:.0f}" for each in held)
        print(
            f"  memory of its own: {held_of_each or 'none'} MiB; {private_memory(self._worker):.0f}"
            " MiB of the process that answers"
        )


def compare_batches(lines: list[bytes], query: str, rounds: int, counts: list[int]) -> None:
    """Measure batches by servers with other numbers of processes, in turn."""
    with ExitStack() as stack:
        servers = []
        for count in counts:
            directory = stack.enter_context(tempfile.TemporaryDirectory())
            running = stack.enter_context(started(directory, 1, SERVE, count))
            servers.append(Batches(*running, count))
        for each in servers:
            each.prepare(lines)
        for _ in range(rounds):
            for more in ("dry_run=true", "dry_run=false"):
                for each in servers:
                    each.measure(lines, f"{query}&{more}")
        for each in servers:
            each.tell()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=3.0)
    arguments.add_argument("--clients", type=int, default=8)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--records", type=Path)
    arguments.add_argument("--processes", type=int, nargs="+")
    given = arguments.parse_args()
    lines, query = records(given.records)
    if given.processes:
        compare_batches(lines, query, given.rounds, given.processes)
        return
    with (
        tempfile.TemporaryDirectory() as directory,
        tempfile.TemporaryDirectory() as other,
        served(directory, given.workers) as (port, token),
        served(other, given.workers, CONSTANT) as (constant, _),
    ):
        found, least = [], []
        for _ in range(given.rounds):  # In turn, so that both have the same machine.
            found.append(singles(port, token, given.clients, given.seconds))
            least.append(singles(constant, token, given.clients, given.seconds)[0])
        rate = statistics.median(each for each, _ in found)
        times = sorted(chain.from_iterable(each for _, each in found))
        middle, late = times[len(times) // 2], times[int(len(times) * 0.99)]
        print(
            f"single, {given.workers} workers, {given.clients} clients: {rate:,.0f}/s, "
            f"p50 {1000 * middle:.1f} ms, p99 {1000 * late:.1f} ms, worst {1000 * times[-1]:.0f} ms"
        )
        ratio = statistics.median(one / all_ for (one, _), all_ in zip(found, least, strict=True))
        print(
            f"a constant answer by the same server: {statistics.median(least):,.0f}/s; "
            f"a decision reaches {ratio:.0%} of it"
        )
        rate = statistics.median(batch(port, token, lines, query) for _ in range(given.rounds))
        print(f"NDJSON batch of {len(lines):,}: {rate:,.0f} decisions/s")


if __name__ == "__main__":
    main()
