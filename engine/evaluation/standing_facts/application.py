"""Applies standing facts to a campaign: they fill what is unknown, and never replace anything.

A standing fact that states another value than the campaign, or than another standing fact, is a
contradiction. Nothing is decided on a contradiction: one of the two values is wrong, and a decision
would depend on which one was taken. A fact that does not hold on the day states nothing, so that
what it stated is unknown again.

Groups are filled fact by fact, lists and periods as a whole. Facts about an advertiser or an
account are applied first, and then those about members of lists, which may have been filled just
now. Within each of the two steps the order makes no difference.

The facts of an account are applied only if the whole campaign runs in that account.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from msgspec import structs

from ...semantics.types import RecordType, Type
from ...semantics.vocabulary import Fact
from ...syntax.lexis import PERIOD
from ..descriptor.decode import CampaignFault
from ..values import SENSITIVE, Campaign, Datum, Group, show_typed, stated_fact
from .book import BookEntry, FactBook, UnfitFact
from .fact import MEMBERS, Membership, StandingFact, Subject, SubjectKind, members_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A fact that was unknown, what it became, and the standing facts that state it, all alike."""

    pointer: str
    path: str
    label: str
    value: Datum
    type: Type
    is_sensitive: bool
    by: tuple[StandingFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedFacts:
    """A campaign with the standing facts that were applied to it on a day.

    `relevant` are the entries of the book about its subjects that hold on that day or later,
    whether they fit the vocabulary or not; no other has any influence on the campaign from that day
    on.
    """

    campaign: Campaign
    filled: tuple[Filled, ...]
    unfit: tuple[UnfitFact, ...]
    contradictions: tuple[CampaignFault, ...]
    relevant: tuple[BookEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsUsed:
    """The standing facts that a decision used.

    `relevant` are all entries of the book on which the decision, or `valid_until`, could depend:
    with a book of these alone the decision is the same.
    """

    filled: tuple[Filled, ...]
    unfit: tuple[UnfitFact, ...]
    relevant: tuple[BookEntry, ...]


def apply_standing_facts(campaign: Campaign, book: FactBook, day: date) -> AppliedFacts:
    """Return a campaign filled with the standing facts of a book that hold on a day.

    Where the result has contradictions, nothing can be decided.
    """
    application = _FactApplication(book=book, day=day)
    stated = application.facts_about(_subjects(campaign.facts))
    facts = application.filler.fill_group(
        campaign.facts, [(each.facts, each) for each in stated], _Place()
    )
    for kind in MEMBERS:
        found = members_of(book.vocabulary, kind) if kind in book.kinds else None
        if found is not None:
            facts = application.fill_members(facts, kind, found[0], found[0].path, _Place())
    return AppliedFacts(
        campaign=campaign if facts is campaign.facts else Campaign(facts=facts),
        filled=tuple(application.filler.filled),
        unfit=tuple(application.unfit),
        contradictions=tuple(application.filler.contradictions),
        relevant=tuple(application.relevant.values()),
    )


def _subjects(facts: Group) -> Iterator[Subject]:
    """Yield the subjects whose facts are those of the campaign."""
    advertiser, platforms = stated_fact(facts, "advertiser"), stated_fact(facts, "platforms")
    name = stated_fact(advertiser, "name")
    if isinstance(name, str):
        yield Subject(kind=SubjectKind.ADVERTISER, name=name)
    uses = platforms if isinstance(platforms, tuple) else ()
    accounts = {stated_fact(use, "account_id") for use in uses}
    account = accounts.pop() if len(accounts) == 1 else None
    if isinstance(account, str):
        yield Subject(kind=SubjectKind.ACCOUNT, name=account)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a group stands: its pointer, its path, and whether it is within what is sensitive."""

    pointer: str = ""
    path: str = "campaign"
    is_sensitive: bool = False

    def of(self, fact: Fact) -> "_Place":
        return _Place(
            pointer=f"{self.pointer}/{fact.name}",
            path=f"{self.path}.{fact.name}",
            is_sensitive=self.is_sensitive or fact.sensitive,
        )

    def at(self, index: int) -> "_Place":
        return _Place(
            pointer=f"{self.pointer}/{index}", path=self.path, is_sensitive=self.is_sensitive
        )


_Stated = Sequence[tuple[Group, StandingFact]]
"""Groups of one shape, each with the standing fact that has it."""


@dataclass(slots=True)
class _GroupFiller:
    """Fills groups, and collects what was filled in and what is contradictory."""

    filled: list[Filled] = field(default_factory=list)
    contradictions: list[CampaignFault] = field(default_factory=list)

    def fill_group(self, known: Group, stated: _Stated, place: _Place) -> Group:
        """Return a group filled with what is stated."""
        if not stated:
            return known
        values = tuple(
            self._fill_fact(fact, value, _within(stated, position), place.of(fact))
            for position, (fact, value) in enumerate(
                zip(known.shape.facts.values(), known.values, strict=True)
            )
        )
        return known if values == known.values else structs.replace(known, values=values)

    def _fill_fact(
        self,
        fact: Fact,
        known: Datum | None,
        stated: Sequence[tuple[Datum, StandingFact]],
        place: _Place,
    ) -> Datum | None:
        if not stated:
            return known
        if isinstance(fact.type, RecordType) and fact.type.name != PERIOD:
            inner = [(value, by) for value, by in stated if isinstance(value, Group)]
            group = known if isinstance(known, Group) else Group.unknown(inner[0][0].shape)
            return self.fill_group(group, inner, place)
        first, by = stated[0]
        if known is not None:
            for value, whose in stated:
                if not _are_alike(value, known):
                    self._contradict(fact, place, (value, whose), (known, None))
            return known
        for value, whose in stated[1:]:
            if not _are_alike(value, first):
                self._contradict(fact, place, (first, by), (value, whose))
        self.filled.append(
            Filled(
                pointer=place.pointer,
                path=place.path,
                label=fact.label,
                value=first,
                type=fact.type,
                is_sensitive=place.is_sensitive,
                by=tuple(whose for _, whose in stated),
            )
        )
        return first

    def _contradict(
        self,
        fact: Fact,
        place: _Place,
        one: tuple[Datum, StandingFact],
        other: tuple[Datum, StandingFact | None],
    ) -> None:
        (value, by), (against, whose) = one, other
        said, denied = (
            SENSITIVE if place.is_sensitive else show_typed(each, fact.type)
            for each in (value, against)
        )
        if whose is None:
            message = f"{fact.label}: {fact_title(by)} says {said}, and the campaign {denied}"
            advice = "correct the one that is wrong; while both stand, nothing is decided"
        else:
            message = (
                f"{fact.label}: {fact_title(by)} says {said}, and {fact_title(whose)} {denied}"
            )
            advice = "have the one that is wrong corrected or withdrawn"
        self.contradictions.append(
            CampaignFault(pointer=place.pointer, message=message, help=advice)
        )


@dataclass(slots=True, kw_only=True)
class _FactApplication:
    """Applies the facts of a book that hold on a day, and collects the relevant entries."""

    book: FactBook
    day: date
    filler: _GroupFiller = field(default_factory=_GroupFiller)
    unfit: list[UnfitFact] = field(default_factory=list)
    relevant: dict[bytes, BookEntry] = field(default_factory=dict)

    def facts_about(self, subjects: Iterable[Subject]) -> list[StandingFact]:
        """Return the facts about subjects that hold on the day; collects all that are relevant."""
        found = list[StandingFact]()
        for subject in subjects:
            pairs = zip(self.book.entries(subject), self.book.facts(subject), strict=True)
            for entry, stated in pairs:
                if entry.until <= self.day:
                    continue
                is_new = self.relevant.setdefault(entry.order, entry) is entry
                if entry.holds_on(self.day) and isinstance(stated, StandingFact):
                    found.append(stated)
                elif isinstance(stated, UnfitFact) and is_new:
                    self.unfit.append(stated)
        return found

    def fill_members(
        self,
        known: Group,
        kind: SubjectKind,
        membership: Membership,
        path: tuple[str, ...],
        place: _Place,
    ) -> Group:
        """Return a group in which the members of a list are filled; the path leads to the list."""
        name, *rest = path
        fact, inner = known.shape.facts[name], known.get(name)
        made: Datum | None = inner
        if rest and isinstance(inner, Group):
            made = self.fill_members(inner, kind, membership, tuple(rest), place.of(fact))
        elif not rest and isinstance(inner, tuple):
            made = tuple(
                self._fill_member(each, kind, membership, place.of(fact).at(index))
                for index, each in enumerate(inner)
            )
        if made == inner:
            return known
        return known.with_facts({name: made})

    def _fill_member(
        self, known: Datum, kind: SubjectKind, membership: Membership, place: _Place
    ) -> Datum:
        names = dict.fromkeys(stated_fact(known, key) for key in membership.keys)
        subjects = [Subject(kind=kind, name=name) for name in names if isinstance(name, str)]
        stated = self.facts_about(subjects)
        assert isinstance(known, Group)  # noqa: S101 - as `members_of` found.
        return self.filler.fill_group(known, [(each.facts, each) for each in stated], place)


def disagreements(fact: StandingFact, others: Iterable[StandingFact]) -> tuple[CampaignFault, ...]:
    """Return the contradictions with others about the same subject, on days that they share."""
    filler = _GroupFiller()
    for other in others:
        if fact.start < other.until and other.start < fact.until:
            both = [(other.facts, other), (fact.facts, fact)]
            filler.fill_group(Group.unknown(fact.facts.shape), both, _Place(pointer="/facts"))
    return tuple(dict.fromkeys(filler.contradictions))


def fact_title(fact: StandingFact | BookEntry) -> str:
    """Return how messages name a standing fact: by its subject, and who recorded it as what."""
    about = f"the standing fact about the {fact.subject.kind} `{fact.subject.name}`"
    source = fact.source
    if source is None:
        return about
    return f"{about} ({source.id}, version {source.version}, by {source.recorded_by})"


def _within(stated: _Stated, position: int) -> list[tuple[Datum, StandingFact]]:
    values = ((group.values[position], by) for group, by in stated)
    return [(value, by) for value, by in values if value is not None]


def _are_alike(one: Datum, other: Datum) -> bool:
    """Whether two values are equal, lists in any order, also those of their elements."""
    return _without_order(one) == _without_order(other)


def _without_order(value: Datum | None) -> Hashable:
    """Return what is equal for two values that differ in the order of lists alone."""
    if isinstance(value, Group):
        return tuple(map(_without_order, value.values))
    if isinstance(value, tuple):
        return frozenset(Counter(map(_without_order, value)).items())
    return value
