"""What changed in declarations: sets with their editions, facts with their types, instruments."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from ..evaluation.values import show_typed
from ..semantics.tree import (
    Citation,
    ComparisonCondition,
    Condition,
    Edition,
    Effect,
    FactTerm,
    LookupTerm,
    Members,
    NegatedCondition,
    Policies,
    QuantifiedCondition,
    Rule,
    SetDefinition,
    SetTerm,
    clauses_read,
    inner_conditions,
    terms_of,
)
from ..semantics.types import EnumerationType, ListType, Type, describe, element_type
from ..semantics.vocabulary import Fact
from ..syntax.tree import QuantifierKind
from .change import (
    APPLYING,
    SIGNS,
    Change,
    Kind,
    Lean,
    Realm,
    Subject,
    combined_lean,
    lean_of_growth,
)
from .comparisons import GROWING
from .meaning import FactName
from .pairs import declaration_changes, edition_changes
from .timelines import growth, timeline

# --- sets -------------------------------------------------------------------------------------


def set_changes(old: Policies, new: Policies) -> Iterator[Change]:
    """Yield what changed in declared sets; one of the same content and another name is renamed."""

    def changed(before: SetDefinition, after: SetDefinition) -> Iterator[Change]:
        return _set(before, after, _lean(before, after, (old, new)))

    now = dict(sorted(new.sets.items()))
    return declaration_changes(old.sets, now, (_says, _says), _subject_of_set, changed)


def _says(declared: SetDefinition) -> object:
    return declared.type, timeline(declared)


def _subject_of_set(definition: SetDefinition) -> Subject:
    return Subject(realm=Realm.SET, name=definition.name, title=definition.label)


def _set(old: SetDefinition, new: SetDefinition, lean: Lean) -> Iterator[Change]:
    subject = _subject_of_set(new)
    yield from subject.compared(Kind.LABEL, old.label, new.label)
    if timeline(old) != timeline(new):
        before, after = (
            [(each, _texts(each)) for each in declared.editions] for declared in (old, new)
        )
        members = partial(_members, subject=subject, lean=lean)
        yield from edition_changes(subject, before, after, lean, members)


def _members(
    old: Edition[Members], new: Edition[Members], *, subject: Subject, lean: Lean
) -> Iterator[Change]:
    days = new.window.days
    for member in sorted(_texts(new) - _texts(old)):
        yield subject.change(Kind.MEMBER_ADDED, lean, new=member, about=days)
    for member in sorted(_texts(old) - _texts(new)):
        yield subject.change(Kind.MEMBER_DROPPED, lean, old=member, about=days)


def _texts(edition: Edition[Members]) -> frozenset[str]:
    return frozenset(map(str, edition.content))


# --- how rules use a set ------------------------------------------------------------------------


def _lean(before: SetDefinition, after: SetDefinition, versions: Iterable[Policies]) -> Lean:
    """Return the lean of a change of a set, from the way in which the rules use it."""
    grows = growth(timeline(before), timeline(after))
    signs = {sign for policies in versions for sign in _uses(after.name, policies)}
    return combined_lean(lean_of_growth(grows=grows, sign=sign) for sign in signs)


def _uses(name: str, policies: Policies) -> Iterator[int]:
    """Yield, for each use, the sign of a growth of the set; 0 where growth has none."""
    naming = frozenset(each.name for each in policies.tables.values() if name in each.sets)
    for rule in policies.rules:
        if isinstance(rule.places, SetTerm) and rule.places.name == name:
            yield _reaching(rule)
        for condition, sign in signed(rule):
            if isinstance(condition, ComparisonCondition):
                yield from _used(name, condition, sign, naming)


def _reaching(rule: Rule) -> int:
    """Return whether more places lead towards denial, as `signed` does of conditions."""
    if rule.waivers:
        return 0
    return -1 if rule.effect is Effect.PERMIT else 1


def signed(rule: Rule) -> Iterator[tuple[Condition, int]]:
    """Yield all conditions of a rule, each with 1 where its truth leads towards denial.

    It is -1 where truth leads towards allowing, and 0 where it leads to neither: so in a rule with
    waivers, as a breach may be waived once it is established, and not while it is unknown.
    """
    waived = bool(rule.waivers)
    subject = 0 if waived else APPLYING[rule.effect]
    for clause in rule.applicability:
        yield from _below(clause.condition, subject)
    yield from _below(rule.main.condition, 0 if waived else SIGNS[rule.effect])
    for clause in (*(e.clause for e in rule.exemptions), *(w.scope for w in rule.waivers)):
        yield from _below(clause.condition, -1)


def _below(condition: Condition, sign: int) -> Iterator[tuple[Condition, int]]:
    """Yield a condition and those below it; the truth of what is denied leads the other way."""
    yield condition, sign
    is_none = isinstance(condition, QuantifiedCondition) and condition.kind is QuantifierKind.NO
    inner_sign = -sign if is_none or isinstance(condition, NegatedCondition) else sign
    for inner in inner_conditions(condition):
        yield from _below(inner, inner_sign)


def _used(
    name: str, condition: ComparisonCondition, sign: int, naming: frozenset[str]
) -> Iterator[int]:
    """Yield the signs of the uses in a comparison; `naming` are the tables whose cases name it."""
    for term in terms_of(condition):
        if isinstance(term, SetTerm) and term.name == name:
            is_plain = any(term is each for each in condition.right)
            yield (sign if GROWING[condition.comparator] else -sign) if is_plain else 0
        if isinstance(term, LookupTerm) and term.name in naming:
            yield 0


# --- vocabulary ---------------------------------------------------------------------------------

_Facts = Mapping[FactName, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts of a vocabulary by group and name, the group of the campaign having no name.

    `waived` are the names of those that rules with waivers read.
    """

    root: str
    known: _Facts
    enumerations: Mapping[str, EnumerationType]
    waived: frozenset[str]


