"""What changed in parameters: their editions, and which way that leans by how rules use them."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from ..semantics.tree import Constant, Edition, Parameter, ParameterTerm, ValueTerm
from ..semantics.types import describe
from .change import Change, Kind, Lean, Realm, Subject
from .meaning import Reader
from .pairs import citation_changes, declaration_changes, edition_changes
from .rising import lean_of, rises


def parameter_changes(before: Reader, now: Reader) -> Iterator[Change]:
    """Yield what changed in parameters; one by another name is another parameter."""

    def changed(old: Parameter, new: Parameter) -> Iterator[Change]:
        pair = _Pair(old=old, new=new, before=before, now=now)
        yield from (*pair.heading(), *pair.editions())

    old, new = before.policies.parameters, now.policies.parameters
    name = attrgetter("name")
    return declaration_changes(old, new, (name, name), _subject, changed)


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
        yield from subject.compared(Kind.LABEL, old.label, new.label)
        if old.type != new.type:
            types = describe(old.type), describe(new.type)
            yield subject.change(Kind.RETYPED, Lean.UNCLEAR, *types)
        yield from subject.compared(Kind.REVIEWED, old.reviewed, new.reviewed)
        yield from citation_changes(subject, old.sources, new.sources)

    def editions(self) -> Iterator[Change]:
        """Yield the editions that came, went and changed."""
        old, new = (
            [(each, each.content.text) for each in parameter.editions]
            for parameter in (self.old, self.new)
        )
        return edition_changes(self.subject, old, new, self._lean(None), self._edition)

    def _edition(self, old: Edition[Constant], new: Edition[Constant]) -> Iterator[Change]:
        days = new.window.days or "at all times"
        if self.before.term(old.content) != self.now.term(new.content):
            lean = self._lean(rises(old.content, new.content))
            yield self.subject.change(Kind.VALUE, lean, old.content, new.content, about=days)
        yield from citation_changes(self.subject, old.sources, new.sources, f", {days}")

    def _lean(self, rise: bool | None) -> Lean:  # noqa: FBT001 - None is a third answer.
        return lean_of(rise, self._is_it, (self.before.policies, self.now.policies))

    def _is_it(self, term: ValueTerm) -> bool:
        return isinstance(term, ParameterTerm) and term.name == self.new.name
