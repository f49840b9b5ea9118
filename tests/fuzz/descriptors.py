"""Mutated descriptors through decoding and deciding by the shipped policies.

`python -m tests.fuzz.descriptors --count 10000` prints what it finds. A finding is a crash, a
message that shows the inside of the engine, more than a second of work, or a campaign that is
allowed once facts were removed and was not before.
"""

import argparse
import random
import re
import sys
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from time import process_time
from traceback import format_exc
from typing import Any

from engine import CampaignError, Engine, load_bundle
from engine.bundle.load import shipped_directory
from engine.evaluation.decision import Decision, Effect
from engine.source.json_text import read_json
from tests.fuzz.mutations import mutated_document

AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
MOST_SECONDS = 1.0
INTERNALS = re.compile(r"Traceback|object at 0x|NoneType|<class|<function|\bNone\b|Decimal\(")


@cache
def engine() -> Engine:
    """Return the engine with the shipped policies."""
    return Engine(load_bundle(shipped_directory()))


@cache
def descriptors() -> tuple[dict[str, Any], ...]:
    """Return the campaigns of the shipped tests, as they are and with a violation in each."""
    found: list[dict[str, Any]] = []
    for name, text in sorted(engine().bundle.files.items()):
        if name.endswith(".json"):
            descriptor = read_json(text)
            assert isinstance(descriptor, dict)
            teenagers: dict[str, Any] = deepcopy(descriptor)
            teenagers.setdefault("targeting", {}).update(age={"min": 13, "max": 17}, profiling=True)
            found += [descriptor, teenagers]
    return tuple(found)


def trial(number: int, *, seed: int = 0, most_seconds: float | None = None) -> str | None:
    """Return what is wrong with how one mutated descriptor is received, or None."""
    chance = random.Random(f"{seed}/{number}")
    original = chance.choice(descriptors())
    removes = chance.random() < 0.5
    made = with_less(chance, original) if removes else mutated_document(chance, original)
    start = process_time()
    try:
        decided = _decided(made)
    except CampaignError as error:
        shown = INTERNALS.search(str(error))
        return f"the message shows {shown}: {error}" if shown else None
    except Exception:  # noqa: BLE001 - whatever it is, it is what we look for.
        return format_exc()
    if most_seconds is not None and process_time() - start > most_seconds:
        return f"it took {process_time() - start:.1f} s"
    if removes and decided.effect is Effect.ALLOW and _decided(original).effect is Effect.DENY:
        return f"allowed only once facts were removed: {made}"
    return None


def _decided(descriptor: object) -> Decision:
    return engine().decide(descriptor, as_of=AS_OF)


def with_less(chance: random.Random, document: dict[str, Any]) -> dict[str, Any]:
    """Return a descriptor without one to four of its facts, at any depth."""
    made = deepcopy(document)
    for _ in range(chance.randint(1, 4)):
        places = list(_places(made))
        if places:
            part, name = chance.choice(places)
            part.pop(name, None)
    return made


def _places(part: Any) -> list[tuple[dict[str, Any], str]]:
    """Return every fact below a part, as the object that holds it and its name."""
    if isinstance(part, list):
        return [place for each in part for place in _places(each)]
    if not isinstance(part, dict):
        return []
    below = [place for each in part.values() for place in _places(each)]
    return [*((part, name) for name in part), *below]


def main() -> None:
    """Try as many descriptors as asked, and print what was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    asked = options.parse_args()
    failures = 0
    for number in range(asked.count):
        outcome = trial(number, seed=asked.seed, most_seconds=MOST_SECONDS)
        if outcome is not None:
            failures += 1
            print(f"{number}: {outcome}", flush=True)
    print(f"{asked.count:,} mutated descriptors, seed {asked.seed}: {failures} findings")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
