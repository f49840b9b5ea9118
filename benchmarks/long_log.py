"""A long log: building it, then proofs, pages, exports and verification at its full length.

Run `python -m benchmarks.long_log [--entries 1000000] [--directory DIR] [--build]`. The log is made
once, by the code that appends decisions, 2,048 in a transaction, and lies in the directory where
one is given, for another run; `--build` makes it and measures nothing. Figures are medians of the
rounds; p95 and p99 are of single calls. Beside the time that passes, the time of the processor is
told: on a busy machine the first is the others'.

Of what a page is searched by, something frequent is looked for at the very end, below the
thousandth entry, and something rare, one decision in five thousand, from the middle on: half of all
entries lie between a page of it and the next.
"""

import argparse
import itertools
import platform
import random
import resource
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from api.cli.log_sources import DirectorySource
from api.exports.formats import file_pieces
from engine.audit.checkpoints.checkpoint import open_checkpoint, sign_checkpoint
from engine.audit.checkpoints.note import SignerKey
from engine.audit.entries.record import DecisionRecord, SealedRecord, seal
from engine.audit.export import write_export
from engine.audit.merkle.tree import TreeHead
from engine.audit.verification.verify import verify_export
from engine.audit.verification.verify_log import LogSource, verify_log
from engine.source.json_text import JSONValue
from engine.storage.databases.database import Database
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.static_tree import export_tree
from engine.storage.log.tile_log import TileLog
from engine.storage.migrate import migrate
from engine.storage.search.decisions import Decisions, write_cursor
from engine.storage.search.filters import DecisionFilter
from tests.audit.published import MemorySource

BATCH, CALLS = 2048, 1000
MARKETS, PLATFORMS = ("DE", "FR", "US-CA", "IT", "ES", "NL"), ("meta", "google", "tiktok", "snap")
CITED = (
    ("GDPR", "art 9(1)"),
    ("DSA", "art 28(2)"),
    ("GDPR", "art 6(1)(a)"),
    ("UCPD", "art 6"),
    ("AVMSD", "art 9(1)(c)"),
)
RARE = 1 / 5_000
A_VERSION = 100_000
"""The decisions by one version of the policies."""

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
DESCRIPTOR = b'{"id":"cmp-%d","targeting":{"age":{"min":13,"max":20},"profiling":true}}'


FREQUENT = {
    "no filter": DecisionFilter(),
    "rule": DecisionFilter(rule="policy-3/rule-4"),
    "policy": DecisionFilter(policy="policy-3"),
    "article": DecisionFilter(article="GDPR art 9"),
    "market": DecisionFilter(market="DE"),
    "platform": DecisionFilter(platform="meta"),
    "advertiser": DecisionFilter(advertiser="advertiser-0"),
    "article in a market": DecisionFilter(article="GDPR art 9", market="DE"),
    "policy set": DecisionFilter(policy_set="acme"),
    "policy version": DecisionFilter(policy_version=f"{0:012x}"),
    "outcome": DecisionFilter(outcome="deny"),
    "actor": DecisionFilter(actor="key-3"),
    "text": DecisionFilter(text="consent special"),
    "day": DecisionFilter(since=FIRST_DAY, until=FIRST_DAY + timedelta(days=1)),
}
"""What is looked for at the end of a search, by the name of the filter."""

RARELY = {
    "rare rule": DecisionFilter(rule="policy-rare/rule-4"),
    "rare policy": DecisionFilter(policy="policy-rare"),
    "rare article": DecisionFilter(article="GDPR art 22"),
    "rare market": DecisionFilter(market="MT"),
    "rare platform": DecisionFilter(platform="rare"),
    "rare advertiser": DecisionFilter(advertiser="advertiser-rare"),
    "rare article in a market": DecisionFilter(article="GDPR art 22", market="DE"),
    "inconclusive": DecisionFilter(conclusive=False),
    "nothing": DecisionFilter(market="MT", policy_set="acme", advertiser="nobody"),
}
"""What one decision in five thousand has, or none."""

