"""Whom a campaign on LinkedIn is aimed at: `targetingCriteria`, or the facets of `targeting`.

The criteria are groups that must all hold, each of facets of which one must hold. An age beside a
job title in one group narrows nobody down: whoever has the title is reached at any age. So ages,
genders and languages are told only from a group of their own, and places from one of places.

Where the audience is expanded, LinkedIn shows the ads to people with similar attributes as well.
Nothing says that these are of the ages and genders that were chosen.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.places import language_of
from api.adapters.reading import Found, Record
from api.adapters.telling import put_markets
from engine.source.quoting import excerpt

from .facets import Entities, Facet, Value, country_of, criteria_of

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

PLACES = frozenset(["ipLocations", "locations", "profileLocations"])
"""The facets that hold places."""

KEPT = frozenset(["interfaceLocales"])
"""The facets that hold for everyone who is reached also where the audience is expanded."""

GENDERS = {"urn:li:gender:FEMALE": "female", "urn:li:gender:MALE": "male"}

_AGES = re.compile(r"urn:li:ageRange:\((\d{1,3}),(\d{1,10})\)", re.ASCII)
_OPEN_AGE = 2_147_483_647
"""What LinkedIn writes for the last age of a range that has no upper end."""


def put_targeting(draft: Draft, campaign: Record, entities: Entities) -> None:
    """Tell the criteria of a campaign, or without them the facets of the former member."""
    criteria = criteria_of(campaign, entities)
    expanded = campaign.yes_no("audienceExpansionEnabled")
    bound = set(_ALONE if expanded is not None and not expanded.value else KEPT)
    # Of what is chosen and excluded as well, it is not told what is left.
    bound -= {facet.kind for facet in criteria.excluded}
    aimed: list[str] = []
    countries: list[Found[str] | None] = []
    for group in criteria.included:
        aimed += _put_group(draft, group, countries, bound)
    for facet in criteria.excluded:
        aimed += _put_facet(draft, facet)
    if aimed:
        draft.put("targeting.profiling", value=True, origin=aimed[0])
    put_markets(draft, countries)


def _put_group(
    draft: Draft,
    group: Sequence[Facet],
    countries: list[Found[str] | None],
    bound: Collection[str],
) -> list[str]:
    """Tell the facets of which one must hold, and return where people are chosen by them.

    Adds the countries of the places that bound everybody, None for one that is not known; `bound`
    are the facets that hold for everyone who is reached.
    """
    kinds = {facet.kind for facet in group}
    if len(kinds) > 1 and kinds & (PLACES | _ALONE.keys()) and not kinds <= PLACES:
        pointers = []
        for facet in group:
            if facet.kind in PLACES or facet.kind in _ALONE:
                facet.leave()
            else:
                pointers += _put_facet(draft, facet, bound)
        return pointers
    countries += [
        country_of(place) for facet in group if facet.kind in PLACES for place in facet.values
    ]
    return [pointer for facet in group for pointer in _put_facet(draft, facet, bound)]


def _put_facet(draft: Draft, facet: Facet, bound: Collection[str] | None = None) -> list[str]:
    """Tell one facet, and return where its values choose people, by whom they are.

    One that is excluded bounds nobody: without `bound`, it is.
    """
    excluded = bound is None
    if facet.kind in PLACES:
        path = "targeting.geo.exclude" if excluded else "targeting.geo.include"
        for place in facet.values:
            _put_place(draft.element(path, place.pointer), place)
        return []
    if facet.kind in AUDIENCES:
        for audience in facet.values:
            told = draft.element("audiences", audience.pointer)
            told.put_found("id", audience.urn)
            told.put_found("name", audience.name)
            told.put("excluded", excluded, audience.pointer)
    elif facet.kind not in _ALONE:
        # What no list here has is a characteristic too: a list without it would read as whole.
        for value in facet.values:
            told = draft.element("targeting.detailed", value.pointer)
            told.put_found("name", value.name)
            if facet.kind in CHARACTERISTICS:
                told.put("kind", CHARACTERISTICS[facet.kind], value.pointer)
            told.put("excluded", excluded, value.pointer)
        # A URN is no name: it is kept, for those who can look it up.
        facet.leave()
    elif facet.kind in (bound or ()) and facet.values and all(value.urn for value in facet.values):
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


def _put_place(area: Draft, place: Value) -> None:
    area.put_found("code", place.urn)
    area.put_found("name", place.name)
    country = country_of(place)
    if country is not None and place.is_whole_country():
        area.put("kind", "country", country.pointer)
        area.put_found("place", country)


# --- ages, genders, languages -------------------------------------------------------------------


def _put_ages(draft: Draft, facet: Facet) -> None:
    ranges: list[tuple[int, int]] = []
    for value in facet.values:
        written = _AGES.fullmatch(value.word)
        if written is None or int(written[1]) > int(written[2]):
            facet.holder.refuse(
                facet.name,
                f"{excerpt(value.word)} cannot be read as ages without guessing",
                "write the ranges as LinkedIn does, such as `urn:li:ageRange:(25,34)`",
            )
        ranges.append((int(written[1]), int(written[2])))
    origin = facet.values[0].pointer
    last = max(last for _, last in ranges)
    draft.put("targeting.age.min", min(first for first, _ in ranges), origin)
    draft.put("targeting.age.no_maximum", last == _OPEN_AGE, origin)
    if last != _OPEN_AGE:
        draft.put("targeting.age.max", last, origin)


def _put_genders(draft: Draft, facet: Facet) -> None:
    _put_words(draft, "targeting.genders", facet, [GENDERS.get(v.word) for v in facet.values])


def _put_languages(draft: Draft, facet: Facet) -> None:
    locales = [value.word.removeprefix("urn:li:locale:") for value in facet.values]
    _put_words(draft, "targeting.languages", facet, [language_of(locale) for locale in locales])


def _put_words(draft: Draft, fact: str, facet: Facet, words: list[str | None]) -> None:
    told = [
        Found(value=word, pointer=value.pointer)
        for word, value in zip(words, facet.values, strict=True)
        if word is not None
    ]
    if len(told) == len(words):
        draft.put_all(fact, told, facet.holder.at(facet.name))
    else:
        facet.leave()


_ALONE: Mapping[str, tuple[str, Callable[[Draft, Facet], None]]] = MappingProxyType(
    {
        "ageRanges": ("targeting.age.min", _put_ages),
        "genders": ("targeting.genders", _put_genders),
        "interfaceLocales": ("targeting.languages", _put_languages),
    }
)
"""The facets that hold for everyone who is reached, where they stand alone."""
