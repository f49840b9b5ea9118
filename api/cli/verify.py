"""`assent verify`: checks a receipt, an export, a published log or a database; needs no service.

What is checked is in `engine.audit`: `verify`, `verify_log` and `log_proof`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import click

from api.cli.arguments import as_json_option
from api.cli.failures import NO, Failure
from api.cli.log_sources import WEB, CountedSource, source_of
from api.cli.submissions import STANDARD_INPUT
from api.cli.terminal import answer, counting, reading
from api.cli.trust import LOG_KEYS, WITNESS_KEYS, Trust, authority_of, trust_of
from api.cli.verification_view import AnyReport, report_document, report_lines
from api.cli.verified_kinds import (
    DATABASE,
    EVIDENCE,
    EXPORT,
    LOG,
    MANIFEST,
    RECEIPT,
    check_published,
    kind_of,
)
from engine.audit.checkpoints.cosignature import Witnessed, WitnessKey
from engine.audit.checkpoints.note import VerifierKey
from engine.audit.exhibits.evidence import EvidenceReport, verify_evidence
from engine.audit.exhibits.log_proof import PROOF_LIMIT, ReceiptReport, verify_receipt
from engine.audit.exhibits.manifest import (
    MANIFEST_LIMIT,
    RecordsReport,
    read_manifest,
    verify_records,
)
from engine.audit.faults import fault
from engine.audit.verification.verify import VerificationReport, verify_export
from engine.audit.verification.verify_log import LogSource, verify_log

_DATABASES = ("sqlite:", "postgresql:")
_Signed = TypeVar("_Signed", EvidenceReport, RecordsReport, ReceiptReport)
_HEAD_ADVICE = (
    "nobody signs it: compare the head with one from elsewhere, or give that as --trusted"
)


@click.command()
@click.argument("what")
@click.option(
    "--vkey",
    "vkeys",
    type=LOG_KEYS,
    multiple=True,
    help="Public key of the log, or a file with it; may be given several times.",
)
@click.option(
    "--trusted",
    metavar="HEAD",
    help="A head of the log that you have from elsewhere, or a file with a signed checkpoint.",
)
@click.option(
    "--witness",
    "witnesses",
    type=WITNESS_KEYS,
    multiple=True,
    help="Public key of a witness, or a file with some; may be given several times.",
)
@click.option(
    "--quorum",
    type=click.IntRange(min=1),
    help="How many of the witnesses must have cosigned. [default: all]",
)
@click.option(
    "--tsa-certificate",
    "certificates",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Certificates of a time stamp authority (PEM), which must have stamped the log.",
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
@as_json_option
@click.pass_context
def verify(  # noqa: PLR0913 - one parameter for each option.
    ctx: click.Context,
    what: str,
    *,
    vkeys: tuple[tuple[VerifierKey, ...], ...],
    trusted: str | None,
    witnesses: tuple[tuple[WitnessKey, ...], ...],
    quorum: int | None,
    certificates: Path | None,
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
    are not signed: give a head that you know from elsewhere. Witnesses are strangers who cosign:
    that enough of them did shows that you see the log that all others see.

    \b
      assent verify decision.tlog-proof --vkey log.vkey
      assent verify evidence.zip --vkey log.vkey
      assent verify denied.csv.manifest.json --vkey log.vkey
      assent verify log.ndjson --trusted checkpoint --vkey log.vkey
      assent verify /srv/log --vkey log.vkey --trusted 1204:Hv3Zr0…
      assent verify /srv/log --vkey log.vkey --witness witnesses.vkey --quorum 2
      assent verify /srv/log --vkey log.vkey --tsa-certificate tsa.pem
      assent verify https://ads.example/log --vkey log.vkey
      assent verify var/assent.db --trusted checkpoint --vkey log.vkey

    What WHAT is, its beginning or the ending of its name says, or --as.

    Exit status: 0 if nothing is wrong, 1 if anything is, 2 where it cannot be read or is nothing
    of all this.
    """  # noqa: D301 - click reads the escape.
    trust = trust_of(
        list(chain.from_iterable(vkeys)), trusted, list(chain.from_iterable(witnesses)), quorum
    )
    trust = replace(trust, authority=authority_of(certificates))
    source = _source(what, kind, key_file)
    report = _of_file(what, kind, trust) if source is None else _of_log(what, source, trust)
    is_taken_on_trust = source is None and trust.head is None
    lines = report_lines(report, advice=_HEAD_ADVICE if is_taken_on_trust else None)
    answer(report_document(report), lines, as_json=as_json)
    if not report.is_valid:
        ctx.exit(NO)


