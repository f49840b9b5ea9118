"""Records, by their format, that use every member which an adapter tells."""

from decimal import Decimal

from api.adapters.meta.row_lists import DETAILED, GROUPS, PLACES
from engine.source.json_text import JSONValue

OPENRTB: dict[str, JSONValue] = {
    "request": {
        "id": "80ce30c5",
        "imp": [{"id": "1"}],
        "site": {"domain": "news.example", "cat": ["IAB12"]},
        "device": {
            "devicetype": 4,
            "geo": {"country": "USA", "region": "CA", "lat": Decimal("34.05")},
        },
        "regs": {
            "coppa": 0,
            "gpp": "DBAA",
            "gpp_sid": [7],
            "ext": {
                "us_privacy": "1YNN",
                "gdpr": 1,
                "dsa": {
                    "dsarequired": 3,
                    "pubrender": 0,
                    "datatopub": 2,
                    "transparency": [{"domain": "ssp.example", "dsaparams": [1]}],
                },
            },
        },
        "user": {"id": "55816b39", "yob": 1990, "ext": {"consent": "CPXxRfA"}},
        "bcat": ["IAB25"],
    },
    "response": {
        "id": "80ce30c5",
        "seatbid": [
            {
                "seat": "512",
                "bid": [
                    {
                        "id": "1",
                        "impid": "1",
                        "price": Decimal("0.3"),
                        "cid": "C6523",
                        "crid": "CR69381",
                        "mtype": 2,
                        "langb": "de-AT",
                        "adomain": ["advertiser.example"],
                        "ext": {
                            "dsa": {
                                "behalf": "Advertiser",
                                "paid": "Agency",
                                "transparency": [{"domain": "dsp.example", "dsaparams": [1, 2]}],
                                "adrender": 1,
                            }
                        },
                    }
                ],
            }
        ],
    },
}

TIKTOK: dict[str, JSONValue] = {
    "advertiser": {"advertiser_id": 7001, "currency": "GBP"},
    "campaign": {
        "campaign_id": 1,
        "campaign_name": "Spring",
        "objective_type": "LEAD_GENERATION",
        "special_industries": ["HOUSING"],
        "budget_mode": "BUDGET_MODE_TOTAL",
        "budget": Decimal("500.5"),
    },
    "adgroup": {
        "adgroup_id": 2,
        "campaign_automation_type": "MANUAL",
        "schedule_type": "SCHEDULE_START_END",
        "schedule_start_time": "2026-07-29 17:54:57",
        "schedule_end_time": "2026-08-08 17:54:57",
        "placement_type": "PLACEMENT_TYPE_NORMAL",
        "placements": ["PLACEMENT_TIKTOK"],
        "age_groups": ["AGE_18_24", "AGE_25_34"],
        "gender": "GENDER_FEMALE",
        "location_ids": [6252001],
        "zipcode_ids": ["80331"],
        "languages": ["en"],
        "interest_category_ids": [15],
        "interest_keyword_ids": [],
        "purchase_intention_keyword_ids": [],
        "actions": [],
        "interest_keywords": ["tea"],
        "household_income": ["TOP5"],
        "spending_power": "HIGH",
        "audience_ids": ["77"],
        "excluded_audience_ids": ["78"],
        "operating_systems": ["IOS"],
        "device_price_ranges": [0, 250],
        "smart_audience_enabled": True,
        "is_hfss": True,
        "creative_material_mode": "DYNAMIC",
    },
    "ads": [
        {
            "ad_id": 3,
            "ad_format": "SINGLE_VIDEO",
            "ad_text": "Come and see",
            "landing_page_url": "https://example.org/",
            "aigc_disclosure_type": "SELF_DISCLOSURE",
            "dark_post_status": "ON",
        }
    ],
}

