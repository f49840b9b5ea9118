"""Appends per second of the log: a real database, real fsyncs, records of real size.

Run `python benchmarks/append.py [--rounds 3] [--seconds 3] [--postgresql] [--small]`. Every load is
measured with contents in clear and sealed in turn, and their ratio is that of each pair. Each
figure is the median of the rounds. The processor's time is that of a sealed append, in the
processes that append, from the record to the receipt; p99 and worst are what callers waited for
their receipts.

A record is as large as one by the shipped policies, with as many rules and facets. `--small` has
records of one rule, and a finding in every fifth. Before the loads, one thread appends sealed
batches without waiting for anybody: what the store alone takes, and what it takes with the record.
"""

import argparse
import multiprocessing
import os
import platform
import random
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.long_log import record
from engine.audit.canonical import canonical
from engine.audit.entries.record import DecisionRecord, seal
from engine.audit.log import Committer
from engine.source.json_text import JSONValue
from engine.storage.databases.database import Database
from engine.storage.lifecycle.sealing import begin_sealing
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.migrate import migrate
from engine.storage.sealed.contents import Contents
from engine.storage.sealed.key_store import KeyStore
from engine.storage.sealed.wrapping import WrappingKeyFile
from tests.postgresql import serving_postgresql

NewDatabase = Callable[[], AbstractContextManager[str]]
CHANCE = random.Random()  # noqa: S311 - a workload.
BATCH, SMALL_BATCH, FEWEST_BATCHES = 64, 2048, 5
NO_ID = "00000000-0000-4000-8000-000000000000"
DESCRIPTOR = b'{"campaign":{"id":"cmp-2026-0042","name":"Autumn"},"targeting":{"age_min":18}}' * 34


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many callers append, and for how long."""

    processes: int
    threads: int
    seconds: float
    is_small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What came of a load: appends a second, microseconds of processor, milliseconds of waiting."""

    rate: float
    processor: float
    p99: float
    worst: float


def make_record() -> DecisionRecord:
    """Return a denial, its result as an evaluator hands it over: as bytes."""
    decision_id = str(uuid.uuid4())
    return DecisionRecord(
        decision_id=decision_id,
        decided_at=datetime.now(UTC),
        input=DESCRIPTOR,
        result=denial().replace(NO_ID.encode(), decision_id.encode()),
        actor="ad-ops pipeline",
    )


