"""Rows of the table that Meta's Ads Manager exports for editing."""

from pathlib import Path

import pytest

from api.adapters import FORMATS, SubmittedRecord, read_records
from api.adapters.meta.row_lists import DETAILED, GROUPS, PLACES
from engine.source.json_text import JSONValue
from tests.unit.adapters.complete import EXPORTED
from tests.unit.adapters.conftest import Judge
from tests.unit.adapters.telling import Payload, at, refusal

adapt = FORMATS["meta"]
EMPTY: Payload = {**dict.fromkeys(EXPORTED, ""), "Ad Set Name": "Everyone", "Campaign ID": "7"}


def changed(**cells: JSONValue) -> Payload:
    return EXPORTED | {name.replace("_", " "): value for name, value in cells.items()}


def test_row_is_told(judge: Judge) -> None:
    told = adapt(EXPORTED)
    assert judge(told.campaign) == []
    assert at(told, "id") == "120242825359210101"
    assert at(told, "objective") == "leads"
    assert at(told, "declared_special_categories") == ["housing", "politics"]
    assert at(told, "political") == {"is_political": True}
    assert at(told, "flight") == {
        "start": "2026-07-29",
        "end": "2026-08-08",
        "until_stopped": False,
    }
    assert at(told, "budget.total") == {"amount": "500.5", "currency": "EUR"}
    assert at(told, "markets") == ["DE", "AT"]
    assert at(told, "targeting.geo.exclude.1") == {"name": "80332", "kind": "postal_code"}
    assert at(told, "targeting.age") == {"min": 18, "max": 40, "no_maximum": False}
    assert at(told, "targeting.genders") == ["female"]
    assert at(told, "targeting.detailed") == [
        {"name": "Tea", "kind": "interest", "excluded": False},
        {"name": "Coffee", "kind": "interest", "excluded": False},
        {"name": "Milk", "kind": "interest", "excluded": False},
        {"kind": "income", "excluded": False},
        {"name": "Example", "kind": "employer", "excluded": True},
    ]
    assert at(told, "audiences") == [
        {"id": "120246010546010657", "name": "Readers, and friends", "excluded": False},
        {"id": "120246010546010658", "name": "Customers", "excluded": False},
        {"id": "120246010546010659", "name": "Staff", "excluded": True},
    ]
    assert at(told, "automation.audience_expansion") is True
    assert at(told, "platforms") == [
        {"name": "meta", "placements": ["facebook feed", "facebook story", "messenger"]}
    ]
    assert at(told, "creatives") == [{"id": "120242825359460101", "text": "Come and see"}]
    assert told.origin_of("/audiences/0/name") == "/Custom Audiences"
    assert told.unmapped["/Image Hash"] == "ab:cd"
    assert "/Flexible Inclusions" in told.unmapped, "one of its entries has no name"


def test_empty_cells_are_none_and_absent_columns_unknown() -> None:
    told = adapt(EMPTY)
    assert at(told, "audiences") == []
    assert at(told, "targeting") == {"genders": ["all"], "geo": {"exclude": []}, "detailed": []}
    assert at(told, "markets") is None
    assert told.unmapped == {"/Ad Set Name": "Everyone"}
    assert at(adapt({"Campaign ID": "cg:7", "Ad Set Name": "Everyone"}), "targeting") is None


@pytest.mark.parametrize("absent", [*GROUPS, *DETAILED, *PLACES["include"], *PLACES["exclude"]])
def test_half_of_the_columns_tells_no_list(absent: str) -> None:
    told = adapt({name: cell for name, cell in EXPORTED.items() if name != absent})
    lists = {
        "audiences": GROUPS,
        "targeting.detailed": DETAILED,
        "targeting.geo.include": PLACES["include"],
        "markets": PLACES["include"],
        "targeting.geo.exclude": PLACES["exclude"],
    }
    for fact, columns in lists.items():
        assert (at(told, fact) is None) is (absent in columns)


@pytest.mark.parametrize(
    ("cells", "ages", "genders"),
    [
        ({"Advantage Audience": "1", "Age Min": "25"}, None, None),
        ({"Advantage Audience": "", "Age Min": "25"}, None, None),
        ({"Advantage Audience": None, "Age Min": "18", "Age Max": "65+"}, (18, True), None),
        ({"Advantage Audience": "1", "Age Min": "25", "Age Range": "25, 40"}, (25, None), None),
        ({"Individual Setting": "gender: On", "Age Min": "25"}, None, None),
        ({"Age Min": "25", "Age Max": "65"}, (25, True), ["female"]),
    ],
)
def test_what_may_be_a_suggestion_bounds_nobody(
    cells: Payload, ages: tuple[int, bool | None] | None, genders: JSONValue
) -> None:
    told = adapt(EXPORTED | cells)
    assert at(told, "targeting.genders") == genders
    assert at(told, "targeting.age.min") == (ages[0] if ages else None)
    assert at(told, "targeting.age.no_maximum") is (ages[1] if ages else None)


def test_markets_are_told_where_nothing_but_countries_is_chosen() -> None:
    told = adapt(changed(Cities="Phan Thiet, Vietnam +25km; Hue, Vietnam"))
    assert at(told, "markets") is None
    assert at(told, "targeting.geo.include.0") == {
        "name": "Phan Thiet, Vietnam +25km",
        "kind": "city",
    }
    assert at(told, "targeting.geo.include.3") is not None  # Two cities and two countries.
    assert at(told, "targeting.geo.include.4") is None


