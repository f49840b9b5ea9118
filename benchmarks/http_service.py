"""Decisions per second over HTTP: real gunicorn processes, a real SQLite file, real fsyncs.

Run `python benchmarks/http_service.py [--rounds 3] [--seconds 3] [--clients 8] [--records FILE]`.
Singles are posted by client processes on the same machine, over kept-alive connections. The batch
is one NDJSON request of campaigns, or of the Snapchat records of a CSV file. Figures are medians.
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
def served(directory: str, workers: int, code: str = SERVE) -> Iterator[tuple[int, str]]:
    """Yield the port and the key of a server, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chosen = {
        "ASSENT_DATA_DIRECTORY": directory,
        "ASSENT_PORT": str(port),
        "ASSENT_WORKERS": str(workers),
        "ASSENT_LOG_LEVEL": "error",
    }
    ours = {name: value for name, value in os.environ.items() if name == "ASSENT_POLICIES"}
    token = initialise(load_settings(chosen | ours)).keys[1].token
    server = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code.
        [sys.executable, "-c", code], env=os.environ | chosen, cwd=ROOT
    )
    try:
        await_ready(port)
        yield port, token
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


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=3.0)
    arguments.add_argument("--clients", type=int, default=8)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--records", type=Path)
    given = arguments.parse_args()
    lines, query = records(given.records)
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
