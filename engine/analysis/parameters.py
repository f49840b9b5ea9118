"""What changed in parameters: their editions, and which way that leans by how rules use them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ..semantics.tree import Constant, Edition, Parameter, ParameterTerm, ValueTerm
from ..semantics.types import describe
from .change import Change, Kind, Lean, Realm, Shown, Subject
from .meaning import Reader
from .pairs import citation_changes, days_of, edition_that_ends_otherwise
from .rising import lean_of, rises


def parameter_changes(before: Reader, now: Reader) -> Iterator[Change]:
    """Yield what changed in parameters."""
    old, new = before.policies.parameters, now.policies.parameters
    for name, after in new.items():
        if name in old:
            pair = _Pair(old=old[name], new=after, before=before, now=now)
            yield from pair.heading()
            yield from pair.editions()
        else:
            yield _subject(after).change(Kind.ADDED)
    for name, each in old.items():
        if name not in new:
            yield _subject(each).change(Kind.REMOVED)


def _subject(parameter: Parameter) -> Subject:
    return Subject(realm=Realm.PARAMETER, name=parameter.name, title=parameter.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two versions of one parameter."""

    old: Parameter
    new: Parameter
    before: Reader
    now: Reader

    @property
    def subject(self) -> Subject:
        """The parameter as the subject of a change."""
        return _subject(self.new)

    def heading(self) -> Iterator[Change]:
        """Yield what differs in all but the editions."""
        old, new, subject = self.old, self.new, self.subject
        if old.label != new.label:
            yield subject.change(Kind.LABEL, old=old.label, new=new.label)
        if old.type != new.type:
            types = describe(old.type), describe(new.type)
            yield subject.change(Kind.RETYPED, Lean.UNCLEAR, *types)
        if old.reviewed != new.reviewed:
            yield subject.change(Kind.REVIEWED, old=old.reviewed, new=new.reviewed)
        for kind, gone, come in citation_changes(old.sources, new.sources):
            yield subject.change(kind, old=gone, new=come)

    def editions(self) -> Iterator[Change]:
        """Yield the editions that came, went and changed."""
        before = {each.window.start: each for each in self.old.editions}
        after = {each.window.start: each for each in self.new.editions}
        moved = before.keys() ^ after.keys()
        for start in sorted({*before, *after}, key=lambda day: day or date.min):
            if start not in before:
                added = after[start]
                yield self._whole(Kind.EDITION_ADDED, added, new=added.content.text)
            elif start not in after:
                removed = before[start]
                yield self._whole(Kind.EDITION_REMOVED, removed, old=removed.content.text)
            else:
                yield from self._edition(before[start], after[start], moved)

    def _whole(
        self, kind: Kind, edition: Edition[Constant], old: Shown = None, new: Shown = None
    ) -> Change:
        days = days_of(edition.window)
        return self.subject.change(kind, self._lean(None), old, new, about=days)

    def _edition(
        self, old: Edition[Constant], new: Edition[Constant], moved: set[date | None]
    ) -> Iterator[Change]:
        days = days_of(new.window) or "at all times"
        if self.before.term(old.content) != self.now.term(new.content):
            lean = self._lean(rises(old.content, new.content))
            yield self.subject.change(Kind.VALUE, lean, old.content, new.content, about=days)
        for kind, gone, come in citation_changes(old.sources, new.sources, f", {days}"):
            yield self.subject.change(kind, old=gone, new=come)
        if which := edition_that_ends_otherwise(old.window, new.window, moved):
            ends, lean = (old.window.until, new.window.until), self._lean(None)
            yield self.subject.change(Kind.EDITION_UNTIL, lean, *ends, about=which)

    def _lean(self, rise: bool | None) -> Lean:  # noqa: FBT001 - None is a third answer.
        return lean_of(rise, self._is_it, (self.before.policies, self.now.policies))

    def _is_it(self, term: ValueTerm) -> bool:
        return isinstance(term, ParameterTerm) and term.name == self.new.name
