"""`assent log erase-again`: a database from a backup forgets what was erased since it was made."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.text import Text

from api.cli.arguments import as_json_option
from api.cli.failures import NO, Failure
from api.cli.log_sources import source_of
from api.cli.service import opened_service
from api.cli.subjects import by_option
from api.cli.terminal import answer, toned
from engine.audit.checkpoints.note import NoteError
from engine.audit.entries.acts import Ground
from engine.audit.verification.past_erasures import NotPublished, PastErasures, past_erasures
from engine.source.layout import Tone, counted
from engine.storage.lifecycle.erasures import Erasures, ErasureSummary
from engine.storage.lifecycle.holds import UnderHold
from engine.storage.log.anchor import KeyFile
from engine.storage.log.tile_log import TileLog


@click.command("erase-again")
@click.argument("published", metavar="PUBLISHED")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the API key that reads a log which is not public.",
)
@by_option("erases")
@as_json_option
@click.pass_context
def erase_again(
    ctx: click.Context, published: str, *, key_file: Path | None, by: str, as_json: bool
) -> None:
    """Erase again, in a database from a backup, what was erased after that was made.

    PUBLISHED is a copy of the log from after the backup: a directory that `assent log export`
    wrote, or an address. Its entries have to be those that the log's key has signed. What it says
    was erased is erased here too, on the same grounds, of all entries that are the same in both.
    What was erased for its age is left to `assent retention run`. Erasing again changes nothing.

    \b
      assent log erase-again /srv/log

    Exit status: 0 if it is erased, 1 if it is and a reader kept the database's files from being
    cleaned, 2 where it cannot be.
    """  # noqa: D301 - click reads the escape.
    source = source_of(published, key_file)
    with opened_service() as (settings, database):
        log, known = TileLog(database), KeyFile(settings.log_key).read().verifiers
        try:
            past = past_erasures(source, known, log.leaves(0, log.head().size))
            wanted: dict[Ground, Sequence[int]] = {
                ground: indexes
                for ground, indexes in past.indexes.items()
                if ground is not Ground.RETENTION
            }
            done = Erasures(database).erase_entries(wanted, actor=by)
        except (NotPublished, NoteError) as error:
            raise Failure(published, str(error), "name a copy of this log") from error
        except UnderHold as error:
            advice = f"`assent log release {error.by.index}` lifts the hold"
            raise Failure(published, str(error), advice) from error
    answer(_document(past, done), _lines(past, done), as_json=as_json)
    if not done.is_purged:
        ctx.exit(NO)


def _lines(past: PastErasures, done: ErasureSummary) -> list[Text]:
    count = counted(done.decisions, "decision", "decisions")
    told = count if done.decisions else "nothing was left to erase"
    lines = [toned("ERASED", Tone.ALLOW) + toned(f"  {told}", Tone.TITLE)]
    compared = f"{past.shared:,} entries are the same in both; the published log has {past.size:,}"
    lines.append(toned(f"  {compared}", Tone.POINTER))
    aged = len(past.indexes.get(Ground.RETENTION, ()))
    if aged:
        lines.append(toned(f"  {aged:,} were erased for their age: `assent retention run`"))
    if not done.is_purged:
        waiting = "a reader was at work: the database's files still have it; run this again later"
        lines.append(toned(f"  {waiting}", Tone.OPEN))
    return lines


def _document(past: PastErasures, done: ErasureSummary) -> dict[str, object]:
    return {
        "erased": done.decisions,
        "entries": [receipt.index for receipt in done.entries],
        "shared": past.shared,
        "published": past.size,
        "retention": len(past.indexes.get(Ground.RETENTION, ())),
        "purged": done.is_purged,
    }
