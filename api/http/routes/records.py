"""Recorded decisions as files: `GET /v1/decisions` in other formats, and `…/manifest` of one.

An export is a function of its filters, its size and its format, so that the manifest is made apart
from it: of the very bytes that the export has. What is erased in between makes the two differ, and
the verifier says so.
"""

from base64 import b64encode
from collections.abc import Iterator

from flask import request
from werkzeug.wrappers import Response

from api.exports.formats import MEDIA_TYPES, Unavailable
from api.exports.manifest import RecordsExport, Written, begin_export
from api.http.problems import UNSIGNED, ProblemRaised, retry_later
from api.http.recorded.accesses import note_access
from api.http.recorded.filters import refused
from api.http.requests.bodies import JSON
from api.http.service import Service
from engine.audit.entries.acts import Action
from engine.audit.errors import LogError
from engine.audit.merkle.spans import Span
from engine.storage.keys import ApiKey
from engine.storage.search.filters import DecisionFilter

UNSEARCHED = "Assent-Unsearched"
"""The header of a file that says what its page would of decisions that nobody can find."""


def wanted_format(given: str | None) -> str | None:
    """Return the format of a table that a request wants, None for a page in JSON."""
    if given is not None:
        return given if given in MEDIA_TYPES else None
    types = {text.partition(";")[0]: name for name, text in MEDIA_TYPES.items()}
    return types.get(request.accept_mimetypes.best_match([JSON, *types]) or JSON)


def export_answer(service: Service, key: ApiKey, filters: DecisionFilter, name: str) -> Response:
    """Return an export, streamed; who is shown what is logged before."""
    export = _begun(service, filters, name)
    root = service.tiles.root_at(export.size)
    with service.streams.open() as place:
        shown = _spans(service.decisions.matching_indexes(export.filters))
        note_access(service, key, Action.EXPORT, shown)
        answer = Response(Written(export=export).pieces(), content_type=MEDIA_TYPES[name])
        answer.headers["Content-Disposition"] = f'attachment; filename="{_file(export)}"'
        answer.headers["Assent-Log-Size"] = str(export.size)
        answer.headers["Assent-Log-Root"] = b64encode(root).decode()
        answer.headers[UNSEARCHED] = str(export.unsearched)
        answer.call_on_close(place.pop_all().close)
    return answer


def manifest_answer(service: Service, key: ApiKey, filters: DecisionFilter, name: str) -> Response:
    """Return the manifest of an export, which shows no decision, and counts them."""
    export = _begun(service, filters, name)
    with service.streams.open():
        written = Written(export=export)
        for _ in written.pieces():
            pass
        manifest = written.manifest(_file(export), service.clock())
    note_access(service, key, Action.SEARCH, ())
    return Response(manifest.encode(), content_type=JSON)


def _begun(service: Service, filters: DecisionFilter, name: str) -> RecordsExport:
    try:
        return begin_export(service.decisions, service.tiles, service.publisher, filters, name)
    except Unavailable as error:
        raise refused(str(error), "format") from None
    except LogError as error:
        detail = f"an export has a signed checkpoint, and there is none: {error}"
        raise ProblemRaised(retry_later(UNSIGNED, detail)) from error


def _file(export: RecordsExport) -> str:
    return f"decisions-{export.size}.{export.format}"


def _spans(indexes: Iterator[int]) -> Iterator[Span]:
    """Yield the spans of ascending indexes."""
    first = beyond = next(indexes, None)
    if first is None or beyond is None:
        return
    beyond += 1
    for index in indexes:
        if index != beyond:
            yield first, beyond
            first = index
        beyond = index + 1
    yield first, beyond
