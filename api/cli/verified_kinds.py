"""What it is that somebody wants verified, by how it begins and how its name ends.

Whatever once was something that Assent wrote is verified as such, however little of it is left: a
file that begins as one, or has its ending. What is neither is refused, and not called false: who
gives the table instead of its manifest has made a mistake, and nobody has altered anything.
"""

from io import BufferedReader
from pathlib import Path
from zipfile import is_zipfile

from api.cli.failures import Failure
from api.cli.submissions import STANDARD_INPUT
from engine.audit.exhibits.evidence import MARK as EVIDENCE_MARK
from engine.audit.exhibits.log_proof import MARK as RECEIPT_MARK
from engine.audit.exhibits.manifest import MANIFEST_ENDING
from engine.audit.exhibits.manifest import MARK as RECORDS_MARK

EXPORT, RECEIPT, LOG, DATABASE = "export", "receipt", "log", "database"
MANIFEST, EVIDENCE = "manifest", "evidence"

_MARKS = {
    RECEIPT_MARK: RECEIPT,
    RECORDS_MARK: MANIFEST,
    EVIDENCE_MARK: EVIDENCE,
    b"SQLite format 3\0": DATABASE,
    b'{"assent_export":': EXPORT,
}
_ENTRY = b'{"index":'
"""How an export begins whose first line is gone, and also a table of records as NDJSON."""

_ENDINGS = {
    ".tlog-proof": RECEIPT,
    MANIFEST_ENDING: MANIFEST,
    ".ndjson": EXPORT,
}
_SIGNS = ("checkpoint", "tile")
"""What a published log has, of which something may be gone."""


def kind_of(file: Path, stream: BufferedReader) -> str:
    """Return what a file is, which is open at its beginning.

    Raises `Failure` for what is nothing that can be verified; standard input is an export unless it
    begins as something else.
    """
    begins = stream.peek(max(map(len, _MARKS)))
    kind = next((kind for mark, kind in _MARKS.items() if begins.startswith(mark)), None)
    if kind is not None:
        return kind
    if file == STANDARD_INPUT:
        return EXPORT
    manifest = file.with_name(file.name + MANIFEST_ENDING)
    if manifest.is_file():
        raise Failure(str(file), "this is no export", f"verify {manifest} beside it")
    if begins.startswith(_ENTRY):
        return EXPORT
    return _by_ending(file)


def check_published(directory: Path) -> None:
    """Raise `Failure` for a directory in which nothing of a published log is."""
    if not any((directory / name).exists() for name in _SIGNS):
        why = "this is no published log: it has no `checkpoint`"
        raise Failure(str(directory), why, "name a directory that `assent log export` wrote")


def _by_ending(file: Path) -> str:
    name = file.name.lower()
    kind = next((kind for ending, kind in _ENDINGS.items() if name.endswith(ending)), None)
    if kind is not None:
        return kind
    if name.endswith(".zip"):
        if is_zipfile(file):
            return EVIDENCE
        raise Failure(str(file), "this is no evidence: it is not a ZIP file", "name another file")
    why = "this is no receipt, evidence, manifest, export or database"
    raise Failure(str(file), why, "name another file, or say what it is by --as")
