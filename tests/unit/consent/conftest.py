"""Real strings, with what the reference libraries of the IAB Tech Lab read in them."""

import json
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[4] / "shared" / "data"
Vector = dict[str, Any]


def vectors(folder: str) -> list[Vector]:
    file = DATA / folder / "vectors.jsonl"
    if not file.is_file():
        pytest.skip(f"{file.name} of {folder} is not on this machine: it is not ours to ship")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="session")
def tcf_vectors() -> list[Vector]:
    return vectors("tcf-strings")


@pytest.fixture(scope="session")
def gpp_vectors() -> list[Vector]:
    return vectors("gpp-strings")
