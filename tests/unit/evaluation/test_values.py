"""How values read."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from engine.evaluation.values import decimal_text, show, show_typed
from engine.semantics.tree import Money
from engine.semantics.types import ListType, RecordType, Scalar, Type
from tests.unit.evaluation.courtroom import campaign_of, court


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-7, "-7"),
        (1200, "1200"),
        (Fraction(1, 8), "0.125"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(1, 3), "0.333333"),
        (Fraction(-2, 3), "-0.666667"),
        (Fraction(1, 3 * 10**9), "0"),
        (Fraction(-1, 3 * 10**9), "0"),
        (Fraction(1, 2**20), "0.00000095367431640625"),
        (Fraction(10**17, 1), "100000000000000000"),
        (Fraction(3_000_001, 3), "1000000.333333"),
    ],
)
def test_a_number_reads_exactly_where_it_can_and_rounded_half_even_else(
    number: Fraction | int, text: str
) -> None:
    assert decimal_text(number) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "unknown"),
        (True, "yes"),
        (False, "no"),
        (12, "12"),
        (Fraction(1, 4), "0.25"),
        (Money(amount=Fraction(-5, 2), currency="EUR"), "EUR -2.5"),
        (date(2026, 2, 3), "2026-02-03"),
        (datetime(2026, 2, 3, 9, tzinfo=UTC), "2026-02-03T09:00:00+00:00"),
        ("a text", "a text"),
        ((), "none"),
        (("DE", "FR"), "DE, FR"),
    ],
)
def test_a_value_reads_as_a_person_writes_it(value: object, text: str) -> None:
    assert show(value) == text


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (Fraction(1, 8), Scalar.PERCENTAGE, "12.5%"),
        (1, Scalar.PERCENTAGE, "100%"),
        (Fraction(1, 3), Scalar.PERCENTAGE, "33.333333%"),
        (None, Scalar.PERCENTAGE, "unknown"),
        (Fraction(1, 8), Scalar.NUMBER, "0.125"),
        ((Fraction(1, 8), 1), ListType(element=Scalar.PERCENTAGE), "12.5%, 100%"),
        ((), ListType(element=Scalar.PERCENTAGE), "none"),
        (None, ListType(element=Scalar.PERCENTAGE), "unknown"),
    ],
)
def test_a_percentage_reads_with_its_sign_also_in_a_list(
    value: object, kind: Type, text: str
) -> None:
    assert show_typed(value, kind) == text


def test_a_group_reads_as_what_is_known_of_it() -> None:
    campaign = campaign_of(court(), person={"age": 17, "home": "DE"}, share="5%")
    assert show_typed(campaign.at("person"), RecordType(name="person")) == "17; DE"
    assert "5%" in show(campaign.facts)
    assert show(campaign_of(court(), person={}).at("person")) == "unknown"


def test_what_is_below_an_unknown_group_is_unknown() -> None:
    campaign = campaign_of(court(), person=None, flight=None)
    assert campaign.at("person", "age") is None
    assert campaign.day("flight", "start") is None
    assert campaign.text("flight") is None


def test_markets_are_counted_once_in_the_order_given() -> None:
    assert campaign_of(court(), markets=["FR", "DE", "FR"]).markets == ("FR", "DE")
    assert campaign_of(court(), markets=None).markets is None
