"""Time of a decision over the shipped rules: decoding, the compiled program, the reference.

Run it as `python -m benchmarks.decide` after `make test` has set up the environment. The inputs are
the campaigns that the shipped policies carry for their own tests, and each of them with one fact
changed so that a rule is violated. Prints medians of 30 rounds in microseconds a campaign, and the
ratio of the two evaluators, measured in turn in the same process.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from statistics import median
from time import perf_counter_ns
from typing import Any

from engine.bundle.bundle import Bundle, build
from engine.bundle.load import read_directory, shipped_directory
from engine.evaluation import reference
from engine.evaluation.decide import decide
from engine.evaluation.document import Identity, document
from engine.evaluation.values import Campaign
from engine.source.json_text import read_json

ROUNDS = 30
AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
IDENTITY = Identity(name="assent", version="0", digest="sha256:0", engine="0")


def main() -> None:
    bundle = shipped()
    descriptors = descriptors_of(bundle)
    texts = [json.dumps(each, separators=(",", ":")).encode() for each in descriptors]
    campaigns = [campaign for each in texts if (campaign := _decoded(bundle, each))]

    def decode() -> None:
        for each in texts:
            bundle.decoder.decode(each)

    def compiled() -> None:
        for campaign in campaigns:
            bundle.program.decide(campaign, as_of=AS_OF)

    def by_reference() -> None:
        for campaign in campaigns:
            decide(bundle.policies, reference.evaluate_rules, campaign, as_of=AS_OF)

    def told() -> None:
        for campaign in campaigns:
            made = bundle.program.decide(campaign, as_of=AS_OF)
            document(made, id="-", identity=IDENTITY)

    count = len(campaigns)
    print(f"{len(bundle.policies.rules)} rules, {count} campaigns, median of {ROUNDS} rounds")
    medians = _medians([decode, compiled, by_reference, told], count)
    for name, value in zip(
        ("decode", "decide, compiled", "decide, reference", "decide and document"),
        medians,
        strict=True,
    ):
        print(f"{name:22} {value:9.1f} µs a campaign")
    print(f"reference / compiled   {medians[2] / medians[1]:9.1f}")


def shipped() -> Bundle:
    """Return the shipped policies, compiled."""
    bundle, diagnostics = build("assent", read_directory(shipped_directory()))
    assert bundle is not None, diagnostics
    return bundle


def descriptors_of(bundle: Bundle) -> list[dict[str, Any]]:
    """Return the campaigns that policies carry for their tests, each also as a breach."""
    found = []
    for name, text in sorted(bundle.files.items()):
        if name.endswith(".json"):
            descriptor = read_json(text)
            assert isinstance(descriptor, dict)
            teenagers: dict[str, Any] = deepcopy(descriptor)
            targeting = teenagers.setdefault("targeting", {})
            targeting["age"] = {"min": 13, "max": 17}
            targeting["profiling"] = True
            found += [descriptor, teenagers]
    return found


def _decoded(bundle: Bundle, text: bytes) -> Campaign | None:
    campaign, _ = bundle.decoder.decode(text)
    return campaign


def _medians(runs: list[Callable[[], None]], count: int) -> list[float]:
    """Return the median time of each run in µs a campaign; the runs take turns."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(ROUNDS):
        for index, run in enumerate(runs):
            start = perf_counter_ns()
            run()
            times[index].append((perf_counter_ns() - start) / 1000 / count)
    return [median(each) for each in times]


if __name__ == "__main__":
    main()
