"""Processor instructions that a decision takes, counted by Valgrind: the same on a busy machine.

Run it as `python -m benchmarks.instructions`, with `--rules 2000` for more than 20, or `--rules 0`
for the shipped ones, by which the campaigns of their tests are decided (`benchmarks.decide`). It
needs the command `valgrind`, and runs for some minutes. Prints thousands of instructions for each
campaign.

Times tell what users wait for, but differ by a half from hour to hour; counts differ by less than a
hundredth, so that they show what a change of a few per cent is worth.

Valgrind counts whole processes. So each run has a process of its own, forked when all is set up and
warm, and the count of one that runs nothing is taken off.
"""

import argparse
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import peers
from benchmarks.by_hand import breached
from benchmarks.decide import descriptors_of, shipped
from benchmarks.neutral import conditions
from benchmarks.scale import AS_OF, Workload
from benchmarks.workload import bundle_of, descriptors

CAMPAIGNS, ROUNDS = 40, 3
NOTHING = "nothing"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=20)
    parser.add_argument("--counted", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.counted:
        _fork_each(arguments.rules)
        return
    rules = f"{arguments.rules:,}" if arguments.rules else "the shipped"
    print(f"{rules} rules, {CAMPAIGNS} campaigns: thousands of instructions for each")
    with TemporaryDirectory() as directory:
        counts = dict(_counted(arguments.rules, Path(directory)))
    nothing = counts.pop(NOTHING)
    for name, count in counts.items():
        print(f"{name:36} {(count - nothing) / (CAMPAIGNS * ROUNDS * 1_000):10,.0f}")


def _counted(rules: int, directory: Path) -> Iterator[tuple[str, int]]:
    """Yield the name of each run, and the instructions of its process."""
    valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no"]
    command = [sys.executable, "-m", __spec__.name, "--counted", "--rules", str(rules)]
    found = subprocess.run(  # noqa: S603 - this module, under a tool that is looked up in PATH.
        [*valgrind, f"--cachegrind-out-file={directory}/%p", *command],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    for line in found.stdout.splitlines():
        process, name = line.split(" ", 1)
        *_, summary = (directory / process).read_text().splitlines()
        yield name, int(summary.removeprefix("summary: "))


def _fork_each(rules: int) -> None:
    """Run each in a process of its own, and print its number and its name."""
    runs = dict(_runs(rules))
    for run in runs.values():
        run()
        run()
    gc.collect()
    gc.freeze()
    for name, run in runs.items():
        process = os.fork()
        if not process:
            for _ in range(ROUNDS):
                run()
            os._exit(0)
        os.waitpid(process, 0)
        print(process, name, flush=True)


def _runs(rules: int) -> Iterator[tuple[str, Callable[[], object]]]:
    work = _work(rules)
    yield NOTHING, lambda: None
    yield "decode", work.decode
    yield "decide, without findings", work.answer
    yield "decide", work.decide
    yield "bytes to leaf hash", work.record
    if not rules:
        return
    yield "20 rules by hand", lambda: [breached(each, AS_OF.date()) for each in work.descriptors]
    for peer in peers.installed(conditions(rules), AS_OF.date()):
        yield peer.name, partial(_each, peer.breached, work)


def _work(rules: int) -> Workload:
    if rules:
        return Workload.of(bundle_of(rules), descriptors(CAMPAIGNS))
    bundle = shipped()
    return Workload.of(bundle, islice(cycle(descriptors_of(bundle)), CAMPAIGNS))


def _each(find: peers.Breached, work: Workload) -> None:
    for descriptor in work.descriptors:
        find(descriptor)


if __name__ == "__main__":
    main()
