"""Which platform a record looks like: by members that no other platform's record has.

This is for advice and for refusals, and never decides in what format a record is read: that is
for whoever submits it to say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

__all__ = ["Likeness", "likeness_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A format, in words what a record of it is, and members that are met in no other's."""

    format: str
    name: str
    marks: frozenset[str]


_LIKENESSES = (
    Likeness(
        format="google-ads",
        name="a record of the Google Ads API",
        marks=frozenset(
            {
                *("adGroupAds", "adGroupCriteria", "adGroupCriterion", "adGroups"),
                *("advertisingChannelType", "biddingStrategyType", "campaignBudget"),
                *("campaignCriteria", "campaignCriterion", "containsEuPoliticalAdvertising"),
                *("geoTargetConstants", "mutateOperations", "resourceName", "userLists"),
                *("advertising_channel_type", "campaign_budget", "resource_name"),
                "contains_eu_political_advertising",
            }
        ),
    ),
    Likeness(
        format="linkedin",
        name="a record of LinkedIn's Marketing API",
        marks=frozenset(
            {
                *("adTargetingEntities", "associatedEntity", "audienceExpansionEnabled"),
                *("costType", "dailyBudget"),
                *("intendedStatus", "objectiveType", "offsiteDeliveryEnabled", "politicalIntent"),
                *("runSchedule", "targetingCriteria", "totalBudget", "unitCost"),
            }
        ),
    ),
    Likeness(
        format="meta",
        name="a record of Meta's Marketing API, Ad Library or Ads Manager",
        marks=frozenset(
            {
                *("Ad Set ID", "Ad Set Name", "Ad Set Run Status", "Ad Set Time Start"),
                *("ad_creation_time", "ad_delivery_start_time", "ad_snapshot_url", "adset"),
                *("adset_id", "adsets", "age_max", "age_min", "asset_feed_spec"),
                *("authorization_category", "configured_status", "custom_audiences"),
                *("customer_file_source", "daily_budget", "degrees_of_freedom_spec"),
                *("dsa_beneficiary", "dsa_payor", "effective_status", "geo_locations"),
                *("lifetime_budget", "lookalike_spec", "object_story_id", "object_story_spec"),
                *("publisher_platforms", "special_ad_categories", "special_ad_category"),
            }
        ),
    ),
    Likeness(
        format="openrtb",
        name="OpenRTB",
        marks=frozenset({"imp", "impid", "seatbid"}),
    ),
    Likeness(
        format="snapchat",
        name="a row of Snapchat's political ads, or one of its ad squads",
        marks=frozenset(
            {
                *("ADID", "CreativeUrl", "PayingAdvertiserName", "adsquad", "adsquads"),
                *("daily_budget_micro", "lifetime_budget_micro", "placement_v2"),
            }
        ),
    ),
    Likeness(
        format="tiktok",
        name="a record of TikTok's Business API",
        marks=frozenset(
            {
                *("adgroup", "adgroup_id", "adgroup_name", "adgroups", "age_groups"),
                *("aigc_disclosure_type", "budget_mode", "is_hfss", "location_ids"),
                *("objective_type", "placement_type", "schedule_start_time", "schedule_type"),
                *("smart_plus_ad_id", "special_industries"),
            }
        ),
    ),
)

_BY_MARK: Mapping[str, Likeness] = MappingProxyType(
    {mark: likeness for likeness in _LIKENESSES for mark in likeness.marks}
)
_DEPTH = 2
_MOST_NAMES = 1_000


def likeness_of(record: object) -> Likeness | None:
    """Return what a record looks like; None where it looks like nothing, or like several.

    Looked at are the members of the record, and of what stands in it: objects are sent joined, or
    as the API answers them.
    """
    found = {_BY_MARK[name].format: _BY_MARK[name] for name in _names(record) if name in _BY_MARK}
    return next(iter(found.values())) if len(found) == 1 else None


def _names(record: object) -> Iterator[str]:
    return islice(_names_within(record, _DEPTH), _MOST_NAMES)


def _names_within(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict):
        return
    yield from (name for name in value if isinstance(name, str))
    if depth:
        for inner in value.values():
            yield from _names_within(inner, depth - 1)
