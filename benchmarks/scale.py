"""Time of a decision over 20 to 10,000 rules, beside the same 20 rules written by hand in Python.

Run it as `python -m benchmarks.scale`; it is part of `make bench`. It prints the lower quartile of
all rounds, in microseconds for each campaign, says of each goal whether it is reached, and never
fails. The times are of the processor, so that other work on the machine disturbs them less; what a
goal compares is measured in turn in one process, as a ratio. That both sides answer alike is
checked before anything is timed.
"""

import argparse
import gc
import hashlib
import json
import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from time import process_time_ns
from typing import Any

from benchmarks import peers
from benchmarks.by_hand import breached
from benchmarks.neutral import Condition, conditions, unshared
from benchmarks.plot import chart
from benchmarks.table import Goal, line
from benchmarks.workload import bundle_of, descriptors, quantifiers, sized
from engine.audit.entries.record import DecisionRecord, seal
from engine.bundle.bundle import Bundle
from engine.evaluation.compiled.program import Program
from engine.evaluation.document import Identity
from engine.evaluation.record_writer import summarise, write
from engine.evaluation.result import Status
from engine.evaluation.results import candidate_results
from engine.evaluation.values import Campaign

CAMPAIGNS, ROUNDS, ROUNDS_DRAWN = 200, 15, 5
SIZES = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
KILOBYTES = (1, 3, 10, 30, 100)
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
    def of(cls, bundle: Bundle, given: Iterable[dict[str, Any]] | None = None) -> "Workload":
        """Return campaigns for a bundle, those of the workload where none are given."""
        made = list(descriptors(CAMPAIGNS) if given is None else given)
        read = [bundle.decoder.decode(each)[0] for each in made]
        return cls(
            bundle=bundle,
            descriptors=made,
            texts=[json.dumps(each, separators=(",", ":")).encode() for each in made],
            campaigns=[each for each in read if each is not None],
        )

    def decide(self) -> None:
        """Decide every campaign, every finding with its evidence included."""
        for campaign in self.campaigns:
            _ = candidate_results(self.bundle.program.decide(campaign, as_of=AS_OF).results)

    def answer(self) -> None:
        """Decide every campaign, and ask for no finding."""
        for campaign in self.campaigns:
            self.bundle.program.decide(campaign, as_of=AS_OF)

    def decode(self) -> None:
        """Read and check every campaign from its bytes."""
        for text in self.texts:
            self.bundle.decoder.decode(text)

    def record(self) -> None:
        """Go the whole way of every campaign: from its bytes to the hash of its leaf."""
        for text in self.texts:
            campaign, _ = self.bundle.decoder.decode(text)
            assert campaign is not None
            decision = self.bundle.program.decide(campaign, as_of=AS_OF)
            made = DecisionRecord(
                decision_id=ID,
                decided_at=AS_OF,
                input=text,
                result=write(decision, summarise(decision, id=ID, identity=IDENTITY)),
                actor="cli",
            )
            hashlib.sha256(seal(made).entry(0, AS_OF).leaf).digest()


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    goals()


def goals() -> None:
    """Print what a decision takes, and whether that is what is to be reached."""
    print(f"{CAMPAIGNS} campaigns, the lower quartile of {ROUNDS} rounds of processor time")
    works = {count: Workload.of(bundle_of(count)) for count in (20, 200, 2_000, 10_000)}
    agree(works[20])

    def by_hand() -> None:
        for descriptor in works[20].descriptors:
            breached(descriptor, AS_OF.date())

    hand, *whole = quartiles([by_hand, *(each.decide for each in works.values())])
    line("by hand, 20 rules, no evidence", hand, "µs")
    for (count, limit), took in zip(((20, 3.5), (200, 5), (2_000, 16)), whole, strict=False):
        goal = Goal(found=took / hand, unit="x by hand", limit=limit)
        line(f"decide, {count:,} rules", took, "µs", goal)
    goal = Goal(found=whole[3] / whole[2], unit="x 2,000 rules", limit=4)
    line("decide, 10,000 rules", whole[3], "µs", goal)
    again, *bare = quartiles([by_hand, *(each.answer for each in works.values())])
    for count, took in zip(works, bare, strict=True):
        beside = f"{took / again:.1f} x by hand"
        line(f"the same without findings, {count:,}", took, "µs", beside=beside)
    for count in (20, 200, 2_000):
        beside_peers(f"{count:,} rules", works[count], conditions(count), LIMITS[count])
    work = Workload.of(quantifiers(2_000))
    beside_peers("2,000 of quantifiers", work, unshared(2_000), {"datalogic": 0.3})
    reading(works[20])
    again, took = quartiles([by_hand, works[200].record])
    goal = Goal(found=took, unit="µs", limit=110)
    line("bytes to leaf hash, 200 rules", took, "µs", goal)
    line("", took / again, "x by hand")
    memory()


LIMITS: Mapping[int, Mapping[str, float]] = {
    20: {"datalogic": 1},
    200: {"datalogic": 0.5},
    2_000: {"datalogic": 1 / 10, "cedarpy": 1 / 80},
}
"""At most so much of the time of an engine is to be taken, by the number of rules."""


