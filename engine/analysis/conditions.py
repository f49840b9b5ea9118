"""What changed between two conditions in normal form, told as narrowly as it can be.

Both are taken apart side by side: joints by their operands, quantifiers by what they ask of an
element, comparisons by their limits. What cannot be matched is told whole. Every step keeps the
order of truth (false, unknown, true), so that the lean of a part is the lean of the whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..semantics.tree import (
    ComparisonCondition,
    Condition,
    JunctionCondition,
    NegatedCondition,
    QuantifiedCondition,
)
from ..syntax.tree import JunctionKind, QuantifierKind
from .change import Change, Kind, Part, Subject, lean_of_growth
from .comparisons import Difference, compare
from .meaning import Reader
from .normal import operands_under
from .phrases import phrase, quantifier


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionComparison:
    """Two versions of a condition, side by side, and where they stand.

    `sign` is 1 where truth leads towards denial, -1 where it leads towards allowing, 0 where it
    leads to neither.
    """

    old: Reader
    new: Reader
    sign: int
    subject: Subject
    part: Part
    exception: str = ""

    def conditions(self, old: Condition, new: Condition) -> Iterator[Change]:
        """Yield what changed between two conditions; nothing where they mean the same."""
        if self.old.condition(old) == self.new.condition(new):
            return
        match old, new:
            case ComparisonCondition(), ComparisonCondition() if self._same_subject(old, new):
                for difference in compare(old, new, self.old, self.new):
                    yield self._change(difference)
            case QuantifiedCondition(), QuantifiedCondition() if self._same_subject(old, new):
                yield from self._quantified(old, new)
            case NegatedCondition(operand=before), NegatedCondition(operand=after) if (
                self._same_subject(old, new)
            ):
                yield from replace(self, sign=-self.sign).conditions(before, after)
            case _ if (kind := self._common_joint(old, new)) is not None:
                yield from self.operands(kind, operands_under(old, kind), operands_under(new, kind))
            case JunctionCondition(), JunctionCondition() if self._same_operands(old, new):
                yield self._connective(old, new)
            case _:
                yield self._reworded(old, new)

    def operands(
        self, kind: JunctionKind, old: Sequence[Condition], new: Sequence[Condition]
    ) -> Iterator[Change]:
        """Yield what changed among conditions that are joined alike."""
        before = {self.old.condition(each): each for each in old}
        after = {self.new.condition(each): each for each in new}
        gone = [each for key, each in before.items() if key not in after]
        come = [each for key, each in after.items() if key not in before]
        for one, other in self._versions(gone, come):
            gone.remove(one)
            come.remove(other)
            yield from self.conditions(one, other)
        alternative = kind is JunctionKind.OR
        added = Kind.ALTERNATIVE_ADDED if alternative else Kind.CONDITION_ADDED
        dropped = Kind.ALTERNATIVE_DROPPED if alternative else Kind.CONDITION_DROPPED
        for each in come:
            yield self._describe(added, grows=alternative, new=phrase(each))
        for each in gone:
            yield self._describe(dropped, grows=not alternative, old=phrase(each))

    def _versions(
        self, gone: Sequence[Condition], come: Sequence[Condition]
    ) -> list[tuple[Condition, Condition]]:
        """Return the pairs of conditions that are about the same, each in one pair at most."""
        left = list(come)
        found = []
        for one in gone:
            other = next((each for each in left if self._same_subject(one, each)), None)
            if other is not None:
                left.remove(other)
                found.append((one, other))
        return found

    # --- which changes there may be --------------------------------------------------------

    def _same_subject(self, old: Condition, new: Condition) -> bool:
        return self.old.subject(old) == self.new.subject(new)

    def _common_joint(self, old: Condition, new: Condition) -> JunctionKind | None:
        """Return the joint under which one condition has become several, or the other way round."""
        if (
            isinstance(old, JunctionCondition)
            and isinstance(new, JunctionCondition)
            and old.kind is new.kind
        ):
            return old.kind
        if isinstance(new, JunctionCondition) and self._is_among(
            self.old, old, [(self.new, each) for each in new.operands]
        ):
            return new.kind
        if isinstance(old, JunctionCondition) and self._is_among(
            self.new, new, [(self.old, each) for each in old.operands]
        ):
            return old.kind
        return None

    def _is_among(
        self, reader: Reader, one: Condition, others: Sequence[tuple[Reader, Condition]]
    ) -> bool:
        """Whether a condition, or another version of it, stands among the operands of a joint."""
        same = any(reader.condition(one) == there.condition(each) for there, each in others)
        if same or isinstance(one, JunctionCondition):
            return same
        return any(reader.subject(one) == there.subject(each) for there, each in others)

    def _same_operands(self, old: JunctionCondition, new: JunctionCondition) -> bool:
        before = {self.old.condition(each) for each in old.operands}
        return before == {self.new.condition(each) for each in new.operands}

    # --- changes ---------------------------------------------------------------------------

    def _quantified(self, old: QuantifiedCondition, new: QuantifiedCondition) -> Iterator[Change]:
        if old.kind is new.kind and old.if_any is new.if_any:
            flips = old.kind is QuantifierKind.NO
            inside = replace(
                self,
                old=self.old.within(old),
                new=self.new.within(new),
                sign=-self.sign if flips else self.sign,
            )
            yield from inside.conditions(old.condition, new.condition)
        elif self.old.within(old).condition(old.condition) == self.new.within(new).condition(
            new.condition
        ):
            yield self._describe(
                Kind.QUANTIFIER,
                grows=_of_none(old, new),
                old=quantifier(old),
                new=quantifier(new),
                about=new.collection.label,
            )
        else:
            yield self._reworded(old, new)

    def _connective(self, old: JunctionCondition, new: JunctionCondition) -> Change:
        # Of the same operands `or` is never less true than `and`.
        return self._describe(
            Kind.CONNECTIVE,
            grows=new.kind is JunctionKind.OR,
            old=old.kind.value,
            new=new.kind.value,
            about="; ".join(map(phrase, new.operands)),
        )

    def _reworded(self, old: Condition, new: Condition) -> Change:
        return self._describe(Kind.CONDITION, grows=None, old=phrase(old), new=phrase(new))

    def _change(self, difference: Difference) -> Change:
        return Change(
            kind=difference.kind,
            subject=self.subject,
            lean=lean_of_growth(grows=difference.grows, sign=self.sign),
            old=difference.old,
            new=difference.new,
            about=difference.about,
            part=self.part,
            exception=self.exception,
        )

    def _describe(
        self,
        kind: Kind,
        *,
        grows: bool | None,
        old: str | None = None,
        new: str | None = None,
        about: str = "",
    ) -> Change:
        made = Difference(kind=kind, grows=grows, old=old, new=new, about=about)
        return self._change(made)


def _of_none(old: QuantifiedCondition, new: QuantifiedCondition) -> bool | None:
    """Whether the quantifier holds more often: only what `every` says of no elements differs."""
    every = old.kind is QuantifierKind.EVERY and new.kind is QuantifierKind.EVERY
    return new.if_any if every else None