SMART_PLUS: dict[str, JSONValue] = {
    "campaign": {
        "campaign_id": "1",
        "campaign_name": "Spring",
        "objective_type": "LEAD_GENERATION",
        "smart_plus_adgroup_mode": "SINGLE",
    },
    "adgroup": {
        "adgroup_id": "2",
        "advertiser_id": "7001",
        "targeting_optimization_mode": "AUTOMATIC",
        "suggestion_audience_enabled": True,
        "targeting_spec": {
            "age_groups": ["AGE_25_34"],
            "gender": "GENDER_FEMALE",
            "spc_audience_age": "OVER_EIGHTEEN",
            "location_ids": ["2950157", "3017382", "5128638"],
            "zipcode_ids": [],
            "audience_ids": [],
            "excluded_audience_ids": [],
            "included_custom_actions": [{"code": "VIEW_PRODUCT", "days": 30}],
            "excluded_custom_actions": [{"code": "PURCHASE", "days": 30}],
            "shopping_ads_retargeting_type": "LAB1",
            "spending_power": "ALL",
        },
    },
    "ad": {
        "smart_plus_ad_id": "3",
        "ad_text_list": [{"ad_text": "Come and see"}],
        "landing_page_url_list": [{"landing_page_url": "https://example.org/"}],
        "creative_list": [
            {
                "ad_material_id": "31",
                "creative_info": {
                    "ad_format": "SINGLE_VIDEO",
                    "aigc_disclosure_type": "SELF_DISCLOSURE",
                },
            },
            {"ad_material_id": "32", "creative_info": {"ad_format": "CAROUSEL_ADS"}},
        ],
        "ad_configuration": {
            "creative_auto_add_toggle": True,
            "creative_auto_enhancement_strategy_list": ["TRANSLATE_AND_DUB"],
            "dark_post_status": "ON",
        },
    },
    "region_info": [
        {
            "location_id": "2950157",
            "parent_id": "2921044",
            "name": "Berlin",
            "level": "PROVINCE",
            "area_type": "ADMIN",
            "region_code": "BE",
        },
        {"location_id": "2921044", "name": "Germany", "level": "COUNTRY", "region_code": "DE"},
        {"location_id": "3017382", "name": "France", "level": "COUNTRY", "region_code": "FR"},
        {
            "location_id": "5128638",
            "name": "New York",
            "area_type": "METROPOLITAN_OR_DMA",
            "level": "PROVINCE",
            "country_code": "US",
        },
        {"location_id": "1", "name": "Elsewhere", "next_level_ids": ["2", "3"]},
    ],
}
"""A campaign of Smart+ on TikTok, with the regions that it names among those that are joined."""

ARCHIVED: dict[str, JSONValue] = {
    "ad_snapshot_url": "https://www.facebook.com/ads/archive/render_ad/?id=4083",
    "ad_creative_body": "Come and see",
    "ad_delivery_start_time": "2019-05-13T15:30:13+0000",
    "ad_delivery_stop_time": "2019-05-16T15:30:04+0000",
    "page_name": "Example",
    "bylines": "Example Party",
    "beneficiary_payers": [{"payer": "Agency", "beneficiary": "Example", "current": True}],
    "publisher_platforms": ["facebook"],
    "target_ages": ["18", "40"],
    "target_gender": "All",
    "target_locations": [
        {"name": "France", "type": "COUNTRY", "excluded": False, "num_obfuscated": 0},
        {"name": "Belgium", "type": "COUNTRY", "excluded": True, "num_obfuscated": 0},
    ],
    "spend": {"lower_bound": "0", "upper_bound": "99"},
}
"""An ad of Meta's Ad Library with every member that the adapter `meta` tells."""

