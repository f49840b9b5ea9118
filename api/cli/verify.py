"""`assent verify`: checks a receipt, an export, a published log or a database; needs no service.

What is checked is in `engine.audit`: `verify`, `verify_log` and `log_proof`.
"""

import re
import sys
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, cast

import click

from api.cli.failures import NO, Failure
from api.cli.log_sources import DirectorySource, WebSource
from api.cli.submissions import STANDARD_INPUT
from api.cli.terminal import Output, reading
from api.cli.verification_view import Report, report_document, report_lines
from engine.audit.checkpoint import open_checkpoint
from engine.audit.evidence import MARK as EVIDENCE_MARK
from engine.audit.evidence import EvidenceReport, verify_evidence
from engine.audit.faults import fault
from engine.audit.log_proof import MARK, PROOF_LIMIT, verify_receipt
from engine.audit.manifest import MANIFEST_LIMIT, RecordsReport, read_manifest, verify_records
from engine.audit.manifest import MARK as RECORDS_MARK
from engine.audit.note import NOTE_LIMIT, NoteError, VerifierKey
from engine.audit.tree import HASH_SIZE, SIZE_LIMIT, TreeHead
from engine.audit.verify import VerificationReport, verify_export
from engine.audit.verify_log import LogSource, verify_log
from engine.source.json_fault import excerpt

EXPORT, RECEIPT, LOG, DATABASE = "export", "receipt", "log", "database"
MANIFEST, EVIDENCE = "manifest", "evidence"

_HEAD = re.compile(r"(?P<size>\d{1,19}):(?P<root>\S+)", re.ASCII)
_WEB = ("http://", "https://")
_DATABASES = ("sqlite:", "postgresql:")
_MARKS = {
    MARK: RECEIPT,
    RECORDS_MARK: MANIFEST,
    EVIDENCE_MARK: EVIDENCE,
    b"SQLite format 3\0": DATABASE,
}
_HEAD_ADVICE = "compare the head with one from elsewhere, or give that one as --trusted"


class VerifierKeysType(click.ParamType[tuple[VerifierKey, ...]]):
    """Public keys of a log: the text of one, or a file with one on each line."""

    name = "vkey"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[VerifierKey, ...]:
        """Return the keys."""
        text = str(value)
        try:
            if "+" not in text or Path(text).is_file():
                text = _text_of(Path(text))
            return tuple(VerifierKey.read(line) for line in text.split())
        except NoteError as error:
            self.fail(f"{excerpt(str(value))} is no public key of a log: {error}", param, ctx)


