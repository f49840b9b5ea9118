"""The standing facts that one engine applies to campaigns, by their subject.

A document of a standing fact has its statement (`subject`, `facts`, `from`, `until`, `evidence`)
and, beside it, where it was recorded. A statement is read against the vocabulary when its subject
is first looked up. One that was recorded under another vocabulary and no longer fits states
nothing; a decision to which it would apply reports it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import msgspec

from ...semantics.vocabulary import Vocabulary
from ...source.characters import stated
from ..descriptor.decode import CampaignFault, Decoder
from .fact import STATEMENT, FactSource, StandingFact, Subject, SubjectKind, read_standing_fact

SOURCE = ("id", "version", "entry", "commitment", "recorded_by", "recorded_at")
"""The members that say where it was recorded: all of them are there, or none."""

Document = Mapping[str, object]

_ENCODER = msgspec.json.Encoder(order="sorted", decimal_format="number")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookEntry:
    """A standing fact of a book: its document, its subject, and when it holds."""

    document: Document
    subject: Subject
    start: date
    until: date
    source: FactSource | None
    order: bytes = field(repr=False)
    """The key by which entries about one subject are sorted."""

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.start <= day < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfitFact:
    """A standing fact that does not fit the vocabulary, and its first fault."""

    entry: BookEntry
    fault: CampaignFault


class FactBook:
    """Standing facts by their subject. Immutable; safe to share between threads.

    `kinds` are those of the subjects. Raises `ValueError` for a document that has no subject, no
    dates, or half a source.
    """

    def __init__(
        self, documents: Iterable[Document], decoder: Decoder, vocabulary: Vocabulary
    ) -> None:
        found: dict[Subject, list[BookEntry]] = {}
        for document in documents:
            entry = _entry(document)
            found.setdefault(entry.subject, []).append(entry)
        self._entries = {
            subject: tuple(sorted(some, key=lambda entry: entry.order))
            for subject, some in found.items()
        }
        self.kinds = frozenset(subject.kind for subject in found)
        self._decoder = decoder
        self._vocabulary = vocabulary
        self._read: dict[Subject, tuple[StandingFact | UnfitFact, ...]] = {}

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary that statements are read against."""
        return self._vocabulary

    def entries(self, subject: Subject) -> Sequence[BookEntry]:
        """Return the entries about a subject, whenever they hold, in order."""
        return self._entries.get(subject, ())

    def facts(self, subject: Subject) -> Sequence[StandingFact | UnfitFact]:
        """Return the facts of these entries, in the same order."""
        if subject not in self._entries:  # Whoever submits names any number of these.
            return ()
        known = self._read.get(subject)
        if known is None:
            known = tuple(self._read_entry(one) for one in self.entries(subject))
            self._read[subject] = known  # Whoever reads it at the same time reads the same.
        return known

    def _read_entry(self, entry: BookEntry) -> StandingFact | UnfitFact:
        statement = {name: entry.document.get(name) for name in STATEMENT}
        fact, faults = read_standing_fact(
            statement, self._decoder, self._vocabulary, source=entry.source
        )
        return UnfitFact(entry=entry, fault=faults[0]) if fact is None else fact


def statement_bytes(document: Document) -> bytes:
    """Return what a document states as the log commits to it: JSON with its members sorted."""
    return _ENCODER.encode({name: document.get(name) for name in STATEMENT})


def _entry(document: Document) -> BookEntry:
    try:
        made = msgspec.convert(
            {name: value for name, value in document.items() if name in _READ}, _Form
        )
        # As texts of a campaign are.
        subject = Subject(kind=made.subject.kind, name=stated(made.subject.name))
        order = _ENCODER.encode([document.get("from"), dict(document)])
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"this is no standing fact: {error}") from error
    return BookEntry(
        document=MappingProxyType(dict(document)),
        subject=subject,
        start=made.start,
        until=made.until,
        source=_source(made),
        order=order,
    )


class _SubjectForm(msgspec.Struct, frozen=True):
    kind: SubjectKind
    name: str


class _Form(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from"}):
    subject: _SubjectForm
    start: date
    until: date
    id: str | None = None
    version: int | None = None
    entry: int | None = None
    commitment: str | None = None
    recorded_by: str | None = None
    recorded_at: str | None = None


# INVARIANT: made here, it describes the form before there are threads that convert to it (decision
# 0135).
msgspec.json.Decoder(_Form)
_READ = frozenset({"subject", "from", "until", *SOURCE})


def _source(form: _Form) -> FactSource | None:
    members = {name: getattr(form, name) for name in SOURCE}
    missing = [name for name, value in members.items() if value is None]
    if len(missing) == len(SOURCE):
        return None
    if missing:
        raise ValueError(f"this is no standing fact that is recorded: `{missing[0]}` is missing")
    return FactSource(**members)