EXPORTED: dict[str, JSONValue] = {
    **dict.fromkeys((*GROUPS, *DETAILED, *PLACES["include"], *PLACES["exclude"]), ""),
    "Campaign ID": "cg:120242825359210101",
    "Campaign Name": "Spring",
    "Campaign Objective": "Outcome Leads",
    "Special Ad Categories": "HOUSING, ISSUES_ELECTIONS_POLITICS",
    "Ad Set ID": "c:120242825359230101",
    "Ad Set Name": "Everyone",
    "Ad Set Time Start": "07/29/2026 5:54:57 pm",
    "Ad Set Time Stop": "08/08/2026 5:54 PM",
    "Ad Set Lifetime Budget": "500.5",
    "Currency": "EUR",
    "Beneficiary": "Example gGmbH",
    "Payer": "Example Media",
    "Countries": "DE, AT",
    "Excluded Zip": "80331; 80332",
    "Gender": "Women",
    "Age Min": "18",
    "Age Max": "40",
    "Advantage Audience": "0",
    "Targeting Relaxation": "custom_audience: Off, lookalike: On",
    "Custom Audiences": "120246010546010657:Readers, and friends, 120246010546010658:Customers",
    "Excluded Custom Audiences": "120246010546010659:Staff",
    "Unified Interests": "Tea; Coffee",
    "Flexible Inclusions": '[{"interests": [{"id": "6", "name": "Milk"}]}, {"income": ["7"]}]',
    "Flexible Exclusions": '{"work_employers": [{"id": "8", "name": "Example"}]}',
    "Publisher Platforms": "facebook, messenger",
    "Facebook Positions": "feed, story",
    "Messenger Positions": "",
    "Ad ID": "a:120242825359460101",
    "Body": "Come and see",
    "Link": "https://example.org/",
    "Image Hash": "ab:cd",
}
"""A row of the Ads Manager with every column that the adapter `meta` tells."""

SQUADS: dict[str, JSONValue] = {
    "ad_account": {"id": "a-1", "currency": "EUR", "timezone": "Europe/Berlin"},
    "campaign": {"id": "c-1", "name": "Spring", "objective": "ENGAGEMENT"},
    "adsquads": [
        {
            "adsquad": {
                "id": "s-1",
                "campaign_id": "c-1",
                "start_time": "2026-07-29T23:30:00.000-04:00",
                "end_time": "2026-08-08T17:54:57.000Z",
                "lifetime_budget_micro": 500500000,
                "targeting": {
                    "regulated_content": False,
                    "demographics": [
                        {
                            "age_groups": ["18-20", "21-24"],
                            "gender": "FEMALE",
                            "languages": ["de"],
                            "advanced_demographics": ["DLXD_100"],
                        },
                        {"min_age": "25", "max_age": 34, "gender": ["FEMALE"], "languages": ["de"]},
                    ],
                    "geos": [
                        {"country_code": "de"},
                        {"country_code": "uk", "region_id": ["3"], "operation": "INCLUDE"},
                        {"country_code": "de", "postal_code": ["80331"], "operation": "EXCLUDE"},
                        {"country_code": "fr", "operation": "EXCLUDE"},
                    ],
                    "locations": [
                        {
                            "circles": [
                                {"latitude": 48, "longitude": 11, "radius": 2, "unit": "KILOMETERS"}
                            ]
                        },
                        {"location_type": ["HIGH_SCHOOLS"], "operation": "EXCLUDE"},
                        {
                            "circles": [
                                {"latitude": 47, "longitude": 11, "radius": 1, "unit": "MILES"}
                            ],
                            "operation": "EXCLUDE",
                        },
                    ],
                    "interests": [{"category_id": ["SLC_7"]}],
                    "segments": [{"segment_id": ["77"], "operation": "EXCLUDE"}],
                    "enable_targeting_expansion": False,
                    "auto_expansion_options": {"interest_expansion_option": {"enabled": False}},
                },
            }
        }
    ],
}
"""An ad squad of Snapchat with every member that the adapter `snapchat` tells."""

