"""Snapchat's political ads library: the rules one by one, and all 5,757 real rows."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from api.adapters import FORMATS, Adaptation, AdapterRefusal, SubmittedRecord, read_records
from engine.source.json_text import JSONValue

adapt = FORMATS["snapchat"]
Row = dict[str, JSONValue]
EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - codes.
)
SIDES = ("Regions", "Electoral Districts", "Radius Targeting", "Metros", "Postal Codes")


def at(adaptation: Adaptation, path: str) -> JSONValue:
    value: JSONValue = adaptation.campaign
    for name in path.split("."):
        if isinstance(value, list):
            value = value[int(name)]
        else:
            assert isinstance(value, dict)
            value = value.get(name)
    return value


def refusal(row: Row) -> AdapterRefusal:
    with pytest.raises(AdapterRefusal) as raised:
        adapt(row)
    assert raised.value.help
    return raised.value


@pytest.mark.parametrize(
    ("bracket", "age"),
    [
        ("", {"min": 13, "no_maximum": True}),
        ("17-", {"min": 13, "max": 17, "no_maximum": False}),
        ("18+", {"min": 18, "no_maximum": True}),
        ("18-34", {"min": 18, "max": 34, "no_maximum": False}),
    ],
)
def test_bracket_is_read_as_ages(row: Row, bracket: str, age: JSONValue) -> None:
    assert at(adapt(row | {"AgeBracket": bracket}), "targeting.age") == age


@pytest.mark.parametrize(
    "bracket", ["35++", "-", "+", "-17", "18", "18+24", "1O-20", "٣٥+", "100+"]
)
def test_bracket_that_needs_guessing_is_refused(row: Row, bracket: str) -> None:
    refused = refusal(row | {"AgeBracket": bracket})
    assert refused.reason == f"`{bracket}` cannot be read as ages without guessing"
    assert refused.pointer == "/AgeBracket"


@pytest.mark.parametrize("bracket", ["34-18", "12+", "12-", "10-20"])
def test_bracket_that_cannot_be_is_refused(row: Row, bracket: str) -> None:
    assert refusal(row | {"AgeBracket": bracket}).reason.startswith("the ages are not in order")


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("ADID", "", "`ADID` is missing"),
        ("CountryCode", "", "`CountryCode` is missing"),
        ("CountryCode", "atlantis", "`atlantis` is no country that ISO 3166-1 knows"),
        ("Gender", "ANY", "`ANY` is no gender that the library documents"),
        ("Language", "english", "`english` is no code of a language"),
        ("Segments", "Lookalike", "`Lookalike` is no segment that the library documents"),
        ("StartDate", "2020-02-20", "`2020-02-20` is no moment"),
        ("StartDate", "2020/02/30 00:00:00Z", "`2020/02/30 00:00:00Z` is no moment"),
        ("Radius Targeting (Included)", "near", "`near` is no circle on the map"),
        (
            "Radius Targeting (Included)",
            "latitude 91;longitude 0;radius 1",
            "`latitude 91;longitude 0;radius 1` is no circle",
        ),
        (
            "Radius Targeting (Excluded)",
            "latitude 9;longitude 181;radius 1",
            "`latitude 9;longitude 181;radius 1` is no circle",
        ),
        ("Interests", ["Gamers"], "`Interests` should be a text, and is a list"),
    ],
)
def test_value_that_cannot_be_read_is_refused(
    row: Row, column: str, value: JSONValue, reason: str
) -> None:
    refused = refusal(row | {column: value})
    assert refused.reason.startswith(reason)
    assert refused.pointer == f"/{column}"


def test_empty_cells_mean_what_the_library_says(row: Row) -> None:
    for column in ("Gender", "EndDate", "Interests", "AdvancedDemographics", "Segments"):
        row[column] = ""
    for column in ("Language", "OsType", "CreativeProperties", "PayingAdvertiserName"):
        row[column] = ""
    told = adapt(row)
    assert at(told, "targeting.genders") == ["all"]
    assert at(told, "flight") == {"start": "2020-02-20", "timezone": "UTC", "until_stopped": True}
    assert at(told, "targeting.profiling") is False
    assert at(told, "targeting.detailed") == []
    assert at(told, "audiences") == []
    assert at(told, "targeting.languages") is None
    assert at(told, "targeting.operating_systems") is None
    assert at(told, "landing") is None
    assert at(told, "advertiser") is None
    assert {"/Language", "/OsType", "/CreativeProperties"} <= told.unmapped.keys()


def test_absent_columns_tell_nothing(row: Row) -> None:
    told = adapt({"ADID": "1", "CountryCode": "germany"})
    assert told.campaign == {
        "id": "1",
        "platforms": [{"name": "snap"}],
        "political": {"is_political": True},
        "markets": ["DE"],
        "creatives": [{"id": "1"}],
    }
    for column in ("Metros (Included)", "Interests"):
        del row[column]
    partly = adapt(row)
    assert at(partly, "targeting.geo.include") is None
    assert at(partly, "targeting.detailed") is None
    assert at(partly, "targeting.profiling") is True
    assert partly.unmapped["/Regions (Included)"] == "Bayern,Atlantis"
    assert partly.unmapped["/AdvancedDemographics"] == row["AdvancedDemographics"]


def test_profiling_is_unknown_where_a_column_is(row: Row) -> None:
    row |= {"Interests": "", "AdvancedDemographics": "", "Segments": None}
    told = adapt(row)
    assert at(told, "targeting.profiling") is None
    assert at(told, "audiences") is None


def test_places_are_told_as_far_as_they_can_be_read(row: Row) -> None:
    told = adapt(row)
    assert at(told, "targeting.geo.include") == [
        {"kind": "region", "name": "Bayern", "place": "DE-BY"},
        {"kind": "region", "name": "Atlantis"},
        {"kind": "electoral_district", "name": "Berlin 1st District"},
        {"kind": "radius", "latitude": Decimal("39.5"), "longitude": Decimal("-104.25")},
        {"kind": "metro", "name": "Kristiansand (vest-agder)"},
        {"kind": "postal_code", "code": "80331"},
        {"kind": "postal_code"},
        {"kind": "place_category", "name": "High Schools"},
        {"kind": "place_category", "name": "Colleges & Universities"},
    ]
    assert at(told, "targeting.geo.exclude") == []
    assert {"/Radius Targeting (Included)", "/Postal Codes (Included)"} <= told.unmapped.keys()
    assert "/Regions (Included)" not in told.unmapped


def test_whole_country_is_told_where_nothing_narrows_it(row: Row) -> None:
    row |= {f"{side} (Included)": "" for side in (*SIDES, "Location Categories")}
    row["Metros (Excluded)"] = "Atlanta"
    told = adapt(row)
    assert at(told, "targeting.geo.include") == [{"kind": "country", "place": "DE"}]
    assert at(told, "targeting.geo.exclude") == [{"kind": "metro", "name": "Atlanta"}]


def test_list_is_split_only_where_it_is_one(row: Row) -> None:
    row["AdvancedDemographics"] = "Household Income ( $125,000-$149,999),Life Event (New, 6),A, B"
    told = at(adapt(row), "targeting.detailed")
    assert isinstance(told, list)
    assert [(one["name"], one["kind"]) for one in told[2:] if isinstance(one, dict)] == [
        ("Household Income ( $125,000-$149,999)", "income"),
        ("Life Event (New, 6)", "life_event"),
        ("A, B", "demographic"),
    ]


def test_end_before_the_start_is_no_end(row: Row) -> None:
    told = adapt(row | {"EndDate": "2020/02/19 00:00:00Z"})
    assert at(told, "flight") == {"start": "2020-02-20", "timezone": "UTC"}
    assert told.unmapped["/EndDate"] == "2020/02/19 00:00:00Z"
    endless = adapt(row | {"StartDate": None})
    assert at(endless, "flight.end") == "2020-02-29"


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("https://x/1?mediaType=PNG", "image"),
        ("https://x/1?mediaType=mov", "video"),
        ("https://x/1?mediaType=gltf", None),
        ("https://x/1", None),
        ("https://x/1?mediaType=mp4;https://x/2?mediaType=mp4", None),
    ],
)
def test_format_is_told_by_a_single_file(row: Row, address: str, form: str | None) -> None:
    assert at(adapt(row | {"CreativeUrl": address}), "creatives.0.format") == form


def test_descriptor_is_of_the_vocabulary(row: Row, judge: object) -> None:
    assert callable(judge)
    told = adapt(row)
    assert judge(told.campaign) == []
    assert told.origin_of("/markets/0") == "/CountryCode"
    assert told.unmapped["/Spend"] == "330"


@pytest.mark.no_cover  # The other tests show line by line what is read here 5,757 times.
def test_every_real_row_is_told(data: Path, judge: object) -> None:
    assert callable(judge)
    seen: Counter[str] = Counter()
    for submitted in read_records(data / "snapchat-ads-2020/ads.csv"):
        assert isinstance(submitted, SubmittedRecord)
        told = adapt(submitted.value)
        if seen["rows"] % 5 == 0:  # `tests/acceptance` has every row read by the decoder itself.
            assert judge(told.campaign) == []
        seen.update(_marks(told, submitted.value))
    assert seen == {
        "rows": 5757,
        "EU": 249,
        "age given, below 18": 681,
        "age given, below 18, EU": 155,
        "no age": 301,
        "gender": 587,
        "first-party list": 2663,
        "interests": 883,
        "partner data": 379,
        "radius": 196,
        "postal code": 549,
        "postal codes run together": 227,
        "until stopped": 1052,
        "end unknown": 12,
        "EU, below 18, profiling": 143,
        "profiling": 2970,
    }


def _marks(told: Adaptation, row: Row) -> list[str]:
    includes, excludes = (at(told, f"targeting.geo.{side}") for side in ("include", "exclude"))
    detailed = at(told, "targeting.detailed")
    assert isinstance(includes, list)
    assert isinstance(excludes, list)
    assert isinstance(detailed, list)
    eu = at(told, "markets.0") in EU
    least = at(told, "targeting.age.min")
    assert isinstance(least, int)
    young, given = least < 18, row["AgeBracket"] != ""
    codes = [area for area in (*includes, *excludes) if _is(area, "kind", "postal_code")]
    marks = {
        "rows": True,
        "EU": eu,
        "age given, below 18": given and young,
        "age given, below 18, EU": given and young and eu,
        "no age": not given,
        "gender": at(told, "targeting.genders") != ["all"],
        "first-party list": at(told, "audiences") == [{"source": "first_party"}],
        "interests": any(_is(one, "kind", "interest") for one in detailed),
        "partner data": any(_is(one, "source", "partner") for one in detailed),
        "radius": any(_is(area, "kind", "radius") for area in includes),
        "postal code": any(_is(area, "kind", "postal_code") for area in includes),
        "postal codes run together": any(_is(area, "code", None) for area in codes),
        "until stopped": at(told, "flight.until_stopped") is True,
        "end unknown": at(told, "flight.until_stopped") is None,
        "EU, below 18, profiling": eu and young and at(told, "targeting.profiling") is True,
        "profiling": at(told, "targeting.profiling") is True,
    }
    return [mark for mark, holds in marks.items() if holds]


def _is(element: JSONValue, name: str, value: str | None) -> bool:
    return isinstance(element, dict) and element.get(name) == value
