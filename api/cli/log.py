"""`assent log`: its keys, the log as files, searching it, and what is erased and held."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.text import Text

from api.cli.arguments import InstantType, as_json_option
from api.cli.erase import erase
from api.cli.erase_again import erase_again
from api.cli.failures import Failure
from api.cli.groups import Group
from api.cli.hold import hold, holds, release
from api.cli.log_evidence import evidence
from api.cli.log_impact import impact
from api.cli.log_queries import forget, queries, save
from api.cli.log_query import query
from api.cli.log_records import records
from api.cli.log_sample import sample
from api.cli.log_ship import ship
from api.cli.log_statistics import statistics
from api.cli.service import opened_service, service_told
from api.cli.terminal import answer, toned
from api.installation.publishing import publisher_of
from api.installation.settings import load_settings
from api.installation.signing import signer_of
from engine.audit.checkpoints.keyring import KeyRing, LogKey
from engine.audit.instants import rfc3339
from engine.source.layout import Tone, counted
from engine.storage.errors import Conflict
from engine.storage.log.anchor import KeyFile
from engine.storage.log.attestations import AttestationStore
from engine.storage.log.static_tree import TreeExport, export_tree
from engine.storage.log.tile_log import TileLog


@click.group(cls=Group)
def log() -> None:
    """Search the log, publish it as files, erase and hold, and keep the keys that sign it."""


for command in (
    *(query, statistics, sample, records, evidence, impact, ship),
    *(save, queries, forget),
    *(erase, erase_again, hold, holds, release),
):
    log.add_command(command)


@log.command()
@as_json_option
def key(*, as_json: bool) -> None:
    """Show the public keys that the log is signed with, the newest first.

    Auditors need one of them, from you rather than from the log: it is what they trust. Give it to
    `assent verify --vkey`, and to any program that reads signed notes.

    \b
      assent log key > log.vkey

    Exit status: 0 if they are shown, 2 where there are none (`assent init`).
    """  # noqa: D301 - click reads the escape.
    with service_told():
        ring = KeyFile(load_settings().log_key).read()
    _show(ring, as_json=as_json)


@log.command()
@click.option(
    "--both-until",
    "until",
    type=InstantType(),
    required=True,
    help="How long the present key signs beside the new one.",
)
@as_json_option
def rotate(until: datetime, *, as_json: bool) -> None:
    """Replace the key that signs the log by a new one.

    Until the time given, both sign. Hand the new public key to your auditors before then. A running
    service signs with the new key from its next checkpoint on.

    \b
      assent log rotate --both-until 2027-01-31

    Exit status: 0 if it is replaced, 2 where it cannot be.
    """  # noqa: D301 - click reads the escape.
    if until <= datetime.now(UTC):
        raise click.BadParameter("the time is past", param_hint="--both-until")
    with service_told():
        ring = KeyFile(load_settings().log_key).change(lambda present: present.rotated(until))
    _show(ring, as_json=as_json)


@log.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@as_json_option
def export(directory: Path, *, as_json: bool) -> None:
    """Write the log as a directory of files, which any web server can serve.

    DIRECTORY gets the resources of C2SP tlog-tiles: tiles, bundles of entries, and the signed
    checkpoint. Run again, it writes only what is new. It may run beside the service, and be stopped
    at any moment: the directory then still is a whole log, an older one. Entries name campaigns,
    actors and contents by digests only.

    \b
      assent log export /srv/log
      assent verify /srv/log --vkey log.vkey

    Exit status: 0 if the directory is up to date, 2 where it cannot be brought there.
    """  # noqa: D301 - click reads the escape.
    with opened_service() as (settings, database):
        signer = signer_of(settings, database)
        signer.advance(at_once=True)
        publisher = publisher_of(settings, database, signer)
        publisher.run_round()
        checkpoint = publisher.latest()
        known = KeyFile(settings.log_key).read().verifiers
        try:
            done = export_tree(TileLog(database), checkpoint, known, directory)
            AttestationStore(path=settings.log_vouched).copy_stamp(directory)
        except Conflict as error:
            raise Failure(str(directory), str(error), "name another directory") from error
    document = {"size_before": done.size_before, "size": done.size, "files_written": done.files}
    answer(document, [_told(done, directory)], as_json=as_json)


def _told(done: TreeExport, directory: Path) -> Text:
    files = f"{counted(done.files, 'file', 'files')} written"
    return (
        toned(str(directory), Tone.POINTER)
        + toned(f"  {done.size:,} entries", Tone.TITLE)
        + toned(f", {done.size_before:,} before; {files}", Tone.QUIET)
    )


def _show(ring: KeyRing, *, as_json: bool) -> None:
    document = {"origin": ring.origin, "keys": [_document(each) for each in ring.keys]}
    answer(document, (toned(str(each.signer.verifier)) for each in ring.keys), as_json=as_json)


def _document(each: LogKey) -> dict[str, object]:
    until = rfc3339(each.until) if each.until is not None else None
    return {"vkey": str(each.signer.verifier), "signs_until": until}