_FACET = "urn:li:adTargetingFacet:"
LINKEDIN: dict[str, JSONValue] = {
    "campaign": {
        "id": 168387646,
        "name": "Spring",
        "account": "urn:li:sponsoredAccount:5",
        "campaignGroup": "urn:li:sponsoredCampaignGroup:6",
        "objectiveType": "JOB_APPLICANTS",
        "politicalIntent": "POLITICAL",
        "associatedEntityInfo": {"localizedName": "Example gGmbH"},
        "runSchedule": {"start": 1785369297000, "end": 1786233600000},
        "dailyBudget": {"currencyCode": "EUR", "amount": "10.50"},
        "totalBudget": {"currencyCode": "EUR", "amount": "500"},
        "format": "SINGLE_VIDEO",
        "audienceExpansionEnabled": False,
        "offsiteDeliveryEnabled": True,
        "optimizationTargetType": "MAX_REACH",
        "locale": {"country": "US", "language": "en"},
        "targetingCriteria": {
            "include": {
                "and": [
                    {"or": {f"{_FACET}locations": ["urn:li:geo:103644278"]}},
                    {"or": {f"{_FACET}interfaceLocales": ["urn:li:locale:en_US"]}},
                    {"or": {f"{_FACET}ageRanges": ["urn:li:ageRange:(25,34)"]}},
                    {"or": {f"{_FACET}genders": ["urn:li:gender:MALE"]}},
                    {"or": {f"{_FACET}titles": ["urn:li:title:9"]}},
                    {"or": {f"{_FACET}audienceMatchingSegments": ["urn:li:adSegment:77"]}},
                ]
            },
            "exclude": {
                "or": {
                    f"{_FACET}locations": ["urn:li:geo:1"],
                    f"{_FACET}employers": ["urn:li:organization:8"],
                }
            },
        },
    },
    "adTargetingEntities": [
        {
            "urn": "urn:li:geo:103644278",
            "name": "United States",
            "facetUrn": f"{_FACET}locations",
        },
        {"urn": "urn:li:geo:1", "name": "France", "facetUrn": f"{_FACET}locations"},
        {"urn": "urn:li:title:9", "name": "Nurse", "facetUrn": f"{_FACET}titles"},
        {"urn": "urn:li:adSegment:77", "name": "Readers"},
    ],
    "creatives": [
        {
            "id": "urn:li:sponsoredCreative:4",
            "campaign": "urn:li:sponsoredCampaign:168387646",
            "content": {
                "textAd": {"headline": "Come and see", "landingPage": "https://example.org/"}
            },
        }
    ],
}

_CUSTOMER = "customers/1234567890"


def _criterion(number: int, **told: JSONValue) -> dict[str, JSONValue]:
    name = f"{_CUSTOMER}/campaignCriteria/11~{number}"
    return {"resourceName": name, "negative": False, "status": "ENABLED", **told}


