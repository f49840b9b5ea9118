"""`assent decide`: decisions on the campaigns in a file. It records nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

import click
from rich.text import Text

from api.cli.decisions_view import in_full, on_a_line
from api.cli.fact_files import book_of
from api.cli.failures import NO, Failure
from api.cli.moments import DayType, InstantType
from api.cli.policy_files import build_policies, read_policies
from api.cli.submissions import Answer, answer, answer_document, submitted
from api.cli.tally import Tally
from api.cli.terminal import Output, counting
from api.submission import FORMAT_NAMES, NATIVE, Terms
from engine import Engine


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMAT_NAMES),
    default=NATIVE,
    show_default=True,
    help="Whose records they are: `assent` for descriptors after the vocabulary, else a platform.",
)
@click.option(
    "--policies",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The policies that decide, instead of those that come with Assent.",
)
@click.option(
    "--as-of",
    type=InstantType(),
    help="Decide as of then: 2026-11-23T09:00:00Z, or a day, which begins in UTC. [default: now]",
)
@click.option(
    "--as-if-launched",
    type=DayType(),
    help="Move the flight to start on that day, keeping its length.",
)
@click.option(
    "--assets",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Read what the files of the ads say of their origin (C2PA), by `credentials.file`.",
)
@click.option(
    "--facts",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Standing facts, which fill what the records leave open: a JSON list of them.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON, one line for each record.")
@click.pass_context
def decide(  # noqa: PLR0913 - one parameter for each option.
    ctx: click.Context,
    file: Path,
    *,
    form: str,
    policies: Path | None,
    as_of: datetime | None,
    as_if_launched: date | None,
    assets: Path | None,
    facts: Path | None,
    as_json: bool,
) -> None:
    """Decide whether campaigns may launch, and say why.

    FILE holds one campaign or many: a JSON object, a list of them, NDJSON or CSV; `-` is standard
    input. One campaign is explained in full. Of many, each gets a line, and a summary follows.
    Nothing is recorded: a decision that counts is asked of the service.

    \b
      assent decide campaign.json
      assent decide ads.csv --format snapchat --as-of 2020-09-01
      assent decide campaign.json --assets media/
      assent decide ad.json --format meta --facts facts.json
      cat campaigns.ndjson | assent decide - --json

    With --json each line is one decision, or `{"refused": [...]}` for a record on which nothing
    can be decided; the summary of many goes to standard error. The id of a decision is null.

    Exit status: 0 if all are allowed, 1 if any is denied or refused, 2 if nothing could be
    decided: a wrong option, a file that cannot be read, policies with errors.
    """  # noqa: D301 - click reads the escape.
    if assets is not None and form != NATIVE:
        why = "platforms' own records name no files, and --assets reads those of descriptors"
        raise Failure("assent decide", why, "leave out --assets or --format")
    engine = Engine(build_policies(read_policies(policies)))
    terms = Terms(
        format=form,
        as_of=as_of or datetime.now(UTC).replace(microsecond=0),
        as_if_launched=as_if_launched,
        standing=None if facts is None else book_of(facts, engine),
    )
    tally = Tally()
    with submitted(file) as records:
        first = next(records)
        second = next(records, None)
        if second is None:
            _one(answer(engine, first, terms, assets), engine, tally, as_json=as_json)
        else:
            made = (answer(engine, each, terms, assets) for each in chain((first, second), records))
            _many(made, tally, as_json=as_json)
    if not tally.is_clear:
        ctx.exit(NO)


def _one(made: Answer, engine: Engine, tally: Tally, *, as_json: bool) -> None:
    tally.add(made)
    if as_json:
        Output().json(answer_document(made))
    else:
        Output().lines(in_full(made, engine.bundle))


def _many(answers: Iterator[Answer], tally: Tally, *, as_json: bool) -> None:
    output = Output()
    with counting("records decided") as count:
        for made in answers:
            tally.add(made)
            if as_json:
                output.json(answer_document(made))
            else:
                output.line(on_a_line(made))
            count()
    if as_json:
        Output(err=True).lines(tally.lines())
    else:
        output.line(Text())
        output.lines(tally.lines())