SLOW = {
    "first month": DecisionFilter(since=FIRST_DAY, until=FIRST_DAY + timedelta(days=31)),
    "frequent article, rare platform": DecisionFilter(article="GDPR art 9", platform="rare"),
    "frequent words, one campaign": DecisionFilter(text="consent", campaign="cmp-77"),
}
"""What goes through much of the log."""


def record(number: int, chance: random.Random) -> DecisionRecord:
    """Return a small decision: one in five denied, with one of two hundred rules."""
    is_rare, campaign = chance.random() < RARE, chance.randrange(50_000)
    denied = is_rare or chance.random() < 0.2
    decision_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    policy = "rare" if is_rare else str(chance.randrange(20))
    rule = f"policy-{policy}/rule-{chance.randrange(10)}"
    instrument, article = ("GDPR", "art 22(1)") if is_rare else chance.choice(CITED)
    advertiser = 0 if chance.random() < 0.1 else campaign % 2000
    version = f"{number // A_VERSION:012x}"
    finding: JSONValue = {
        "status": "violated",
        "title": "Special categories of data need explicit consent",
        "sources": [{"instrument": instrument, "article": article}],
    }
    return DecisionRecord(
        decision_id=decision_id,
        decided_at=FIRST_DAY + timedelta(seconds=15 * number),
        input=DESCRIPTOR % campaign,
        result={
            "id": decision_id,
            "decision": "deny" if denied else "allow",
            "conclusive": not is_rare,
            "campaign": f"cmp-{campaign}",
            "advertiser": "advertiser-rare" if is_rare else f"advertiser-{advertiser}",
            "platforms": ["rare"] if is_rare else [chance.choice(PLATFORMS)],
            "markets": [{"market": "MT"}] if is_rare else _two_of(MARKETS, chance),
            "policy_set": {
                "name": "acme",
                "version": version,
                "digest": f"sha256:{version}{'d' * 52}",
            },
            "engine": {"name": "assent", "version": "0.1.0"},
            "rules": [{"rule": rule, "status": "violated"}] if denied else [],
            "findings": [finding] if denied else [],
        },
        actor=f"key-{chance.randrange(20)}",
    )


def _two_of(markets: Sequence[str], chance: random.Random) -> list[JSONValue]:
    return [{"market": each} for each in chance.sample(markets, 2)]


def build(file: Path, entries: int) -> Database:
    """Return a log of so many entries; what is there already stays."""
    url = f"sqlite:///{file}"
    migrate(url)
    database = Database(url)
    store, chance = SQLLogStore(database), random.Random(7)  # noqa: S311 - a seeded workload.
    done = TileLog(database).head().size
    sealed: Iterator[SealedRecord] = (seal(record(k, chance)) for k in range(done, entries))
    while batch := list(itertools.islice(sealed, BATCH)):
        store.append(batch)
    return database


def proofs(log: Decisions, size: int) -> None:
    """Time proofs of entries from all over the log."""
    chance = random.Random(8)  # noqa: S311 - as below.
    some = log.sample(DecisionFilter(as_of=size), 500).decisions
    ids = [each.decision.columns.decision_id for each in some]
    made = [partial(log.prove, chance.choice(ids)) for _ in range(CALLS)]
    told("proof of one entry", calls(made), "p99")