@click.command()
@click.argument("what")
@click.option(
    "--vkey",
    "vkeys",
    type=VerifierKeysType(),
    multiple=True,
    help="Public key of the log, or a file with it; may be given several times.",
)
@click.option(
    "--trusted",
    metavar="HEAD",
    help="A head of the log that you have from elsewhere, or a file with a signed checkpoint.",
)
@click.option(
    "--as",
    "kind",
    type=click.Choice([RECEIPT, EVIDENCE, MANIFEST, EXPORT, LOG, DATABASE]),
    help="What it is. [default: what it looks like]",
)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the API key that reads a log which is not public.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
@click.pass_context
def verify(  # noqa: PLR0913 - one parameter for each option.
    ctx: click.Context,
    what: str,
    *,
    vkeys: tuple[tuple[VerifierKey, ...], ...],
    trusted: str | None,
    kind: str | None,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Verify a receipt, an export, a published log or a database, whoever made it.

    WHAT is a receipt (.tlog-proof), evidence (.zip), the manifest of a file of records
    (.manifest.json), an export as NDJSON (`-` for standard input), a directory that
    `assent log export` wrote, the address of a log, or a database: its URL, or the file of SQLite.
    Every hash, commitment, column and tile is computed again. The log's public key tells that it is
    the log's: receipts, evidence, manifests and published logs need it. An export and a database
    are not signed: give a head that you know from elsewhere.

    \b
      assent verify decision.tlog-proof --vkey log.vkey
      assent verify evidence.zip --vkey log.vkey
      assent verify denied.csv.manifest.json --vkey log.vkey
      assent verify log.ndjson --trusted checkpoint --vkey log.vkey
      assent verify /srv/log --vkey log.vkey --trusted 1204:Hv3Zr0…
      assent verify https://ads.example/log --vkey log.vkey
      assent verify var/assent.db --trusted checkpoint --vkey log.vkey

    Exit status: 0 if nothing is wrong, 1 if anything is, 2 where it cannot be read.
    """  # noqa: D301 - click reads the escape.
    known = [key for keys in vkeys for key in keys]
    head = _trusted_head(trusted, known) if trusted is not None else None
    report = _report(what, kind, known, head, key_file)
    _show(report, as_json=as_json, advice=_HEAD_ADVICE if trusted is None and not known else None)
    if not report.is_valid:
        ctx.exit(NO)


def _report(
    what: str,
    kind: str | None,
    known: Sequence[VerifierKey],
    trusted: TreeHead | None,
    key_file: Path | None,
) -> Report:
    source = _source(what, kind, key_file)
    if source is not None:
        _need_key(what, known)
        return verify_log(source, known, trusted=trusted)
    if what.startswith(_DATABASES):
        return _of_database(what, trusted)
    with _opened(Path(what)) as stream:
        meant = kind or _kind_of(stream)
        if meant == EXPORT:
            return verify_export(stream, trusted=trusted)
        if meant == RECEIPT:
            _need_key(what, known)
            return verify_receipt(stream.read(PROOF_LIMIT), known)
        if meant == EVIDENCE:
            _need_key(what, known)
            return _of_evidence(Path(what), known)
        if meant == MANIFEST:
            _need_key(what, known)
            return _of_records(what, stream.read(MANIFEST_LIMIT), known)
    return _of_database(f"sqlite:///{what}", trusted)


def _of_evidence(file: Path, known: Sequence[VerifierKey]) -> EvidenceReport:
    if file == STANDARD_INPUT:
        raise Failure("-", "an evidence is read to and fro", "name a file")
    with file.open("rb") as stream:
        return verify_evidence(stream, known)


def _of_records(what: str, content: bytes, known: Sequence[VerifierKey]) -> RecordsReport:
    try:
        manifest = read_manifest(content)
    except ValueError as error:
        told = fault(None, "manifest_malformed", f"this is no manifest: {error}")
        return RecordsReport(manifest=None, checkpoint=None, faults=(told,), omitted=0)
    file = Path(what).with_name(manifest.file)
    if not file.is_file():
        return verify_records(manifest, None, known)
    with _opened(file) as stream:
        return verify_records(manifest, stream, known)


def _of_database(url: str, trusted: TreeHead | None) -> VerificationReport:
    # What verifies files needs no database: only who asks for one loads what reads it.
    from api.cli.database_export import database_export  # noqa: PLC0415 - as said.

    with database_export(url) as stream:
        return verify_export(stream, trusted=trusted)


def _source(what: str, kind: str | None, key_file: Path | None) -> LogSource | None:
    """Return the published log that an argument names, None where it names a file."""
    if what.startswith(_WEB) and kind in (None, LOG):
        token = _text_of(key_file).strip() if key_file is not None else None
        return WebSource(address=what, token=token)
    if kind == LOG or (kind is None and Path(what).is_dir()):
        return DirectorySource(directory=Path(what))
    return None


def _kind_of(stream: BufferedReader) -> str:
    begins = stream.peek(max(map(len, _MARKS)))
    return next((kind for mark, kind in _MARKS.items() if begins.startswith(mark)), EXPORT)


@contextmanager
def _opened(file: Path) -> Iterator[BufferedReader]:
    if file == STANDARD_INPUT:
        with reading(sys.stdin.buffer, None) as stream:
            yield from _buffered(stream)
        return
    with file.open("rb") as opened, reading(opened, file.stat().st_size) as stream:
        yield from _buffered(stream)


def _buffered(stream: BinaryIO) -> Iterator[BufferedReader]:
    """Yield a stream that can be looked into; it does not close the one beneath."""
    buffered = BufferedReader(cast(Any, stream))  # Which reads into a buffer as well.
    try:
        yield buffered
    finally:
        buffered.detach()


def _need_key(what: str, known: Sequence[VerifierKey]) -> None:
    if not known:
        raise Failure(what, "it is signed", "give the log's public key as `--vkey`")


def _trusted_head(text: str, known: Sequence[VerifierKey]) -> TreeHead:
    """Return the head that a text is, or that the checkpoint in a file signs."""
    found = _HEAD.fullmatch(text)
    root = _root(found["root"]) if found else None
    if found is not None and root is not None and int(found["size"]) < SIZE_LIMIT:
        return TreeHead(size=int(found["size"]), root=root)
    if not Path(text).is_file():
        shown = excerpt(text)
        message = f"{shown} is no head; write 1204: and its root in base64, or name a checkpoint"
        raise click.BadParameter(message, param_hint="--trusted")
    _need_key(text, known)
    try:
        return open_checkpoint(_text_of(Path(text)).encode(), known).head
    except NoteError as error:
        raise Failure(text, str(error), "name a checkpoint that the log has signed") from error


def _root(text: str) -> bytes | None:
    try:
        is_hexadecimal = len(text) == 2 * HASH_SIZE
        root = bytes.fromhex(text) if is_hexadecimal else b64decode(text, validate=True)
    except (ValueError, Base64Error):
        return None
    return root if len(root) == HASH_SIZE else None


def _text_of(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.read(NOTE_LIMIT).decode(errors="replace")


def _show(report: Report, *, as_json: bool, advice: str | None) -> None:
    output = Output()
    if as_json:
        output.json(report_document(report))
    else:
        output.lines(report_lines(report, advice=advice))
