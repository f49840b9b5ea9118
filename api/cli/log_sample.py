"""`assent log sample`: decisions drawn from the root of the log, so that nobody has picked them."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import click
from rich.text import Text

from api.cli.arguments import as_json_option
from api.cli.filters import filter_options, read_filter, tell_unknown, tell_unsearched
from api.cli.log_query import decision_line
from api.cli.service import opened_service
from api.cli.terminal import answer, toned
from api.log.listing import sample_document
from engine.source.layout import Tone
from engine.storage.search.decisions import Decisions
from engine.storage.search.samples import SAMPLE_LIMIT, Sample


@click.command()
@click.argument("count", metavar="N", type=click.IntRange(1, SAMPLE_LIMIT))
@filter_options
@as_json_option
def sample(count: int, *, as_json: bool, **criteria: Any) -> None:
    """Draw N decisions from the log, which nobody can have picked.

    They are drawn from the root that the log had as of a size, by a published algorithm: anyone who
    has that checkpoint and the same decisions draws the same. Name the size of a checkpoint that
    you hold. A greater N begins with the decisions of a smaller one.

    \b
      assent log sample 25 --as-of 1200
      assent log sample 10 --as-of 1200 --outcome allow --json

    Exit status: 0 if it is drawn, 2 where this cannot be asked.
    """  # noqa: D301 - click reads the escape.
    asked = read_filter(**criteria)
    if asked.as_of is None:
        raise click.UsageError("a sample is drawn as of a size of the log: add --as-of")
    with opened_service() as (_, database):
        log, filters = Decisions(database), asked.of(database)
        made = log.sample(filters, count)
        unknown = () if made.decisions else log.unknown_names(filters)
    tell_unknown(unknown)
    tell_unsearched(made.unsearched)
    answer(sample_document(made), _lines(made), as_json=as_json)


def _lines(made: Sample) -> Iterator[Text]:
    yield from (decision_line(each.decision) for each in made.decisions)
    drawn = f"{len(made.decisions):,} of {made.population:,} decisions"
    head = f"{made.head.size}:{b64encode(made.head.root).decode()}"
    yield toned(drawn, Tone.TITLE) + toned(f"; drawn from {head}", Tone.QUIET)
