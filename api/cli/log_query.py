"""`assent log query`: finds decisions in the database, by the filters of `GET /v1/decisions`."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import click
from rich.text import Text

from api.cli.filters import filter_options, read_filter, tell_unknown, tell_unsearched
from api.cli.service import opened_service
from api.cli.terminal import Output, toned
from api.log.listing import listed_document
from engine.source.layout import Tone, counted, cut
from engine.source.quoting import excerpt
from engine.storage.log.listing import LoggedDecision
from engine.storage.search.decisions import (
    PAGE_LIMIT,
    DecisionPage,
    Decisions,
)
from engine.storage.search.filters import DecisionFilter

_OUTCOME_WIDTH = len("DENY, inconclusive")
_MOST_NAMES = 3
_TOLD_FIRST = frozenset({"violated", "waived"})
"""The statuses of the rules that a line names before the others."""


@click.command()
@filter_options
@click.option(
    "--limit", metavar="N", type=click.IntRange(min=1), help="The newest N only; all, if left out."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each decision.")
def query(*, limit: int | None, as_json: bool, **criteria: Any) -> None:
    """Find decisions in the log, the newest first.

    A decision must meet all options given. The last line names the size of the log that was
    searched: --as-of that size finds the same entries again. What was erased is listed without its
    contents, and found no longer by what they say. A line names three rules at most; with --json
    it has them all. Whoever may read the database asks no service: unlike a search by HTTP, this
    one leaves no entry in the log.

    \b
      assent log query --outcome deny --since 2026-11-01
      assent log query --rule minors/no_profiled_ads --rule-status waived
      assent log query --text 'minors "profiled ads"'
      assent log query --article "GDPR art 9" --market DE --platform meta
      assent log query --campaign cmp-7 --as-of 1200 --json
      assent log query --saved denied-minors

    Where nothing is found, a note says which name no decision of the log has at all, and what was
    probably meant.

    Exit status: 0 if it is answered, also by nothing; 2 where this cannot be asked.
    """  # noqa: D301 - click reads the escape.
    asked = read_filter(**criteria)
    output = Output()
    shown = 0
    with opened_service() as (_, database):
        log, filters = Decisions(database), asked.of(database)
        for page in _pages(log, filters, limit):
            shown += len(page.decisions)
            for each in page.decisions:
                if as_json:
                    output.json(listed_document(each))
                else:
                    output.line(decision_line(each))
        unknown = () if shown else log.unknown_names(filters)
    if not as_json:
        output.line(_summary(shown, page))
    tell_unknown(unknown)
    tell_unsearched(page.unsearched)


def outcome_text(outcome: str, *, conclusive: bool) -> Text:
    """Return an outcome in a word or two."""
    if not conclusive:
        return toned(f"{outcome.upper()}, inconclusive", Tone.OPEN)
    return toned(outcome.upper(), Tone.ALLOW if outcome == "allow" else Tone.DENY)


def _pages(log: Decisions, filters: DecisionFilter, limit: int | None) -> Iterator[DecisionPage]:
    """Yield the pages of a search until as many decisions are shown; at least one."""
    left, cursor, more = limit, None, True
    while more:
        length = PAGE_LIMIT if left is None else min(PAGE_LIMIT, left)
        page = log.page(filters, limit=length, cursor=cursor)
        yield page
        left = None if left is None else left - len(page.decisions)
        cursor = page.next_cursor
        more = cursor is not None and left != 0


def decision_line(decision: LoggedDecision) -> Text:
    """Return the line of a decision in a list."""
    columns = decision.columns
    at = columns.decided_at.astimezone(UTC)
    outcome = outcome_text(columns.outcome, conclusive=columns.conclusive)
    outcome.pad_right(_OUTCOME_WIDTH - len(outcome))
    return toned("  ").join(
        [
            toned(f"{decision.index:>8}", Tone.QUIET),
            toned(f"{at:%Y-%m-%dT%H:%M:%SZ}"),
            outcome,
            toned(columns.decision_id, Tone.TITLE),
            toned(_told(decision)),
        ]
    )


def _told(decision: LoggedDecision) -> str:
    """Return what a decision was about, in words that stay on their line."""
    columns = decision.columns
    if decision.is_erased:
        return "erased"
    campaign = "no campaign" if columns.campaign is None else excerpt(columns.campaign)
    ordered = sorted(columns.rules, key=lambda each: each[1] not in _TOLD_FIRST)
    rules = [f"{excerpt(rule, 80)} {status}" for rule, status in ordered]
    return f"{campaign}, {cut(rules, _MOST_NAMES)}" if rules else campaign


def _summary(shown: int, last: DecisionPage) -> Text:
    text = toned(counted(shown, "decision", "decisions"), Tone.TITLE)
    more = ", and there are more" if last.next_cursor is not None else ""
    return text + toned(f"{more}; as of size {last.size}", Tone.QUIET)
