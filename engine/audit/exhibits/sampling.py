"""Samples that nobody has picked: drawn from the root of the log, and drawn again by anyone.

    seed       = SHA-256( "assent sample v1" ‖ 0x0A ‖ parameters )
    parameters = RFC 8785 bytes of {"filters": {…}, "root": base64 of the root, "size": integer}
    draw(k)    = the first 8 bytes of SHA-256( seed ‖ k ), big-endian; k has 8 bytes, big-endian

k counts from 0. Of M decisions, a draw that is not below the greatest multiple of M within 2^64 is
passed over, so that no position is likelier than another; else position draw(k) mod M is taken,
unless it was before. Positions count from 0 in the order of the log. A greater sample begins with
the smaller one. `docs/audit-log.md` has vectors.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping
from itertools import islice

from ...source.json_text import JSONValue
from ..canonical import canonical
from ..merkle.tree import TreeHead

_MARK = b"assent sample v1\n"
_RANGE = 2**64


def sample_seed(head: TreeHead, filters: Mapping[str, JSONValue]) -> bytes:
    """Return the seed of a sample among the decisions that filters find in a log.

    `filters` are the names and values of those that are given, as the search has them, without
    `as_of`. Raises `CanonicalError` for what JSON cannot write.
    """
    root = b64encode(head.root).decode()
    parameters = {"filters": dict(filters), "root": root, "size": head.size}
    return hashlib.sha256(_MARK + canonical(parameters)).digest()


def drawn_positions(seed: bytes, population: int, most: int) -> tuple[int, ...]:
    """Return the positions of a sample, in the order in which they are drawn.

    They are all of the population where that is no greater than `most`.
    """
    return tuple(islice(_positions(seed, population), min(most, population)))


def _positions(seed: bytes, population: int) -> Iterator[int]:
    """Yield each position of a population once; it must not be empty."""
    fair = _RANGE - _RANGE % population
    taken, number = set[int](), 0
    while True:
        block = hashlib.sha256(seed + number.to_bytes(8, "big")).digest()
        drawn, number = int.from_bytes(block[:8], "big"), number + 1
        if drawn < fair and drawn % population not in taken:
            taken.add(drawn % population)
            yield drawn % population
