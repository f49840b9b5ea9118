"""What a platform's record lacks is told by whom it can be stated about, or as the campaign's."""

from api.deciding.missing_fact_advice import advice_on
from engine.source.json_text import JSONValue

CAMPAIGN: dict[str, JSONValue] = {
    "platforms": [{"name": "meta", "account_id": "21"}],
    "audiences": [{"id": "a-1", "name": "Buyers"}, {"name": "Visitors"}, {}],
}


def test_each_fact_is_told_of_its_subject() -> None:
    missing = (
        *("/political/is_political", "/audiences/0/source", "/audiences/1/source", "/markets"),
        *("/audiences/0/lawful_basis", "/audiences/2/source", "/creatives/0/claims", "/models"),
        "/creatives/1/claims",
        *("/data_processing/processors/0/dpa_ref", "/models/0/last_bias_audit", "/audiences"),
    )
    first, *stated, own = advice_on(missing, CAMPAIGN, "`--facts`")
    assert "as standing facts (`--facts`)" in first
    assert stated == [
        "- of the account `21`: political.is_political, models",
        "- of the audience `a-1`: source, lawful_basis",
        "- of the audience `Visitors`: source",
        "- of the audience, once the record names it: source",
        "- of the processor: dpa_ref",
        "- of the model: last_bias_audit",
    ]
    assert own.startswith("Only the campaign itself tells markets, creatives[].claims, audiences:")


def test_the_advertiser_stands_in_where_no_account_is_named() -> None:
    advertiser: dict[str, JSONValue] = {"advertiser": {"name": "Fjellsko"}}
    assert advice_on(["/models"], advertiser, "x")[1:] == (
        "- of the advertiser `Fjellsko`: models",
    )
    unnamed = advice_on(["/models"], {}, "x")
    assert unnamed[1:] == ("- of the account, once the record names it: models",)
    assert advice_on([], CAMPAIGN, "x") == ()
