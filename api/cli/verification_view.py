"""What `assent verify` says: of a log or an export, and of a receipt; as text and as JSON."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec import UNSET
from rich.text import Text

from api.cli.terminal import toned
from engine.audit.checkpoints.timestamp import Stamped
from engine.audit.exhibits.evidence import EvidenceManifest, EvidenceReport
from engine.audit.exhibits.log_proof import ReceiptReport
from engine.audit.exhibits.manifest import Manifest, RecordsReport
from engine.audit.exhibits.unsearched import is_faceted
from engine.audit.export import Line
from engine.audit.faults import VerificationFault
from engine.audit.instants import rfc3339
from engine.audit.merkle.tree import TreeHead
from engine.audit.verification.report import Report, SignedReport
from engine.audit.verification.terms import terms_of
from engine.audit.verification.verify import VerificationReport
from engine.source.layout import Tone, counted, printable

AnyReport: TypeAlias = VerificationReport | ReceiptReport | RecordsReport | EvidenceReport


def report_lines(report: AnyReport, *, advice: str | None) -> Iterator[Text]:
    """Yield the lines that tell what is right and wrong; advice is for what nobody has signed."""
    match report:
        case ReceiptReport():
            return receipt_lines(report)
        case RecordsReport():
            return records_lines(report)
        case EvidenceReport():
            return evidence_lines(report)
        case VerificationReport():
            return log_lines(report, advice=advice)


def report_document(report: AnyReport) -> dict[str, object]:
    """Return the JSON form of what was found."""
    match report:
        case ReceiptReport():
            return receipt_document(report)
        case RecordsReport():
            return records_document(report)
        case EvidenceReport():
            return evidence_document(report)
        case VerificationReport():
            return log_document(report)


def log_lines(report: VerificationReport, *, advice: str | None) -> Iterator[Text]:
    """Yield the lines that tell what is right and wrong about a log or an export."""
    entries = _entries(report.entries)
    if report.unread is not None and not report.faults:
        told = f"{entries}, nothing is wrong in what could be read"
        yield toned("INCOMPLETE", Tone.OPEN) + toned(f"  {told}", Tone.TITLE)
    else:
        yield from _verdict(report, f"{entries}, nothing is wrong", f"in {entries}", "the export")
    yield _pair("head", head_text(TreeHead(size=report.entries, root=report.root)))
    if report.erased:
        yield _pair("erased", _entries(report.erased))
    if report.unread is not None:
        told = f"the contents of {_entries(report.unread.count)}"
        first = f"the first is entry {report.unread.first}: {report.unread.why}"
        yield _pair("not read", printable(f"{told}; {first}"))
    if report.late is not None:
        late = counted(report.late.count, "decision", "decisions")
        told = f"{late} logged more than an hour after being made"
        yield _pair("late", f"{told}; the first is entry {report.late.first}")
    if report.uncommitted_holds:
        yield _pair("not shown", _holds_told(report.uncommitted_holds))
    yield from _cosigned(report)
    yield from _stamp_lines(report.stamped)
    if advice is not None:
        yield toned(f"  {advice}", Tone.QUIET)


def _holds_told(entries: Sequence[int]) -> str:
    first, others = entries[0], len(entries) - 1
    more = f" and of {counted(others, 'other', 'others')}" if others else ""
    return (
        f"whom the hold of entry {first}{more} is on: an earlier version did not log it; lifted and"
        " placed again, it does"
    )


def receipt_lines(report: ReceiptReport) -> Iterator[Text]:
    """Yield the lines that tell what a receipt says, and what is wrong with it."""
    yield from _verdict(report, "nothing is wrong", "in the receipt", "the receipt")
    if report.line is not None:
        yield _pair("entry", f"{report.line.index}, logged at {printable(report.line.logged_at)}")
    if report.line is not None and report.line.columns is not None:
        columns = report.line.columns
        yield _pair("decision", printable(f"{columns.decision_id}, {columns.outcome}"))
        yield from _terms_lines(report.line)
        yield _pair("campaign", printable(columns.campaign or "none"))
        yield _pair("policies", printable(f"{columns.policy_set} {columns.policy_digest}"))
    if report.checkpoint is not None:
        yield _pair("head", head_text(report.checkpoint.head))
    yield from _signed(report)


def _terms_lines(line: Line) -> Iterator[Text]:
    """Tell as of when a decision was made, and what it assumes, if anything."""
    terms = terms_of(line)
    if terms is None:
        return
    if terms.as_if_launched is not None:
        told = (
            f"as if launched on {terms.as_if_launched}; of the flight as submitted it says nothing"
        )
        yield _pair("assumed", printable(told))
    yield _pair("as of", printable(terms.as_of))


def records_lines(report: RecordsReport) -> Iterator[Text]:
    """Yield the lines that tell what a manifest says, and what is wrong with it or its file."""
    manifest = report.manifest
    told = counted(0 if manifest is None else manifest.count, "decision", "decisions")
    yield from _verdict(report, f"{told}, nothing is wrong", "in the records", "the records")
    if manifest is not None:
        yield _pair("file", printable(manifest.file))
        given = ", ".join(f"{name} {_listed(value)}" for name, value in manifest.filters.items())
        yield _pair("filters", printable(given or "none"))
        yield _pair("as of", head_text(TreeHead(size=manifest.size, root=manifest.root)))
        yield from _unsearched_lines(manifest)
    yield from _signed(report)
    told = "that a row is as it was logged, and that none is left out: nobody signs a manifest"
    yield _pair("not shown", told)


def evidence_lines(report: EvidenceReport) -> Iterator[Text]:
    """Yield the lines that tell what an evidence shows, and what is wrong with it."""
    manifest = report.manifest
    told = counted(0 if manifest is None else len(manifest.decisions), "decision", "decisions")
    yield from _verdict(report, f"{told}, nothing is wrong", "in the evidence", "the evidence")
    if manifest is not None and manifest.erased:
        yield _pair("erased", f"{len(manifest.erased):,} more")
    if report.assumed:
        (first, day), *others = report.assumed.items()
        more = f", and {len(others):,} more on a day of their own" if others else ""
        yield _pair("assumed", printable(f"{first} is as if launched on {day}{more}"))
    if manifest is not None:
        yield from _unsearched_lines(manifest)
    if report.checkpoint is not None:
        yield _pair("head", head_text(report.checkpoint.head))
    yield from _signed(report)
    yield from _stamp_lines(report.stamped)
    if manifest is not None:
        unproved = (
            "what README.txt says, and that no other decision is like these: nobody signs that"
        )
        yield _pair("not shown", unproved)


def _listed(value: object) -> object:
    return " or ".join(map(str, value)) if isinstance(value, list) else value


def _unsearched_lines(manifest: Manifest | EvidenceManifest) -> Iterator[Text]:
    """Tell what the search could not find, where there is anything, or nobody can say."""
    if manifest.unsearched is UNSET:
        if is_faceted(manifest.filters):
            yield _pair("unsearched", "an earlier version made it, and does not say")
    elif manifest.unsearched:
        told = f"some decisions before entry {manifest.unsearched} do not say what was asked for"
        yield _pair("unsearched", f"{told}, and may belong here")


def _stamp_lines(stamped: Stamped | None) -> Iterator[Text]:
    if stamped is not None:
        yield _pair("stamped", f"{_entries(stamped.size)}, at {rfc3339(stamped.moment)}")


def log_document(report: VerificationReport) -> dict[str, object]:
    """Return the JSON form of what was found of a log or an export."""
    return {
        "verified": report.is_valid,
        "entries": report.entries,
        "root": b64encode(report.root).decode(),
        "erased": report.erased,
        "unread": _unread_document(report),
        "cosigned_by": _cosignatures(report),
        "stamped": _stamped(report),
        "uncommitted_holds": list(report.uncommitted_holds),
        "late": _late_document(report),
        **_faults(report),
    }


def _late_document(report: VerificationReport) -> dict[str, object] | None:
    late = report.late
    return None if late is None else {"decisions": late.count, "first": late.first}


def receipt_document(report: ReceiptReport) -> dict[str, object]:
    """Return the JSON form of what was found of a receipt."""
    line, checkpoint = report.line, report.checkpoint
    columns = line.columns if line is not None else None
    terms = terms_of(line) if line is not None else None
    return {
        "verified": report.is_valid,
        "entry": line.index if line is not None else None,
        "decision_id": columns.decision_id if columns is not None else None,
        "decision": columns.outcome if columns is not None else None,
        "campaign": columns.campaign if columns is not None else None,
        "as_of": terms.as_of if terms is not None else None,
        "as_if_launched": terms.as_if_launched if terms is not None else None,
        "size": checkpoint.head.size if checkpoint is not None else None,
        **_signatures(report),
        **_faults(report),
    }


def records_document(report: RecordsReport) -> dict[str, object]:
    """Return the JSON form of what was found of a manifest and its file."""
    manifest = report.manifest
    return {
        "verified": report.is_valid,
        "file": manifest.file if manifest is not None else None,
        "count": manifest.count if manifest is not None else None,
        "filters": manifest.filters if manifest is not None else None,
        "size": manifest.size if manifest is not None else None,
        "root": b64encode(manifest.root).decode() if manifest is not None else None,
        "unsearched": _unsearched(manifest),
        **_signatures(report),
        **_faults(report),
    }


def evidence_document(report: EvidenceReport) -> dict[str, object]:
    """Return the JSON form of what was found of an evidence."""
    manifest, checkpoint = report.manifest, report.checkpoint
    decisions = manifest.decisions if manifest is not None else ()
    erased = manifest.erased if manifest is not None else ()
    return {
        "verified": report.is_valid,
        "decisions": [each.id for each in decisions],
        "erased": [each.id for each in erased],
        "assumed": [{"id": id_, "as_if_launched": day} for id_, day in report.assumed.items()],
        "unsearched": _unsearched(manifest),
        "size": checkpoint.head.size if checkpoint is not None else None,
        **_signatures(report),
        "stamped": _stamped(report),
        **_faults(report),
    }


def _unsearched(manifest: Manifest | EvidenceManifest | None) -> int | None:
    return None if manifest is None or manifest.unsearched is UNSET else manifest.unsearched


def _entries(count: int) -> str:
    return counted(count, "entry", "entries")


def _unread_document(report: VerificationReport) -> dict[str, object] | None:
    unread = report.unread
    if unread is None:
        return None
    return {"entries": unread.count, "first": unread.first, "why": unread.why}


def head_text(head: TreeHead) -> str:
    """Return a head as `--trusted` takes it."""
    return f"{head.size}:{b64encode(head.root).decode()}"


def _verdict(report: Report, well: str, where: str, whole: str) -> Iterator[Text]:
    if report.is_valid:
        yield toned("VERIFIED", Tone.ALLOW) + toned(f"  {well}", Tone.TITLE)
        return
    count = len(report.faults) + report.omitted
    faults = counted(count, "fault", "faults")
    yield toned("NOT VERIFIED", Tone.DENY) + toned(f"  {faults} {where}", Tone.TITLE)
    yield from _fault_lines(report.faults, whole)
    if report.omitted:
        yield toned(f"         and {report.omitted:,} more", Tone.QUIET)


def _fault_lines(faults: Sequence[VerificationFault], whole: str) -> Iterator[Text]:
    for number, fault in enumerate(faults):
        where = whole if fault.index is None else f"entry {fault.index}"
        told = printable(f"{where}: {fault.message} ({fault.code})")
        yield toned(f"  first: {told}", Tone.OPEN) if number == 0 else toned(f"         {told}")


def _signed(report: SignedReport) -> Iterator[Text]:
    if report.checkpoint is not None:
        signers = ", ".join(map(str, report.checkpoint.signers))
        yield _pair("signed by", printable(signers))
    yield from _cosigned(report)


def _signatures(report: SignedReport) -> dict[str, object]:
    signers = () if report.checkpoint is None else report.checkpoint.signers
    return {"signed_by": list(map(str, signers)), "cosigned_by": _cosignatures(report)}


def _cosigned(report: Report) -> Iterator[Text]:
    for number, each in enumerate(report.cosignatures):
        told = f"{each.witness.name}, at {each.moment}"
        yield _pair("cosigned" if number == 0 else "", printable(told))


def _stamped(report: VerificationReport | EvidenceReport) -> dict[str, object] | None:
    if report.stamped is None:
        return None
    return {"size": report.stamped.size, "time": rfc3339(report.stamped.moment)}


def _cosignatures(report: Report) -> list[dict[str, object]]:
    return [{"vkey": str(each.witness), "time": each.moment} for each in report.cosignatures]


def _pair(name: str, value: str) -> Text:
    return toned(f"  {name}".ljust(13) + value, Tone.POINTER)


def _faults(report: Report) -> dict[str, object]:
    return {
        "faults": [
            {"entry": fault.index, "code": fault.code, "message": fault.message}
            for fault in report.faults
        ],
        "omitted": report.omitted,
    }
