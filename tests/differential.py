"""The compiled program beside the reference, over very many generated policies and campaigns.

Run it as `python -m tests.differential --pairs 200000`. It is no part of the suite: the suite holds
the same on a few hundred pairs (`tests/property/test_deciding.py`). Policies are generated as text
and compiled; each is paired with campaigns of its own and of the policies before it, on generated
days. For each pair, both evaluators must agree on the result of every rule with its justification,
on the verdicts and on what is missing, and what is decoded the straight way must be what is decoded
in full. For one pair in ten the whole decision is compared, `valid_until` included, which the
reference finds by judging day after day; and the record that is written as canonical JSON must be
the RFC 8785 bytes of the reference's document. The first difference ends the run.
"""

import argparse
import json
import random
import sys
from collections import deque
from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from engine.audit.canonical import canonical
from engine.bundle.bundle import Bundle
from engine.evaluation import reference
from engine.evaluation.combine import missing_facts, required_facts
from engine.evaluation.decide import decide
from engine.evaluation.document import Identity, document
from engine.evaluation.judge import EvaluationContext
from engine.evaluation.moment import flight_of, moment
from engine.evaluation.operations.days import day_of
from engine.evaluation.record_writer import list_results, summarise, write
from engine.evaluation.results import Results
from engine.evaluation.validity import answer
from engine.source.json_text import read_json
from tests.strategies.campaigns import descriptors
from tests.strategies.policy_texts import bundle_of, policy_files
from tests.strategies.vocabulary import DAYS

CAMPAIGNS_EACH, ONE_IN = 50, 10
KEPT = 500
"""So many campaigns of earlier policies are at hand to be paired with later ones."""

IDENTITY = Identity(name="generated", version="1", digest="sha256:00", engine="0")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=10_000, help="how many pairs to compare")
    parser.add_argument("--seed", type=int, default=1, help="what the generation starts from")
    given_by = parser.parse_args()
    done = run(given_by.pairs, given_by.seed)
    print(f"{done:,} pairs, seed {given_by.seed}: no difference")  # noqa: T201 - its result.


def run(pairs: int, start: int) -> int:
    """Compare so many pairs, at least; returns how many."""
    rng, done = random.Random(start), 0  # noqa: S311 - for tests, not for a secret.
    known: deque[tuple[dict[str, Any], date]] = deque(maxlen=KEPT)
    policies = -(-pairs // CAMPAIGNS_EACH)

    @seed(start)
    @settings(
        max_examples=policies,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(policy_files(), st.lists(st.tuples(descriptors(), DAYS), min_size=1, max_size=3))
    def compare(files: dict[str, str], own: list[tuple[dict[str, Any], date]]) -> None:
        nonlocal done
        known.extend(own)
        bundle = bundle_of(files)
        more = rng.choices(known, k=CAMPAIGNS_EACH - len(own))
        for descriptor, day in (*own, *more):
            done += 1
            agree(bundle, descriptor, day, whole=done % ONE_IN == 0)
        if done % 1_000 < CAMPAIGNS_EACH:
            print(f"{done:,} pairs", file=sys.stderr, flush=True)  # noqa: T201 - it takes long.

    while done < pairs:  # Where the space of examples is exhausted, it begins again.
        compare()
    return done


def agree(bundle: Bundle, descriptor: dict[str, Any], day: date, *, whole: bool) -> None:
    """See that one campaign is decided alike by both evaluators, to the letter."""
    text = json.dumps(descriptor, default=float).encode()
    campaign, faults = bundle.decoder.decode(text)
    assert campaign is not None, faults
    assert bundle.decoder.decode_fully(read_json(text)) == (campaign, ())
    as_of = datetime.combine(day, time(12), tzinfo=UTC)
    one = bundle.program.decide(campaign, as_of=as_of)
    policies = bundle.policies
    if whole:
        other = decide(policies, reference.judge_all, campaign, as_of=as_of)
        written = write(one, summarise(one, id="1", identity=IDENTITY))
        assert written == canonical(document(other, id="1", identity=IDENTITY))
        assert one == other
        return
    context = EvaluationContext(
        policies=policies, campaign=campaign, moment=moment(flight_of(campaign), day_of(as_of))
    )
    results = reference.judge_all(context, None)
    required = required_facts(campaign, policies.vocabulary)
    verdict, markets, _ = answer(context, results, complete=not required)
    assert isinstance(one.results, Results)
    listed, expected = one.results.listed, list_results(results)
    assert listed.text == expected.text
    assert (listed.passed, listed.not_applicable) == (expected.passed, expected.not_applicable)
    assert one.results == results
    assert (one.verdict, one.markets) == (verdict, markets)
    assert one.missing == missing_facts(required, results)


if __name__ == "__main__":
    main()
