"""Other engines, where the dependency group `bench` is installed: `pip install --group bench`."""

import importlib
import json
import random
from collections.abc import Callable
from typing import Any

from benchmarks.workload import CLAIMS, REFERENCES, SEED, SHARES


def json_reader() -> Callable[[bytes], object] | None:
    """Return `orjson.loads`, or None where it is not installed."""
    try:
        orjson: Any = importlib.import_module("orjson")
    except ImportError:
        return None
    loads: Callable[[bytes], object] = orjson.loads
    return loads


def datalogic_unshared(count: int) -> Callable[[dict[str, Any]], list[int]] | None:
    """Return what finds the breached rules of `workload.unshared` by datalogic (JSON Logic, Rust).

    All rules are one array, which is the fastest way into the engine.
    """
    try:
        datalogic: Any = importlib.import_module("datalogic_py")
    except ImportError:
        return None
    rule = datalogic.Engine().compile(json.dumps([_unshared(number) for number in range(count)]))

    def breached(descriptor: dict[str, Any]) -> list[int]:
        return [number for number, found in enumerate(rule.evaluate(descriptor)) if found]

    return breached


def _unshared(number: int) -> dict[str, Any]:
    rng = random.Random(SEED + number)  # noqa: S311 - the workload's.
    share, claim, reference = rng.choice(SHARES), rng.choice(CLAIMS), rng.randrange(REFERENCES)
    inner = {
        "and": [
            {"==": [{"var": "kind"}, claim]},
            {"==": [{"var": "evidence_ref"}, f"ref-{reference}"]},
        ]
    }
    outer = {
        "and": [
            {"==": [{"var": "ai_generated"}, share]},
            {"!=": [{"var": "id"}, f"ad-{number}"]},
            {"some": [{"var": "claims"}, inner]},
        ]
    }
    return {"some": [{"var": "creatives"}, outer]}