def _of_log(what: str, source: LogSource, trust: Trust) -> AnyReport:
    trust.need_key(what)
    with counting("entries read", elsewhere=True) as count:
        counted = CountedSource(source=source, count=count)
        return verify_log(counted, trust.keys, trusted=trust.head, requirements=trust.demands)


def _of_file(what: str, kind: str | None, trust: Trust) -> AnyReport:
    if what.startswith(_DATABASES):
        _need_no_stamp(what, trust)
        return _of_database(what, trust)
    with _opened(Path(what)) as stream:
        meant = kind or kind_of(Path(what), stream)
        if meant != EVIDENCE:
            _need_no_stamp(what, trust)
        if meant == EXPORT:
            return _of_export(what, stream, trust)
        if meant == RECEIPT:
            trust.need_key(what)
            read = verify_receipt(stream.read(PROOF_LIMIT), trust.keys, policy=trust.policy)
            return _trusted(what, read, trust)
        if meant == EVIDENCE:
            trust.need_key(what)
            return _trusted(what, _cosigned(_of_evidence(Path(what), trust), trust), trust)
        if meant == MANIFEST:
            trust.need_key(what)
            records = _of_records(what, stream.read(MANIFEST_LIMIT), trust)
            return _trusted(what, _cosigned(records, trust), trust)
    return _of_database(f"sqlite:///{what}", trust)


def _need_no_stamp(what: str, trust: Trust) -> None:
    if trust.authority is not None:
        why = "only a published log and evidence have time stamps"
        raise Failure(what, why, "leave --tsa-certificate out")


def _of_evidence(file: Path, trust: Trust) -> EvidenceReport:
    if file == STANDARD_INPUT:
        raise Failure("-", "an evidence is read to and fro", "name a file")
    with file.open("rb") as stream:
        return verify_evidence(stream, trust.keys, authority=trust.authority)


def _of_records(what: str, content: bytes, trust: Trust) -> RecordsReport:
    try:
        manifest = read_manifest(content)
    except ValueError as error:
        told = fault(None, "manifest_malformed", f"this is no manifest: {error}")
        return RecordsReport(manifest=None, checkpoint=None, faults=(told,), omitted=0)
    file = Path(what).with_name(manifest.file)
    if not file.is_file():
        return verify_records(manifest, None, trust.keys)
    with _opened(file) as stream:
        return verify_records(manifest, stream, trust.keys)


def _cosigned(report: _Signed, trust: Trust) -> _Signed:
    """Return a report with the cosignatures of its checkpoint, and what is wrong with them."""
    checkpoint = report.checkpoint
    if trust.policy is None or checkpoint is None:
        return report
    found: Witnessed = trust.policy.review(checkpoint.note)
    faults = (*found.faults, *report.faults)
    return replace(report, faults=faults, cosignatures=found.cosignatures)


def _trusted(what: str, report: _Signed, trust: Trust) -> _Signed:
    """Return a report with what is wrong where its checkpoint is another than the trusted one.

    Raises `Failure` for one of another size, which nothing here compares.
    """
    if trust.head is None or report.checkpoint is None:
        return report
    size, trusted = report.checkpoint.head.size, trust.head.size
    if size != trusted:
        why = f"its checkpoint is of {size:,} entries, and --trusted of {trusted:,}"
        advice = "nothing in it compares the two: verify the published log, with each as --trusted"
        raise Failure(what, why, advice)
    if report.checkpoint.head == trust.head:
        return report
    told = f"the {size:,} entries of its checkpoint are not those of the trusted tree"
    return replace(report, faults=(fault(None, "trusted_root_differs", told), *report.faults))


def _of_database(url: str, trust: Trust) -> VerificationReport:
    # What verifies files needs no database: only who asks for one loads what reads it.
    from api.cli.database_export import database_export  # noqa: PLC0415 - as said.

    with database_export(url) as export, reading(export.stream, None) as seen:
        report = _of_export(url, seen, trust)
    return replace(report, uncommitted_holds=export.uncommitted_holds)


def _of_export(what: str, stream: BinaryIO, trust: Trust) -> VerificationReport:
    witnessed = trust.witnessed(what)
    report = verify_export(stream, trusted=trust.head)
    faults = (*witnessed.faults, *report.faults)
    return replace(report, faults=faults, cosignatures=witnessed.cosignatures)


def _source(what: str, kind: str | None, key_file: Path | None) -> LogSource | None:
    """Return the published log that an argument names, None where it names a file."""
    if kind is None and Path(what).is_dir():
        check_published(Path(what))
        return source_of(what, key_file)
    if kind == LOG or (kind is None and what.startswith(WEB)):
        return source_of(what, key_file)
    return None


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
