"""Time of a decision over 20 to 10,000 rules, beside the same 20 rules written by hand in Python.

Run it as `python -m benchmarks.scale`, or `make bench`. It prints medians in microseconds for each
campaign, says of each goal whether it is reached, and never fails. The times are of the processor,
so that other work on the machine disturbs them less; what a goal compares is measured in turn in
one process. That both sides answer alike is checked before anything is timed.
"""

import gc
import hashlib
import json
import platform
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from time import process_time_ns
from typing import Any

from benchmarks import peers
from benchmarks.by_hand import breached
from benchmarks.workload import bundle_of, descriptors, unshared
from engine.audit.record import DecisionRecord, seal
from engine.bundle.bundle import Bundle
from engine.evaluation.document import Identity, document
from engine.evaluation.program import compile_program
from engine.evaluation.result import Status
from engine.evaluation.values import Campaign
from engine.source.json_text import read_json

CAMPAIGNS, ROUNDS = 200, 9
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
ID = "7d9f43f0-1f0e-4c5e-9f0a-2b8d4f6a1c3e"
IDENTITY = Identity(name="workload", version="1", digest="sha256:00", engine="0")


@dataclass(frozen=True, slots=True)
class Workload:
    """Campaigns in every form, and the bundle that decides them."""

    bundle: Bundle
    descriptors: list[dict[str, Any]]
    texts: list[bytes]
    campaigns: list[Campaign]

    @classmethod
    def of(cls, bundle: Bundle) -> "Workload":
        """Return the campaigns of the workload for a bundle."""
        made = list(descriptors(CAMPAIGNS))
        read = [bundle.decoder.decode(each)[0] for each in made]
        return cls(
            bundle=bundle,
            descriptors=made,
            texts=[json.dumps(each, separators=(",", ":")).encode() for each in made],
            campaigns=[each for each in read if each is not None],
        )

    def decide(self) -> None:
        """Decide every campaign, findings and evidence included."""
        for campaign in self.campaigns:
            self.bundle.program.decide(campaign, as_of=AS_OF)

    def decode(self) -> None:
        """Read and check every campaign from its bytes."""
        for text in self.texts:
            self.bundle.decoder.decode(read_json(text))

    def record(self) -> None:
        """Go the whole way of every campaign: from its bytes to the hash of its leaf."""
        for text in self.texts:
            campaign, _ = self.bundle.decoder.decode(read_json(text))
            assert campaign is not None
            decision = self.bundle.program.decide(campaign, as_of=AS_OF)
            made = DecisionRecord(
                decision_id=ID,
                decided_at=AS_OF,
                input=text,
                result=document(decision, id=ID, identity=IDENTITY),  # type: ignore[arg-type]  # JSON.
                actor="cli",
            )
            hashlib.sha256(seal(made).entry(0, AS_OF).leaf).digest()


def main() -> None:
    print(f"Python {platform.python_version()}, {platform.machine()}; {CAMPAIGNS} campaigns")
    work = Workload.of(bundle_of(20))
    agree(work)

    def by_hand() -> None:
        for descriptor in work.descriptors:
            breached(descriptor, AS_OF.date())

    hand, twenty = medians([by_hand, work.decide])
    line("by hand, 20 rules, no evidence", hand)
    line("decide, 20 rules", twenty, "x by hand", twenty / hand, 3.5)
    times = {}
    for count, goal in ((200, 12.0), (2_000, 38.0)):
        (times[count],) = medians([Workload.of(bundle_of(count)).decide])
        line(f"decide, {count:,} rules", times[count], "µs", times[count], goal)
    (most,) = medians([Workload.of(bundle_of(10_000)).decide])
    line("decide, 10,000 rules", most, "x 2,000 rules", most / times[2_000], 4)
    beside_a_peer()
    loads = peers.json_reader() or json.loads
    read, loaded = medians([work.decode, lambda: [loads(each) for each in work.texts]])
    line("decode and validate from bytes", read, f"x {loads.__module__}.loads", read / loaded, 5)
    (whole,) = medians([Workload.of(bundle_of(200)).record])
    line("bytes to leaf hash, 200 rules", whole, "µs", whole, 110)
    memory()


def agree(work: Workload) -> None:
    """See that the rules by hand and in the language find the same."""
    for descriptor, campaign in zip(work.descriptors, work.campaigns, strict=True):
        decision = work.bundle.program.decide(campaign, as_of=AS_OF)
        violated = [r.rule.id for r in decision.with_status(Status.VIOLATED)]
        by_hand = breached(descriptor, AS_OF.date())
        assert [int(name.rpartition("r")[2]) for name in violated] == by_hand, descriptor["id"]


def beside_a_peer() -> None:
    """Time 2,000 rules that share nothing, beside datalogic where it is installed."""
    work = Workload.of(unshared(2_000))
    peer = peers.datalogic_unshared(2_000)
    if peer is None:
        (ours,) = medians([work.decide])
        line("decide, 2,000 unshared quantifiers", ours, "µs", ours, 120)
        return
    for descriptor, campaign in zip(work.descriptors, work.campaigns, strict=True):
        decision = work.bundle.program.decide(campaign, as_of=AS_OF)
        violated = [r.rule.id for r in decision.with_status(Status.VIOLATED)]
        found = [int(name.rpartition("u")[2]) for name in violated]
        assert found == peer(descriptor), descriptor["id"]
    ours, theirs = medians([work.decide, lambda: [peer(each) for each in work.descriptors]])
    line("decide, 2,000 unshared quantifiers", ours, "x datalogic", ours / theirs, 0.3)


def memory() -> None:
    """Measure what 2,000 compiled rules take beside their tree, once they have decided."""
    bundle = bundle_of(2_000)
    campaigns = Workload.of(bundle).campaigns
    gc.collect()
    tracemalloc.start()
    program = compile_program(bundle.policies)
    for campaign in campaigns:
        program.decide(campaign, as_of=AS_OF)
    taken = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    line("memory of 2,000 compiled rules", taken, "MiB", taken, 30)


def line(name: str, value: float, unit: str = "", against: float = 0.0, goal: float = 0.0) -> None:
    """Print a measurement, and whether it reaches its goal."""
    said = f"{name:36} {value:9.1f}"
    if goal:
        verdict = "reached" if against <= goal else "missed"
        said += f"   {against:7.1f} {unit}, goal {goal:g}: {verdict}"
    print(said)
    sys.stdout.flush()


def medians(runs: list[Callable[[], object]]) -> list[float]:
    """Return the median time of each run in µs a campaign; the runs take turns, warmed up."""
    times: list[list[float]] = [[] for _ in runs]
    for turn in range(ROUNDS + 1):
        for index, run in enumerate(runs):
            start = process_time_ns()
            run()
            if turn:
                times[index].append((process_time_ns() - start) / 1000 / CAMPAIGNS)
    return [median(each) for each in times]


if __name__ == "__main__":
    main()
