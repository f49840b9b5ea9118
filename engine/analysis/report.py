"""Changes grouped by what they concern, each with its sentence, and the count of all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .change import Change, Kind, Lean, Realm, Subject, combined_lean
from .wording import sentence

_EXISTENCE = (Kind.ADDED, Kind.REMOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Everything that changed about one subject, with the sentence of each change."""

    subject: Subject
    changes: tuple[Change, ...]
    sentences: tuple[str, ...]

    @property
    def lean(self) -> Lean:
        """Which way the changes lean together."""
        return combined_lean(change.lean for change in self.changes)

    @property
    def existence(self) -> Kind | None:
        """ADDED or REMOVED where the subject as a whole came or went."""
        return next((c.kind for c in self.changes if c.kind in _EXISTENCE), None)


def sentences(changes: Iterable[Change]) -> tuple[Paragraph, ...]:
    """Return changes by subject, in their order."""
    grouped: dict[Subject, list[Change]] = {}
    for change in changes:
        grouped.setdefault(change.subject, []).append(change)
    return tuple(
        Paragraph(
            subject=subject, changes=tuple(found), sentences=tuple(sentence(c) for c in found)
        )
        for subject, found in grouped.items()
    )


def summary(paragraphs: Sequence[Paragraph]) -> str:
    """Return the count of what changed: rules by their lean, then declarations."""
    if not paragraphs:
        return "nothing changed in meaning"
    parts = (_count(realm, [p for p in paragraphs if p.subject.realm is realm]) for realm in Realm)
    return "; ".join(filter(None, parts))


def _count(realm: Realm, found: Sequence[Paragraph]) -> str:
    changed = [each for each in found if each.existence is None]
    parts = []
    if changed:
        word = realm.noun if len(changed) == 1 else realm.plural
        leans = [(lean, sum(each.lean is lean for each in changed)) for lean in Lean]
        counted = ", ".join(f"{count} {lean.value}" for lean, count in leans if count)
        parts.append(f"{len(changed)} {word} changed: {counted}")
    for kind in _EXISTENCE:
        count = sum(each.existence is kind for each in found)
        if count:
            noun = "" if parts else f"{realm.noun if count == 1 else realm.plural} "
            parts.append(f"{count} {noun}{kind.value}")
    return "; ".join(parts)
