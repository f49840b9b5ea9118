"""Decisions per second of a batch over HTTP, by how many processes decide it.

Run `python -m benchmarks.batches [--processes 0 1 2] [--rounds 3] [--records FILE]`. A batch is one
NDJSON request of 5,000 campaigns, or of the Snapchat records of a CSV file, logged and dry. Each
number of processes has a server of its own with one process that answers, and they are asked in
turn. Beside the rates stands the processor time of a campaign, in the process that answers and in
those that decide, and what they hold of memory. Figures are medians.
"""

import argparse
import csv
import http.client
import json
import statistics
import time
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path

from benchmarks.http_service import CAMPAIGN
from benchmarks.serving import (
    Service,
    Shape,
    children,
    private_memory,
    processor_time,
    served,
)
from benchmarks.table import Goal, line

COUNT = 5_000
_MOMENT = "%Y/%m/%d %H:%M:%SZ"


def records(path: Path | None) -> tuple[list[bytes], str]:
    """Return the lines of the batch, and its query."""
    if path is None:
        return [json.dumps(CAMPAIGN).encode() + b"\n"] * COUNT, ""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = [json.dumps(_launched(row)).encode() + b"\n" for row in csv.DictReader(stream)]
    return lines, "format=snapchat&as_of=2026-11-23T00:00:00Z"


def _launched(row: dict[str, str]) -> dict[str, str]:
    """Return a record with its flight moved to 2026-11-23, where the law of today concerns it."""
    ends = [name for name in ("StartDate", "EndDate") if row[name]]
    moments = {name: datetime.strptime(row[name], _MOMENT) for name in ends}  # noqa: DTZ007 - all are in UTC.
    later = date(2026, 11, 23) - moments["StartDate"].date()
    return row | {name: (moment + later).strftime(_MOMENT) for name, moment in moments.items()}


def send(service: Service, lines: list[bytes], query: str) -> float:
    """Send one batch; returns decisions per second."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port)
    headers = {
        "Authorization": f"Bearer {service.token}",
        "Content-Type": "application/x-ndjson",
    }
    start = time.monotonic()
    connection.request("POST", f"/v1/decisions/batch?{query}", b"".join(lines), headers)
    answer = connection.getresponse()
    answered = [json.loads(each) for each in answer]
    taken = time.monotonic() - start
    failed = [each["error"] for each in answered if "error" in each]
    if len(answered) != len(lines) or failed:
        raise SystemExit(f"{len(answered)} of {len(lines)} answered, {failed[:1]}")
    return len(lines) / taken


class Batches:
    """A service with one process that answers batches, and so many that decide them."""

    def __init__(self, service: Service, processes: int) -> None:
        self._service, self._processes = service, processes
        (self._worker,) = service.workers
        self.rates: dict[str, list[float]] = {}
        self._times: dict[str, list[tuple[float, float]]] = {}

    def prepare(self, lines: list[bytes]) -> None:
        """Send batches until all processes are ready."""
        while True:
            before = {each: processor_time([each]) for each in children(self._worker)}
            send(self._service, lines, "dry_run=true")
            taken = [processor_time([each]) - before[each] for each in before]
            if len(before) == self._processes and all(each > 0.1 for each in taken):
                return

    def measure(self, lines: list[bytes], query: str) -> None:
        """Send one batch."""
        deciding = children(self._worker)
        before = processor_time([self._worker]), processor_time(deciding)
        rate = send(self._service, lines, query)
        after = processor_time([self._worker]), processor_time(deciding)
        taken = [1e6 * (b - a) / len(lines) for a, b in zip(before, after, strict=True)]
        self.rates.setdefault(query, []).append(rate)
        self._times.setdefault(query, []).append((taken[0], taken[1]))

    def tell(self) -> None:
        """Print the medians."""
        for query, rates in self.rates.items():
            answering, deciding = map(statistics.median, zip(*self._times[query], strict=True))
            name = "dry" if "dry_run=true" in query else "logged"
            beside = f"{answering:,.0f} µs where it is answered, {deciding:,.0f} where decided"
            rate = statistics.median(rates)
            line(f"{self._processes} processes, {name}", rate, "a second", beside=beside)
        held = [private_memory(each) for each in (self._worker, *children(self._worker))]
        print("  memory of each alone:", ", ".join(f"{each:.0f} MiB" for each in held))


def goals() -> None:
    """Print what a logged batch takes, and whether that is what is to be reached."""
    lines, _ = records(None)
    for name, shape in (("SQLite", Shape()), ("PostgreSQL", Shape(on_postgresql=True))):
        with served(shape) as service:
            for _ in range(2):  # The processes that decide are there when they have built.
                send(service, lines, "dry_run=true")
            rate = statistics.median(send(service, lines, "") for _ in range(3))
        goal = Goal(found=rate, unit="a second", limit=15_000, kind="at least")
        line(f"batch of {COUNT:,} over HTTP, {name}", rate, "a second", goal)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--processes", type=int, nargs="+", default=[0, 1, 2])
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--records", type=Path)
    given = arguments.parse_args()
    lines, query = records(given.records)
    with ExitStack() as stack:
        compared = []
        for count in given.processes:
            shape = Shape(workers=1, batch_processes=count)
            compared.append(Batches(stack.enter_context(served(shape)), count))
        for each in compared:
            each.prepare(lines)
        for _ in range(given.rounds):
            for more in ("dry_run=true", "dry_run=false"):
                for each in compared:
                    each.measure(lines, f"{query}&{more}")
        for each in compared:
            each.tell()


if __name__ == "__main__":
    main()
