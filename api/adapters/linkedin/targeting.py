"""Whom a campaign on LinkedIn is aimed at: `targetingCriteria`, or the facets of `targeting`.

The criteria are groups that must all hold, each of facets of which one must hold. An age beside a
job title in one group narrows nobody down: whoever has the title is reached at any age. So ages,
genders and languages are told only from a group of their own, and places from one of places.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.places import language_of
from api.adapters.reading import Found, Record
from engine.source.json_fault import excerpt

_OTHERS = [
    "companyCategory",
    "degrees",
    "fieldsOfStudy",
    "firstDegreeConnectionCompanies",
    "followedCompanies",
    "groups",
    "growthRate",
    "industries",
    "jobFunctions",
    "revenue",
    "schools",
    "seniorities",
    "skills",
    "staffCountRanges",
    "titles",
    "titlesAll",
    "titlesPast",
    "yearsOfExperienceRanges",
]

CHARACTERISTICS = {
    "employers": "employer",
    "employersAll": "employer",
    "employersPast": "employer",
    "interests": "interest",
    "memberBehaviors": "behaviour",
} | dict.fromkeys(_OTHERS, "demographic")
"""The facets that are characteristics of people, and what sort each is."""

AUDIENCES = frozenset(["audienceMatchingSegments", "dynamicSegments"])
"""The facets that hold audiences which the advertiser has made."""

PLACES = frozenset(["locations", "profileLocations"])
"""The facets that hold places."""

GENDERS = {"urn:li:gender:FEMALE": "female", "urn:li:gender:MALE": "male"}

_FACET = "urn:li:adTargetingFacet:"
_AGES = re.compile(r"urn:li:ageRange:\((\d{1,3}),(\d{1,10})\)", re.ASCII)
_OPEN_AGE = 2_147_483_647
"""What LinkedIn writes for the last age of a range that has no upper end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facet:
    """A facet with its values, in the record that holds them under a name."""

    kind: str
    values: Sequence[Found[str]]
    holder: Record
    name: str

    def leave(self) -> None:
        self.holder.leave(self.name)


def put_targeting(draft: Draft, campaign: Record) -> None:
    """Tell the criteria of a campaign, or without them the facets of the former member."""
    included, excluded = _criteria(campaign)
    aimed: list[str] = []
    for group in included:
        aimed += _put_group(draft, group)
    for facet in excluded:
        aimed += _put_facet(draft, facet, excluded=True)
    if aimed:
        draft.put("targeting.profiling", value=True, origin=aimed[0])


def _criteria(campaign: Record) -> tuple[list[list[_Facet]], list[_Facet]]:
    criteria = campaign.record("targetingCriteria")
    if criteria is not None:
        include, exclude = criteria.record("include"), criteria.record("exclude")
        groups = include.records("and") if include is not None else None
        return (
            [list(_facets(group)) for group in groups or ()],
            list(_facets(exclude)) if exclude is not None else [],
        )
    former = campaign.record("targeting")
    if former is None:
        return [], []
    include = former.record("includedTargetingFacets")
    exclude = former.record("excludingTargetingFacets")
    return (
        [[facet] for facet in _named(include)] if include is not None else [],
        list(_named(exclude)) if exclude is not None else [],
    )


def _facets(group: Record) -> Iterator[_Facet]:
    """Yield the facets of a group, which are written by name, or with `type` and `values`."""
    kind = group.filled("type")
    if kind is not None:
        values = group.texts("values") or ()
        yield _Facet(kind=_short(kind.value), values=values, holder=group, name="values")
    if isinstance(group.unread("or"), list):
        for facet in group.records("or") or ():
            yield from _facets(facet)
        return
    named = group.record("or")
    if named is not None:
        yield from _named(named)


def _named(facets: Record) -> Iterator[_Facet]:
    for name in facets:
        values = facets.unread(name)
        if isinstance(values, list) and any(isinstance(value, dict) for value in values):
            continue
        yield _Facet(kind=_short(name), values=facets.texts(name) or (), holder=facets, name=name)


