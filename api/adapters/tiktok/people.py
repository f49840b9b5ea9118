"""By what people an ad group on TikTok is aimed: characteristics, audiences, and what they did.

TikTok answers each list of an ad group, empty ones too, unless it is asked for some members only. A
list of which a member is absent is not told: half of it would read as all of it.
"""

from collections.abc import Sequence

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record

_NUMBERED = (
    ("interest_category_ids", "interest"),
    ("interest_keyword_ids", "interest"),
    ("purchase_intention_keyword_ids", "interest"),
    ("actions", "behaviour"),
)
_NAMED = (("interest_keywords", "interest"), ("household_income", "income"))
CHARACTERISTICS = (*(name for name, _ in _NUMBERED), "household_income", "spending_power")
"""The members that hold characteristics of people, which an ad group of today has all of."""

_AUDIENCES = (
    ("audience_ids", False),
    ("included_pangle_audience_package_ids", False),
    ("excluded_audience_ids", True),
    ("excluded_pangle_audience_package_ids", True),
)
_ACTIONS = (("included_custom_actions", False), ("excluded_custom_actions", True))
_RETARGETING = (
    ("shopping_ads_retargeting_type", ("LAB1", "LAB2")),  # `LAB3` is told by its actions.
    ("app_targeting_type", ("RETARGETING",)),
)


_KNOWN = frozenset(
    [
        *(name for name, _ in (*_NUMBERED, *_NAMED, *_AUDIENCES, *_ACTIONS)),
        *("age_groups", "audience_rule", "blocked_pangle_app_ids", "carrier_ids"),
        *("category_exclusion_ids", "contextual_tag_ids", "device_model_ids"),
        *("device_price_ranges", "isp_ids", "languages", "location_ids", "network_types"),
        *("operating_systems", "targeting_expansion", "zipcode_ids"),
    ]
)
"""The lists and objects of a targeting specification that are read, or say nothing of people.

Any other is read as a characteristic of a sort that is not known: a list without it would read as
whole.
"""


def put_people(draft: Draft, aim: Record, *, is_specification: bool) -> list[str]:
    """Tell characteristics and audiences, and return where they stand.

    `is_specification` is whether every member is by what people are chosen, as it is in Smart+.
    """
    unknown = [
        name
        for name in (aim if is_specification else ())
        if name not in _KNOWN and isinstance(aim.unread(name), list | dict) and aim.unread(name)
    ]
    return [*_put_detailed(draft, aim, unknown), *_put_groups(draft, aim)]


def _put_detailed(draft: Draft, aim: Record, unknown: Sequence[str]) -> list[str]:
    """Tell the characteristics, and return where they stand; identifiers are kept as unmapped.

    They are told where each member is there that holds some of them: half a list would read as all
    of it.
    """
    whole = all(name in aim for name in CHARACTERISTICS)
    told = draft if whole else Draft()
    pointers: list[str] = []
    for name, kind in _NUMBERED:
        for entry in aim.elements(name) or ():
            one = told.element("targeting.detailed", entry.pointer)
            one.put("kind", kind, entry.pointer)
            one.put("excluded", value=False, origin=entry.pointer)
            aim.keep(entry)
            pointers.append(entry.pointer)
    for name, kind in _NAMED:
        for word in aim.texts(name) or ():
            pointers += _put_named(told, word, word.value, kind)
    spending = aim.filled("spending_power")
    if spending is not None and spending.value not in ("ALL", "UNLIMITED"):
        pointers += _put_named(told, spending, f"spending power: {spending.value}", "income")
    else:
        aim.leave("spending_power")
    for name in unknown:
        told.element("targeting.detailed", aim.at(name))
        pointers.append(aim.at(name))
    if not whole:
        for name in (*CHARACTERISTICS, "interest_keywords"):
            aim.leave(name)
    return pointers


def _put_named(draft: Draft, found: Found[str], name: str, kind: str) -> list[str]:
    told = draft.element("targeting.detailed", found.pointer)
    if name:
        told.put("name", name, found.pointer)
    told.put("kind", kind, found.pointer)
    told.put("excluded", value=False, origin=found.pointer)
    return [found.pointer]


def _put_groups(draft: Draft, aim: Record) -> list[str]:
    """Tell the audiences on both sides, and return where they stand; of one side alone, none."""
    told = draft if "audience_ids" in aim and "excluded_audience_ids" in aim else Draft()
    pointers = [
        *_put_audiences(told, aim),
        *_put_rule(told, aim),
        *_put_retargeting(told, aim),
    ]
    if told is not draft:
        for name, _ in _AUDIENCES:
            aim.leave(name)
    return pointers


def _put_rule(draft: Draft, aim: Record) -> list[str]:
    """Tell the people that a rule lets into an audience of the ad group, or keeps from the ads."""
    rule = aim.record("audience_rule")
    pointers = []
    for name, excluded in (("inclusions", False), ("exclusions", True)):
        if rule is not None and rule.unread(name):
            draft.element("audiences", rule.at(name)).put("excluded", excluded, rule.at(name))
            pointers.append(rule.at(name))
    return pointers


def _put_audiences(draft: Draft, ad_group: Record) -> list[str]:
    pointers: list[str] = []
    for name, excluded in _AUDIENCES:
        for audience in ad_group.identifiers(name) or ():
            told = draft.element("audiences", audience.pointer)
            told.put_found("id", audience)
            told.put("excluded", excluded, audience.pointer)
            pointers.append(audience.pointer)
    return pointers


def _put_retargeting(draft: Draft, aim: Record) -> list[str]:
    """Tell groups of people that are told from what they did with products or with the app."""
    pointers = []
    for name, excluded in _ACTIONS:
        for action in aim.elements(name) or ():
            draft.element("audiences", action.pointer).put("excluded", excluded, action.pointer)
            aim.keep(action)
            pointers.append(action.pointer)
    for name, sorts in _RETARGETING:
        sort = aim.filled(name)
        aim.leave(name)  # Which of them it was is no fact.
        if sort is not None and sort.value in sorts:
            told = draft.element("audiences", sort.pointer)
            told.put("excluded", value=False, origin=sort.pointer)
            pointers.append(sort.pointer)
    return pointers
