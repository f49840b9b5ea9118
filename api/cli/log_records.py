"""`assent log records`: the decisions that a search finds as a file, with its manifest."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from api.cli.failures import Failure
from api.cli.filters import filter_options, read_filter, tell_unknown, tell_unsearched
from api.cli.service import opened_service
from api.cli.terminal import Output, toned
from api.exports.formats import MEDIA_TYPES, Unavailable
from api.exports.manifest import Written, begin_export
from api.installation.publishing import publisher_of
from api.installation.signing import signer_of
from engine.audit.exhibits.manifest import MANIFEST_ENDING, Manifest
from engine.source.layout import Tone, counted
from engine.storage.files import replacing, write_durably
from engine.storage.log.tile_log import TileLog
from engine.storage.search.decisions import Decisions

READERS = 0o640
"""Who may read a file of decisions: its owner, and the owner's group."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format",
    "name",
    type=click.Choice(list(MEDIA_TYPES)),
    help="The format. [default: what the name of the file ends with]",
)
@filter_options
@click.option("--force", is_flag=True, help="Replace the file and its manifest, if they are there.")
@click.option("--json", "as_json", is_flag=True, help="The manifest on standard output.")
def records(file: Path, *, name: str | None, force: bool, as_json: bool, **criteria: Any) -> None:
    """Write the decisions that meet all options to a file: CSV, NDJSON or Parquet.

    Beside FILE comes FILE.manifest.json: the filters, the size and root of the log, its signed
    checkpoint, what each column means, and the file's SHA-256. `assent verify` checks it anywhere.
    In CSV, text that a spreadsheet could take for a formula has an apostrophe in front. What is
    there already is kept, unless `--force` has it replaced.

    \b
      assent log records denied.csv --outcome deny --since 2026-10-01
      assent log records all.parquet --as-of 1200
      assent verify denied.csv.manifest.json --vkey log.vkey

    Exit status: 0 if it is written, 2 where it cannot be, or is there already.
    """  # noqa: D301 - click reads the escape.
    asked = read_filter(**criteria)
    chosen = name or _format_of(file)
    beside = file.with_name(file.name + MANIFEST_ENDING)
    for each in (file, beside):
        check_free(each, is_forced=force)
    with opened_service() as (settings, database):
        decisions, filters = Decisions(database), asked.of(database)
        try:
            publisher = publisher_of(settings, database, signer_of(settings, database))
            written = Written(
                export=begin_export(decisions, TileLog(database), publisher, filters, chosen)
            )
        except Unavailable as error:
            raise Failure(str(file), str(error)) from error
        with replacing(file, mode=READERS) as stream:
            stream.writelines(written.pieces())
        manifest = written.manifest(file.name, datetime.now(UTC))
        write_durably(beside, manifest.encode())
        unknown = () if manifest.count else decisions.unknown_names(filters)
    _show(file, manifest, as_json=as_json)
    tell_unknown(unknown)
    tell_unsearched(written.export.unsearched)


def _format_of(file: Path) -> str:
    ending = file.suffix.removeprefix(".").lower()
    if ending not in MEDIA_TYPES:
        listed = ", ".join(f".{each}" for each in MEDIA_TYPES)
        raise click.UsageError(f"the name of the file ends with none of {listed}: add --format")
    return ending


def check_free(file: Path, *, is_forced: bool) -> None:
    """Raise `Failure` where something is there already; only a file can be `is_forced` away."""
    if file.exists() and not file.is_file():
        raise Failure(str(file), "this is no file", "name a new one")
    if file.exists() and not is_forced:
        advice = "name another, or have it replaced by --force"
        raise Failure(str(file), "it is there already", advice)


def _show(file: Path, manifest: Manifest, *, as_json: bool) -> None:
    if as_json:
        click.echo(manifest.encode().decode(), nl=False)
        return
    rows = f"  {counted(manifest.count, 'decision', 'decisions')}"
    told = f"; as of size {manifest.size}, {manifest.length:,} bytes"
    line = toned(str(file), Tone.POINTER) + toned(rows, Tone.TITLE) + toned(told, Tone.QUIET)
    Output().line(line)
