"""OpenRTB: requests, responses and bids, and the records of others."""

from collections import Counter
from pathlib import Path

import pytest

from api.adapters import FORMATS, AdapterRefusal, SubmittedRecord, read_records
from engine.source.json_text import JSONValue
from tests.unit.adapters.conftest import Judge
from tests.unit.adapters.telling import at, complete, refusal

adapt = FORMATS["openrtb"]
SITE: dict[str, JSONValue] = {"imp": [], "site": {"domain": "news.example"}}


def test_complete_record_is_told(judge: Judge) -> None:
    told = adapt(complete("openrtb"))
    assert judge(told.campaign) == []
    assert at(told, "markets") == ["US-CA"]
    assert at(told, "platforms.0.placements") == ["news.example"]
    assert at(told, "advertiser") == {"beneficiary": "Advertiser", "payer": "Agency"}
    assert at(told, "openrtb_dsa.dsaparams") == [1, 2]
    assert at(told, "consent.tcf") == "CPXxRfA"
    assert told.origin_of("/consent/tcf") == "/request/user/ext/consent"
    assert told.origin_of("/markets/0") == "/request/device/geo/region"
    assert at(told, "targeting.genders") is None


@pytest.mark.parametrize("person", ["yob", "gender", "data", "geo", "keywords"])
def test_person_is_never_told(person: str) -> None:
    told = adapt(SITE | {"user": {person: {} if person == "geo" else "x", "id": "1"}})
    assert told.campaign.keys() == {"platforms"}
    assert f"/user/{person}" in told.unmapped


@pytest.mark.parametrize(
    ("geo", "markets"),
    [
        ({"country": "FRA"}, ["FR"]),
        ({"country": "US", "region": "CO"}, ["US-CO"]),
        ({"country": "MEX", "region": "MX-JAL"}, ["MX-JAL"]),
        ({"country": "FRA", "region": "nowhere"}, ["FR"]),
        ({"region": "CO"}, None),
    ],
)
def test_market_is_where_the_device_is(geo: JSONValue, markets: JSONValue) -> None:
    told = adapt(SITE | {"device": {"geo": geo}})
    assert at(told, "markets") == markets


@pytest.mark.parametrize(
    ("record", "reason", "pointer"),
    [
        ({"id": "1"}, "nothing in the record shows whether it is a bid request", ""),
        ({"imp": []}, "no member of the record tells anything about a campaign", ""),
        ({"seatbid": []}, "no member of the record tells anything about a campaign", ""),
        (SITE | {"regs": []}, "`regs` should be an object, and is a list", "/regs"),
        (
            SITE | {"device": {"geo": {"country": "XYZ"}}},
            "`XYZ` is no country that ISO 3166-1 knows",
            "/device/geo/country",
        ),
        (
            SITE | {"user": {"consent": 7}},
            "`consent` should be a text, and is the number `7`",
            "/user/consent",
        ),
        (
            SITE | {"regs": {"coppa": 2}},
            "`coppa` should be yes or no, and is the number `2`",
            "/regs/coppa",
        ),
        (
            SITE | {"regs": {"ext": {"gpp_sid": ["7"]}}},
            "a section is the text `7`",
            "/regs/ext/gpp_sid",
        ),
        (SITE | {"regs": {"gpp_sid": [True]}}, "a section is `true`", "/regs/gpp_sid"),
        (
            {"impid": "1", "ext": {"dsa": {"transparency": [{"dsaparams": ["1"]}]}}},
            "a parameter is the text `1`",
            "/ext/dsa/transparency/0/dsaparams",
        ),
    ],
)
def test_record_is_refused(record: JSONValue, reason: str, pointer: str) -> None:
    refused = refusal("openrtb", record)
    assert refused.reason.startswith(reason)
    assert refused.pointer == pointer


def test_two_strings_that_differ_tell_none() -> None:
    told = adapt(SITE | {"user": {"consent": "A", "ext": {"consent": "B"}}})
    assert at(told, "consent") is None
    assert set(told.unmapped) == {"/imp", "/user/consent", "/user/ext/consent"}
    same = adapt(SITE | {"user": {"consent": "A", "ext": {"consent": "A"}}})
    assert at(same, "consent.tcf") == "A"


def test_ext_that_is_no_object_is_kept() -> None:
    told = adapt(SITE | {"regs": {"gpp": "DBAA", "ext": "none"}})
    assert at(told, "consent.gpp") == "DBAA"
    assert told.unmapped["/regs/ext"] == "none"


def bid(number: int, *, adrender: JSONValue, parameters: JSONValue) -> dict[str, JSONValue]:
    transparency: list[JSONValue] = [{"domain": "dsp.example", "dsaparams": parameters}]
    dsa: JSONValue = {"behalf": "A", "adrender": adrender, "transparency": transparency}
    return {"cid": str(number), "crid": "9", "mtype": 1, "langb": "xx", "ext": {"dsa": dsa}}


