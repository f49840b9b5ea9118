"""TikTok's Smart+: whether what an ad group chooses bounds the people, or TikTok chooses them.

An ad group of Smart+ has its targeting in `targeting_spec`. Unless that is manual, its ages and its
gender are suggestions, and `spc_audience_age` alone bounds the ages. The other interface of the
API (`/adgroup/get/`) answers the same ad group as if it were any other: only
`campaign_automation_type` tells them apart.
"""

from collections.abc import Iterator, Mapping

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record

SMART_AGES: Mapping[str, int] = {
    "ALL": 13,
    "18+": 18,
    "OVER_EIGHTEEN": 18,
    "25+": 25,
    "OVER_TWENTY_FIVE": 25,
}
"""The lowest age of an ad group of Smart+, as it is sent and as it is read."""

_MODES = {"AUTOMATIC": True, "MANUAL": False}


_MARKS = ("spc_audience_age", "targeting_optimization_mode", "targeting_spec")
"""The members that only an ad group of Smart+ has."""


def mode_of(ad_group: Record) -> Found[bool] | None:
    """Return whether TikTok chooses the people by itself, where the ad group says so."""
    mode = ad_group.filled("targeting_optimization_mode")
    if mode is None or mode.value not in _MODES:
        ad_group.leave("targeting_optimization_mode")
        return None
    return Found(value=_MODES[mode.value], pointer=mode.pointer)


def is_bound(ad_group: Record, campaign: Record | None) -> bool:
    """Whether the ages and genders that are chosen are known to bound whom the ads are shown to.

    An ad group that has no identifier is about to be created, and one that is sent without a
    `targeting_spec` is none of Smart+.
    """
    mode = mode_of(ad_group)
    if mode is not None:
        return not mode.value
    if any(name in ad_group for name in _MARKS):
        return False
    holders = [one for one in (ad_group, campaign) if one is not None]
    said = {mode for holder in holders for mode in _automation_type(holder)}
    smart = any(_is_smart(holder) for holder in holders)
    return not smart and said <= {"MANUAL"} and (bool(said) or "adgroup_id" not in ad_group)


def _automation_type(holder: Record) -> Iterator[str]:
    """Yield the mode that an object says it is in, if it does."""
    mode = holder.filled("campaign_automation_type")
    holder.leave("campaign_automation_type")
    if mode is not None:
        yield mode.value


def _is_smart(holder: Record) -> bool:
    """Whether an object is of Smart+ as it was before, which is told apart by a switch."""
    switch = holder.yes_no("is_smart_performance_campaign")
    holder.leave("is_smart_performance_campaign")
    return switch is not None and switch.value


def put_smart_age(draft: Draft, aim: Record) -> None:
    """Tell the ages that TikTok keeps to where it chooses the people."""
    age = aim.filled("spc_audience_age")
    if age is None or age.value not in SMART_AGES:
        aim.leave("spc_audience_age")
        return
    draft.put("targeting.age.min", SMART_AGES[age.value], age.pointer)
    draft.put("targeting.age.no_maximum", value=True, origin=age.pointer)