def facts_of(policies: Policies) -> Facts:
    """Return the facts of a vocabulary, and the lists of words that are their types."""
    vocabulary = policies.vocabulary
    known = {
        ("" if shape.name == vocabulary.root else shape.name, fact.name): fact
        for shape in vocabulary.records.values()
        for fact in shape.facts.values()
    }
    kinds = (element_type(fact.type) for fact in known.values())
    enumerations = {kind.name: kind for kind in kinds if isinstance(kind, EnumerationType)}
    waived = (clauses_read(rule) for rule in policies.rules if rule.waivers)
    read = (term for clauses in waived for clause in clauses for term in clause.terms)
    names = frozenset(term.path[-1] for term in read if isinstance(term, FactTerm) and term.path)
    return Facts(root=vocabulary.root, known=known, enumerations=enumerations, waived=names)


def renamed_facts(old: Facts, new: Facts) -> dict[FactName, str]:
    """Return the facts that go by another name now: of one group, type and label."""
    found: dict[FactName, str] = {}
    gone = [key for key in old.known if key not in new.known]
    come = [key for key in new.known if key not in old.known]
    for key in gone:
        fact = old.known[key]
        for other in come:
            if other[0] == key[0] and _alike(fact, new.known[other]):
                found[key] = other[1]
                come.remove(other)
                break
    return found


def _alike(old: Fact, new: Fact) -> bool:
    one, other = (old.required, old.label), (new.required, new.label)
    return one == other and _same_type(old.type, new.type)


def _same_type(old: Type, new: Type) -> bool:
    """Whether two types are the same, members of a list of words apart."""
    if isinstance(old, ListType) and isinstance(new, ListType):
        return _same_type(old.element, new.element)
    if isinstance(old, EnumerationType) and isinstance(new, EnumerationType):
        return old.name == new.name or set(old.members) == set(new.members)
    return old == new


def fact_changes(old: Facts, new: Facts, renamed: Mapping[FactName, str]) -> Iterator[Change]:
    """Yield what changed in the facts that a campaign states about itself."""
    former = {(key[0], name): key for key, name in renamed.items()}
    for key, fact in new.known.items():
        before, subject = former.get(key, key), _subject_of_fact(new.root, key, fact)
        if before not in old.known:
            lean = Lean.STRICTER if fact.required else Lean.NEUTRAL
            yield subject.change(Kind.ADDED, lean, new=fact.required)
            continue
        yield from subject.compared(Kind.RENAMED, before[1], key[1])
        is_waived = before[1] in old.waived or key[1] in new.waived
        yield from _fact(old.known[before], fact, subject, is_waived=is_waived)
    for key, fact in old.known.items():
        if key not in new.known and key not in renamed:
            yield _subject_of_fact(old.root, key, fact).change(Kind.REMOVED, Lean.UNCLEAR)
    yield from _enumerations(old, new)


def _subject_of_fact(root: str, key: FactName, fact: Fact) -> Subject:
    return Subject(realm=Realm.FACT, name=f"{key[0] or root}.{key[1]}", title=fact.label)


def _fact(old: Fact, new: Fact, subject: Subject, *, is_waived: bool) -> Iterator[Change]:
    if not _same_type(old.type, new.type):
        yield subject.change(Kind.RETYPED, Lean.UNCLEAR, describe(old.type), describe(new.type))
    lean = lean_of_growth(grows=new.required, sign=1)
    yield from subject.compared(Kind.REQUIRED, old.required, new.required, lean)
    if old.presumed != new.presumed:
        # A presumed value counts against the campaign, where an unknown one only asks; what it
        # establishes may be waived, and what is unknown may not.
        one, other = _presumed(old), _presumed(new)
        grows = None if one is not None and other is not None else other is not None
        lean = lean_of_growth(grows=grows, sign=0 if is_waived else 1)
        yield subject.change(Kind.PRESUMED, lean, one, other)
    yield from subject.compared(Kind.SENSITIVE, old.sensitive, new.sensitive)
    yield from subject.compared(Kind.LABEL, old.label, new.label)


def _presumed(fact: Fact) -> str | None:
    return None if fact.presumed is None else show_typed(fact.presumed, fact.type)


def _enumerations(old: Facts, new: Facts) -> Iterator[Change]:
    for name in sorted(old.enumerations.keys() & new.enumerations.keys()):
        before = set(old.enumerations[name].members)
        after = set(new.enumerations[name].members)
        subject = Subject(realm=Realm.TYPE, name=name, title="")
        for member in sorted(after - before):
            yield subject.change(Kind.MEMBER_ADDED, new=member)
        for member in sorted(before - after):
            yield subject.change(Kind.MEMBER_DROPPED, Lean.UNCLEAR, old=member)


# --- instruments --------------------------------------------------------------------------------


def instrument_changes(old: Policies, new: Policies) -> Iterator[Change]:
    """Yield what changed in the titles and addresses of the instruments that are cited."""
    before, after = _cited(old), _cited(new)
    for name in sorted(before.keys() & after.keys()):
        one, other = before[name], after[name]
        subject = Subject(realm=Realm.INSTRUMENT, name=name, title=other.title)
        yield from subject.compared(Kind.TITLE, one.title, other.title)
        yield from subject.compared(Kind.URL, one.url, other.url)


def _cited(policies: Policies) -> dict[str, Citation]:
    return {each.instrument: each for each in policies.citations}
