"""To whom ads were delivered: real ads, real audits, and the laws of the tests of significance."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.deciding.submission import NATIVE, Decided, Refused, Terms, submit
from api.delivery.facts import MOST_GROUPS, compare_groups
from api.delivery.groups import Count, measure, percent
from api.delivery.significance import Method, Rate, Verdict, chi_square, compare, fisher
from engine.semantics.vocabulary import RecordShape, Vocabulary
from engine.source.json_text import JSONValue, read_json
from tests.conftest import shared
from tests.shipped import shipped_engine

ROOT = Path(__file__).parents[3]
ENGINE = shipped_engine()
VOCABULARY = ENGINE.bundle.policies.vocabulary
TERMS = Terms(format=NATIVE, as_of=datetime(2026, 9, 15, tzinfo=UTC))
FOUR_FIFTHS = Fraction(4, 5)


def rows(*path: str) -> list[dict[str, str]]:
    with shared("data", *path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def campaign(*groups: JSONValue, **members: Any) -> dict[str, Any]:
    return {
        "id": "c-1",
        "markets": ["DE"],
        "platforms": [{"name": "meta"}],
        "flight": {"start": "2026-10-01", "end": "2026-10-31"},
        "special_categories": ["employment"],
        "delivery": {"by_group": [*groups]},
        **members,
    }


def group(name: str, delivered: int, eligible: int | None = None) -> dict[str, JSONValue]:
    made: dict[str, JSONValue] = {"attribute": "gender", "group": name, "delivered": delivered}
    return made if eligible is None else {**made, "eligible": eligible}


# --- real records -------------------------------------------------------------------------------


def test_german_truck_driver_ad_draws_a_warning_with_its_share() -> None:
    ad = [
        row
        for row in rows("job-ad-delivery-by-gender", "facebook_by_gender.csv")
        if row["Ad Set Name"] == "DE - Germany - Truck Driver" and row["Gender"] != "unknown"
    ]
    counts = [group(row["Gender"], int(row["Impressions"])) for row in ad]
    decided = submit(ENGINE, campaign(*counts), terms=TERMS, id="d")
    assert isinstance(decided, Decided)
    warnings: Any = decided.document["warnings"]
    (warning,) = [each for each in warnings if each["rule"] == "delivery_shares/job_ads"]
    assert warning["status"] == "violated"
    assert warning["message"] == (
        "Of those whom earlier job ads reached, only 7.7% were female (439 of them)."
    )
    (share,) = [each for each in warning["facts"] if each["path"].endswith("share")]
    assert share["submitted_pointer"] == "/delivery/by_group"


def audits() -> Iterator[list[dict[str, str]]]:
    """Yield the rows of each audit that compare the groups of one characteristic."""
    found = defaultdict(list)
    for row in rows("ll144-bias-audits", "audits.csv"):
        if row["impact_calc"] and row["number_of_applications"]:
            found[row["audit_id"], row["protected_char_group"]].append(row)
    yield from found.values()


def counts_of(audit: list[dict[str, str]]) -> list[Count]:
    """The counts of an audit, in billionths of people, by which its fractions become whole."""
    return [
        Count(
            attribute="race",
            group=str(index),
            delivered=int(Fraction(row["n_selected_or_n_above_median"]) * 10**9),
            eligible=int(Fraction(row["number_of_applications"]) * 10**9),
        )
        for index, row in enumerate(audit)
    ]


def test_every_bias_audit_comes_to_its_recomputed_impact_ratios_and_flags() -> None:
    """One of the 64 audits states ratios without the counts that they are made of."""
    audited, compared, below, exactly = set(), 0, 0, 0
    for audit in audits():
        for row, measured in zip(audit, measure(counts_of(audit)), strict=True):
            assert measured.impact_ratio is not None
            expected = float(row["impact_calc"])
            assert float(measured.impact_ratio) == pytest.approx(expected, abs=1e-9)
            is_below = measured.impact_ratio < FOUR_FIFTHS
            # In binary fractions a ratio of exactly four fifths can come out below it.
            exactly += is_below != (expected < 0.8)
            assert is_below == (expected < 0.8) or measured.impact_ratio == FOUR_FIFTHS
            audited.add(row["audit_id"])
            compared += 1
            below += is_below
    assert (len(audited), compared, below, exactly) == (63, 1766, 701, 2)


def test_impact_ratios_are_those_of_fairlearn() -> None:
    """An independent library comes to the same rates and ratios for every audit."""
    from fairlearn.metrics import (  # type: ignore[import-untyped] # It has no types.  # noqa: PLC0415 - it takes seconds, and only this test needs it.
        MetricFrame,
        selection_rate,
    )

    compared = 0
    for audit in audits():
        groups = [str(index) for index in range(len(audit)) for _ in (True, False)]
        chosen = [selected for _ in audit for selected in (1, 0)]
        people = [
            [float(row["n_selected_or_n_above_median"]), float(row["number_of_applications"])]
            for row in audit
        ]
        weights = [weight for one, of in people for weight in (one, of - one)]
        rates = MetricFrame(
            metrics=selection_rate,
            y_true=chosen,
            y_pred=chosen,
            sensitive_features=groups,
            sample_params={"sample_weight": weights},
        ).by_group
        for index, measured in enumerate(measure(counts_of(audit))):
            assert measured.impact_ratio is not None
            expected = rates[str(index)] / rates.max()
            assert float(measured.impact_ratio) == pytest.approx(expected, abs=1e-9)
            compared += 1
    assert compared == 1766


# --- significance -------------------------------------------------------------------------------

CHANCE = Verdict(significant=False, method=Method.FISHER)
RATES = st.integers(1, 300).flatmap(
    lambda of: st.integers(0, of).map(lambda reached: Rate(reached=reached, of=of))
)


@given(one=RATES, other=RATES)
def test_fisher_is_that_of_scipy(one: Rate, other: Rate) -> None:
    stats = pytest.importorskip("scipy.stats")
    table = [[one.reached, one.missed], [other.reached, other.missed]]
    assert float(fisher(one, other)) == pytest.approx(stats.fisher_exact(table).pvalue, abs=1e-9)
    assert fisher(one, other) == fisher(other, one)


@given(one=RATES, other=RATES)
def test_chi_square_is_that_of_scipy(one: Rate, other: Rate) -> None:
    stats = pytest.importorskip("scipy.stats")
    if (one.reached + other.reached) * (one.missed + other.missed) == 0:
        return
    table = [[one.reached, one.missed], [other.reached, other.missed]]
    expected = stats.chi2_contingency(table, correction=False).statistic
    assert float(chi_square(one, other)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        # The lady tasting tea: 3 of 4 against 1 of 4, p = 34/70.
        (Rate(reached=3, of=4), Rate(reached=1, of=4), CHANCE),
        (
            Rate(reached=8, of=8),
            Rate(reached=1, of=8),
            Verdict(significant=True, method=Method.FISHER),
        ),
        (Rate(reached=0, of=8), Rate(reached=0, of=8), CHANCE),
        (
            Rate(reached=400, of=1_000),
            Rate(reached=500, of=1_000),
            Verdict(significant=True, method=Method.CHI_SQUARE),
        ),
        (
            Rate(reached=499, of=1_000),
            Rate(reached=500, of=1_000),
            Verdict(significant=False, method=Method.CHI_SQUARE),
        ),
        (Rate(reached=1, of=1_000_000), Rate(reached=2, of=10), None),
        (Rate(reached=0, of=1_000), Rate(reached=0, of=1_000), None),
    ],
)
def test_two_rates_are_compared_by_the_test_that_fits(
    one: Rate, other: Rate, verdict: Verdict | None
) -> None:
    assert compare(one, other) == verdict


def test_the_p_value_of_the_lady_tasting_tea_is_exact() -> None:
    assert fisher(Rate(reached=3, of=4), Rate(reached=1, of=4)) == Fraction(34, 70)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(439, 5_698), "7.7%"),
        (Fraction(7_999, 10_000), "79.9%"),
        (FOUR_FIFTHS, "80.0%"),
        (Fraction(1), "100.0%"),
        (Fraction(0), "0.0%"),
    ],
)
def test_percentages_are_cut_and_not_rounded_up(value: Fraction, text: str) -> None:
    assert percent(value) == text


# --- facts --------------------------------------------------------------------------------------


def told(*groups: JSONValue) -> Any:
    made = compare_groups(campaign(*groups), VOCABULARY)
    assert made.contradictions == ()
    assert isinstance(made.campaign, dict)
    ENGINE.read(made.campaign)
    return made.campaign.get("delivery_groups")


def test_groups_are_compared_with_that_of_the_highest_rate() -> None:
    assert told(group("female", 10, 100), group("male", 30, 120)) == [
        {
            **group("female", 10, 100),
            "share": "25.0%",
            "impact_ratio": "40.0%",
            "highest": "male",
            "significant": True,
            "method": "fisher",
        },
        {
            **group("male", 30, 120),
            "share": "75.0%",
            "impact_ratio": "100.0%",
            "highest": "male",
        },
    ]


def test_characteristics_are_compared_apart() -> None:
    old: JSONValue = {"attribute": "age", "group": "65+", "delivered": 5}
    shares = [each["share"] for each in told(group("female", 10), old, group("male", 30))]
    assert shares == ["25.0%", "100.0%", "75.0%"]


@pytest.mark.parametrize("eligible", [None, 0, 5])
def test_a_rate_that_cannot_be_told_leaves_the_ratios_unknown(eligible: int | None) -> None:
    first, second = told(group("female", 10, eligible), group("male", 30, 120))
    assert "impact_ratio" not in first.keys() | second.keys()
    assert first["share"] == "25.0%"


def test_nobody_reached_makes_no_shares() -> None:
    assert told(group("female", 0, 5)) == [{**group("female", 0, 5), "highest": "female"}]


@pytest.mark.parametrize(
    "descriptor",
    [
        "text",
        {"delivery": 5},
        {"delivery": {"by_group": 5}},
        {"delivery": {"by_group": []}},
        {"delivery": {"by_group": ["odd"]}},
        {"delivery": {"by_group": [{"attribute": "gender", "group": "female"}]}},
        {"delivery": {"by_group": [{"attribute": "gender", "delivered": 1}]}},
        {"delivery": {"by_group": [group("female", -1)]}},
        {"delivery": {"by_group": [group("female", delivered=True)]}},
        {"delivery": {"by_group": [group("female", 1)] * (MOST_GROUPS + 1)}},
    ],
)
def test_what_has_no_counts_is_left_to_the_decoder(descriptor: JSONValue) -> None:
    assert compare_groups(descriptor, VOCABULARY).campaign is descriptor


def test_vocabulary_without_the_facts_is_told_nothing() -> None:
    bare = Vocabulary(
        root="campaign", records={"campaign": RecordShape(name="campaign", label="", facts={})}
    )
    submitted = campaign(group("female", 1))
    assert compare_groups(submitted, bare).campaign is submitted


def test_what_is_declared_alike_is_no_contradiction() -> None:
    made = json.loads(json.dumps(told(group("female", 10))))
    alike = campaign(group("female", 10), delivery_groups=made)
    assert compare_groups(alike, VOCABULARY).contradictions == ()


def test_what_is_declared_otherwise_is_refused() -> None:
    refused = submit(ENGINE, campaign(group("female", 10), delivery_groups=[]), terms=TERMS, id="d")
    assert isinstance(refused, Refused)
    assert [fault.pointer for fault in refused.faults] == ["/delivery_groups"]


@pytest.mark.parametrize("written", ["10.0", "1e1", "100E-1"])
def test_a_count_in_another_notation_is_the_same_count(written: str) -> None:
    """The decoder takes `10.0` for 10: what was declared beside it stood unchallenged."""
    text = json.dumps(campaign(group("female", 77, 100), group("male", 30, 120)))
    other = read_json(text.replace("77", written).replace("120", "120.0"))
    assert told(group("female", 10, 100), group("male", 30, 120)) == again(other)


def again(descriptor: Any) -> Any:
    assert compare_groups({**descriptor, "delivery_groups": []}, VOCABULARY).contradictions
    made = compare_groups(descriptor, VOCABULARY)
    assert isinstance(made.campaign, dict)
    return made.campaign["delivery_groups"]


@pytest.mark.parametrize(
    "groups",
    [
        [group("female", 10, 100), {"attribute": "gender", "group": "male"}],
        [group("female", 1)] * (MOST_GROUPS + 1),
    ],
)
def test_what_is_declared_of_counts_that_cannot_be_compared_is_refused(
    groups: list[JSONValue],
) -> None:
    declared = campaign(*groups, delivery_groups=[])
    refused = submit(ENGINE, declared, terms=TERMS, id="d")
    assert isinstance(refused, Refused)
    assert [fault.pointer for fault in refused.faults] == ["/delivery_groups"]
    assert "cannot be compared" in refused.faults[0].message


def test_fault_of_a_count_is_told_once() -> None:
    odd: JSONValue = {"attribute": "shoe_size", "group": "44", "delivered": 3}
    refused = submit(ENGINE, campaign(odd), terms=TERMS, id="d")
    assert isinstance(refused, Refused)
    assert [fault.pointer for fault in refused.faults] == ["/delivery/by_group/0/attribute"]
