"""LinkedIn's facets: in which shapes criteria are written, and what their values are called.

Nearly every value is a URN that only LinkedIn's tables explain. What it is called stands beside it
in criteria of the Campaign Manager, or in the entities that may be joined to the record, which is
what LinkedIn answers for its URNs (`adTargetingEntities`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.adapters.places import country_named, is_country
from api.adapters.reading import AdapterRefusal, Found, Record
from engine.source.json_text import JSONValue
from engine.source.quoting import described, excerpt

_FACET = "urn:li:adTargetingFacet:"
_COUNTRY = re.compile(r"urn:li:(\w+:\()?[\w:]*country:([a-z]{2})\b.*", re.ASCII)
"""The URNs of former versions of the API, which hold the code of a country."""

Entities = Mapping[str, Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value of a facet, with the name it has in LinkedIn's tables where that is known."""

    pointer: str
    urn: Found[str] | None
    name: Found[str] | None

    @property
    def word(self) -> str:
        """The URN, empty where there is none."""
        return "" if self.urn is None else self.urn.value

    def is_whole_country(self) -> bool:
        """Whether the value is a country, as far as its URN or its name tells."""
        named = self.name is not None and country_named(self.name.value) is not None
        return named or self.word.startswith("urn:li:country:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A facet with its values, in the record that holds them under a name."""

    kind: str
    values: Sequence[Value]
    holder: Record
    name: str

    def leave(self) -> None:
        """Keep the values as unmapped."""
        self.holder.leave(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """The groups that must all hold, each of facets of which one must, and what is kept away."""

    included: Sequence[Sequence[Facet]]
    excluded: Sequence[Facet]


def country_of(place: Value) -> Found[str] | None:
    """Return the country of a place, by the end of its name or by a URN that holds its code."""
    written = _COUNTRY.fullmatch(place.word)
    if place.urn is not None and written is not None and is_country(written[2].upper()):
        return Found(value=written[2].upper(), pointer=place.urn.pointer)
    if place.name is None:
        return None
    code = country_named(place.name.value.rpartition(",")[2])
    return None if code is None else Found(value=code, pointer=place.name.pointer)


def criteria_of(campaign: Record, entities: Entities) -> Criteria:
    """Return the criteria of a campaign, or without them the facets of the former member."""
    reading = _Reading(entities)
    criteria = campaign.record("targetingCriteria")
    if criteria is not None:
        include, exclude = criteria.record("include"), criteria.record("exclude")
        groups = include.records("and") if include is not None else None
        if include is not None and groups is None:
            groups = (include,)
        return Criteria(
            included=[list(reading.facets(group)) for group in groups or ()],
            excluded=list(reading.facets(exclude)) if exclude is not None else [],
        )
    former = campaign.record("targeting")
    include = former.record("includedTargetingFacets") if former is not None else None
    exclude = former.record("excludingTargetingFacets") if former is not None else None
    return Criteria(
        included=[[facet] for facet in reading.named(include)] if include is not None else [],
        excluded=list(reading.named(exclude)) if exclude is not None else [],
    )


class _Reading:
    """One walk through criteria, which knows what the values are called."""

    __slots__ = ("_entities",)

    def __init__(self, entities: Entities) -> None:
        self._entities = entities

    def facets(self, group: Record) -> Iterator[Facet]:
        """Yield the facets of a group, in each of the shapes that LinkedIn writes.

        A group in none of them is a facet that is not known: without it, the others would read as
        whole.
        """
        kind, titled = group.filled("type"), group.record("facet")
        if kind is not None:
            yield self._facet(kind.value, group, "values")
        elif titled is not None:
            urn = titled.filled("urn")
            yield self._facet("" if urn is None else urn.value, group, "segments")
        elif isinstance(group.unread("or"), list):
            for facet in group.records("or") or ():
                yield from self.facets(facet)
        elif (named := group.record("or")) is not None:
            yield from self.named(named)
        else:
            for name in group:
                value = Value(pointer=group.at(name), urn=None, name=None)
                yield Facet(kind="", values=[value], holder=group, name=name)

    def named(self, facets: Record) -> Iterator[Facet]:
        """Yield facets that are written by name."""
        for name in facets:
            yield self._facet(name, facets, name)

    def _facet(self, kind: str, holder: Record, name: str) -> Facet:
        values = [self._value(holder, name, one) for one in holder.elements(name) or ()]
        short = kind.removeprefix(_FACET)
        return Facet(kind=short, values=values, holder=holder, name=name)

    def _value(self, holder: Record, name: str, element: Found[JSONValue]) -> Value:
        match element.value:
            case str() as word:
                urn: Found[str] | None = Found(value=word.strip(), pointer=element.pointer)
                inline = None
            case dict() as members:
                one = Record(members, element.pointer)
                urn, inline = one.filled("urn"), one.filled("name")
                for pointer, value in one.remaining():
                    holder.keep(Found(value=value, pointer=pointer))
            case other:
                raise AdapterRefusal(
                    f"a value of {excerpt(name)} is {described(other)}, and no URN or object",
                    pointer=element.pointer,
                    help="send the record as LinkedIn gives it",
                )
        entity = self._entities.get(urn.value) if urn is not None else None
        return Value(
            pointer=element.pointer,
            urn=urn,
            name=inline or (entity.filled("name") if entity is not None else None),
        )
