"""What the tests of the adapters share: the vocabulary as a judge, records, and real data."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import pytest

from engine.source.json_text import JSONValue

ROOT = Path(__file__).parents[3]
Judge: TypeAlias = Callable[[dict[str, JSONValue]], list[str]]

_FIELD = re.compile(r"^ {2,4}(\w+) +: (list of )?(\w+)(?: required)? +\"", re.MULTILINE)
_BLOCK = re.compile(r"^ {2}record (\w+) .*?^ {2}end record", re.MULTILINE | re.DOTALL)
_WORDS = re.compile(r"type (\w+) is one of \{([^}]*)\}")
_TEXTS = {
    "country": r"[A-Z]{2}",
    "date": r"\d{4}-\d{2}-\d{2}",
    "language": r"[a-z]{2,3}",
    "percentage": r"\d+(\.\d+)?%",
    "place": r"[A-Z]{2}(-[A-Z0-9]{1,3})?",
    "text": r"(?s).+",
}


class Vocabulary:
    """The campaign vocabulary, read just well enough to judge a descriptor by it."""

    def __init__(self, text: str) -> None:
        blocks = {found[1]: found[0] for found in _BLOCK.finditer(text)}
        blocks["campaign"] = _BLOCK.sub("", text)
        self._records = {
            name: {field[1]: (field[3], bool(field[2])) for field in _FIELD.finditer(block)}
            for name, block in blocks.items()
        }
        self._words = {
            found[1]: {word.strip() for word in found[2].split(",")}
            for found in _WORDS.finditer(text)
        }

    def faults(self, campaign: dict[str, JSONValue]) -> list[str]:
        return list(self._record(campaign, "campaign", ""))

    def _record(self, value: JSONValue, name: str, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path} is no object"
            return
        for field, inner in value.items():
            if field not in self._records[name]:
                yield f"{path}.{field} is no fact"
                continue
            kind, is_list = self._records[name][field]
            if not is_list:
                yield from self._value(inner, kind, f"{path}.{field}")
            elif not isinstance(inner, list):
                yield f"{path}.{field} is no list"
            else:
                for element in inner:
                    yield from self._value(element, kind, f"{path}.{field}[]")

    def _value(self, value: JSONValue, kind: str, path: str) -> Iterator[str]:
        if kind in self._records:
            yield from self._record(value, kind, path)
        elif not self._fits(value, kind):
            yield f"{path} is no {kind}: {value!r}"

    def _fits(self, value: JSONValue, kind: str) -> bool:
        if kind in self._words:
            return value in self._words[kind]
        match kind, value:
            case "yes_no", bool():
                return True
            case "whole_number", int():
                return not isinstance(value, bool)
            case "number", int() | Decimal():
                return not isinstance(value, bool)
            case "money", {"amount": str(amount), "currency": str(currency), **others}:
                return bool(re.fullmatch(r"\d+(\.\d+)?[A-Z]{3}", amount + currency) and not others)
            case _, str():
                return kind in _TEXTS and re.fullmatch(_TEXTS[kind], value) is not None
        return False


@pytest.fixture(scope="session")
def judge() -> Judge:
    text = (ROOT / "policies/vocabulary/campaign.policy").read_text(encoding="utf-8")
    return Vocabulary(text).faults


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real records, which several licences keep out of the repository."""
    folder = ROOT / "../shared/data"
    if not folder.is_dir():
        pytest.skip("the folder of real records, ../shared/data, is absent")
    return folder


