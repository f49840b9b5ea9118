"""What changed in a rule: where and when it holds, what it demands, and what a violation does."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace

from ..semantics.tree import (
    Clause,
    Condition,
    Constant,
    Duty,
    Effect,
    Enforcement,
    Exemption,
    FactTerm,
    Rule,
    SetTerm,
)
from ..syntax.tree import JunctionKind, UnknownTreatment
from .change import APPLYING, SIGNS, Change, Kind, Lean, Part, Realm, Subject, lean_of_growth
from .conditions import ConditionComparison
from .meaning import Reader, meaning
from .normal import negation_of, normal_form, operands_under
from .pairs import citation_changes
from .phrases import phrase
from .timelines import covers, growth, newest, timeline_of

_STRENGTH = {
    Enforcement.ADVISORY: 0,
    Enforcement.OVERRIDABLE: 1,
    Enforcement.ENFORCED: 1,
    Enforcement.MANDATORY: 2,
}
_PARTS = {
    Effect.PROHIBIT: Part.PROHIBITION,
    Effect.REQUIRE: Part.REQUIREMENT,
    Effect.OBLIGE: Part.OBLIGATION,
    Effect.PERMIT: Part.PERMISSION,
}
_VERBS = {
    Effect.PROHIBIT: "prohibit when",
    Effect.REQUIRE: "require",
    Effect.OBLIGE: "oblige when",
    Effect.PERMIT: "permit when",
}


def subject_of(rule: Rule) -> Subject:
    """Return a rule as the subject of a change."""
    return Subject(realm=Realm.RULE, name=rule.id, title=rule.title, place=rule.main.location)


def content(rule: Rule, reader: Reader) -> Hashable:
    """Return everything that a rule says, its name and title left out."""
    main = rule.main.condition
    return (
        frozenset((each.instrument, each.provision) for each in rule.sources),
        rule.window,
        reader.places(rule.places),
        frozenset(map(reader.condition, _conjuncts(rule.applicability))),
        rule.effect,
        meaning(reader, main),
        frozenset((each.name, meaning(reader, each.clause.condition)) for each in rule.exemptions),
        *(rule.if_unknown, rule.severity, rule.enforcement),
        *(rule.override_role, rule.text),
        frozenset(_permissions(rule)),
        None if rule.duty is None else (reader.template(rule.duty.text, main), *_due(rule.duty)),
        *(reader.template(rule.message, main), reader.template(rule.remedy, main)),
        frozenset(map(reader.term, rule.evidence)),
    )


def lean_of_existence(rule: Rule, *, exists: bool) -> Lean:
    """Return the lean of a rule that comes or goes; one that is only advisory denies nothing."""
    if rule.effect is Effect.PERMIT:
        return lean_of_growth(grows=exists, sign=-1)
    if rule.enforcement is Enforcement.ADVISORY:
        return Lean.NEUTRAL
    return lean_of_growth(grows=exists, sign=1)


def rule_changes(old: Rule, new: Rule, before: Reader, now: Reader) -> Iterator[Change]:
    """Yield what changed between two versions of a rule."""
    pair = _Pair(old=old, new=new, before=before, now=now, subject=subject_of(new))
    yield from pair.names()
    yield from citation_changes(pair.subject, old.sources, new.sources)
    yield from pair.scope()
    yield from pair.applicability()
    yield from pair.demand()
    yield from pair.exceptions()
    yield from pair.consequences()
    yield from pair.texts()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two versions of one rule."""

    old: Rule
    new: Rule
    before: Reader
    now: Reader
    subject: Subject

    def names(self) -> Iterator[Change]:
        """Yield a new name, and a new title unless it only repeats the name."""
        yield from self.subject.compared(Kind.RENAMED, self.old.id, self.new.id)
        repeats = _repeats_name(self.old) and _repeats_name(self.new)
        if not repeats:
            yield from self.subject.compared(Kind.TITLE, self.old.title, self.new.title)

    # --- when and where ----------------------------------------------------------------------

    @property
    def _sign(self) -> int:
        """1 where more law leads towards denial, -1 where it permits more."""
        return -1 if self.new.effect is Effect.PERMIT else 1

    def scope(self) -> Iterator[Change]:
        """Yield the days that moved, and the places that came and went."""
        old, new = self.old.window, self.new.window
        earlier = lean_of_growth(grows=new.first < old.first, sign=self._sign)
        yield from self.subject.compared(Kind.IN_FORCE_FROM, old.start, new.start, earlier)
        later = lean_of_growth(grows=new.end > old.end, sign=self._sign)
        yield from self.subject.compared(Kind.IN_FORCE_UNTIL, old.until, new.until, later)
        if self.before.places(self.old.places) != self.now.places(self.new.places):
            yield self._places()

    def _places(self) -> Change:
        old, new = self.old.places, self.new.places
        if old is None or new is None:
            sign = 0 if self._may_be_settled(old, new) else self._sign
            lean = lean_of_growth(grows=new is None, sign=sign)
            return self.subject.change(
                Kind.PLACES, lean, _members(old, self.before), _members(new, self.now)
            )
        sets = self.before.policies.sets, self.now.policies.sets
        grows = growth(timeline_of(old, sets[0]), timeline_of(new, sets[1]))
        had, has = newest(old, sets[0]), newest(new, sets[1])
        lean = lean_of_growth(grows=grows, sign=self._sign)
        if had == has:
            return self.subject.change(Kind.PLACES_NAMED, lean, old.text, new.text)
        return self.subject.change(
            Kind.PLACES, lean, _members(old, self.before), _members(new, self.now)
        )

    def _may_be_settled(
        self, old: SetTerm | Constant | None, new: SetTerm | Constant | None
    ) -> bool:
        """Whether a campaign may be allowed once the rule applies everywhere.

        Where it applies in some places, it is undetermined for want of the markets, or of an
        edition that lists the places; then the breach is waived or the duty owed.
        """
        if not self._is_waived and self.new.effect is not Effect.OBLIGE:
            return False
        markets = (each.policies.vocabulary.find(("markets",)) for each in (self.before, self.now))
        is_asked_for = all(fact is not None and fact.required for fact in markets)
        restricted = (
            (old, self.old.window, self.before.policies),
            (new, self.new.window, self.now.policies),
        )
        are_listed = all(
            covers(timeline_of(places, policies.sets), window)
            for places, window, policies in restricted
            if places is not None
        )
        return not (is_asked_for and are_listed)

    # --- conditions --------------------------------------------------------------------------

    def _condition_comparison(
        self, part: Part, sign: int, exception: str = ""
    ) -> ConditionComparison:
        return ConditionComparison(
            old=self.before,
            new=self.now,
            sign=sign,
            subject=self.subject,
            part=part,
            exception=exception,
        )

    @property
    def _is_waived(self) -> bool:
        """Whether a breach may be waived once it is established, and not while it is unknown."""
        return bool(self.old.waivers or self.new.waivers)

    def applicability(self) -> Iterator[Change]:
        """Yield what narrowed or widened the cases to which the rule applies."""
        sign = 0 if self._is_waived else APPLYING[self.new.effect]
        comparing = self._condition_comparison(Part.APPLICABILITY, sign)
        old, new = _conjuncts(self.old.applicability), _conjuncts(self.new.applicability)
        yield from comparing.operands(JunctionKind.AND, old, new)

    def demand(self) -> Iterator[Change]:
        """Yield what changed in what is prohibited or required."""
        old, new = normal_form(self.old.main.condition), normal_form(self.new.main.condition)
        effect = self.new.effect
        if self.old.effect is effect:
            sign = 0 if self._is_waived else SIGNS[effect]
            yield from self._condition_comparison(_PARTS[effect], sign).conditions(old, new)
        elif self._is_another_demand(old, new):
            yield self.subject.change(
                Kind.DEMAND,
                Lean.UNCLEAR,
                f"{_VERBS[self.old.effect]} {phrase(old)}",
                f"{_VERBS[effect]} {phrase(new)}",
            )

    def _is_another_demand(self, old: Condition, new: Condition) -> bool:
        """Whether it is not that one of them prohibits just what the other requires to be not."""
        others = {self.old.effect, self.new.effect} - {Effect.PROHIBIT, Effect.REQUIRE}
        return bool(others) or self.before.condition(negation_of(old)) != self.now.condition(new)

    def exceptions(self) -> Iterator[Change]:
        """Yield the exceptions that came, went, were renamed or changed."""
        before = {each.name: each for each in self.old.exemptions}
        after = {each.name: each for each in self.new.exemptions}
        for name in (name for name in after if name in before):
            old, new = before[name].clause.condition, after[name].clause.condition
            comparing = self._condition_comparison(Part.EXCEPTION, -1, name)
            yield from comparing.conditions(normal_form(old), normal_form(new))
        gone = [each for each in before.values() if each.name not in after]
        for new_one in (each for each in after.values() if each.name not in before):
            old_one = next((each for each in gone if self._same(each, new_one)), None)
            if old_one is None:
                yield replace(
                    self.subject.change(Kind.EXCEPTION_ADDED, Lean.LOOSER, new=_excuse(new_one)),
                    exception=new_one.name,
                )
            else:
                gone.remove(old_one)
                yield self.subject.change(
                    Kind.EXCEPTION_RENAMED, Lean.NEUTRAL, old_one.name, new_one.name
                )
        for each in gone:
            yield replace(
                self.subject.change(Kind.EXCEPTION_REMOVED, Lean.STRICTER, old=_excuse(each)),
                exception=each.name,
            )

    def _same(self, old: Exemption, new: Exemption) -> bool:
        before = meaning(self.before, old.clause.condition)
        return before == meaning(self.now, new.clause.condition)

    # --- consequences ------------------------------------------------------------------------

    def consequences(self) -> Iterator[Change]:
        """Yield what changed in how a violation, or a missing fact, is treated."""
        old, new = self.old, self.new
        compared = self.subject.compared
        steps = _STRENGTH[new.enforcement] - _STRENGTH[old.enforcement]
        lean = lean_of_growth(grows=steps > 0, sign=1) if steps else Lean.NEUTRAL
        yield from compared(Kind.ENFORCEMENT, old.enforcement.value, new.enforcement.value, lean)
        yield from compared(Kind.ROLE, old.override_role, new.override_role)
        yield from self._lifting()
        yield from compared(Kind.SEVERITY, old.severity.value, new.severity.value)
        lean = lean_of_growth(grows=new.if_unknown is UnknownTreatment.DENY, sign=1)
        yield from compared(Kind.IF_UNKNOWN, old.if_unknown.value, new.if_unknown.value, lean)

    def _lifting(self) -> Iterator[Change]:
        """Yield the permissions that came and went."""
        before, after = _permissions(self.old), _permissions(self.new)
        for name in after:
            if name not in before:
                yield self.subject.change(Kind.PERMISSION_ADDED, Lean.LOOSER, new=name)
        for name in before:
            if name not in after:
                yield self.subject.change(Kind.PERMISSION_REMOVED, Lean.STRICTER, old=name)

    def texts(self) -> Iterator[Change]:
        """Yield the words that a person is told, and the facts that are shown with them."""
        old, new = self.old, self.new
        told = ((Kind.MESSAGE, old.message, new.message), (Kind.REMEDY, old.remedy, new.remedy))
        for kind, one, other in told if (old.duty is None) is (new.duty is None) else ():
            before = self.before.template(one, old.main.condition)
            if before != self.now.template(other, new.main.condition):
                yield self.subject.change(kind, Lean.NEUTRAL, one.written, other.written)
        yield from self.subject.compared(Kind.TEXT, old.text, new.text)
        yield from self._duty()
        if set(map(self.before.term, old.evidence)) != set(map(self.now.term, new.evidence)):
            yield self.subject.change(
                Kind.EVIDENCE, Lean.NEUTRAL, _listed(old.evidence), _listed(new.evidence)
            )

    def _duty(self) -> Iterator[Change]:
        old, new = self.old.duty, self.new.duty
        if old is None or new is None:
            return  # The demand is another one, which is told already.
        before = self.before.template(old.text, self.old.main.condition)
        if before != self.now.template(new.text, self.new.main.condition):
            yield self.subject.change(Kind.DUTY, Lean.NEUTRAL, old.text.written, new.text.written)
        if _due(old) != _due(new):
            yield self.subject.change(Kind.DUE, Lean.NEUTRAL, old.due, new.due)


def _permissions(rule: Rule) -> list[str]:
    return [each.id for each in rule.permissions]


def _due(duty: Duty) -> tuple[Hashable, ...]:
    return duty.term, duty.within, duty.month_end


def _repeats_name(rule: Rule) -> bool:
    return rule.title == rule.id.partition("/")[2].replace("_", " ")


def _conjuncts(clauses: tuple[Clause, ...]) -> tuple[Condition, ...]:
    """Return what must hold for a rule to apply, condition by condition, in normal form."""
    conditions = (normal_form(clause.condition) for clause in clauses)
    return tuple(part for each in conditions for part in operands_under(each, JunctionKind.AND))


def _members(places: SetTerm | Constant | None, reader: Reader) -> frozenset[str] | None:
    if places is None:
        return None
    return frozenset(map(str, newest(places, reader.policies.sets)))


def _excuse(exemption: Exemption) -> str:
    return phrase(normal_form(exemption.clause.condition))


def _listed(evidence: tuple[FactTerm, ...]) -> tuple[str, ...]:
    return tuple(sorted({term.text for term in evidence}))
