"""The recorded decisions: found, counted, read, proved, taken away as files, and erased."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, Unpack

import msgspec

from .answers import (
    Decision,
    DecisionPage,
    Erasure,
    InclusionProof,
    ListedDecision,
    LoggedDecision,
    Replay,
    Sample,
    Statistics,
)
from .asking import Answers, Asking, below
from .bodies import decoded, given
from .errors import UnexpectedAnswerError
from .files import digest_of, replaced
from .filters import Filters, Selection, query_of

PAGE = 100
"""How many decisions a page has, unless another number is asked for."""

FileFormat = Literal["csv", "ndjson", "parquet"]
Ground = Literal[
    "no-longer-needed",
    "consent-withdrawn",
    "objection",
    "unlawful-processing",
    "legal-obligation",
    "collected-from-child",
]
"""Why a person may have something erased (GDPR art 17(1))."""

Logged = str | Decision | ListedDecision
"""A decision of the log, by its id or as it was answered."""

_DECISIONS = "/v1/decisions"
_TYPES: Mapping[FileFormat, str] = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
_ZIP = "application/zip"
_EXPORT_TRIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file of decisions and the manifest beside it, which `assent verify` checks offline.

    `count` is how many decisions there are in it, of the log as of `size`.
    """

    file: Path
    manifest: Path
    count: int
    size: int


class _Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed of a manifest here; `assent verify` reads all of it."""

    file: str
    count: int
    sha256: str


class RecordedDecisions:
    """What the log has. `Client.decisions` is it."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def read(self, decision: Logged) -> LoggedDecision:
        """Return a decision from the log, with what was submitted."""
        return self._asking.get(_path(decision), LoggedDecision)

    def find(self, **filters: Unpack[Filters]) -> Answers[ListedDecision]:
        """Return the decisions that meet the filters, the newest first, from as many pages."""
        query = query_of(filters) | {"limit": str(PAGE)}
        return self._asking.pages(_DECISIONS, ListedDecision, query)

    def page(
        self, *, limit: int = PAGE, cursor: str | None = None, **filters: Unpack[Filters]
    ) -> DecisionPage:
        """Return one page of a search; its `next` is the cursor of the page after it."""
        query = query_of(filters) | {"limit": str(limit)}
        if cursor is not None:
            query["cursor"] = cursor
        return self._asking.get(_DECISIONS, DecisionPage, query)

    def statistics(self, **filters: Unpack[Filters]) -> Statistics:
        """Return how many decisions meet the filters: by outcome, by rule and by month."""
        return self._asking.get(f"{_DECISIONS}/statistics", Statistics, query_of(filters))

    def sample(self, count: int, *, as_of: int, **selection: Unpack[Selection]) -> Sample:
        """Return so many decisions, drawn by the root of the log as of a size."""
        query = query_of(selection) | {"count": str(count), "as_of": str(as_of)}
        return self._asking.get(f"{_DECISIONS}/sample", Sample, query)

    def receipt(self, decision: Logged) -> str:
        """Return a receipt that verifies without the service: `assent verify` reads the file."""
        return self._asking.text(f"{_path(decision)}/receipt")

    def proof(self, decision: Logged) -> InclusionProof:
        """Return the proof that a decision is in the log as it is now."""
        return self._asking.get(f"{_path(decision)}/proof", InclusionProof)

    def replay(self, decision: Logged) -> Replay:
        """Have a decision made again, and compared with what was recorded."""
        return self._asking.send(f"{_path(decision)}/replay", Replay, is_repeatable=True)

    def export(
        self,
        folder: Path,
        *,
        format: FileFormat = "csv",  # noqa: A002 - the parameter's name in the interface.
        **filters: Unpack[Filters],
    ) -> Export:
        """Write all decisions that meet the filters into a file of a folder, with its manifest.

        Memory stays flat. Both are there once the file is the very one that the manifest is of;
        where a decision is erased between the two, they are fetched again. Raises `OSError` where
        the folder cannot be written to.
        """
        query = query_of(filters) | {"format": str(format)}
        for _ in range(_EXPORT_TRIES):
            with TemporaryDirectory(dir=folder, prefix=".decisions-") as passing:
                made = self._exported(Path(passing) / "export", folder, query, _TYPES[format])
            if made is not None:
                return made
        raise UnexpectedAnswerError("the export is not the one of its manifest, fetched twice")

    def evidence(self, to: Path, **filters: Unpack[Filters]) -> Path:
        """Write what proves up to 1,000 decisions to anybody into a ZIP file, and return its path.

        One filter beside `as_of` is needed at least.
        """
        self._asking.save(f"{_DECISIONS}/evidence", to, _ZIP, query_of(filters))
        return to

    def evidence_of(self, decision: Logged, to: Path) -> Path:
        """Write what proves one decision, likewise."""
        self._asking.save(f"{_path(decision)}/evidence", to, _ZIP)
        return to

    def erase(
        self,
        *,
        ground: Ground,
        decision: Logged | None = None,
        campaign: str | None = None,
        actor: str | None = None,
    ) -> Erasure:
        """Delete for good what was logged of one decision, of a campaign's, or of an actor's.

        Raises `ConflictError` where a legal hold keeps any of it: the problem's `hold`.
        """
        chosen = {
            "decision": None if decision is None else _id(decision),
            "campaign": campaign,
            "actor": actor,
        }
        subject = given(chosen)
        if len(subject) != 1:
            raise ValueError("give one of `decision`, `campaign` and `actor`: what to erase")
        body = {**subject, "ground": ground}
        return self._asking.send("/v1/erasures", Erasure, body, is_slow=True)

    def _exported(
        self, passing: Path, folder: Path, query: Mapping[str, str], accept: str
    ) -> Export | None:
        """Return an export, None where it is not the one that its manifest is of."""
        headers = self._asking.save(_DECISIONS, passing, accept, query)
        size = headers.get("Assent-Log-Size", "")
        if not (size.isascii() and size.isdigit()):
            raise UnexpectedAnswerError("the export does not say of which log it is")
        written = self._asking.document(f"{_DECISIONS}/manifest", {**query, "as_of": size})
        manifest = decoded(written, _Manifest)
        if manifest.file != f"decisions-{size}.{query['format']}":
            raise UnexpectedAnswerError("the manifest is of another file")
        if digest_of(passing) != manifest.sha256:
            return None
        file = passing.replace(folder / manifest.file)
        beside = folder / f"{manifest.file}.manifest.json"
        with replaced(beside) as stream:
            stream.write(written)
        return Export(file=file, manifest=beside, count=manifest.count, size=int(size))


def _id(decision: Logged) -> str:
    id_ = decision if isinstance(decision, str) else decision.id
    if id_ is None:
        raise ValueError("the decision of a dry run is not in the log")
    return id_


def _path(decision: Logged) -> str:
    return below(_DECISIONS, _id(decision))
