"""`assent log evidence`: some decisions in one file, with all it takes to check them anywhere."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from api.cli.arguments import WRITTEN, as_json_option
from api.cli.failures import NO, Failure
from api.cli.filters import filter_options, read_filter, tell_unsearched
from api.cli.log_records import READERS, check_free
from api.cli.service import opened_service
from api.cli.terminal import answer, toned
from api.installation.publishing import publisher_of
from api.installation.signing import signer_of
from api.log.evidence import EvidenceSelection, EvidenceSource, TooMany, entries_by, select_by
from engine.audit.entries.record import LogEntry
from engine.audit.exhibits.evidence import EvidenceManifest
from engine.audit.merkle.tree import ProofError
from engine.source.layout import Tone, counted
from engine.source.quoting import excerpt
from engine.storage.errors import NotFound
from engine.storage.files import replacing
from engine.storage.governance.policies import PolicyVersions
from engine.storage.log.attestations import AttestationStore
from engine.storage.log.tile_log import TileLog
from engine.storage.search.decisions import Decisions


@click.command()
@click.argument("file", metavar="OUT.zip", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("ids", metavar="[DECISION]...", nargs=-1, type=WRITTEN)
@filter_options
@click.option("--force", is_flag=True, help="Replace the file, if it is there.")
@as_json_option
@click.pass_context
def evidence(
    ctx: click.Context,
    /,
    file: Path,
    ids: tuple[str, ...],
    *,
    force: bool,
    as_json: bool,
    **criteria: Any,
) -> None:
    """Put decisions into one file that proves them, to whoever has the log's public key.

    OUT.zip gets what was submitted and decided, the proof that the log has it, the signed
    checkpoint, the policies that decided, and a README for whoever receives it. It holds campaigns
    and actors in clear. Name decisions, or options that find them. A file that is there already is
    kept, unless `--force` has it replaced.

    \b
      assent log evidence case-17.zip 7d9f43f0-1f0e-4c5e-9f0a-2b8d4f6a1c3e
      assent log evidence spring.zip --campaign spring-2 --outcome deny
      assent verify case-17.zip --vkey log.vkey

    Exit status: 0 if it is written, 1 where no decision meets the options and no file is written, 2
    where it cannot be, or is there already.
    """  # noqa: D301 - click reads the escape.
    asked = read_filter(**criteria)
    if bool(ids) == (asked.is_narrowed() or asked.as_of is not None):
        raise click.UsageError("name decisions, or options that find them")
    check_free(file, is_forced=force)
    with opened_service() as (settings, database):
        decisions, filters = Decisions(database), asked.of(database)
        publisher = publisher_of(settings, database, signer_of(settings, database))
        try:
            by_id = EvidenceSelection(size=decisions.reached(filters)) if ids else None
            found = by_id or select_by(decisions, filters)
            source = EvidenceSource(
                tiles=TileLog(database),
                policies=PolicyVersions(database),
                checkpoint=publisher.covering(found.size),
                vouched=AttestationStore(path=settings.log_vouched),
            )
            entries = _named(decisions, ids) if ids else entries_by(decisions, filters)
            first = next(entries, None)
            made = None
            if first is not None:
                with replacing(file, mode=READERS) as stream:
                    made = source.write(stream, chain([first], entries), found)
        except (TooMany, NotFound, ProofError) as error:
            raise Failure(str(file), str(error)) from error
    answer(_document(file, made, found), [_line(file, made, found)], as_json=as_json)
    tell_unsearched(found.unsearched)
    if made is None:
        ctx.exit(NO)


def _named(decisions: Decisions, ids: Sequence[str]) -> Iterator[LogEntry]:
    for each in dict.fromkeys(ids):
        try:
            yield decisions.get(each)
        except NotFound as error:
            advice = "`assent log query` shows the ids"
            raise Failure(excerpt(each), "the log has no such decision", advice) from error


def _document(
    file: Path, made: EvidenceManifest | None, found: EvidenceSelection
) -> dict[str, object]:
    if made is None:
        return {"file": None, "decisions": 0, "erased": 0, "size": found.size}
    return {
        "file": str(file),
        "decisions": len(made.decisions),
        "erased": len(made.erased),
        "size": made.size,
    }


def _line(file: Path, made: EvidenceManifest | None, found: EvidenceSelection) -> Text:
    if made is None:
        told = toned(f"; {file} is not written; as of size {found.size}", Tone.QUIET)
        return toned("no decision meets the options", Tone.OPEN) + told
    count = f"  {counted(len(made.decisions), 'decision', 'decisions')}"
    gone = f", {len(made.erased):,} erased" if made.erased else ""
    told = toned(f"{gone}; as of size {made.size}", Tone.QUIET)
    return toned(str(file), Tone.POINTER) + toned(count, Tone.TITLE) + told
