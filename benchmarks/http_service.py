"""Single decisions per second over HTTP: real gunicorn processes, a real database, real fsyncs.

Run `python -m benchmarks.http_service [--rounds 3] [--seconds 3] [--clients 8] [--workers 2]
[--threads 4] [--postgresql]`; it is part of `make bench`. They are posted by client processes on
the same machine, over kept-alive connections, in turn to the service and to the same server with an
application that answers a constant. Figures are medians.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.plot import chart
from benchmarks.serving import Service, Shape, processor_time, served
from benchmarks.table import Goal, line

CLIENTS = (1, 2, 4, 8, 16, 32, 64)
CAMPAIGN: dict[str, Any] = json.loads(
    files("api.examples").joinpath("allowed.json").read_text(encoding="utf-8")
)["campaign"]
"""The example that the shipped policies allow; where most is unknown, a record has 100 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is asked: by how many clients, for how many seconds, and how often."""

    clients: int = 8
    seconds: float = 3.0
    rounds: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What decisions came to: how many a second, of a constant as well, and how long each took.

    `spent` is the processor time of the service for one, in seconds.
    """

    rate: float
    constant: float
    spent: float
    times: list[float]

    def within(self, share: float) -> float:
        """Return the milliseconds within which so many of them were answered."""
        return 1000 * self.times[min(int(len(self.times) * share), len(self.times) - 1)]


def post(service: Service, clients: int, seconds: float) -> tuple[float, list[float]]:
    """Return answers per second, and the times of all."""
    body = json.dumps({"campaign": CAMPAIGN})
    what = {"port": service.port, "token": service.token, "body": body}
    with ExitStack() as stack:
        running = [stack.enter_context(_client()) for _ in range(clients)]
        _tell(running, what)
        _tell(running, 0.2)
        _heard(running)
        start = time.monotonic()
        _tell(running, seconds)
        times = _heard(running)
        rate = sum(map(len, times)) / (time.monotonic() - start)
    return rate, list(chain.from_iterable(times))


def _client() -> subprocess.Popen[str]:
    """Start a client; by itself it ends with its input."""
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("http_client.py"))]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own code.
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _tell(clients: Sequence[subprocess.Popen[str]], value: object) -> None:
    for each in clients:
        assert each.stdin is not None
        print(json.dumps(value), file=each.stdin, flush=True)


def _heard(clients: Sequence[subprocess.Popen[str]]) -> list[list[float]]:
    """Return what each has answered. One that failed has said why, and ends this too."""
    heard = []
    for each in clients:
        assert each.stdout is not None
        line = each.stdout.readline()
        if not line:
            raise SystemExit("a client has failed")
        heard.append(json.loads(line))
    return heard


def measure(shape: Shape, load: Load) -> Found:
    """Measure decisions, in turn with a constant answer by the same server."""
    constant = replace(shape, is_constant=True)
    rates, least, spent, times = [], [], [], list[float]()
    with served(shape) as service, served(constant) as other:
        for _ in range(load.rounds):  # In turn, so that both have the same machine.
            before = processor_time(service.workers)
            rate, taken = post(service, load.clients, load.seconds)
            spent.append((processor_time(service.workers) - before) / len(taken))
            rates.append(rate)
            times += taken
            least.append(post(other, load.clients, load.seconds)[0])
    middle = statistics.median
    return Found(
        rate=middle(rates), constant=middle(least), spent=middle(spent), times=sorted(times)
    )


def tell(name: str, found: Found) -> None:
    """Print what became of decisions, beside what is to be reached."""
    share = 100 * found.rate / found.constant
    relative = Goal(found=share, unit="% of a constant", limit=45, kind="at least")
    late = Goal(found=found.within(0.99), unit="ms, 99th percentile", limit=50)
    line(name, found.rate, "a second", relative, late)
    line("  the same server, answering a constant", found.constant, "a second")
    line("  half of them within", found.within(0.5), "ms")
    line("  the slowest", found.within(1), "ms")
    line("  processor time of the service for each", 1e6 * found.spent, "µs")


def goals() -> None:
    """Print what a service of two processes takes, and whether that is what is to be reached."""
    for name, shape in (("SQLite", Shape()), ("PostgreSQL", Shape(on_postgresql=True))):
        tell(f"decisions over HTTP, {name}", measure(shape, Load()))


def draw(directory: Path, machine: str) -> None:
    """Draw how many requests are answered, by the number of clients."""
    shapes = {
        "a constant": Shape(is_constant=True),
        "SQLite": Shape(),
        "PostgreSQL": Shape(on_postgresql=True),
    }
    curves = {}
    for name, shape in shapes.items():
        with served(shape) as service:
            curves[name] = [(each, post(service, each, 3.0)[0]) for each in CLIENTS]
    title = "Answers a second over HTTP, by the number of clients"
    drawn = chart(title, ("clients", "/s"), curves, f"two processes; {machine}")
    (directory / "scaling-clients.svg").write_text(drawn)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=3.0)
    arguments.add_argument("--clients", type=int, default=8)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--threads", type=int, default=4)
    arguments.add_argument("--postgresql", action="store_true")
    given = arguments.parse_args()
    load = Load(clients=given.clients, seconds=given.seconds, rounds=given.rounds)
    shape = Shape(workers=given.workers, threads=given.threads, on_postgresql=given.postgresql)
    kind = "PostgreSQL" if given.postgresql else "SQLite"
    name = f"{kind}, {given.workers} x {given.threads} threads, {given.clients} clients"
    tell(name, measure(shape, load))


if __name__ == "__main__":
    main()