GOOGLE_ADS: dict[str, JSONValue] = {
    "customer": {
        "resourceName": _CUSTOMER,
        "id": "1234567890",
        "currencyCode": "EUR",
        "timeZone": "Europe/Berlin",
    },
    "campaign": {
        "resourceName": f"{_CUSTOMER}/campaigns/11",
        "id": "11",
        "name": "Spring",
        "status": "PAUSED",
        "advertisingChannelType": "SEARCH",
        "containsEuPoliticalAdvertising": "CONTAINS_EU_POLITICAL_ADVERTISING",
        "biddingStrategyType": "MAXIMIZE_CONVERSIONS",
        "startDateTime": "2026-07-29 00:00:00",
        "endDateTime": "2026-08-08 23:59:59",
        "networkSettings": {"targetGoogleSearch": True, "targetContentNetwork": False},
        "geoTargetTypeSetting": {
            "positiveGeoTargetType": "PRESENCE",
            "negativeGeoTargetType": "PRESENCE",
        },
        "assetAutomationSettings": [
            {
                "assetAutomationType": "TEXT_ASSET_AUTOMATION",
                "assetAutomationStatus": "OPTED_IN",
            },
            {
                "assetAutomationType": "GENERATE_IMAGE_ENHANCEMENT",
                "assetAutomationStatus": "OPTED_OUT",
            },
        ],
        "aiMaxSetting": {"enableAiMax": True},
    },
    "campaignBudget": {
        "amountMicros": None,
        "totalAmountMicros": "500500000",
        "period": "CUSTOM_PERIOD",
    },
    "consent": {"adUserData": "GRANTED", "adPersonalization": "DENIED"},
    "campaignCriteria": [
        _criterion(1, location={"geoTargetConstant": "geoTargetConstants/2276"}),
        _criterion(
            2,
            proximity={
                "geoPoint": {
                    "latitudeInMicroDegrees": 48100000,
                    "longitudeInMicroDegrees": 11500000,
                },
                "radius": Decimal("2.5"),
                "radiusUnits": "KILOMETERS",
                "address": {"countryCode": "DE"},
            },
        ),
        _criterion(3, negative=True, location={"geoTargetConstant": "geoTargetConstants/1004234"}),
        _criterion(
            4,
            negative=True,
            proximity={
                "geoPoint": {
                    "latitudeInMicroDegrees": 47100000,
                    "longitudeInMicroDegrees": 11500000,
                },
                "radius": 1,
                "radiusUnits": "MILES",
            },
        ),
        _criterion(5, negative=True, location={"geoTargetConstant": "geoTargetConstants/2250"}),
    ],
    "adGroups": [
        {
            "resourceName": f"{_CUSTOMER}/adGroups/12",
            "campaign": f"{_CUSTOMER}/campaigns/11",
            "optimizedTargetingEnabled": False,
            "targetingSetting": {
                "targetRestrictions": [{"targetingDimension": "AUDIENCE", "bidOnly": True}]
            },
        }
    ],
    "adGroupCriteria": [
        {"adGroup": f"{_CUSTOMER}/adGroups/12", "negative": False, sort: {member: value}}
        for sort, member, value in (
            ("ageRange", "type", "AGE_RANGE_18_24"),
            ("ageRange", "type", "AGE_RANGE_25_34"),
            ("gender", "type", "FEMALE"),
            ("incomeRange", "type", "INCOME_RANGE_0_50"),
            ("userInterest", "userInterestCategory", f"{_CUSTOMER}/userInterests/8"),
            ("userList", "userList", f"{_CUSTOMER}/userLists/77"),
            ("customAudience", "customAudience", f"{_CUSTOMER}/customAudiences/78"),
        )
    ],
    "adGroupAds": [
        {
            "adGroup": f"{_CUSTOMER}/adGroups/12",
            "ad": {
                "id": "13",
                "type": "RESPONSIVE_SEARCH_AD",
                "finalUrls": ["https://example.org/"],
                "syntheticContentInfo": {
                    "advertiserAttestation": {
                        "status": "IS_SYNTHETIC",
                        "source": "ADVERTISER_ATTESTED",
                    }
                },
            },
        }
    ],
    "userLists": [
        {
            "resourceName": f"{_CUSTOMER}/userLists/77",
            "name": "Friends of customers",
            "type": "LOOKALIKE",
            "membershipLifeSpan": "180",
            "crmBasedUserList": {"dataSourceType": "FIRST_PARTY"},
            "lookalikeUserList": {"seedUserListIds": ["70"]},
        }
    ],
    "assets": [{"resourceName": f"{_CUSTOMER}/assets/14", "type": "IMAGE"}],
    "geoTargetConstants": [
        {
            "resourceName": "geoTargetConstants/2276",
            "name": "Germany",
            "countryCode": "DE",
            "targetType": "Country",
        },
        {
            "resourceName": "geoTargetConstants/2250",
            "name": "France",
            "countryCode": "FR",
            "targetType": "Country",
        },
    ],
}

