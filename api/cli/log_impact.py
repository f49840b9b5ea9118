"""`assent log impact`: what other policies would have decided of what is in the log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from api.cli.arguments import as_json_option
from api.cli.failures import NO
from api.cli.filters import filter_options, read_filter, tell_unknown, tell_unsearched
from api.cli.log_query import outcome_text
from api.cli.service import opened_service
from api.cli.terminal import Output, answer, counting, toned
from api.deciding.impact import (
    Assessment,
    Compared,
    Impact,
    Verdict,
    assess,
    assessment_document,
    impact_document,
    is_notable,
)
from api.deciding.replay import outcome_reason
from engine import Engine, load_bundle
from engine.source.layout import Tone, counted, printable
from engine.source.quoting import excerpt
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.search.decisions import Decisions


@click.command()
@click.argument("policies", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True),
    help="Compare with what these policies decide, and not with what was recorded.",
)
@filter_options
@as_json_option
@click.pass_context
def impact(
    ctx: click.Context,
    /,
    policies: Path,
    *,
    against: Path | None,
    as_json: bool,
    **criteria: Any,
) -> None:
    """Decide again what is in the log, by other policies, and tell what changes.

    Each decision that meets all options is made from its logged input by POLICIES, and compared
    with what was recorded: the outcome, and the rules that come to another status. Nothing is
    logged. Before you merge a change of policies, this is what it would have done. With --against,
    two versions are compared, whatever was in force when the decisions were made.

    \b
      assent log impact policies/ --since 2026-10-01
      assent log impact v3/ --against v2/ --since 2026-10-01
      assent log impact branch/policies --outcome allow --json

    Exit status: 0 if every outcome stays, 1 if any changes or cannot be decided, 2 where this
    cannot be asked. What was erased is counted apart.
    """  # noqa: D301 - click reads the escape.
    asked = read_filter(**criteria)
    engine = Engine(load_bundle(policies))
    former = None if against is None else Engine(load_bundle(against))
    counts, told, output = Impact(), list[Assessment](), Output()
    with opened_service() as (_, database), counting("decided") as advance:
        log, erasures = Decisions(database), Erasures(database)
        filters = asked.of(database)
        beyond = log.unsearched(filters)
        for each in log.matching(filters):
            made = assess(log.stored(each.columns.decision_id), engine, erasures, against=former)
            counts.add(made.outcome)
            if is_notable(made) and as_json:
                told.append(made)
            elif is_notable(made):
                output.lines(_lines(made))
            advance()
        unknown = () if counts.total else log.unknown_names(filters)
    document = {**impact_document(counts), "listed": list(map(assessment_document, told))}
    answer(document, _summary(counts), as_json=as_json)
    tell_unknown(unknown)
    tell_unsearched(beyond)
    if counts.changed or counts.undecidable:
        ctx.exit(NO)


def _lines(made: Assessment) -> Iterator[Text]:
    campaign = "no campaign" if made.campaign is None else excerpt(made.campaign)
    where = toned(f"  {made.decision_id}", Tone.TITLE) + toned(f"  {campaign}")
    if not isinstance(made.outcome, Compared):
        yield toned("NOT DECIDABLE", Tone.OPEN) + where
        yield toned(f"  {printable(outcome_reason(made.outcome) or '')}", Tone.OPEN)
        return
    yield _change(made.outcome.before, made.outcome.after) + where
    for each in made.outcome.rules:
        yield toned(f"  {excerpt(each.rule, 80)} {each.before} → {each.after}")


def _change(before: Verdict, after: Verdict) -> Text:
    one = outcome_text(before.decision, conclusive=before.conclusive)
    return one + toned(" → ") + outcome_text(after.decision, conclusive=after.conclusive)


def _summary(made: Impact) -> Iterator[Text]:
    parts = (
        (made.unchanged, "unchanged"),
        (made.other_reasons, "the same for other reasons"),
        (made.changed, "changed"),
        (made.undecidable, "not decidable"),
        (made.erased, "erased"),
    )
    total = counted(made.total, "decision", "decisions")
    listed = ", ".join(f"{count:,} {word}" for count, word in parts if count)
    yield toned(total, Tone.TITLE) + toned(f": {listed}" if listed else "")
    for (before, after), count in sorted(made.changes.items()):
        yield toned(f"{count:>12,}  ", Tone.VALUE) + _change(before, after)
    for each, count in sorted(made.rules.items()):
        told = f"{excerpt(each.rule, 80)} {each.before} → {each.after}"
        yield toned(f"{count:>12,}  ", Tone.VALUE) + toned(told)
