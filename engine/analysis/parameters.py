"""What changed in parameters: their editions, and which way that leans by how rules use them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ..evaluation.comparison import UndefinedError, order
from ..semantics.tree import (
    Citation,
    Compared,
    Condition,
    Constant,
    Denied,
    Edition,
    Over,
    Parameter,
    ParameterTerm,
    Policies,
    inner_conditions,
    terms_of,
)
from ..semantics.types import describe
from ..syntax.lexis import Comparator
from ..syntax.tree import QuantifierKind
from .change import Change, Kind, Lean, Realm, Shown, Subject, leaning, together
from .declarations import days_of, signed
from .meaning import Reader

_RISING = {
    Comparator.AT_MOST: True,
    Comparator.LESS_THAN: True,
    Comparator.BEFORE: True,
    Comparator.ON_OR_BEFORE: True,
    Comparator.WITHIN: True,
    Comparator.AT_LEAST: False,
    Comparator.MORE_THAN: False,
    Comparator.EXCEEDS: False,
    Comparator.AFTER: False,
    Comparator.ON_OR_AFTER: False,
}
"""The phrases that hold more often, or less, as the value to their right rises."""


def parameter_changes(before: Reader, now: Reader) -> Iterator[Change]:
    """Yield what changed in parameters."""
    old, new = before.policies.parameters, now.policies.parameters
    for name, after in new.items():
        if name in old:
            pair = _Pair(old=old[name], new=after, before=before, now=now)
            yield from pair.heading()
            yield from pair.editions()
        else:
            yield _of(after, Kind.ADDED)
    for name, each in old.items():
        if name not in new:
            yield _of(each, Kind.REMOVED)


def _of(  # noqa: PLR0913 - a change has as many parts.
    parameter: Parameter,
    kind: Kind,
    old: Shown = None,
    new: Shown = None,
    *,
    lean: Lean = Lean.NEUTRAL,
    about: str = "",
) -> Change:
    subject = Subject(realm=Realm.PARAMETER, name=parameter.name, title=parameter.label)
    return Change(kind=kind, subject=subject, lean=lean, old=old, new=new, about=about)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two versions of one parameter."""

    old: Parameter
    new: Parameter
    before: Reader
    now: Reader

    def heading(self) -> Iterator[Change]:
        """Yield what differs in all but the editions."""
        old, new = self.old, self.new
        if old.label != new.label:
            yield _of(new, Kind.LABEL, old.label, new.label)
        if old.type != new.type:
            types = describe(old.type), describe(new.type)
            yield _of(new, Kind.RETYPED, *types, lean=Lean.UNCLEAR)
        if old.reviewed != new.reviewed:
            yield _of(new, Kind.REVIEWED, old.reviewed, new.reviewed)
        yield from self._cited(old.sources, new.sources)

    def editions(self) -> Iterator[Change]:
        """Yield the editions that came, went and changed."""
        before = {each.window.start: each for each in self.old.editions}
        after = {each.window.start: each for each in self.new.editions}
        moved = before.keys() ^ after.keys()
        for start in sorted({*before, *after}, key=lambda day: day or date.min):
            one, other = before.get(start), after.get(start)
            if one is not None and other is not None:
                yield from self._edition(one, other, moved)
            elif other is not None:
                yield self._whole(Kind.EDITION_ADDED, other, new=other.content.text)
            elif one is not None:
                yield self._whole(Kind.EDITION_REMOVED, one, old=one.content.text)

    def _whole(
        self, kind: Kind, edition: Edition[Constant], old: Shown = None, new: Shown = None
    ) -> Change:
        days = days_of(edition.window)
        return _of(self.new, kind, old, new, lean=self._lean(None), about=days)

    def _edition(
        self, old: Edition[Constant], new: Edition[Constant], moved: set[date | None]
    ) -> Iterator[Change]:
        days = days_of(new.window) or "at all times"
        if self.before.term(old.content) != self.now.term(new.content):
            lean = self._lean(_rises(old.content, new.content))
            yield _of(self.new, Kind.VALUE, old.content, new.content, lean=lean, about=days)
        yield from self._cited(old.sources, new.sources, f", {days}")
        one, other = old.window.until, new.window.until
        if one != other and not {one, other} & (moved - {None}):
            since = f"from {new.window.start}" if new.window.start else "first"
            lean = self._lean(None)
            yield _of(self.new, Kind.EDITION_UNTIL, one, other, lean=lean, about=since)

    def _cited(
        self, old: Iterable[Citation], new: Iterable[Citation], where: str = ""
    ) -> Iterator[Change]:
        one, other = (
            dict.fromkeys(f"{each.instrument} {each.provision}{where}" for each in cited)
            for cited in (old, new)
        )
        for each in (each for each in other if each not in one):
            yield _of(self.new, Kind.CITATION_ADDED, new=each)
        for each in (each for each in one if each not in other):
            yield _of(self.new, Kind.CITATION_REMOVED, each)

    def _lean(self, rises: bool | None) -> Lean:  # noqa: FBT001 - None is a third answer.
        policies = self.before.policies, self.now.policies
        signs = {sign for each in policies for sign in _uses(self.new.name, each)}
        if 0 in signs:
            return Lean.UNCLEAR
        return together(leaning(grows=rises, sign=sign) for sign in signs)


def _rises(old: Constant, new: Constant) -> bool | None:
    try:
        return order(new.value, old.value) > 0
    except (UndefinedError, TypeError):
        return None


def _uses(name: str, policies: Policies) -> Iterator[int]:
    """Yield, for each use, the sign of a rise of the value; 0 where a rise has none."""
    for rule in policies.rules:
        for condition, sign in signed(rule):
            yield from _used(name, condition, sign)


def _used(name: str, condition: Condition, sign: int) -> Iterator[int]:
    if isinstance(condition, Compared):
        named = [each for each in terms_of(condition) if _is(each, name)]
        if named:
            rising = _RISING.get(condition.comparator)
            is_plain = rising is not None and named == [condition.right[0]]
            yield (sign if rising else -sign) if is_plain else 0
    is_none = isinstance(condition, Over) and condition.kind is QuantifierKind.NO
    inner_sign = -sign if is_none or isinstance(condition, Denied) else sign
    for inner in inner_conditions(condition):
        yield from _used(name, inner, inner_sign)


def _is(term: object, name: str) -> bool:
    return isinstance(term, ParameterTerm) and term.name == name
