"""`assent decide`: decisions on the campaigns in a file. It records nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path

import click
from rich.text import Text

from api.cli.arguments import DayType, InstantType
from api.cli.deciding import Deciding, Spread, parts, workers_option
from api.cli.decisions_view import in_full
from api.cli.fact_files import book_of, read_fact_file
from api.cli.failures import NO, Failure
from api.cli.ray_actors import Recipe, parts_on_ray
from api.cli.resuming import (
    ResumableOutput,
    RunState,
    check_same,
    digest_of,
    interrupted,
    listing_digest,
    resumable,
    state_of,
)
from api.cli.sound_policies import build_policies
from api.cli.submissions import STANDARD_INPUT, Record, answer_document, submitted
from api.cli.tally import Tally
from api.cli.terminal import Output, counting, toned
from api.deciding.submission import FORMAT_NAMES, NATIVE, Terms
from api.examination.policy_files import read_policies
from engine import Engine
from engine.source.json_text import JSONValue
from engine.source.layout import Tone


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
@click.option(
    "-o",
    "--output",
    metavar="OUTPUT",
    type=click.Path(path_type=Path),
    help="Write the JSON lines to a new file. Interrupted, it can be continued with --resume.",
)
@click.option("--resume", is_flag=True, help="Continue an interrupted --output where it ends.")
@workers_option
@click.option(
    "--on",
    "elsewhere",
    type=click.Choice(["ray"]),
    help="Have the workers on a Ray cluster: that of RAY_ADDRESS, else one on this machine.",
)
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
    output: Path | None,
    resume: bool,
    workers: int,
    elsewhere: str | None,
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
      assent decide campaigns.ndjson -o answers.ndjson --workers 4 --resume
      RAY_ADDRESS=10.0.0.1:6379 assent decide big.ndjson --json --on ray --workers 64

    With --json each line is one decision, or `{"refused": [...]}` for a record on which nothing
    can be decided; the summary of many goes to standard error. The id of a decision is null.

    With --output the lines go to that file. A run that is interrupted leaves `OUTPUT.resume` beside
    it, by which --resume goes on exactly: no record twice, none left out. Another input, other
    policies or terms are refused.

    Exit status: 0 if all are allowed, 1 if any is denied or refused, 2 if nothing could be
    decided: a wrong option, a file that cannot be read, policies with errors.
    """  # noqa: D301 - click reads the escape.
    _check_assets(assets, form, elsewhere)
    before = _before(file, output, resume=resume)
    engine = Engine(build_policies(read_policies(policies)))
    stated = None if facts is None else read_fact_file(facts)  # Once: it may be a pipe.
    standing = None if facts is None else book_of(facts, stated, engine)
    as_of = as_of or _instant_of(before)
    terms = Terms(format=form, as_of=as_of, as_if_launched=as_if_launched, standing=standing)
    as_json = as_json or output is not None
    deciding = Deciding(engine=engine, terms=terms, as_json=as_json, assets=assets)
    spread = _spread(deciding, stated, workers, elsewhere)
    with submitted(file) as records:
        if output is None:
            tally = _shown(deciding, records, spread)
        else:
            identity = run_identity(engine, terms, file=file, facts=facts, assets=assets)
            check_same(output, before, identity)
            with resumable(output, identity, before) as written:
                tally = _into(written, records, spread)
    ctx.exit(0 if tally.is_clear else NO)


def _check_assets(assets: Path | None, form: str, elsewhere: str | None) -> None:
    if assets is not None and form != NATIVE:
        why = "platforms' own records name no files, and --assets reads those of descriptors"
        raise Failure("assent decide", why, "leave out --assets or --format")
    if assets is not None and elsewhere is not None:
        why = "--assets reads files on this machine, and --on decides on others"
        raise Failure("assent decide", why, "leave out one of them")


def _before(file: Path, output: Path | None, *, resume: bool) -> RunState | None:
    """Return the run that is to be continued. Raises `Failure` where that cannot be."""
    if output is None:
        if resume:
            raise Failure("assent decide", "--resume goes with --output", "name the file")
        return None
    if file == STANDARD_INPUT:
        raise Failure("assent decide", "--output wants a file that can be read again", "save it")
    before = interrupted(output)
    if before is not None and not resume:
        advice = f"continue it with --resume, or remove it and {state_of(output)}"
        raise Failure(str(output), "it was interrupted", advice)
    return before


def _instant_of(before: RunState | None) -> datetime:
    """Return as of when a run decides that does not say: as it began, or as of now."""
    if before is not None:
        return datetime.fromisoformat(before.identity["as_of"])
    return datetime.now(UTC).replace(microsecond=0)


def run_identity(
    engine: Engine,
    terms: Terms,
    *,
    file: Path,
    facts: Path | None,
    assets: Path | None,
) -> dict[str, str]:
    """Return what makes a run this one: its files, what decides, and on what terms."""
    return {
        "input": digest_of(file),
        "policies": engine.identity.digest,
        "engine": engine.identity.engine,
        "format": terms.format,
        "as_of": str(terms.as_of),
        "as_if_launched": str(terms.as_if_launched),
        "facts": "None" if facts is None else digest_of(facts),
        "assets": "None" if assets is None else listing_digest(assets),
    }


def _spread(deciding: Deciding, stated: JSONValue, workers: int, elsewhere: str | None) -> Spread:
    """Return where records are decided on; `stated` are the standing facts, None for none."""
    if elsewhere is None:
        return partial(parts, deciding, workers=workers)
    return partial(parts_on_ray, Recipe.of(deciding, stated), workers=workers)


def _shown(deciding: Deciding, records: Iterator[Record], spread: Spread) -> Tally:
    first = next(records)
    second = next(records, None)
    if second is None:
        return _one(deciding, first)
    return _many(deciding, chain((first, second), records), spread)


def _one(deciding: Deciding, record: Record) -> Tally:
    tally, made = Tally(), deciding.answer(record)
    tally.add(made)
    if deciding.as_json:
        Output().json(answer_document(made))
    else:
        Output().lines(in_full(made, deciding.engine.bundle))
    return tally


def _many(deciding: Deciding, records: Iterator[Record], spread: Spread) -> Tally:
    output, tally = Output(), Tally()
    with spread(records) as made, counting("records decided") as count:
        for part in made:
            output.json_lines(part.json)
            output.lines(part.text)
            tally.add_all(part.tally)
            count(part.tally.records)
    if deciding.as_json:
        Output(err=True).lines(tally.lines())
    else:
        output.line(Text())
        output.lines(tally.lines())
    return tally


def _into(written: ResumableOutput, records: Iterator[Record], spread: Spread) -> Tally:
    done = written.records
    rest = islice(records, done, None)
    shown = counting("records decided", done=done, elsewhere=True)
    with spread(rest) as made, shown as count:
        for part in made:
            written.add(part)
            count(part.tally.records)
    written.complete()
    output = Output()
    if done:
        output.line(toned(f"{done:,} were answered before, and are counted here", Tone.QUIET))
    output.lines(written.tally.lines())
    return written.tally
