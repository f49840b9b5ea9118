"""Very many pairs of generated policies and campaigns, for comparisons that are run by hand.

Each bundle is paired with campaigns of its own and of the bundles before it, on generated days. The
first difference ends the run.
"""

import argparse
import random
import sys
from collections import deque
from collections.abc import Callable
from datetime import date
from typing import Any, TypeAlias

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from engine.bundle.bundle import Bundle
from tests.strategies.campaigns import descriptors
from tests.strategies.policy_texts import bundle_of
from tests.strategies.vocabulary import DAYS

Files: TypeAlias = dict[str, str]

Compare: TypeAlias = Callable[[Bundle, dict[str, Any], date, int], None]
"""Fails where a campaign is decided otherwise on a day; it is given the number of the pair."""

KEPT = 500
"""So many campaigns of earlier policies are at hand to be paired with later ones."""


def main(
    about: str, policies: st.SearchStrategy[Files], compare: Compare, *, campaigns_each: int
) -> None:
    """Compare as many pairs as the command line says, from the seed that it says."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=10_000, help="how many pairs to compare")
    parser.add_argument("--seed", type=int, default=1, help="what the generation starts from")
    asked = parser.parse_args()
    done = _run(asked.pairs, asked.seed, policies, compare, campaigns_each)
    print(f"{done:,} pairs, seed {asked.seed}: no difference")  # noqa: T201 - its result.


def _run(
    pairs: int, start: int, policies: st.SearchStrategy[Files], compare: Compare, each: int
) -> int:
    """Compare so many pairs, at least; returns how many."""
    rng, done = random.Random(start), 0  # noqa: S311 - for tests, not for a secret.
    known: deque[tuple[dict[str, Any], date]] = deque(maxlen=KEPT)

    @seed(start)
    @settings(
        max_examples=-(-pairs // each),
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(policies, st.lists(st.tuples(descriptors(), DAYS), min_size=1, max_size=3))
    def compared(files: Files, own: list[tuple[dict[str, Any], date]]) -> None:
        nonlocal done
        known.extend(own)
        bundle = bundle_of(files)
        for descriptor, day in (*own, *rng.choices(known, k=each - len(own))):
            done += 1
            compare(bundle, descriptor, day, done)
        if done % 1_000 < each:
            print(f"{done:,} pairs", file=sys.stderr, flush=True)  # noqa: T201 - it takes long.

    while done < pairs:  # Where the space of examples is exhausted, it begins again.
        compared()
    return done
