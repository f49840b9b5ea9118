"""Whom an ad group on TikTok is aimed at, and what TikTok may widen.

Most lists hold identifiers that only TikTok's own tables explain: an interest or an audience is
told without its name, and a country only where TikTok's regions are joined. An empty list is what
the API answers where nothing was chosen; what TikTok shows then is not in the record.
"""

import re
from collections.abc import Mapping

from api.adapters.adaptation import Draft
from api.adapters.places import language_of
from api.adapters.reading import Found, Record
from api.adapters.telling import put_markets, put_word
from engine.source.json_text import JSONValue
from engine.source.quoting import excerpt

from .people import put_people
from .regions import Regions, country_in, put_region
from .smart import is_bound, mode_of, put_smart_age

GENDERS: Mapping[str, JSONValue] = {
    "GENDER_FEMALE": ["female"],
    "GENDER_MALE": ["male"],
    "GENDER_UNLIMITED": ["all"],
}
"""The genders by `gender`."""

_AGES = re.compile(r"AGE_(\d{2})_(\d{2,3})", re.ASCII)
_OPEN_AGE = 100
"""The last age of the oldest group, which has no upper end."""

_OPEN_PRICE = 10_000
_PRICE_STEP = 50
_EXPANSIONS = (
    "auto_targeting_enabled",
    "smart_audience_enabled",
    "smart_interest_behavior_enabled",
)


def put_targeting(
    draft: Draft, ad_group: Record, campaign: Record | None, regions: Regions
) -> None:
    """Tell whom an ad group is aimed at."""
    spec, mode = ad_group.record("targeting_spec"), mode_of(ad_group)
    aim = ad_group if spec is None else spec
    saved = aim.identifier("saved_audience_id")
    if saved is not None and saved.value != "0":
        # Whom it is made of is not in the record, and what is chosen beside it is not all.
        aim.leave("saved_audience_id")
        draft.put("targeting.profiling", value=True, origin=saved.pointer)
        return
    bound = is_bound(ad_group, campaign)
    if bound:
        _put_ages(draft, aim)
    else:
        put_smart_age(draft, aim)
    everyone = {"GENDER_UNLIMITED": GENDERS["GENDER_UNLIMITED"]}
    put_word(draft, "targeting.genders", aim, "gender", GENDERS if bound else everyone)
    _put_places(draft, aim, regions)
    _put_languages(draft, aim)
    aimed = put_people(draft, aim, is_specification=spec is not None)
    if aimed:
        draft.put("targeting.profiling", value=True, origin=aimed[0])
    systems = aim.texts("operating_systems")
    if systems:
        draft.put_all("targeting.operating_systems", systems, aim.at("operating_systems"))
    _put_prices(draft, aim)
    _put_expansion(draft, ad_group, aim, mode)


def _put_ages(draft: Draft, ad_group: Record) -> None:
    groups = ad_group.texts("age_groups")
    if not groups:
        return
    ages: list[tuple[int, int]] = []
    for group in groups:
        written = _AGES.fullmatch(group.value)
        if written is None or int(written[1]) > int(written[2]):
            ad_group.refuse(
                "age_groups",
                f"{excerpt(group.value)} cannot be read as ages without guessing",
                "write the groups as TikTok does, such as `AGE_18_24`",
            )
        ages.append((int(written[1]), int(written[2])))
    origin = ad_group.at("age_groups")
    last = max(last for _, last in ages)
    draft.put("targeting.age.min", min(first for first, _ in ages), origin)
    draft.put("targeting.age.no_maximum", last >= _OPEN_AGE, origin)
    if last < _OPEN_AGE:
        draft.put("targeting.age.max", last, origin)


def _put_places(draft: Draft, aim: Record, regions: Regions) -> None:
    countries: list[Found[str] | None] = []
    if "location_ids" not in aim or "zipcode_ids" not in aim:
        return  # Half of the places would read as all of them.
    for place in aim.identifiers("location_ids") or ():
        area = draft.element("targeting.geo.include", place.pointer)
        area.put_found("code", place)
        if place.value in regions:
            put_region(area, regions[place.value])
        countries.append(country_in(regions, place.value))
    for code in aim.identifiers("zipcode_ids") or ():
        area = draft.element("targeting.geo.include", code.pointer)
        area.put_found("code", code)
        area.put("kind", "postal_code", code.pointer)
        countries.append(None)
    put_markets(draft, countries)


def _put_languages(draft: Draft, ad_group: Record) -> None:
    chosen = ad_group.texts("languages")
    told = [
        Found(value=code, pointer=language.pointer)
        for language in chosen or ()
        if (code := language_of(language.value)) is not None
    ]
    if chosen and len(told) == len(chosen):
        draft.put_all("targeting.languages", told, ad_group.at("languages"))
    else:
        ad_group.leave("languages")


# --- devices, and what TikTok may widen ---------------------------------------------------------


def _put_prices(draft: Draft, ad_group: Record) -> None:
    """Tell the range of prices: TikTok adds a step to the upper end, and 10000 has no end."""
    limits = ad_group.elements("device_price_ranges") or ()
    match [limit.value for limit in limits]:
        case [bool(), _] | [_, bool()]:
            ad_group.leave("device_price_ranges")
        case [int(least), int(most)] if 0 <= least <= most <= _OPEN_PRICE:
            is_open = most == _OPEN_PRICE
            written = (
                f"{least} {'US dollars up' if is_open else f'to {most + _PRICE_STEP} US dollars'}"
            )
            draft.put("targeting.device_price_ranges", [written], limits[0].pointer)
        case _:
            ad_group.leave("device_price_ranges")


def _put_expansion(draft: Draft, ad_group: Record, aim: Record, mode: Found[bool] | None) -> None:
    """Tell whether TikTok may widen the audience: yes by any switch, no where all are off."""
    whole, *others = (aim.yes_no(name) for name in _EXPANSIONS)
    expansion = aim.record("targeting_expansion")
    needed = [whole or mode, *others]
    beside = expansion.yes_no("expansion_enabled") if expansion is not None else None
    told = [switch for switch in (mode, whole, *others, beside) if switch is not None]
    widened = next((switch for switch in told if switch.value), None)
    if widened is not None:
        draft.put_found("automation.audience_expansion", widened)
    elif None not in needed:
        draft.put_found("automation.audience_expansion", told[0])
    else:
        ad_group.leave("targeting_optimization_mode")
        for name in _EXPANSIONS:
            aim.leave(name)
        if expansion is not None:
            expansion.leave("expansion_enabled")