@cache
def denial() -> bytes:
    """Return the result of a denial without its id."""
    statuses = (
        *("violated", "undetermined", "undetermined", "waived"),
        *("satisfied",) * 25,
        *("not applicable",) * 85,
    )
    rules: list[JSONValue] = [
        {"rule": f"privacy-by-law-{k % 9}/no-profiling-of-minors-{k}", "status": status}
        for k, status in enumerate(statuses)
    ]
    finding: JSONValue = {
        "rule": "privacy-by-law-0/no-profiling-of-minors-0",
        "status": "violated",
        "title": "Special categories of data need explicit consent",
        "sources": [{"instrument": "GDPR", "article": "art 9(1)", "url": "https://example.org/9"}],
        "clause": {"text": "c" * 120, "file": "privacy.policy", "line": 12, "column": 1},
        "facts": [{"pointer": "/targeting/age_min", "value": 13, "required": "at least 18"}],
        "message": "m" * 110,
        "remedy": "r" * 80,
    }
    result: dict[str, JSONValue] = {
        "id": NO_ID,
        "decision": "deny",
        "conclusive": True,
        "campaign": "cmp-2026-0042",
        "advertiser": "Fjellsko AS",
        "platforms": ["meta", "google"],
        "markets": [{"market": "DE", "decision": "deny", "conclusive": True}],
        "policy_set": {"name": "acme-global", "version": "2026.10", "digest": "5f" * 32},
        "engine": {"name": "assent", "version": "0.1.0"},
        "as_of": "2026-10-05T08:15:00Z",
        "rules": rules,
        "findings": [finding, finding],
    }
    return canonical(result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Where the keys are that contents are sealed under."""

    url: str
    file: Path


def opened(url: str, keys: Keys | None) -> Database:
    """Return a database, which seals contents where there are keys."""
    if keys is None:
        return Database(url)
    store = KeyStore(Database(keys.url), WrappingKeyFile(keys.file))
    return Database(url, contents=Contents(store))


def append_for(url: str, load: Load, keys: Keys | None) -> tuple[list[float], float]:
    """Return how long each append took, and the time of the processor, in seconds."""
    database = opened(url, keys)
    committer = Committer(SQLLogStore(database))
    waits: list[list[float]] = [[] for _ in range(load.threads)]
    make = small_record if load.is_small else make_record
    end, used = time.monotonic() + load.seconds, time.process_time()

    def work(mine: list[float]) -> None:
        while (start := time.monotonic()) < end:
            committer.append(make())
            mine.append(time.monotonic() - start)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in waits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    committer.close()
    database.close()
    return [each for mine in waits for each in mine], time.process_time() - used


def small_record() -> DecisionRecord:
    return record(0, CHANCE)


def batches(url: str, keys: Keys, seconds: float, *, is_small: bool) -> tuple[float, float]:
    """Return the microseconds of an append in sealed batches: of the store, and with the record."""
    migrate(url)
    database = opened(url, keys)
    assert database.contents is not None
    begin_sealing(database, database.contents)
    store, make = SQLLogStore(database), small_record if is_small else make_record
    size = SMALL_BATCH if is_small else BATCH
    stored, whole, end = list[float](), list[float](), time.monotonic() + seconds
    while time.monotonic() < end or len(stored) < FEWEST_BATCHES:
        records = [make() for _ in range(size)]
        start = time.process_time()
        sealed = [seal(each) for each in records]
        made = time.process_time()
        store.append(sealed)
        done = time.process_time()
        stored.append(1e6 * (done - made) / size)
        whole.append(1e6 * (done - start) / size)
    database.close()
    return statistics.mean(stored), statistics.mean(whole)  # The keys of four batches are one's.


def measure(load: Load, url: str, keys: Keys | None) -> Round:
    """Return what comes of one round."""
    migrate(url)
    made = opened(url, keys)
    if made.contents is not None:
        begin_sealing(made, made.contents)
    made.close()
    start = time.monotonic()
    if load.processes == 1:
        results = [append_for(url, load, keys)]
    else:
        with multiprocessing.get_context("spawn").Pool(load.processes) as pool:
            pool.starmap(append_for, [(url, Load(processes=1, threads=1, seconds=0.1), keys)] * 2)
            start = time.monotonic()
            results = pool.starmap(append_for, [(url, load, keys)] * load.processes, chunksize=1)
    taken = time.monotonic() - start
    database = Database(url)
    size = TileLog(database).head().size
    database.close()
    waits = sorted(wait for found, _ in results for wait in found)
    count = len(waits)
    if size < count:
        raise SystemExit(f"{count} appended, {size} in the log")
    return Round(
        rate=count / taken,
        processor=1e6 * sum(used for _, used in results) / count,
        p99=1000 * waits[int(0.99 * count)],
        worst=1000 * waits[-1],
    )


@contextmanager
def sqlite_databases() -> Iterator[NewDatabase]:
    """Give what makes an empty file of SQLite."""
    with tempfile.TemporaryDirectory() as directory:
        yield lambda: nullcontext(f"sqlite:///{directory}/{uuid.uuid4()}.db")


@contextmanager
def postgresql_databases() -> Iterator[NewDatabase]:
    """Give what makes an empty database of a PostgreSQL on this machine."""
    with serving_postgresql() as server:
        yield server.database


def machine(is_small: bool) -> str:  # noqa: FBT001 - as it was asked for.
    """Return what is appended, and where."""
    sealed = seal(small_record() if is_small else make_record())
    size = len(sealed.payload.input) + len(sealed.payload.result)
    leaf, facets = len(sealed.leaf(datetime.now(UTC))), len(sealed.facets)
    what = f"leaf {leaf} bytes, payload {size:,} bytes, {facets} facets"
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; {what}"
    )


def of_batches(new_database: NewDatabase, given: argparse.Namespace) -> str:
    """Return what sealed batches of one thread take, the median of the rounds."""
    rounds = []
    for _ in range(given.rounds):
        with (
            new_database() as url,
            new_database() as keys_url,
            tempfile.TemporaryDirectory() as directory,
        ):
            keys = Keys(url=keys_url, file=Path(directory) / "content.key")
            rounds.append(batches(url, keys, given.seconds, is_small=given.small))
    stored, whole = (statistics.median(each) for each in zip(*rounds, strict=True))
    size = SMALL_BATCH if given.small else BATCH
    rate = 1e6 / whole
    told = f"{stored:.0f} µs in the store, {whole:.0f} µs with the record ({rate:,.0f}/s of a core)"
    return f"sealed batches of {size:,}, of processor: {told}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=3.0)
    arguments.add_argument("--postgresql", action="store_true")
    arguments.add_argument("--small", action="store_true")
    given = arguments.parse_args()
    print(machine(given.small))
    databases = postgresql_databases() if given.postgresql else sqlite_databases()
    with databases as new_database:
        print(of_batches(new_database, given), flush=True)
    heading = f"{'in clear/s':>11} {'sealed/s':>9} {'ratio':>6} {'cpu µs':>7} {'p99 ms':>8}"
    print(f"{'processes x threads':>20} {heading} {'worst ms':>9}")
    databases = postgresql_databases() if given.postgresql else sqlite_databases()
    with databases as new_database:
        for processes, threads in ((1, 1), (1, 16), (1, 64), (2, 16), (2, 32)):
            load = Load(
                processes=processes, threads=threads, seconds=given.seconds, is_small=given.small
            )
            rounds = []
            for _ in range(given.rounds):
                with new_database() as url:
                    clear = measure(load, url, None).rate
                with (
                    new_database() as url,
                    new_database() as keys_url,
                    tempfile.TemporaryDirectory() as directory,
                ):
                    keys = Keys(url=keys_url, file=Path(directory) / "content.key")
                    made = measure(load, url, keys)
                waiting = (made.processor, made.p99, made.worst)
                rounds.append((clear, made.rate, made.rate / clear, *waiting))
            medians = [statistics.median(each) for each in zip(*rounds, strict=True)]
            clear, rate, ratio, processor, p99, worst = medians
            shown = f"{clear:>11,.0f} {rate:>9,.0f} {ratio:>6.2f} {processor:>7.0f} {p99:>8.1f}"
            print(f"{processes:>10} x {threads:<7} {shown} {worst:>9.1f}", flush=True)


if __name__ == "__main__":
    main()
