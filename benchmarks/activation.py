"""How long decisions wait while 2,000 new rules are built and come into force, over real HTTP.

Run `python -m benchmarks.activation [--clients 8] [--quiet 5] [--building 15]`. The service has the
shipped policies. While clients ask without a pause, a version of 2,000 rules is approved, upon
which each process builds it, and later activated. Times are those of the clients, which share the
machine; requests that were under way in a phase belong to it. The machine's load is told beside.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle

from api.installation.contents import open_database
from benchmarks.serving import Shape, served
from benchmarks.workload import descriptors, files_of
from engine.audit.entries.acts import Transition
from engine.storage.databases.database import Database
from engine.storage.governance.changes import ChangeOrder
from engine.storage.governance.policies import policy_version
from engine.storage.governance.policy_sets import CheckReport, PolicySets

SET, RULES, CAMPAIGNS = "assent", 2_000, 200
SOUND = CheckReport(report=b"{}", is_sound=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when it began, how many seconds it took, its status, and what decided."""

    begun: float
    taken: float
    status: int
    digest: str | None


def ask_until(port: int, token: str, end: float) -> list[Asked]:
    """Ask without a pause until a time (`time.monotonic`, which all processes share)."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    bodies = cycle([json.dumps({"campaign": each}) for each in descriptors(CAMPAIGNS)])
    asked = []
    while (begun := time.monotonic()) < end:
        connection.request("POST", "/v1/decisions", next(bodies), headers)
        answer = connection.getresponse()
        made = json.loads(answer.read())
        digest = made["policy_set"]["digest"] if answer.status == 200 else None
        asked.append(Asked(begun, time.monotonic() - begun, answer.status, digest))
    return asked


def approve(database: Database) -> str:
    """Add a version of 2,000 rules and approve it, as two persons do; returns its digest."""
    sets, version = PolicySets(database), policy_version(SET, files_of(RULES))
    sets.add(SET, version, SOUND, actor="anna")
    sets.move(SET, version.digest, Transition.SUBMIT, ChangeOrder(actor="anna"))
    sets.move(SET, version.digest, Transition.APPROVE, ChangeOrder(actor="ben"))
    return version.digest


def tell(name: str, asked: Sequence[Asked], since: float, until: float) -> None:
    """Print what became of the requests that were under way between two times."""
    under_way = [each for each in asked if each.begun < until and each.begun + each.taken > since]
    times = sorted(each.taken for each in under_way)
    if not times:
        raise SystemExit(f"no request was under way {name}")
    middle, late = times[len(times) // 2], times[int(len(times) * 0.99)]
    refused = Counter(each.status for each in under_way if each.status != 200)
    print(
        f"{name:24}{len(times) / (until - since):8,.0f}/s  p50 {1000 * middle:6.1f} ms  "
        f"p99 {1000 * late:6.1f} ms  worst {1000 * times[-1]:6.0f} ms  not decided {dict(refused)}"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--clients", type=int, default=8)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--quiet", type=float, default=5.0)
    arguments.add_argument("--building", type=float, default=15.0)
    given = arguments.parse_args()
    with (
        served(Shape(workers=given.workers)) as service,
        closing(open_database(service.settings)) as database,
        multiprocessing.get_context("spawn").Pool(given.clients) as pool,
    ):
        asking = (service.port, service.token)
        warm = (*asking, time.monotonic() + 5)
        pool.starmap(ask_until, [warm] * given.clients, chunksize=1)
        start = time.monotonic()
        end = start + 2 * given.quiet + given.building
        load = pool.starmap_async(ask_until, [(*asking, end)] * given.clients, chunksize=1)
        time.sleep(given.quiet)
        approved = time.monotonic()
        digest = approve(database)
        time.sleep(max(0.0, approved + given.building - time.monotonic()))
        activated = time.monotonic()
        PolicySets(database).activate(SET, digest, ChangeOrder(actor="ben"), since=None)
        asked = [each for client in load.get() for each in client]
    print(f"{given.workers} workers, {given.clients} clients, load {os.getloadavg()[0]:.1f}")
    tell("before", asked, start, approved)
    tell("while it is built", asked, approved, activated)
    tell("once it is activated", asked, activated, end)
    first = min(each.begun for each in asked if each.digest == digest)
    old = [each.begun for each in asked if each.digest not in (digest, None)]
    last = max(old) - activated
    print(f"first decided by it {first - activated:.2f} s after, last not by it {last:.2f} s after")


if __name__ == "__main__":
    main()
