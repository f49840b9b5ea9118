"""Meta's targeting specification: whom an ad set is aimed at, and where its ads may stand.

A specification holds everything an ad set is aimed by; still only the absence of `genders` is read
as a statement, which Meta documents. What people are aimed by is a list of names on Meta; where
Meta gives a number instead, the characteristic is told without a name, and the number is kept.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from engine.source.json_text import JSONValue
from engine.source.quoting import described, escaped, excerpt

from .audiences import REFERENCES, Audiences, put_references
from .automation import Suggested, put_expansion, suggested
from .places import put_geography

LEAST_AGE = 13
DEFAULT_LEAST_AGE, MOST_LEAST_AGE = 18, 25
"""The least age that Meta takes by itself, and the highest that it lets one choose beside ages
that are suggestions."""

GREATEST_AGE = 65
"""The last age that Meta lets one choose, which means this age and above."""

_OTHERS = [
    "college_years",
    "education_majors",
    "education_schools",
    "education_statuses",
    "ethnic_affinity",
    "family_statuses",
    "generation",
    "home_ownership",
    "home_type",
    "home_value",
    "household_composition",
    "industries",
    "interested_in",
    "moms",
    "net_worth",
    "office_type",
    "political_views",
    "politics",
    "relationship_statuses",
    "user_adclusters",
    "work_positions",
]

CHARACTERISTICS: Mapping[str, str] = MappingProxyType(
    {
        "behaviors": "behaviour",
        "income": "income",
        "interests": "interest",
        "life_events": "life_event",
        "work_employers": "employer",
    }
    | dict.fromkeys(_OTHERS, "demographic")
)
"""The members that hold characteristics of people, and what sort each is."""

_NO_PEOPLE = frozenset(
    [
        *("age_range", "audience_network_positions", "brand_safety_content_filter_levels"),
        *("brand_safety_content_severity_levels", "catalog_based_targeting"),
        "contextual_targeting_categories",
        *("custom_audiences", "device_platforms", "excluded_brand_safety_content_types"),
        *("excluded_custom_audiences", "excluded_geo_locations", "excluded_mobile_device_model"),
        *("excluded_publisher_categories", "excluded_publisher_list_ids", "excluded_user_device"),
        *("exclusions", "facebook_positions", "flexible_spec", "genders", "geo_locations"),
        *("instagram_positions", "instream_video_sponsorship_placements", "keywords", "locales"),
        *("messenger_positions", "oculus_positions", "publisher_platforms"),
        *("publisher_visibility_categories", "site_category", "targeting_automation"),
        *("targeting_relaxation_types", "threads_positions", "user_device", "user_os"),
        *("whatsapp_positions", "wireless_carrier"),
    ]
)
"""The lists and objects of a specification that say nothing of people, or are read by themselves.

