"""`assent verify`: checks an export of the log with hashing alone; no server, no database, no key.

What is checked is in `engine.audit.verify`.
"""

import re
import sys
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from rich.text import Text

from api.cli.failures import NO
from api.cli.submissions import STANDARD_INPUT
from api.cli.terminal import Output, reading, toned
from engine.audit.tree import HASH_SIZE, SIZE_LIMIT, TreeHead
from engine.audit.verify import VerificationFault, VerificationReport, verify_export
from engine.evaluation.prose import Tone, printable
from engine.source.json_fault import excerpt

_TRUSTED = re.compile(r"(?P<size>\d{1,19}):(?P<root>\S+)", re.ASCII)


class TreeHeadType(click.ParamType[TreeHead]):
    """A head of the log: how many entries, and the root hash in hexadecimal digits or base64."""

    name = "size:root"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> TreeHead:
        """Return the head."""
        match = _TRUSTED.fullmatch(str(value))
        root = _root(match["root"]) if match else None
        if match is None or root is None or int(match["size"]) >= SIZE_LIMIT:
            shown = excerpt(str(value))
            self.fail(f"{shown} is no head; write 1204: and its root in base64", param, ctx)
        return TreeHead(size=int(match["size"]), root=root)


def _root(text: str) -> bytes | None:
    try:
        is_hexadecimal = len(text) == 2 * HASH_SIZE
        root = bytes.fromhex(text) if is_hexadecimal else b64decode(text, validate=True)
    except (ValueError, Base64Error):
        return None
    return root if len(root) == HASH_SIZE else None


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--trusted",
    type=TreeHeadType(),
    help="A head of the log that you have from elsewhere; the export must agree with it.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
@click.pass_context
def verify(ctx: click.Context, file: Path, *, trusted: TreeHead | None, as_json: bool) -> None:
    """Verify an export of the log, without trusting whoever made it.

    FILE is an export as the service writes it; `-` is standard input. Every hash, commitment and
    column is computed again. An export can only be shown to agree with itself, unless you give the
    head of the log that you know from elsewhere: a receipt, or what an earlier run printed.

    \b
      assent verify log.ndjson
      assent verify log.ndjson --trusted 1204:Hv3Zr0…

    Exit status: 0 if nothing is wrong, 1 if anything is, 2 where the file cannot be read.
    """  # noqa: D301 - click reads the escape.
    with _opened(file) as stream:
        report = verify_export(stream, trusted=trusted)
    output = Output()
    if as_json:
        output.json(_document(report))
    else:
        output.lines(_lines(report, trusted))
    if not report.is_valid:
        ctx.exit(NO)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if file == STANDARD_INPUT:
        with reading(sys.stdin.buffer, None) as stream:
            yield stream
        return
    with file.open("rb") as opened, reading(opened, file.stat().st_size) as stream:
        yield stream


def _lines(report: VerificationReport, trusted: TreeHead | None) -> Iterator[Text]:
    entries = f"{report.entries:,} {'entry' if report.entries == 1 else 'entries'}"
    if report.first is None:
        yield toned("VERIFIED", Tone.ALLOW) + toned(f"  {entries}, nothing is wrong", Tone.TITLE)
    else:
        count = len(report.faults) + report.omitted
        faults = f"{count:,} {'fault' if count == 1 else 'faults'}"
        yield toned("NOT VERIFIED", Tone.DENY) + toned(f"  {faults} in {entries}", Tone.TITLE)
        yield toned(f"  first: {_told(report.first)}", Tone.OPEN)
        yield from (toned(f"         {_told(each)}") for each in report.faults[1:])
        if report.omitted:
            yield toned(f"         and {report.omitted:,} more", Tone.QUIET)
    yield toned(f"  head   {report.entries}:{b64encode(report.root).decode()}", Tone.POINTER)
    if trusted is None:
        advice = "compare the head with one from elsewhere, or give that one as --trusted"
        yield toned(f"  {advice}", Tone.QUIET)


def _told(fault: VerificationFault) -> str:
    where = "the export" if fault.index is None else f"entry {fault.index}"
    return printable(f"{where}: {fault.message} ({fault.code})")


def _document(report: VerificationReport) -> dict[str, object]:
    return {
        "verified": report.is_valid,
        "entries": report.entries,
        "root": b64encode(report.root).decode(),
        "faults": [
            {"entry": fault.index, "code": fault.code, "message": fault.message}
            for fault in report.faults
        ],
        "omitted": report.omitted,
    }