def _short(facet: str) -> str:
    return facet.removeprefix(_FACET)


def _put_group(draft: Draft, group: list[_Facet]) -> list[str]:
    """Tell the facets of which one must hold, and return where people are chosen by them."""
    kinds = {facet.kind for facet in group}
    if len(kinds) > 1 and kinds & (PLACES | _ALONE.keys()) and not kinds <= PLACES:
        pointers = []
        for facet in group:
            if facet.kind in PLACES or facet.kind in _ALONE:
                facet.leave()
            else:
                pointers += _put_facet(draft, facet, excluded=False)
        return pointers
    return [pointer for facet in group for pointer in _put_facet(draft, facet, excluded=False)]


def _put_facet(draft: Draft, facet: _Facet, *, excluded: bool) -> list[str]:
    """Tell one facet, and return where its values choose people, by whom they are."""
    if facet.kind in PLACES:
        path = "targeting.geo.exclude" if excluded else "targeting.geo.include"
        for place in facet.values:
            draft.element(path, place.pointer).put_found("code", place)
        return []
    if facet.kind in AUDIENCES:
        for audience in facet.values:
            told = draft.element("audiences", audience.pointer)
            told.put_found("id", audience)
            told.put("excluded", excluded, audience.pointer)
    elif facet.kind not in _ALONE:
        # What no list here has is a characteristic too: a list without it would read as whole.
        for value in facet.values:
            told = draft.element("targeting.detailed", value.pointer)
            if facet.kind in CHARACTERISTICS:
                told.put("kind", CHARACTERISTICS[facet.kind], value.pointer)
            told.put("excluded", excluded, value.pointer)
        # A URN is no name: it is kept, for those who can look it up.
        facet.leave()
    elif not excluded and facet.values:
        fact, put = _ALONE[facet.kind]
        if fact in draft.facts():
            facet.leave()
        else:
            put(draft, facet)
        return []
    else:
        facet.leave()
        return []
    return [value.pointer for value in facet.values]


# --- ages, genders, languages -------------------------------------------------------------------


def _put_ages(draft: Draft, facet: _Facet) -> None:
    ranges: list[tuple[int, int]] = []
    for value in facet.values:
        written = _AGES.fullmatch(value.value)
        if written is None or int(written[1]) > int(written[2]):
            facet.holder.refuse(
                facet.name,
                f"{excerpt(value.value)} cannot be read as ages without guessing",
                "write the ranges as LinkedIn does, such as `urn:li:ageRange:(25,34)`",
            )
        ranges.append((int(written[1]), int(written[2])))
    origin = facet.values[0].pointer
    last = max(last for _, last in ranges)
    draft.put("targeting.age.min", min(first for first, _ in ranges), origin)
    draft.put("targeting.age.no_maximum", last == _OPEN_AGE, origin)
    if last != _OPEN_AGE:
        draft.put("targeting.age.max", last, origin)


def _put_genders(draft: Draft, facet: _Facet) -> None:
    _put_words(draft, "targeting.genders", facet, [GENDERS.get(v.value) for v in facet.values])


def _put_languages(draft: Draft, facet: _Facet) -> None:
    locales = [value.value.removeprefix("urn:li:locale:") for value in facet.values]
    _put_words(draft, "targeting.languages", facet, [language_of(locale) for locale in locales])


def _put_words(draft: Draft, fact: str, facet: _Facet, words: list[str | None]) -> None:
    told = [
        Found(value=word, pointer=value.pointer)
        for word, value in zip(words, facet.values, strict=True)
        if word is not None
    ]
    if len(told) == len(words):
        draft.put_all(fact, told, facet.holder.at(facet.name))
    else:
        facet.leave()


_ALONE: Mapping[str, tuple[str, Callable[[Draft, _Facet], None]]] = MappingProxyType(
    {
        "ageRanges": ("targeting.age.min", _put_ages),
        "genders": ("targeting.genders", _put_genders),
        "interfaceLocales": ("targeting.languages", _put_languages),
    }
)
"""The facets that hold for everyone who is reached, where they stand alone."""