@pytest.fixture
def row() -> dict[str, JSONValue]:
    """A row of Snapchat's library that uses every column that is told."""
    sides = ("Electoral Districts", "Radius Targeting", "Metros", "Postal Codes")
    columns: dict[str, JSONValue] = {f"{side} (Excluded)": "" for side in sides}
    return columns | {
        "ADID": "24de2788",
        "CreativeUrl": "https://www.snap.com/political-ads/asset/8e84?mediaType=mp4",
        "Currency Code": "EUR",
        "Spend": "330",
        "Impressions": "498526",
        "StartDate": "2020/02/20 13:51:25Z",
        "EndDate": "2020/02/29 13:51:25Z",
        "OrganizationName": "Huddled Masses",
        "CandidateBallotInformation": "",
        "PayingAdvertiserName": "Rise Above",
        "Gender": "FEMALE",
        "AgeBracket": "17-34",
        "CountryCode": "germany",
        "Regions (Included)": "Bayern,Atlantis",
        "Regions (Excluded)": "",
        "Electoral Districts (Included)": "Berlin 1st District",
        "Radius Targeting (Included)": "latitude 39.5;longitude -104.25;radius 16.0",
        "Metros (Included)": "Kristiansand (vest-agder)",
        "Postal Codes (Included)": "80331,8033180332",
        "Location Categories (Included)": "High Schools,Colleges & Universities",
        "Location Categories (Excluded)": "",
        "Interests": "Music Fans,Gamers",
        "OsType": "IOS",
        "Segments": "Provided by Advertiser",
        "Language": "de,en",
        "AdvancedDemographics": "Occupation (Legal, Education or Health),HHI: <50k,Moms",
        "Targeting Connection Type": "WIFI",
        "Targeting Carrier (ISP)": "",
        "CreativeProperties": "web_view_url:https://example.org/?a=1,2",
    }


@pytest.fixture
def joined() -> dict[str, JSONValue]:
    """A campaign with all of Meta's levels, which tells every fact that can be told."""
    return {
        "account": {"id": "act_1", "currency": "EUR"},
        "campaign": {
            "id": "1",
            "name": "Spring",
            "objective": "OUTCOME_LEADS",
            "special_ad_categories": ["HOUSING", "ISSUES_ELECTIONS_POLITICS"],
            "lifetime_budget": "500050",
            "status": "PAUSED",
        },
        "adset": {
            "id": "2",
            "dsa_beneficiary": "Example gGmbH",
            "dsa_payor": "Example Media",
            "start_time": "2026-07-29T17:54:57-0700",
            "end_time": "2026-08-08T17:54:57-0700",
            "targeting": {
                "age_min": 18,
                "age_max": 40,
                "genders": [2],
                "geo_locations": {
                    "countries": ["DE"],
                    "regions": [{"key": "1", "name": "Bayern", "country": "DE"}],
                    "custom_locations": [
                        {
                            "latitude": Decimal("48.1"),
                            "longitude": Decimal("11.5"),
                            "radius": Decimal("2.5"),
                            "distance_unit": "kilometer",
                            "country": "DE",
                        }
                    ],
                    "location_types": ["home"],
                },
                "excluded_geo_locations": {
                    "zips": [{"key": "DE:80331"}],
                    "regions": [{"key": "2", "name": "Hessen", "country": "DE"}],
                    "custom_locations": [
                        {"latitude": 48, "longitude": 11, "radius": 1, "distance_unit": "mile"}
                    ],
                },
                "flexible_spec": [{"interests": [{"id": "6", "name": "Tea"}]}],
                "custom_audiences": [{"id": "77"}, {"id": "78", "name": "Readers"}],
                "excluded_custom_audiences": [{"id": "79"}],
                "publisher_platforms": ["facebook", "instagram"],
                "facebook_positions": ["feed", "story"],
                "device_platforms": ["mobile"],
                "user_os": ["iOS"],
                "targeting_automation": {"advantage_audience": 0},
                "targeting_relaxation_types": {"lookalike": 1},
            },
        },
        "ad": {
            "id": "3",
            "authorization_category": "POLITICAL_WITH_DIGITALLY_CREATED_MEDIA",
            "creative": {"creative_id": "4"},
        },
        "creative": {
            "id": "4",
            "authorization_category": "POLITICAL",
            "object_story_spec": {
                "link_data": {
                    "message": "Come and see",
                    "link": "https://example.org/",
                    "image_hash": "ab",
                }
            },
            "facebook_branded_content": {"sponsor_page_id": "5"},
            "degrees_of_freedom_spec": {
                "creative_features_spec": {
                    "text_generation": {"enroll_status": "OPT_IN"},
                    "image_uncrop": {"enroll_status": "OPT_OUT"},
                }
            },
        },
        "custom_audiences": [
            {
                "id": "77",
                "name": "Friends of friends",
                "opt_out_link": "https://example.org/out",
                "subtype": "LOOKALIKE",
                "customer_file_source": "USER_PROVIDED_ONLY",
                "retention_days": 180,
                "is_eligible_for_sac_campaigns": True,
                "lookalike_spec": {"ratio": Decimal("0.015"), "origin": [{"id": "70"}]},
            },
            {"id": "90", "subtype": "WEBSITE", "opt_out_link": "https://example.org/out"},
        ],
    }
