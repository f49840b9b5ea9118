"""Samples of the decisions that meet a filter, drawn as `audit.exhibits.sampling` says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, func, select

from ...audit.exhibits.sampling import drawn_positions, sample_seed
from ...audit.merkle.tree import TreeHead, read_root
from ...source.json_text import JSONValue
from ..databases.database import Database
from ..errors import InvalidQuery
from ..log.listing import LISTED, LoggedDecision, listed_decisions
from ..log.log_store import read_head
from ..log.tiles import TileReader
from ..schema import log_entry
from .due_facets import unsearched
from .filters import DecisionFilter, size_of
from .query_planner import narrowed, position

SAMPLE_LIMIT = 5_000
"""The most decisions of one sample."""

_STEP = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledDecision:
    """A decision, and its position among those that meet the filter, in the order of the log."""

    position: int
    decision: LoggedDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The decisions that were drawn, in their order, and what drew them from how many.

    `filters` is what the decisions meet, as the seed has it (`sample_seed`).
    `unsearched` is as in `due_facets.unsearched`.
    """

    head: TreeHead
    filters: dict[str, JSONValue]
    population: int
    seed: bytes
    decisions: tuple[SampledDecision, ...]
    unsearched: int


def draw_sample(database: Database, filters: DecisionFilter, most: int) -> Sample:
    """Return a sample of the decisions of a filter, as of its size.

    Raises `InvalidQuery` without a size, and unless 1 ≤ `most` ≤ 5,000; `BeyondLog` and
    `StorageUnavailable` as a search does.
    """
    if filters.as_of is None:  # Whoever may ask until the log has grown, may pick.
        raise InvalidQuery("a sample is drawn as of a size of the log")
    if not 1 <= most <= SAMPLE_LIMIT:
        raise InvalidQuery(f"a sample has 1 to {SAMPLE_LIMIT:,} decisions")
    with database.reading() as connection:
        size = size_of(filters, read_head(connection).frontier.size)
        head = TreeHead(size=size, root=read_root(size=size, reader=TileReader(connection)))
        given = filters.given()
        seed = sample_seed(head, given)
        population = _population(connection, filters, size)
        drawn = drawn_positions(seed, population, most)
        indexes = dict(_indexes(connection, filters, size, drawn))
        found = {each.index: each for each in _decisions(connection, indexes.values())}
        beyond = unsearched(connection, filters, size)
    decisions = (SampledDecision(position=one, decision=found[indexes[one]]) for one in drawn)
    return Sample(
        head=head,
        filters=given,
        population=population,
        seed=seed,
        decisions=tuple(decisions),
        unsearched=beyond,
    )


def _population(connection: Connection, filters: DecisionFilter, size: int) -> int:
    query = narrowed(select(func.count()).select_from(log_entry), filters, connection.dialect.name)
    return int(connection.execute(query.where(log_entry.c.index < size)).scalar_one())


def _indexes(
    connection: Connection, filters: DecisionFilter, size: int, positions: Iterable[int]
) -> Iterator[tuple[int, int]]:
    """Yield each of some positions with the index of the entry there, in the order of the log."""
    wanted = set(positions)
    dialect = connection.dialect.name
    index = position(filters, dialect)
    query = narrowed(select(log_entry.c.index), filters, dialect).where(index < size)
    rows = connection.execution_options(yield_per=_STEP).execute(query.order_by(index))
    for place, found in enumerate(rows.scalars()):
        if place in wanted:
            yield place, found


def _decisions(connection: Connection, indexes: Iterable[int]) -> Iterator[LoggedDecision]:
    rest = iter(indexes)
    while some := list(islice(rest, _STEP)):
        rows = connection.execute(LISTED.where(log_entry.c.index.in_(some))).mappings()
        yield from listed_decisions(connection, rows.all())
