"""Mutated policy files through what `assent check` does with a file.

`python -m tests.fuzz.policies --count 100000` tries that many over several processes and prints
what it finds, each with the number by which `--only` makes it again, and which file took longest.
A finding is a crash, a message that shows the inside of the engine, a place outside of the file,
or more than a second of work.
"""

import argparse
import os
import random
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from time import process_time
from traceback import format_exc

from hypothesis import HealthCheck, given, settings

from engine.bundle.bundle import Builder, Bundle, policy_sources
from engine.source.codes import find_page
from engine.source.diagnostic import Diagnostic
from engine.source.render import render_text
from engine.source.text import Source
from engine.syntax import tree
from tests.fuzz.mutations import mutated
from tests.printer.show import show
from tests.strategies import syntax_trees

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
NAME = "mutated.policy"
MOST_SECONDS = 1.0

_NODES = "|".join(name for name in vars(tree) if re.search(r"[a-z][A-Z]", name))
INTERNALS = re.compile(
    rf"Traceback|ParserElement|ParseException|pyparsing|object at 0x|NoneType|<class|<function"
    rf"|\bExpected |\bNone\b|\{{'|Decimal\(|frozenset|Span\(|Path\(|\b(?:{_NODES})\b|<"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A policy file to mutate, and the files with which it makes a bundle."""

    text: str
    neighbours: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is wrong with how a file is received, or None, and the seconds of work it took."""

    wrong: str | None
    seconds: float


@cache
def bases() -> tuple[tuple[Base, ...], ...]:
    """Return what is mutated: the shipped policies, the golden cases, and generated trees."""
    small = {"vocabulary.policy": _text(GOLDEN / "vocabulary.policy")}
    golden = [
        Base(text=_text(path), neighbours=small)
        for path in sorted(GOLDEN.rglob("*.policy"))
        if path.parent != GOLDEN and "diff" not in path.parts
    ]
    made = [Base(text=text, neighbours=small) for text in _generated()]
    return tuple(_shipped()), tuple(golden), tuple(golden), tuple(made)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _shipped() -> Iterator[Base]:
    files = {path.name: _text(path) for path in sorted(ROOT.glob("policies/*/*.policy"))}
    needed = ("campaign.policy", "instruments.policy", "lists.policy", "places.policy")
    for name, text in files.items():
        neighbours = {each: files[each] for each in needed if each != name}
        yield Base(text=text, neighbours=neighbours)


def _generated() -> list[str]:
    made: list[str] = []

    @settings(
        max_examples=200,
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(syntax_trees.files())
    def collect(file: tree.File) -> None:
        made.append(show(file))

    collect()
    return made


@cache
def _texts() -> tuple[str, ...]:
    return tuple(base.text for family in bases() for base in family)


@cache
def _builder(_family: int) -> Builder:
    return Builder()


def case(number: int, seed: int = 0) -> tuple[dict[str, str], int]:
    """Return the files of one trial, and the family from which they come."""
    chance = random.Random(f"{seed}/{number}")
    family = chance.choices(range(len(bases())), weights=(1, 4, 4, 3))[0]
    base = chance.choice(bases()[family])
    return {**base.neighbours, NAME: mutated(chance, base.text, _texts())}, family


def trial(number: int, *, seed: int = 0) -> Outcome:
    """Return how one mutated file is received; how long it may take is for the caller to say."""
    files, family = case(number, seed)
    start = process_time()
    try:
        bundle, found = _builder(family).build("mutated", files)
        shown = render_text(found, policy_sources(files))
    except Exception:  # noqa: BLE001 - whatever it is, it is what we look for.
        return Outcome(wrong=format_exc(), seconds=process_time() - start)
    seconds = process_time() - start
    return Outcome(wrong=_wrong(bundle, found, shown, policy_sources(files)), seconds=seconds)


def _wrong(
    bundle: Bundle | None, found: Sequence[Diagnostic], shown: str, sources: Mapping[str, Source]
) -> str | None:
    if (bundle is None) != any(fault.is_error for fault in found):
        return "there is a bundle with errors, or none without"
    if any(not _is_inside(fault, sources) for fault in found):
        return f"a place outside of the file:\n{shown}"
    if any(find_page(fault.code) is None for fault in found):
        return f"a code without a page:\n{shown}"
    written = "\n".join(source.text for source in sources.values())
    return next(revealed(found, written), None)


def _is_inside(fault: Diagnostic, sources: Mapping[str, Source]) -> bool:
    length = len(sources[fault.span.source].text)
    return 0 <= fault.span.start <= fault.span.end <= length


def revealed(found: Iterable[Diagnostic], written: str) -> Iterator[str]:
    """Yield the messages with words that only the engine can have put there."""
    for fault in found:
        for part in (fault.headline, fault.label, fault.help):
            for match in INTERNALS.finditer(part or ""):
                if match.group() not in written:
                    yield f"the message shows `{match.group()}`: {part}"


def main() -> None:
    """Try as many files as asked, and print what was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--processes", type=int, default=os.cpu_count())
    options.add_argument("--only", type=int, help="print this one file and what comes of it")
    asked = options.parse_args()
    attempt = partial(trial, seed=asked.seed)
    if asked.only is not None:
        files, _ = case(asked.only, asked.seed)
        sys.exit(f"{files[NAME]}\n---\n{attempt(asked.only)}")
    failures, slowest = 0, (0.0, 0)
    with ProcessPoolExecutor(asked.processes, get_context("spawn")) as pool:
        outcomes = pool.map(attempt, range(asked.count), chunksize=250)
        for number, outcome in enumerate(outcomes):
            slowest = max(slowest, (outcome.seconds, number))
            wrong = outcome.wrong
            if wrong is None and outcome.seconds > MOST_SECONDS:
                wrong = f"it took {outcome.seconds:.1f} s"
            if wrong is not None:
                failures += 1
                print(f"{number}: {wrong}", flush=True)
    print(f"{asked.count:,} mutated files, seed {asked.seed}: {failures} findings")
    print(f"the slowest, {slowest[1]}, took {slowest[0]:.2f} s")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
