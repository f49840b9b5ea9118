"""Samples: the vectors of the documentation, every position equally likely, and what is refused."""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.entries.record import seal
from engine.audit.exhibits.sampling import drawn_positions, sample_seed
from engine.audit.merkle.tree import TreeHead
from engine.storage.databases.database import Database
from engine.storage.errors import BeyondLog, InvalidQuery
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.search.decisions import Decisions
from engine.storage.search.filters import DecisionFilter

PAGE = (Path(__file__).parents[2] / "docs" / "audit-log.md").read_text()
HEAD = TreeHead(size=1200, root=hashlib.sha256(b"").digest())
ROW = re.compile(r"\| `(\{.*?\})` \| `([0-9a-f]{64})` \| (\d+) \| ([\d, ]+) \|")


def test_vectors_of_the_page() -> None:
    vectors = ROW.findall(PAGE)
    assert len(vectors) == 2
    for filters, seed, population, positions in vectors:
        made = sample_seed(HEAD, json.loads(filters))
        assert made.hex() == seed
        expected = tuple(int(each) for each in positions.split(", "))
        assert drawn_positions(made, int(population), len(expected)) == expected


def test_seed_as_the_page_defines_it() -> None:
    """Written out once more, from the page alone."""
    parameters = (
        b'{"filters":{"actor":"cli"},"root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",'
        b'"size":1200}'
    )
    seed = hashlib.sha256(b"assent sample v1\n" + parameters).digest()
    assert sample_seed(HEAD, {"actor": "cli"}) == seed
    draw = int.from_bytes(hashlib.sha256(seed + bytes(8)).digest()[:8], "big")
    assert drawn_positions(seed, 977, 1) == (draw % 977,)


@given(
    seed=st.binary(min_size=32, max_size=32), population=st.integers(0, 60), most=st.integers(1, 70)
)
def test_a_sample_has_each_position_once(seed: bytes, population: int, most: int) -> None:
    drawn = drawn_positions(seed, population, most)
    assert len(drawn) == len(set(drawn)) == min(most, population)
    assert set(drawn) <= set(range(population))
    assert drawn == drawn_positions(seed, population, most + 1)[: len(drawn)]


def test_draws_beyond_the_greatest_multiple_are_passed_over() -> None:
    """Of a population just above half the range, about half of the draws are passed over."""
    population = 2**63 + 1
    seed = bytes(32)
    kept = []
    for number in range(40):
        block = hashlib.sha256(seed + number.to_bytes(8, "big")).digest()
        drawn = int.from_bytes(block[:8], "big")
        if drawn < population:
            kept.append(drawn)
    assert 5 < len(kept) < 35
    assert drawn_positions(seed, population, len(kept)) == tuple(kept)


def test_no_position_is_likelier_than_another() -> None:
    """Of 3,000 samples of 2 among 6, each position is in about a third: within 6 deviations."""
    counts = Counter[int]()
    for number in range(3000):
        counts.update(drawn_positions(number.to_bytes(32, "big"), 6, 2))
    assert all(abs(counts[each] - 1000) < 155 for each in range(6))


def test_sample_of_a_log(store: SQLLogStore, database: Database, make_record: Any) -> None:
    store.append([seal(make_record(actor=("a", "b")[n % 2])) for n in range(300)])
    decisions = Decisions(database)
    filters = DecisionFilter(actor="b", as_of=200)
    made = decisions.sample(filters, 60)
    head = TreeHead(size=200, root=TileLog(database).root_at(200))
    assert (made.head, made.population) == (head, 100)
    assert made.seed == sample_seed(head, {"actor": "b"})
    positions = drawn_positions(made.seed, 100, 60)
    assert [each.position for each in made.decisions] == list(positions)
    assert [each.decision.index for each in made.decisions] == [2 * one + 1 for one in positions]
    assert decisions.sample(DecisionFilter(actor="c", as_of=300), 5).decisions == ()
    assert len(decisions.sample(DecisionFilter(as_of=300), 300).decisions) == 300


@pytest.mark.parametrize(
    ("filters", "most", "error"),
    [
        (DecisionFilter(), 5, InvalidQuery),
        (DecisionFilter(as_of=0), 0, InvalidQuery),
        (DecisionFilter(as_of=0), 5001, InvalidQuery),
        (DecisionFilter(as_of=1), 5, BeyondLog),
    ],
)
def test_samples_that_cannot_be_drawn(
    database: Database, filters: DecisionFilter, most: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        Decisions(database).sample(filters, most)