Any other is read as a characteristic of a sort that is not known: a list without it would read as
whole.
"""

_GENDERS = {"1": "male", "2": "female"}
_DEVICES = {"connected_tv": "connected_tv", "desktop": "desktop", "mobile": "mobile"}


def put_targeting(
    draft: Draft, ad_set: Record, targeting: Record, audiences: Audiences, *, widened: bool
) -> None:
    """Tell the targeting specification of an ad set.

    `audiences` are the objects that it may refer to; `widened` is whether the campaign says that
    Meta chooses the audience.
    """
    suggestions = suggested(targeting, widened=widened)
    _put_ages(draft, targeting, suggestions)
    _put_genders(draft, targeting, suggestions)
    put_geography(draft, targeting, suggestions)
    aimed = _put_people(draft, targeting, audiences)
    if aimed:
        draft.put("targeting.profiling", value=True, origin=aimed[0])
    _put_devices(draft, targeting)
    _put_placements(draft, targeting)
    put_expansion(draft, ad_set, targeting)


def _put_ages(draft: Draft, targeting: Record, suggestions: Suggested) -> None:
    least, greatest = targeting.whole_number("age_min"), targeting.whole_number("age_max")
    for name, age in (("age_min", least), ("age_max", greatest)):
        if age is not None and not LEAST_AGE <= age.value <= GREATEST_AGE:
            targeting.refuse(
                name,
                f"{age.value} is no age that Meta lets one choose",
                f"ages go from {LEAST_AGE} to {GREATEST_AGE}, which stands for all ages above",
            )
    if least is not None and greatest is not None and greatest.value < least.value:
        targeting.refuse("age_max", "`age_max` is below `age_min`", "exchange the two")
    if _reaches_unknown_ages(targeting):
        targeting.leave("age_min")
        targeting.leave("age_max")
        return
    if least is not None and suggestions.age and least.value > _least_kept(targeting):
        targeting.leave("age_min")
    else:
        draft.put_found("targeting.age.min", least)
    if greatest is not None and suggestions.age and greatest.value < GREATEST_AGE:
        targeting.leave("age_max")
    elif greatest is not None:
        if greatest.value < GREATEST_AGE:
            draft.put_found("targeting.age.max", greatest)
        draft.put("targeting.age.no_maximum", greatest.value == GREATEST_AGE, greatest.pointer)


def _least_kept(targeting: Record) -> int:
    """Return the highest `age_min` that bounds the ads where Meta takes ages as suggestions.

    Without an `age_range`, Meta makes it of the two ages and puts these back to its defaults.
    """
    return MOST_LEAST_AGE if "age_range" in targeting else DEFAULT_LEAST_AGE


def _reaches_unknown_ages(targeting: Record) -> bool:
    """Whether people on WhatsApp whose age nobody knows see the ads, whatever ages are chosen.

    Meta documents that they do where WhatsApp is chosen and nothing is said of them.
    """
    included = targeting.yes_no("user_age_unknown")
    targeting.leave("user_age_unknown")
    chosen = [each.value for each in targeting.texts("publisher_platforms") or ()]
    if included is None:
        return "whatsapp" in chosen
    return included.value and (not chosen or "whatsapp" in chosen)


def _put_genders(draft: Draft, targeting: Record, suggestions: Suggested) -> None:
    chosen = targeting.elements("genders")
    if chosen is None:
        everyone = [Found(value="all", pointer=targeting.pointer)]
        draft.put_all("targeting.genders", everyone, targeting.pointer)
        return
    told = []
    for number in chosen:
        word = str(number.value) if isinstance(number.value, int | str) else ""
        if word not in _GENDERS:
            targeting.refuse(
                "genders",
                f"a gender is {described(number.value)}, and neither `1` nor `2`",
                "Meta writes `1` for men and `2` for women, and leaves `genders` out for all",
            )
        told.append(Found(value=_GENDERS[word], pointer=number.pointer))
    if told and not suggestions.genders:
        draft.put_all("targeting.genders", told, targeting.at("genders"))
    else:
        targeting.leave("genders")


# --- by what people are chosen ------------------------------------------------------------------


def _put_people(draft: Draft, targeting: Record, audiences: Audiences) -> list[str]:
    """Tell characteristics and audiences, and return where they stand."""
    groups = [(targeting, False)]
    groups += [(group, False) for group in targeting.records("flexible_spec") or ()]
    exclusions = targeting.record("exclusions")
    if exclusions is not None:
        groups.append((exclusions, True))
    pointers, references = [], []
    for group, excluded in groups:
        references += put_references(draft, group, audiences, excluded=excluded)
        for name in group:
            if name in CHARACTERISTICS or _is_unknown(group, name):
                pointers += _put_characteristics(draft, group, name, excluded=excluded)
    return [*pointers, *references]


def _is_unknown(group: Record, name: str) -> bool:
    known = name in _NO_PEOPLE or name in REFERENCES or name.startswith("effective_")
    return not known and isinstance(group.unread(name), list | dict)


def _put_characteristics(draft: Draft, group: Record, name: str, *, excluded: bool) -> list[str]:
    if name not in CHARACTERISTICS and isinstance(group.unread(name), dict):
        told = draft.element("targeting.detailed", group.at(name))
        told.put("excluded", excluded, group.at(name))
        return [group.at(name)]
    entries = group.elements(name) or ()
    for entry in entries:
        told = draft.element("targeting.detailed", entry.pointer)
        if name in CHARACTERISTICS:
            told.put("kind", CHARACTERISTICS[name], entry.pointer)
        told.put("excluded", excluded, entry.pointer)
        match entry.value:
            case dict() as members:
                _put_name(told, group, entry.pointer, members)
            case str() | int() if not isinstance(entry.value, bool):
                group.keep(entry)
            case _:
                group.refuse(
                    name,
                    f"an entry of {excerpt(name)} is neither an object nor an identifier",
                    "send the record as Meta gives it",
                )
    return [entry.pointer for entry in entries]


def _put_name(told: Draft, group: Record, pointer: str, members: Mapping[str, JSONValue]) -> None:
    for member, value in members.items():
        if member == "name" and isinstance(value, str) and value.strip():
            told.put("name", value.strip(), f"{pointer}/name")
        else:
            group.keep(Found(value=value, pointer=f"{pointer}/{escaped(member)}"))


# --- where the ads may stand, and what Meta may widen -------------------------------------------


def _put_devices(draft: Draft, targeting: Record) -> None:
    devices = targeting.texts("device_platforms") or ()
    told = [
        Found(value=_DEVICES[device.value], pointer=device.pointer)
        for device in devices
        if device.value in _DEVICES
    ]
    if devices and len(told) == len(devices):
        draft.put_all("targeting.devices", told, targeting.at("device_platforms"))
    else:
        targeting.leave("device_platforms")
    systems = targeting.texts("user_os")
    if systems:
        draft.put_all("targeting.operating_systems", list(systems), targeting.at("user_os"))


def _put_placements(draft: Draft, targeting: Record) -> None:
    publishers = targeting.texts("publisher_platforms")
    if not publishers:
        return
    told: list[Found[str]] = []
    for publisher in {publisher.value: publisher for publisher in publishers}.values():
        told += _placements(targeting, publisher)
    draft.put_all("placements", told, targeting.at("publisher_platforms"))


def _placements(targeting: Record, publisher: Found[str]) -> Sequence[Found[str]]:
    positions = targeting.texts(f"{publisher.value}_positions")
    if not positions:
        return [publisher]
    return [
        Found(value=f"{publisher.value} {position.value}", pointer=position.pointer)
        for position in positions
    ]