def pages(log: Decisions, size: int) -> None:
    """Time pages of 100: of what is frequent at the end of the search, of what is rare in it."""
    for below, searches, count in (
        (1000, FREQUENT, CALLS // 5),
        (size // 2, RARELY, CALLS // 5),
        (size // 2, SLOW, CALLS // 50),
    ):
        for name, filters in searches.items():
            asked = replace(filters, as_of=size)
            cursor = write_cursor(below, size, asked.digest())
            call = partial(log.page, asked, limit=100, cursor=cursor)
            told(f"page of {len(call().decisions)}, {name}", calls([call] * count), "p95")


def exports(log: Decisions, size: int, rounds: int) -> None:
    """Time all rows as CSV and NDJSON, and tell how much the memory grew meanwhile."""
    for name in ("csv", "ndjson"):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        rate(f"export as {name}, rows", size, partial(_exported, log, name), rounds)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"{'':<36} memory grew by {grown:.0f} MiB")


def _exported(log: Decisions, name: str) -> None:
    assert sum(map(len, file_pieces(name, log.matching(DecisionFilter()))))


def verification(database: Database, directory: Path, size: int, rounds: int) -> None:
    """Time the verification of the published log, and of an export with all contents."""
    key, log = SignerKey(name="log.example/bench", seed=bytes(32)), TileLog(database)
    published = directory / "published"
    published.mkdir(exist_ok=True)
    note = sign_checkpoint(log.head(), [key]).note
    known = [key.verifier]
    if not (published / "checkpoint").exists():
        export_tree(log, open_checkpoint(note, known), known, published)
    source = DirectorySource(directory=published)

    def published_log(source: LogSource) -> None:
        report = verify_log(source, known)
        assert report.is_valid, report.faults
        assert report.entries == size

    rate("verify the published log, entries", size, partial(published_log, source), rounds)
    files = {
        str(file.relative_to(published)): file.read_bytes()
        for file in published.rglob("*")
        if file.is_file()
    }
    memory = MemorySource(files=files)
    rate("the same from memory", size, partial(published_log, memory), rounds)
    del files, memory
    export = directory / "export.ndjson"
    head = TileLog(database).root_at(some := min(size, 100_000))
    with export.open("wb") as stream:
        tree = TreeHead(size=some, root=head)
        write_export(stream, head=tree, entries=log.entries(size=some), exported_at=FIRST_DAY)

    def whole() -> None:
        with export.open("rb") as stream:
            assert verify_export(stream).is_valid

    rate("verify an export with contents, entries", some, whole, rounds)


def rate(name: str, count: int, made: Callable[[], None], rounds: int) -> None:
    """Tell how many a second, by the clock and by the processor."""
    taken, used = [], []
    for _ in range(rounds):
        started, cpu = time.perf_counter(), time.process_time()
        made()
        taken.append(time.perf_counter() - started)
        used.append(time.process_time() - cpu)
    told_rate = f"{count / median(taken):>10,.0f}/s, {count / median(used):>10,.0f}/s of processor"
    print(f"{name:<42} {told_rate}", flush=True)


def calls(made: Iterable[Callable[[], object]]) -> list[tuple[float, float]]:
    """Return the milliseconds of each call, by the clock and by the processor."""
    times = []
    for call in made:
        started, cpu = time.perf_counter(), time.process_time()
        call()
        used = time.process_time() - cpu
        times.append((1000 * (time.perf_counter() - started), 1000 * used))
    return times


def told(name: str, times: list[tuple[float, float]], which: str) -> None:
    at = int(which[1:]) - 1
    clock, processor = zip(*times, strict=True)
    shown = (
        f"median {median(each):>6.2f} ms, {which} {quantiles(each, n=100)[at]:>7.2f} ms"
        for each in (clock, processor)
    )
    print(f"{name:<42} {'; of processor '.join(shown)}", flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--entries", type=int, default=1_000_000)
    arguments.add_argument("--directory", type=Path)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--build", action="store_true")
    given = arguments.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}; {given.entries:,} entries")
    with tempfile.TemporaryDirectory() as temporary:
        directory = given.directory or Path(temporary)
        directory.mkdir(exist_ok=True)
        used = time.process_time()
        database = build(directory / "long.db", given.entries)
        print(f"made in {time.process_time() - used:,.0f} s of processor", flush=True)
        if given.build:
            return
        log = Decisions(database)
        size = TileLog(database).head().size
        proofs(log, size)
        pages(log, size)
        verification(database, directory, size, given.rounds)
        exports(log, size, given.rounds)
        database.close()


if __name__ == "__main__":
    main()