def test_bids_tell_what_they_agree_on() -> None:
    first, second = (
        bid(1, adrender=0, parameters=[2]),
        bid(2, adrender=1, parameters=[1]),
    )
    told = adapt({"seatbid": [{"seat": "1", "bid": [first]}, {"seat": "2", "bid": [second]}]})
    assert "id" not in told.campaign
    assert at(told, "advertiser.beneficiary") == "A"
    assert at(told, "openrtb_dsa") == {"dsaparams": [2, 1]}
    assert at(told, "targeting.profiling") is True
    assert at(told, "platforms.0.account_id") is None
    assert {"/seatbid/0/bid/0/cid", "/seatbid/1/bid/0/ext/dsa/adrender"} <= told.unmapped.keys()
    assert {"/seatbid/0/seat", "/seatbid/0/bid/0/langb"} <= told.unmapped.keys()


def test_half_of_the_parameters_is_not_all_of_them() -> None:
    """A bid that names none leaves the list unknown; profiling by another is told all the same."""
    first, second = bid(1, adrender=1, parameters=[1]), bid(1, adrender=1, parameters=[])
    told = adapt({"seatbid": [{"bid": [first, second]}]})
    assert at(told, "openrtb_dsa") == {"adrender": 1}
    assert at(told, "targeting.profiling") is True
    silent = bid(1, adrender=1, parameters=[2]) | {"ext": {}}
    told = adapt({"seatbid": [{"bid": [first, silent]}]})
    assert at(told, "openrtb_dsa") is None
    assert told.unmapped["/seatbid/0/bid/0/ext/dsa/transparency/0/dsaparams"] == [1]
    assert at(adapt({"impid": "1", "cid": "5"}), "id") == "5"


def test_every_real_record_is_told_or_refused(data: Path, judge: Judge) -> None:
    outcomes: Counter[str] = Counter()
    for submitted in read_records(data / "openrtb-privacy-requests/prebid_server.jsonl"):
        assert isinstance(submitted, SubmittedRecord)
        try:
            told = adapt(submitted.value["body"])
        except AdapterRefusal as refused:
            outcomes[refused.reason] += 1
        else:
            assert judge(told.campaign) == []
            outcomes["told"] += 1
    assert outcomes == {
        "told": 144,
        "no member of the record tells anything about a campaign": 7,
    }


def test_sample_of_the_specification_is_told(data: Path) -> None:
    file = data / "openrtb-privacy-requests/iab_dsa_sample_request.json"
    (submitted,) = read_records(file)
    assert isinstance(submitted, SubmittedRecord)
    told = adapt(submitted.value)
    dsa: JSONValue = {"dsarequired": 3, "pubrender": 0, "dsaparams": [1, 2]}
    assert at(told, "openrtb_dsa") == dsa


def test_malformed_sample_of_the_specification_is_refused(data: Path) -> None:
    file = data / "openrtb-privacy-requests/iab_dsa_sample_response.invalid.json"
    with pytest.raises(AdapterRefusal, match="line"):
        list(read_records(file))


@pytest.mark.parametrize(
    ("regs", "told", "left"),
    [
        ({"coppa": 1, "gdpr": 0}, {"coppa_applies": True, "gdpr_applies": False}, []),
        ({"ext": {"gdpr": 1}}, {"gdpr_applies": True}, []),
        ({"gdpr": 1, "ext": {"gdpr": 1}}, {"gdpr_applies": True}, []),
        ({"gdpr": 1, "ext": {"gdpr": 0}}, None, ["/regs/ext/gdpr", "/regs/gdpr"]),
        ({"coppa": None, "gdpr": None}, None, []),
        ({"ext": {"coppa": 1}}, None, ["/regs/ext/coppa"]),
        ({"gpp_sid": [7, 8]}, {"gpp_sections": [7, 8]}, []),
        ({"gpp_sid": [], "ext": {"gpp_sid": [6]}}, {"gpp_sections": [6]}, []),
        (
            {"gpp_sid": [7], "ext": {"gpp_sid": [8]}},
            None,
            ["/regs/ext/gpp_sid", "/regs/gpp_sid"],
        ),
        ({"gpp_sid": [-1]}, None, ["/regs/gpp_sid"]),
        ({"gpp_sid": [0]}, None, ["/regs/gpp_sid"]),
    ],
)
def test_what_a_request_says_of_the_law(regs: JSONValue, told: JSONValue, left: list[str]) -> None:
    adapted = adapt(SITE | {"regs": regs})
    assert at(adapted, "consent") == told
    assert sorted(adapted.unmapped.keys() - {"/imp"}) == left
