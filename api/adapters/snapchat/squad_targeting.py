"""Whom an ad squad on Snapchat is aimed at, and what Snapchat may widen.

The objects in one list are alternatives: an age or a gender bounds nobody unless each of them has
one. Each may be an inclusion or an exclusion (`operation`); an object without it includes.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.places import language_of
from api.adapters.reading import Found, Record
from api.adapters.telling import checked_country, put_markets
from engine.source.quoting import excerpt

GENDERS = MappingProxyType({"FEMALE": "female", "MALE": "male", "OTHER": "other"})
KINDS = MappingProxyType(
    {
        "electoral_district_id": "electoral_district",
        "metro_id": "metro",
        "postal_code": "postal_code",
        "region_id": "region",
    }
)
"""The members of a place that narrow its country, and what sort of place each holds."""

METRES = MappingProxyType(
    {
        "FEET": Decimal("0.3048"),
        "KILOMETERS": Decimal(1000),
        "METERS": Decimal(1),
        "MILES": Decimal("1609.344"),
    }
)

_DEMOGRAPHICS = frozenset(
    [
        *("advanced_demographics", "age_groups", "gender", "languages", "max_age", "min_age"),
        "operation",
    ]
)
"""The members of a demographic target; any other is a characteristic of an unknown sort."""

_NO_PEOPLE = frozenset(["app_install_states", "demographics", "devices", "geos", "locations"])
_CHARACTERISTICS = MappingProxyType({"interests": ("category_id", "interest")})
_OPEN_AGE = 50
"""From here on a highest age may stand for all ages above."""

_AND_ABOVE = re.compile(r"\d{2}\+", re.ASCII)
_AGES = re.compile(r"(\d{2})(?:-(\d{2})|\+)", re.ASCII)
_WIDENED = frozenset(["custom_audience_expansion_option", "interest_expansion_option"])


def put_targeting(draft: Draft, targeting: Record) -> None:
    """Tell a targeting specification."""
    demographics = targeting.records("demographics") or ()
    if not _put_expansion(draft, targeting) and not any(map(_is_exclusion, demographics)):
        _put_ages(draft, demographics)
        _put_genders(draft, targeting, demographics)
        _put_languages(draft, demographics)
    _put_places(draft, targeting)
    aimed = [*_put_detailed(draft, targeting, demographics), *_put_audiences(draft, targeting)]
    if aimed:
        draft.put("targeting.profiling", value=True, origin=aimed[0])


def _is_exclusion(holder: Record) -> bool:
    """Whether an object is an exclusion; one that does not say so is an inclusion."""
    side = holder.filled("operation")
    if side is not None and side.value not in ("EXCLUDE", "INCLUDE"):
        holder.refuse(
            "operation",
            f"{excerpt(side.value)} is no operation that is known here",
            "Snapchat takes `INCLUDE` and `EXCLUDE`",
        )
    return side is not None and side.value == "EXCLUDE"


def _words(holder: Record, name: str) -> list[Found[str]]:
    """Return one word or several, which Snapchat takes in either form."""
    if not isinstance(holder.unread(name), list):
        found = holder.identifier(name)
        return [] if found is None else [found]
    elements = holder.elements(name) or ()
    for element in elements:
        if isinstance(element.value, bool) or not isinstance(element.value, int | str):
            holder.refuse(name, f"an element of {excerpt(name)} is no word", "send it as a text")
    return [Found(value=str(one.value), pointer=one.pointer) for one in elements]


# --- ages, genders, languages -------------------------------------------------------------------


def _put_ages(draft: Draft, demographics: tuple[Record, ...]) -> None:
    ranges = [_ages(one) for one in demographics]
    lowest = [least for least, _ in ranges]
    if not lowest or None in lowest:
        for one in demographics:
            for name in ("age_groups", "max_age", "min_age"):
                one.leave(name)
        return
    origin = demographics[0].pointer
    draft.put("targeting.age.min", min(filter(None, lowest)), origin)
    highest = [greatest for _, greatest in ranges]
    if 0 in highest:
        draft.put("targeting.age.no_maximum", value=True, origin=origin)
    elif None not in highest:
        draft.put("targeting.age.max", max(filter(None, highest)), origin)
        draft.put("targeting.age.no_maximum", value=False, origin=origin)
    else:
        for one in demographics:
            one.leave("max_age")


def _ages(one: Record) -> tuple[int | None, int | None]:
    """Return the lowest and the highest age, 0 for one without end, and None for an unknown."""
    groups = _words(one, "age_groups")
    if not groups:
        least, last = one.whole_number("min_age"), one.unread("max_age")
        if isinstance(last, str) and _AND_ABOVE.fullmatch(last):
            one.text("max_age")
            return (None if least is None else least.value), 0
        greatest = one.whole_number("max_age")
        open_ended = greatest is None or greatest.value >= _OPEN_AGE
        if least is not None and greatest is not None and greatest.value < least.value:
            one.refuse("max_age", "`max_age` is below `min_age`", "exchange the two")
        highest = None if open_ended or greatest is None else greatest.value
        return (None if least is None else least.value), highest
    written = [(group, _AGES.fullmatch(group.value)) for group in groups]
    for group, form in written:
        if form is None:
            one.refuse(
                "age_groups",
                f"{excerpt(group.value)} cannot be read as ages without guessing",
                "write the groups as Snapchat does, such as `18-20` or `50+`",
            )
    forms = [form for _, form in written if form is not None]
    least_of_all = min(int(form[1]) for form in forms)
    if any(form[2] is None for form in forms):
        return least_of_all, 0
    return least_of_all, max(int(form[2]) for form in forms)


def _put_genders(draft: Draft, targeting: Record, demographics: tuple[Record, ...]) -> None:
    """Tell the genders; Snapchat documents that both are meant where none is given."""
    chosen = [_words(one, "gender") for one in demographics]
    if any(name not in _DEMOGRAPHICS for one in demographics for name in one):
        # Any of them may be by what genders are chosen.
        for one in demographics:
            one.leave("gender")
        return
    if not chosen or not all(chosen):
        everyone = [Found(value="all", pointer=targeting.pointer)]
        draft.put_all("targeting.genders", everyone, targeting.pointer)
        for one in demographics:
            one.leave("gender")
        return
    words = {word.value: word for group in chosen for word in group}
    if words.keys() <= GENDERS.keys():
        told = [Found(value=GENDERS[name], pointer=word.pointer) for name, word in words.items()]
        draft.put_all("targeting.genders", told, told[0].pointer)
    else:
        for one in demographics:
            one.leave("gender")


def _put_languages(draft: Draft, demographics: tuple[Record, ...]) -> None:
    chosen = [_words(one, "languages") for one in demographics]
    codes = {
        code: word
        for words in chosen
        for word in words
        if (code := language_of(word.value)) is not None
    }
    known = all(language_of(word.value) is not None for words in chosen for word in words)
    if codes and known and all(chosen):
        told = [Found(value=code, pointer=word.pointer) for code, word in codes.items()]
        draft.put_all("targeting.languages", told, told[0].pointer)
    else:
        for one in demographics:
            one.leave("languages")


# --- places -------------------------------------------------------------------------------------


def _put_places(draft: Draft, targeting: Record) -> None:
    """Tell places, circles, and the markets: circles lie in the countries that are included."""
    countries: list[Found[str] | None] = []
    for geo in targeting.records("geos") or ():
        country = _country(geo)
        if not _is_exclusion(geo):
            countries.append(country)
        for area in _areas(draft, geo):
            area.put_found("place", country if "code" not in area.facts() else None)
    for location in targeting.records("locations") or ():
        path = _path(location)
        for circle in location.records("circles") or ():
            _put_circle(draft.element(path, circle.pointer), circle)
        for sort in _words(location, "location_type"):
            area = draft.element(path, sort.pointer)
            area.put("kind", "place_category", sort.pointer)
            area.put_found("name", sort)
    put_markets(draft, countries)


def _path(holder: Record) -> str:
    return "targeting.geo.exclude" if _is_exclusion(holder) else "targeting.geo.include"


def _country(geo: Record) -> Found[str] | None:
    """Return the country, which Snapchat writes in small letters, with `uk` for `gb`."""
    found = geo.filled("country_code")
    if found is None:
        return None
    code = "GB" if found.value.lower() == "uk" else found.value.upper()
    return checked_country(Found(value=code, pointer=found.pointer))


def _areas(draft: Draft, geo: Record) -> Iterator[Draft]:
    """Yield each place of an entry, or the country that it is where nothing narrows it."""
    path, narrowed = _path(geo), False
    for name in geo:
        if name in ("country_code", "operation"):
            continue
        narrowed = True
        for code in _words(geo, name) if name in KINDS else ():
            area = draft.element(path, code.pointer)
            area.put("kind", KINDS[name], code.pointer)
            area.put_found("code", code)
            yield area
        if name not in KINDS:
            # A sort of place that is not known: a list without it would read as whole.
            draft.element(path, geo.at(name))
    if not narrowed and "country_code" in geo:
        area = draft.element(path, geo.at("country_code"))
        area.put("kind", "country", geo.at("country_code"))
        yield area


def _put_circle(area: Draft, circle: Record) -> None:
    area.put("kind", "radius", circle.pointer)
    for name, most in (("latitude", 90), ("longitude", 180)):
        degrees = circle.number(name)
        if degrees is not None and abs(degrees.value) > most:
            circle.refuse(name, f"{degrees.value} degrees are no {name}", "send it in degrees")
        if degrees is not None:
            area.put(name, degrees.value, degrees.pointer)
    radius, unit = circle.number("radius"), circle.filled("unit")
    if radius is None or unit is None or unit.value not in METRES or radius.value < 0:
        circle.leave("radius")
        circle.leave("unit")
        return
    metres = (radius.value * METRES[unit.value]).normalize()
    area.put("radius_m", metres if metres % 1 else int(metres), radius.pointer)


# --- people, and what Snapchat may widen --------------------------------------------------------


def _put_detailed(
    draft: Draft, targeting: Record, demographics: tuple[Record, ...]
) -> Iterator[str]:
    """Tell the characteristics, by their numbers alone, and yield where they stand."""
    for one in demographics:
        yield from _put_each(draft, one, "advanced_demographics", "demographic")
        for name in one:
            if name not in _DEMOGRAPHICS:
                told = draft.element("targeting.detailed", one.at(name))
                told.put("excluded", _is_exclusion(one), one.at(name))
                yield one.at(name)
    for name in targeting:
        if name in _NO_PEOPLE or name == "segments":
            continue
        if not isinstance(targeting.unread(name), list):
            continue
        member, kind = _CHARACTERISTICS.get(name, ("", ""))
        for holder in targeting.records(name) or ():
            if member in holder:
                yield from _put_each(draft, holder, member, kind)
            else:
                told = draft.element("targeting.detailed", holder.pointer)
                told.put("excluded", _is_exclusion(holder), holder.pointer)
                yield holder.pointer


def _put_each(draft: Draft, holder: Record, member: str, kind: str) -> Iterator[str]:
    for word in _words(holder, member):
        told = draft.element("targeting.detailed", word.pointer)
        told.put("kind", kind, word.pointer)
        told.put("excluded", _is_exclusion(holder), word.pointer)
        holder.leave(member)  # A number is no name.
        yield word.pointer


def _put_audiences(draft: Draft, targeting: Record) -> Iterator[str]:
    for holder in targeting.records("segments") or ():
        segments: list[Found[str] | None] = [*_words(holder, "segment_id")]
        for segment in segments or [None]:
            pointer = holder.pointer if segment is None else segment.pointer
            told = draft.element("audiences", pointer)
            told.put_found("id", segment)
            if "operation" in holder:
                told.put("excluded", _is_exclusion(holder), pointer)
            yield pointer


def _put_expansion(draft: Draft, targeting: Record) -> bool:
    """Tell whether Snapchat may widen the audience; return whether ages and genders as well.

    No only where the switch and each option are off: Snapchat widens by itself.
    """
    switch = targeting.yes_no("enable_targeting_expansion")
    options = targeting.record("auto_expansion_options")
    found: dict[str, Found[bool] | None] = {}
    for name in options or ():
        assert options is not None  # noqa: S101 - it has a member.
        found[name] = _option(options, name)
    on = [one for one in (switch, *found.values()) if one is not None and one.value]
    if on:
        draft.put_found("automation.audience_expansion", on[0])
    elif switch is not None and found and None not in found.values():
        draft.put_found("automation.audience_expansion", switch)
    else:
        targeting.leave("enable_targeting_expansion")
    return any(name not in _WIDENED and (one is None or one.value) for name, one in found.items())


def _option(options: Record, name: str) -> Found[bool] | None:
    """Return whether an option is on, which Snapchat writes as an object, or as a sort of it."""
    if isinstance(options.unread(name), str):
        sort = options.filled(name)
        if sort is not None and sort.value == "SMART_TARGETING":
            return Found(value=True, pointer=sort.pointer)
        options.leave(name)
        return None
    option = options.record(name)
    return option.yes_no("enabled") if option is not None else None
