"""How long decisions on records of a platform take, by a file of them.

Run `python -m benchmarks.records ads.csv --format snapchat` on a quiet machine. The records of a
platform state few facts, so that most rules are undetermined and each says what it wants: they take
many times as long as a campaign that is described whole. Microseconds of processor time for each
record, by the policies that come with Assent; each is decided three times, and the least is taken.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time_ns
from typing import Any

from api.adapters import RecordFault, read_records
from api.cli.sound_policies import build_policies
from api.deciding.submission import FORMAT_NAMES, Decided, Refused, Terms, submit
from api.examination.policy_files import read_policies
from engine import Engine
from engine.evaluation.result import Status

TIMES = 3


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--format", choices=FORMAT_NAMES, required=True)
    arguments.add_argument("--most", type=int, default=500, help="so many records at most")
    arguments.add_argument("--as-if-launched", type=date.fromisoformat)
    given = arguments.parse_args()
    engine = Engine(build_policies(read_policies(None)))
    terms = Terms(format=given.format, as_of=datetime.now(UTC), as_if_launched=given.as_if_launched)
    timed = list(times(engine, records(given.file, given.most), terms))
    if not timed:
        raise SystemExit("every record was refused")
    print(f"{len(timed):,} records that were decided   median      95 %")
    for name in timed[0]:
        taken = sorted(each[name] for each in timed)
        print(f"{name:32}{median(taken):9,.0f} {taken[len(taken) * 95 // 100]:9,.0f}")


def records(file: Path, most: int) -> list[Any]:
    found = (each for each in read_records(file) if not isinstance(each, RecordFault))
    return [each.value for each, _ in zip(found, range(most), strict=False)]


def times(engine: Engine, values: list[Any], terms: Terms) -> Iterator[dict[str, float]]:
    """Yield what each record takes, and how many rules it leaves open."""
    for value in values:

        def answered(value: Any = value) -> Decided | Refused:
            return submit(engine, value, terms=terms, id="1")

        made = answered()
        if isinstance(made, Decided):
            statuses = [result.status for result in made.decision.results]
            yield {
                "rules that are undetermined": statuses.count(Status.UNDETERMINED),
                "adapt, read and decide, µs": least(answered),
                "write the record for the log, µs": least(partial(written, made)),
            }


def written(made: Decided) -> bytes:
    """Return the record of a decision of which nothing has been told yet."""
    return replace(made).write()


def least(run: Callable[[], object]) -> float:
    taken = []
    for _ in range(TIMES):
        begun = process_time_ns()
        run()
        taken.append(process_time_ns() - begun)
    return min(taken) / 1000


if __name__ == "__main__":
    main()
