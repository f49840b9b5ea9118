"""Archived ads of Meta's Ad Library, and what campaigns and audiences beyond the payloads tell."""

from pathlib import Path

import pytest

from api.adapters import FORMATS, SubmittedRecord, read_records
from engine.source.json_text import JSONValue
from tests.unit.adapters.complete import ARCHIVED
from tests.unit.adapters.conftest import Judge
from tests.unit.adapters.telling import at, refusal

adapt = FORMATS["meta"]


def test_archived_ad_is_told(judge: Judge) -> None:
    told = adapt(ARCHIVED)
    assert judge(told.campaign) == []
    assert at(told, "id") == "4083"
    assert at(told, "creatives") == [{"id": "4083", "text": "Come and see"}]
    assert at(told, "political.disclaimer_text") == "Paid for by Example Party"
    assert at(told, "advertiser") == {
        "name": "Example",
        "payer": "Agency",
        "beneficiary": "Example",
    }
    assert at(told, "flight") == {
        "start": "2019-05-13",
        "end": "2019-05-16",
        "until_stopped": False,
    }
    assert at(told, "targeting.age") == {"min": 18, "max": 40, "no_maximum": False}
    assert at(told, "targeting.genders") == ["all"]
    assert at(told, "markets") == ["FR"]
    assert told.unmapped.keys() >= {"/ad_snapshot_url", "/spend"}


@pytest.mark.parametrize(
    ("changes", "path", "value"),
    [
        ({"id": 5}, "id", "5"),
        ({"ad_snapshot_url": "https://example.org/"}, "id", None),
        ({"ad_creative_bodies": ["One"], "ad_creative_body": None}, "creatives.0.text", "One"),
        ({"ad_creative_bodies": ["One", "Two"]}, "creatives.0.text", "Come and see"),
        ({"bylines": None}, "political", None),
        ({"bylines": None, "funding_entity": "Party"}, "political.sponsor", "Party"),
        ({"beneficiary_payers": []}, "advertiser.payer", "Example Party"),
        ({"ad_delivery_stop_time": None}, "flight", {"start": "2019-05-13"}),
        ({"ad_delivery_stop_time": "2019-05-20"}, "flight.end", "2019-05-20"),
        ({"target_ages": ["18", "65+"]}, "targeting.age", {"min": 18, "no_maximum": True}),
        ({"target_ages": []}, "targeting.age", None),
        ({"target_gender": "Women"}, "targeting.genders", ["female"]),
        ({"target_locations": [{"name": "France", "type": "COUNTRY"}]}, "markets", None),
        ({"target_locations": [{"name": "Paris", "excluded": False}]}, "markets", None),
        (
            {"target_locations": [{"name": "Atlantis", "type": "COUNTRY", "excluded": False}]},
            "targeting.geo.include",
            [{"kind": "country", "name": "Atlantis"}],
        ),
        ({"publisher_platforms": []}, "platforms", [{"name": "meta"}]),
    ],
)
def test_member_of_an_archived_ad(
    changes: dict[str, JSONValue], path: str, value: JSONValue
) -> None:
    assert at(adapt(ARCHIVED | changes), path) == value


@pytest.mark.parametrize(
    ("changes", "reason", "pointer"),
    [
        (
            {"ad_delivery_stop_time": "2019-05-01"},
            "the end is before the start",
            "/ad_delivery_stop_time",
        ),
        (
            {"ad_delivery_start_time": "13 May 2019"},
            "`13 May 2019` is no moment",
            "/ad_delivery_start_time",
        ),
        (
            {"target_ages": ["65+", "18"]},
            "`65+, 18` are not two ages in order",
            "/target_ages",
        ),
        ({"target_ages": ["18"]}, "`18` are not two ages in order", "/target_ages"),
    ],
)
def test_archived_ad_is_refused(changes: dict[str, JSONValue], reason: str, pointer: str) -> None:
    refused = refusal("meta", ARCHIVED | changes)
    assert refused.reason == reason
    assert refused.pointer == pointer


def test_every_real_archived_ad_is_told(data: Path, judge: Judge) -> None:
    records = list(read_records(data / "meta-adlib-eu-2019/ads.jsonl"))
    assert len(records) == 12
    for submitted in records:
        assert isinstance(submitted, SubmittedRecord)
        told = adapt(submitted.value)
        assert judge(told.campaign) == []
        assert at(told, "political.is_political") is True
        assert at(told, "id")
        assert at(told, "delivery") is None, "shares are not numbers of people"


@pytest.mark.parametrize(
    ("state", "switch", "widened"),
    [
        ("ENABLED", 0, True),
        ("DISABLED", 1, True),
        ("DISABLED", 0, None),
        ("DISABLED", None, None),
        ("NEW", None, None),
    ],
)
def test_audience_that_either_level_widens_is_widened(
    state: str, switch: JSONValue, widened: JSONValue
) -> None:
    campaign: JSONValue = {"id": "1", "advantage_state_info": {"advantage_audience_state": state}}
    targeting: JSONValue = {"targeting_automation": {"advantage_audience": switch}}
    told = adapt({"campaign": campaign, "adset": {"targeting": targeting}})
    assert at(told, "automation.audience_expansion") == widened


def test_way_out_is_told_where_all_audiences_have_the_same() -> None:
    link: JSONValue = "https://example.org/out"
    for links, told in (([link], link), ([link, link], link), ([link, None], None), ([], None)):
        audiences: list[JSONValue] = [{"id": "1", "opt_out_link": each} for each in links]
        campaign: JSONValue = {"id": "9"}
        adaptation = adapt({"campaign": campaign, "custom_audiences": audiences})
        assert at(adaptation, "landing.opt_out_url") == told
