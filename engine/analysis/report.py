"""Changes grouped by what they concern, each with its sentence, and the count of all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .change import Change, Kind, Lean, Realm, Subject, combined_lean
from .wording import sentence

_PLURALS = {
    Realm.RULE: "rule",
    Realm.WAIVER: "waiver",
    Realm.DEFINITION: "definition",
    Realm.PARAMETER: "parameter",
    Realm.TABLE: "table",
    Realm.SET: "set",
    Realm.INSTRUMENT: "instrument",
    Realm.FACT: "fact",
    Realm.TYPE: "list of words",
}
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
        word = _PLURALS[realm] if len(changed) == 1 else _plural(realm)
        leans = [(lean, sum(each.lean is lean for each in changed)) for lean in Lean]
        counted = ", ".join(f"{count} {lean.value}" for lean, count in leans if count)
        parts.append(f"{len(changed)} {word} changed: {counted}")
    for kind in _EXISTENCE:
        count = sum(each.existence is kind for each in found)
        if count:
            noun = "" if parts else f"{_PLURALS[realm] if count == 1 else _plural(realm)} "
            parts.append(f"{count} {noun}{kind.value}")
    return "; ".join(parts)


def _plural(realm: Realm) -> str:
    return "lists of words" if realm is Realm.TYPE else f"{_PLURALS[realm]}s"