DEMAND_GEN: dict[str, JSONValue] = {
    "campaign": {
        "resourceName": f"{_CUSTOMER}/campaigns/31",
        "id": "31",
        "advertisingChannelType": "DEMAND_GEN",
        "demandGenCampaignSettings": {"upgradedTargeting": True},
        "geoTargetTypeSetting": {"positiveGeoTargetType": "PRESENCE"},
    },
    "adGroups": [
        {
            "resourceName": f"{_CUSTOMER}/adGroups/32",
            "optimizedTargetingEnabled": True,
            "excludeDemographicExpansion": True,
            "targetingSetting": {
                "targetRestrictions": [{"targetingDimension": "GENDER", "bidOnly": True}]
            },
        }
    ],
    "adGroupCriteria": [
        {"adGroup": f"{_CUSTOMER}/adGroups/32", "negative": negative, sort: {member: value}}
        for negative, sort, member, value in (
            (True, "ageRange", "type", "AGE_RANGE_UNDETERMINED"),
            (True, "ageRange", "type", "AGE_RANGE_65_UP"),
            (False, "gender", "type", "FEMALE"),
            (False, "location", "geoTargetConstant", "geoTargetConstants/9031936"),
        )
    ],
    "geoTargetConstants": [
        {
            "resourceName": "geoTargetConstants/9031936",
            "name": "10001",
            "countryCode": "US",
            "targetType": "Postal Code",
        }
    ],
}
"""A campaign of Demand Gen on Google, whose ad groups choose the places and exclude ages."""

PERFORMANCE_MAX: dict[str, JSONValue] = {
    "campaign": {
        "resourceName": f"{_CUSTOMER}/campaigns/21",
        "id": "21",
        "advertisingChannelType": "PERFORMANCE_MAX",
    },
    "assetGroups": [
        {
            "resourceName": f"{_CUSTOMER}/assetGroups/22",
            "campaign": f"{_CUSTOMER}/campaigns/21",
            "status": "ENABLED",
            "finalUrls": ["https://example.org/"],
        }
    ],
    "assetGroupSignals": [
        {
            "resourceName": f"{_CUSTOMER}/assetGroupSignals/22~1",
            "assetGroup": f"{_CUSTOMER}/assetGroups/22",
            "audience": {"audience": f"{_CUSTOMER}/audiences/23"},
        },
        {
            "resourceName": f"{_CUSTOMER}/assetGroupSignals/22~2",
            "assetGroup": f"{_CUSTOMER}/assetGroups/22",
            "searchTheme": {"text": "tea"},
        },
    ],
    "audiences": [
        {
            "resourceName": f"{_CUSTOMER}/audiences/23",
            "name": "Readers",
            "dimensions": [
                {"age": {"ageRanges": [{"minAge": 25, "maxAge": 34}]}},
                {"gender": {"genders": ["FEMALE"], "includeUndetermined": False}},
                {"householdIncome": {"incomeRanges": ["INCOME_RANGE_90_UP"]}},
                {
                    "audienceSegments": {
                        "segments": [
                            {"userInterest": {"userInterestCategory": f"{_CUSTOMER}/u/8"}},
                            {"userList": {"userList": f"{_CUSTOMER}/userLists/77"}},
                        ]
                    }
                },
            ],
            "exclusionDimension": {
                "exclusions": [{"userList": {"userList": f"{_CUSTOMER}/userLists/78"}}]
            },
        }
    ],
    "assetGroupAssets": [
        {
            "resourceName": f"{_CUSTOMER}/assetGroupAssets/22~24~HEADLINE",
            "asset": f"{_CUSTOMER}/assets/24",
            "fieldType": "HEADLINE",
        }
    ],
    "assets": [{"resourceName": f"{_CUSTOMER}/assets/24", "type": "TEXT"}],
    "userLists": [{"resourceName": f"{_CUSTOMER}/userLists/77", "name": "Customers"}],
}
"""A campaign of Performance Max on Google, with its asset groups and what they begin with."""

COMPLETE: dict[str, dict[str, JSONValue]] = {
    "google-ads": GOOGLE_ADS,
    "linkedin": LINKEDIN,
    "openrtb": OPENRTB,
    "tiktok": TIKTOK,
}
