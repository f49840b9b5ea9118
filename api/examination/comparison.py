"""What changed in meaning between two versions of policies: as lines to read, and as a document."""

from collections.abc import Iterator, Sequence

from engine.analysis.change import Change, Kind, Lean
from engine.analysis.report import Paragraph, summary
from engine.analysis.wording import value_text
from engine.source.layout import Line, Piece, Tone, printable

from .policy_files import PolicyFiles

_TONES = {
    Lean.STRICTER: Tone.PLAIN,
    Lean.LOOSER: Tone.OPEN,
    Lean.NEUTRAL: Tone.QUIET,
    Lean.UNCLEAR: Tone.PLAIN,
}


def lines(found: Sequence[Paragraph], before: PolicyFiles, after: PolicyFiles) -> Iterator[Line]:
    """Yield the lines that tell what changed from the files before to those after."""
    for paragraph in found:
        yield from _lines(paragraph, _place(paragraph, before, after))
    yield (Piece(text=summary(found), tone=Tone.TITLE if found else Tone.ALLOW),)


def _lines(paragraph: Paragraph, place: str | None) -> Iterator[Line]:
    subject = paragraph.subject
    title = f"  {printable(subject.title)}" if subject.title else ""
    yield (Piece(text=f"{subject.realm.value} {subject.name}{title}", tone=Tone.TITLE),)
    if place is not None:
        yield (Piece(text=f"  {place}", tone=Tone.POINTER),)
    for change, words in zip(paragraph.changes, paragraph.sentences, strict=True):
        said = f"{change.lean.value.ljust(8)}  {printable(words)}"
        yield (Piece(text="  "), Piece(text=said, tone=_TONES[change.lean]))
    yield ()


def _place(paragraph: Paragraph, before: PolicyFiles, after: PolicyFiles) -> str | None:
    place = paragraph.subject.place
    if place is None:
        return None
    version = before if paragraph.existence is Kind.REMOVED else after
    return f"{version.shown(place.source)}:{place.line}"


def document(
    found: Sequence[Paragraph], before: PolicyFiles, after: PolicyFiles
) -> dict[str, object]:
    """Return the JSON form of what changed."""
    return {
        "changed": [
            {
                "what": paragraph.subject.realm.value,
                "name": paragraph.subject.name,
                "title": paragraph.subject.title,
                "place": _place(paragraph, before, after),
                "lean": paragraph.lean.value,
                "changes": [
                    _change(change, words)
                    for change, words in zip(paragraph.changes, paragraph.sentences, strict=True)
                ],
            }
            for paragraph in found
        ],
        "summary": summary(found),
    }


def _change(change: Change, words: str) -> dict[str, object]:
    return {
        "kind": change.kind.value,
        "lean": change.lean.value,
        "old": None if change.old is None else value_text(change.old),
        "new": None if change.new is None else value_text(change.new),
        "about": change.about or None,
        "part": None if change.part is None else change.part.value,
        "exception": change.exception or None,
        "sentence": words,
    }
