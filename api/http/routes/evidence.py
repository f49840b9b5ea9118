"""Evidence by HTTP: decisions in one ZIP file that verifies offline (`audit.exhibits`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO

from werkzeug.wrappers import Response
from werkzeug.wsgi import FileWrapper

from api.http.problems import UNSIGNED, ProblemRaised, retry_later
from api.http.recorded.accesses import note_access
from api.http.recorded.filters import refused
from api.http.service import Service
from api.log.evidence import EvidenceSelection, EvidenceSource, TooMany, entries_by, select_by
from engine.audit.entries.acts import Action
from engine.audit.entries.record import LogEntry
from engine.audit.errors import LogError
from engine.audit.merkle.spans import spans_of
from engine.audit.merkle.tree import ProofError
from engine.storage.errors import StorageError
from engine.storage.keys import ApiKey
from engine.storage.search.filters import DecisionFilter

from .records import UNSEARCHED

MEDIA_TYPE = "application/zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Of what evidence is wanted: the decisions, and how they were found."""

    entries: Iterable[LogEntry]
    found: EvidenceSelection


def evidence_answer(service: Service, key: ApiKey, filters: DecisionFilter) -> Response:
    """Return the evidence of what a filter finds."""
    found = select_by(service.decisions, filters)
    answer = _answer(
        service, key, _Wanted(entries=entries_by(service.decisions, filters), found=found)
    )
    answer.headers[UNSEARCHED] = str(found.unsearched)
    return answer


def entry_evidence_answer(service: Service, key: ApiKey, entry: LogEntry) -> Response:
    """Return the evidence of one decision."""
    return _answer(
        service, key, _Wanted(entries=[entry], found=EvidenceSelection(size=entry.index + 1))
    )


def _answer(service: Service, key: ApiKey, wanted: _Wanted) -> Response:
    with service.streams.open() as place:
        stream = place.enter_context(TemporaryFile())  # noqa: SIM115 - closed with its place.
        _write(service, key, stream, wanted)
        answer = Response(FileWrapper(stream), content_type=MEDIA_TYPE)
        answer.headers["Content-Disposition"] = 'attachment; filename="evidence.zip"'
        answer.call_on_close(place.pop_all().close)
    return answer


def _write(service: Service, key: ApiKey, stream: BinaryIO, wanted: _Wanted) -> None:
    """Write evidence, log who is shown what, and go back to the beginning of the stream."""
    try:
        source = EvidenceSource(
            tiles=service.tiles,
            policies=service.policy_versions,
            checkpoint=service.publisher.covering(wanted.found.size),
            vouched=service.vouched,
        )
        made = source.write(stream, wanted.entries, wanted.found)
    except TooMany as error:
        raise refused(f"{error}: narrow the filters") from None
    except (ProofError, LogError, StorageError) as error:
        detail = f"the log cannot give evidence at the moment: {error}"
        raise ProblemRaised(retry_later(UNSIGNED, detail)) from error
    shown = spans_of(each.index for each in (*made.decisions, *made.erased))
    note_access(service, key, Action.EXPORT, shown)
    stream.seek(0)