@pytest.mark.parametrize(
    ("cells", "declared"),
    [
        ({"Special Ad Category Country": "DE, AT, US"}, ["housing", "politics"]),
        ({"Special Ad Category Country": '["DE","AT"]'}, ["housing", "politics"]),
        ({"Special Ad Category Country": "DE"}, None),
        ({"Special Ad Category Country": "DE, AT", "Cities": "Hue, Vietnam"}, None),
        ({"Special Ad Category Country": "DE", "Special Ad Categories": "None"}, []),
    ],
)
def test_a_category_that_is_declared_for_some_markets_is_not_declared(
    cells: Payload, declared: JSONValue
) -> None:
    told = adapt(EXPORTED | cells)
    assert at(told, "declared_special_categories") == declared
    assert ("/Special Ad Categories" in told.unmapped) is (declared is None)
    assert told.unmapped["/Special Ad Category Country"] == cells["Special Ad Category Country"]


@pytest.mark.parametrize("publishers", ["facebook, whatsapp", "WhatsApp"])
def test_no_age_is_told_where_whatsapp_shows_the_ad_to_people_of_unknown_age(
    publishers: str,
) -> None:
    told = adapt(changed(Publisher_Platforms=publishers))
    assert at(told, "targeting.age") is None
    assert (told.unmapped["/Age Min"], told.unmapped["/Age Max"]) == ("18", "40")


def test_audiences_in_groups_are_audiences() -> None:
    groups = '{"custom_audiences": [{"id": 9, "name": "Fans"}], "connections": ["5"]}'
    told = adapt(EMPTY | {"Flexible Exclusions": groups, "Connections": "Our page"})
    assert at(told, "audiences") == [
        {"excluded": False},
        {"excluded": True, "id": "9", "name": "Fans"},
        {"excluded": True},
    ]
    assert told.unmapped["/Connections"] == "Our page"
    assert at(told, "targeting.profiling") is True


def test_publisher_of_which_the_positions_are_absent_is_no_placement() -> None:
    told = adapt(changed(Messenger_Positions=None))
    assert at(told, "platforms.0.placements") is None
    assert told.unmapped["/Publisher Platforms"] == "facebook, messenger"
    other = adapt(changed(Publisher_Platforms="threads", Messenger_Positions=None))
    assert at(other, "platforms.0.placements") == ["threads"]


def test_several_budgets_are_none() -> None:
    told = adapt(changed(Campaign_Daily_Budget="5"))
    assert at(told, "budget") is None
    daily = changed(Ad_Set_Lifetime_Budget="0", Ad_Set_Daily_Budget="5", Currency=None)
    assert at(adapt(daily), "budget") == {"period": "daily"}


@pytest.mark.parametrize(
    ("cells", "reason", "column"),
    [
        ({"Age_Min": "12"}, "`12` is no age that Meta lets one choose", "Age Min"),
        ({"Age_Min": "30", "Age_Max": "20"}, "`Age Max` is below `Age Min`", "Age Max"),
        ({"Gender": "Frauen"}, "`Frauen` is no gender that Meta exports", "Gender"),
        ({"Countries": "Germany"}, "`Germany` is no country", "Countries"),
        ({"Ad_Set_Time_Start": "29.07.2026"}, "`29.07.2026` is no moment", "Ad Set Time Start"),
        ({"Ad_Set_Time_Start": "29/07/2026 1:00"}, "`29/07/2026 1:00` is no", "Ad Set Time Start"),
        ({"Special_Ad_Categories": "Dating"}, "`DATING` is no special", "Special Ad Categories"),
        ({"Special_Ad_Categories": "NONE, Credit"}, "`NONE` is no", "Special Ad Categories"),
        ({"Excluded_Zip": []}, "`Excluded Zip` should be a text", "Excluded Zip"),
        ({"Flexible_Inclusions": "Tea"}, "the cell is not the JSON", "Flexible Inclusions"),
    ],
)
def test_row_is_refused(cells: Payload, reason: str, column: str) -> None:
    fault = refusal("meta", EXPORTED | {n.replace("_", " "): cell for n, cell in cells.items()})
    assert fault.reason.startswith(reason)
    assert fault.pointer == f"/{column}"


def test_table_is_read_as_it_is_exported(tmp_path: Path) -> None:
    """Meta exports UTF-16 with tabs, and quotes a cell that holds quotes."""
    cells = [str(cell).replace('"', '""') for cell in EXPORTED.values()]
    lines = "\t".join(EXPORTED), "\t".join(f'"{cell}"' for cell in cells)
    file = tmp_path / "export.csv"
    file.write_bytes("\r\n".join(lines).encode("utf-16"))
    (read,) = read_records(file)
    assert isinstance(read, SubmittedRecord)
    assert adapt(read.value) == adapt(EXPORTED)


@pytest.mark.parametrize("declared", ["None", "[]", "NONE"])
def test_none_is_declared(declared: str) -> None:
    assert at(adapt(changed(Special_Ad_Categories=declared)), "declared_special_categories") == []
    assert at(adapt(EMPTY), "declared_special_categories") is None
