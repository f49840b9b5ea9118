"""`assent log statistics`: counts the decisions that `assent log query` finds."""

from collections.abc import Iterator, Sequence
from typing import Any

import click
from rich.text import Text

from api.cli.arguments import as_json_option
from api.cli.filters import filter_options, read_filter, tell_unknown, tell_unsearched
from api.cli.log_query import outcome_text
from api.cli.service import opened_service
from api.cli.terminal import answer, toned
from api.log.listing import statistics_document
from engine.source.layout import Tone, counted
from engine.source.quoting import excerpt
from engine.storage.search.decisions import Decisions
from engine.storage.search.statistics import OutcomeCount, Statistics


@click.command()
@filter_options
@as_json_option
def statistics(*, as_json: bool, **criteria: Any) -> None:
    """Count decisions: by outcome, by rule and status, and by month in UTC.

    A decision must meet all options given. Rules are counted where they came to something else than
    satisfied or not applicable; the most frequent are first. --as-of the size that is named, the
    counts come out again, but for what is erased meanwhile.

    \b
      assent log statistics
      assent log statistics --since 2026-10-01 --until 2027-01-01 --json

    Exit status: 0 if it is answered, 2 where this cannot be asked.
    """  # noqa: D301 - click reads the escape.
    asked = read_filter(**criteria)
    with opened_service() as (_, database):
        log, filters = Decisions(database), asked.of(database)
        made = log.statistics(filters)
        unknown = () if made.decisions else log.unknown_names(filters)
    tell_unknown(unknown)
    tell_unsearched(made.unsearched)
    answer(statistics_document(made), _lines(made), as_json=as_json)


def _lines(made: Statistics) -> Iterator[Text]:
    total = counted(made.decisions, "decision", "decisions")
    yield toned(total, Tone.TITLE) + toned(f"; as of size {made.size}", Tone.QUIET)
    yield from _counts(made.outcomes)
    for each in made.rules:
        yield _count(each.count) + toned(f"{excerpt(each.rule, 80)} {each.status}")
    yield from _omitted(made.rules_omitted, "rules and statuses")
    for month in made.months:
        yield toned(month.month, Tone.TITLE)
        yield from _counts(month.outcomes)
    yield from _omitted(made.months_omitted, "earlier months")


def _counts(outcomes: Sequence[OutcomeCount]) -> Iterator[Text]:
    for each in outcomes:
        yield _count(each.count) + outcome_text(each.outcome, conclusive=each.conclusive)


def _count(count: int) -> Text:
    return toned(f"{count:>12,}  ", Tone.VALUE)


def _omitted(count: int, what: str) -> Iterator[Text]:
    if count:
        yield toned(f"  and {count:,} more {what}", Tone.QUIET)