def reading(work: Workload) -> None:
    """Print what it takes to read and check a campaign, beside a mere reader of JSON."""
    loads = peers.json_reader() or json.loads
    read, loaded = quartiles([work.decode, lambda: [loads(each) for each in work.texts]])
    absolute = Goal(found=read, unit="µs", limit=40)
    unit = f"x {loads.__module__}.loads"
    relative = Goal(found=read / loaded, unit=unit, limit=5)
    line("decode and validate from bytes", read, "µs", absolute, relative)


# --- scaling ----------------------------------------------------------------------------------


def draw(directory: Path, machine: str) -> None:
    """Draw how times grow with the number of rules, and with the size of a campaign."""
    whole: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    hashed: list[tuple[float, float]] = []
    for count in SIZES:
        work = Workload.of(bundle_of(count))
        runs = medians([work.decide, work.answer, work.record])
        for curve, took in zip((whole, bare, hashed), runs, strict=True):
            curve.append((count, took))
    curves = {"bytes to leaf hash": hashed, "with findings": whole, "verdict alone": bare}
    title = "A decision, by the number of rules"
    drawn = chart(title, ("rules", "µs"), curves, f"medians; {machine}")
    (directory / "scaling-rules.svg").write_text(drawn)
    by_size: dict[str, list[tuple[float, float]]] = {
        "bytes to leaf hash": [],
        "with findings": [],
        "decode": [],
    }
    bundle = bundle_of(200)
    for size in KILOBYTES:
        work = Workload.of(bundle, sized(size * 1_000, CAMPAIGNS // 4))
        runs = medians([work.record, work.decide, work.decode], len(work.texts))
        average = sum(map(len, work.texts)) / len(work.texts) / 1_000
        for curve, took in zip(by_size.values(), runs, strict=True):
            curve.append((average, took))
    title = "A decision by 200 rules, by the size of the campaign"
    drawn = chart(title, ("kB of JSON", "µs"), by_size, f"medians; {machine}")
    (directory / "scaling-campaign.svg").write_text(drawn)


def agree(work: Workload) -> None:
    """See that the rules by hand and in the language find the same."""
    for descriptor, campaign in zip(work.descriptors, work.campaigns, strict=True):
        by_hand = breached(descriptor, AS_OF.date())
        assert _breaches(work, campaign) == by_hand, descriptor["id"]


def beside_peers(
    name: str, work: Workload, rules: Sequence[Condition], limits: Mapping[str, float]
) -> None:
    """Time rules beside every engine that is installed, once all of them find the same."""
    found = [_breaches(work, campaign) for campaign in work.campaigns]
    for peer in peers.installed(rules, AS_OF.date()):
        for descriptor, ours in zip(work.descriptors, found, strict=True):
            assert peer.breached(descriptor) == ours, (peer.name, descriptor["id"])

        def theirs(breached: peers.Breached = peer.breached) -> None:
            for descriptor in work.descriptors:
                breached(descriptor)

        ours_took, took = quartiles([work.decide, theirs], ROUNDS_DRAWN)
        limit = limits.get(peer.name.partition(" ")[0])
        if limit is None:
            beside = f"{ours_took / took:.3g} ours / theirs"
            line(f"{peer.name}, {name}", took, "µs", beside=beside)
            continue
        goal = Goal(found=ours_took / took, unit="ours / theirs", limit=limit)
        line(f"{peer.name}, {name}", took, "µs", goal)


def _breaches(work: Workload, campaign: Campaign) -> list[int]:
    """Return the numbers of the rules that a campaign breaches, as we decide."""
    decision = work.bundle.program.decide(campaign, as_of=AS_OF)
    return [int(each.rule.id[-5:]) for each in decision.with_status(Status.VIOLATED)]


def memory() -> None:
    """Measure what 2,000 compiled rules take beside their tree, once they have decided."""
    bundle = bundle_of(2_000)
    campaigns = Workload.of(bundle).campaigns
    gc.collect()
    tracemalloc.start()
    program = Program(bundle.policies)
    for campaign in campaigns:
        program.decide(campaign, as_of=AS_OF)
    taken = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    goal = Goal(found=taken, unit="MiB", limit=30)
    line("memory of 2,000 compiled rules", taken, "MiB", goal)


Runs = Sequence[Callable[[], object]]


def quartiles(runs: Runs, rounds: int = ROUNDS) -> list[float]:
    """Return the lower quartile of the times of each run, in µs a campaign."""
    return [quantiles(each, n=4)[0] for each in _times(runs, CAMPAIGNS, rounds)]


def medians(runs: Runs, campaigns: int = CAMPAIGNS) -> list[float]:
    """Return the median time of each run in µs a campaign."""
    return [median(each) for each in _times(runs, campaigns, ROUNDS_DRAWN)]


def _times(runs: Runs, campaigns: int, rounds: int = ROUNDS) -> list[list[float]]:
    """Return the times of each run in µs a campaign; the runs take turns, warmed up."""
    times: list[list[float]] = [[] for _ in runs]
    for turn in range(rounds + 1):
        for index, run in enumerate(runs):
            start = process_time_ns()
            run()
            if turn:
                times[index].append((process_time_ns() - start) / 1000 / campaigns)
    return times


if __name__ == "__main__":
    main()
