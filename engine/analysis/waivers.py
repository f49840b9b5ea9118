"""What changed in waivers: which came and went, and for whom, how long and by whom they are."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import partial

from ..semantics.tree import Policies, Waiver, Window
from .change import Change, Kind, Lean, Part, Realm, Shown, Subject, lean_of_growth
from .conditions import ConditionComparison
from .meaning import Reader, meaning
from .normal import normal_form
from .pairs import paired_by_name
from .phrases import phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waived:
    """A waiver with the id of its rule."""

    rule: str
    waiver: Waiver

    def change(self, kind: Kind, lean: Lean, old: Shown = None, new: Shown = None) -> Change:
        """Return a change of the waiver."""
        return self.subject.change(kind, lean, old, new, about=self.rule)

    def compared(
        self, kind: Kind, old: Shown, new: Shown, lean: Lean = Lean.NEUTRAL
    ) -> Iterator[Change]:
        """Yield the change of the waiver from one value to another, unless that is the same."""
        return self.subject.compared(kind, old, new, lean, about=self.rule)

    @property
    def subject(self) -> Subject:
        """The waiver as the subject of a change."""
        name, place = self.waiver.name, self.waiver.scope.location
        return Subject(realm=Realm.WAIVER, name=name, title="", place=place)

    @property
    def terms(self) -> str:
        """For which campaigns and on which days it holds, and who answers for it."""
        window, scope = self.waiver.window, phrase(normal_form(self.waiver.scope.condition))
        return f"for `{scope}`, {window.days}, approved by {self.approval}"

    @property
    def approval(self) -> str:
        """Who has approved it, in which role, and when."""
        return f"{self.waiver.approver} as {self.waiver.role} on {self.waiver.approved}"


def waiver_changes(before: Reader, now: Reader) -> Iterator[Change]:
    """Yield what changed in waivers; one that says the same by another name is renamed."""
    old, new = _waived(before.policies), _waived(now.policies)
    present, gone = paired_by_name(
        old, new, partial(_content, reader=before), partial(_content, reader=now)
    )
    for was, after in present:
        if was is None:
            yield after.change(Kind.ADDED, Lean.LOOSER, new=after.terms)
        else:
            yield from after.compared(Kind.RENAMED, was.waiver.name, after.waiver.name)
            yield from _changed(was, after, before, now)
    for each in gone:
        yield each.change(Kind.REMOVED, Lean.STRICTER)


def _waived(policies: Policies) -> dict[str, _Waived]:
    found = [
        _Waived(rule=rule.id, waiver=waiver) for rule in policies.rules for waiver in rule.waivers
    ]
    return {each.waiver.name: each for each in found}


def _content(waived: _Waived, reader: Reader) -> Hashable:
    each = waived.waiver
    scope = meaning(reader, each.scope.condition)
    return waived.rule, scope, each.window, waived.approval, each.ticket, each.reason


def _changed(old: _Waived, new: _Waived, before: Reader, now: Reader) -> Iterator[Change]:
    one, other = old.waiver, new.waiver
    yield from new.compared(Kind.WAIVED, old.rule, new.rule, Lean.UNCLEAR)
    comparing = ConditionComparison(
        old=before, new=now, sign=-1, subject=new.subject, part=Part.WAIVER
    )
    yield from comparing.conditions(
        normal_form(one.scope.condition), normal_form(other.scope.condition)
    )
    yield from _moved(one.window, other.window, new)
    yield from new.compared(Kind.APPROVAL, old.approval, new.approval)
    yield from new.compared(Kind.TICKET, one.ticket, other.ticket)
    yield from new.compared(Kind.REASON, one.reason, other.reason)


def _moved(old: Window, new: Window, waived: _Waived) -> Iterator[Change]:
    """Yield the days that moved; every waiver has both."""
    earlier = lean_of_growth(grows=str(new.start) < str(old.start), sign=-1)
    yield from waived.compared(Kind.IN_FORCE_FROM, old.start, new.start, earlier)
    later = lean_of_growth(grows=str(new.until) > str(old.until), sign=-1)
    yield from waived.compared(Kind.IN_FORCE_UNTIL, old.until, new.until, later)
