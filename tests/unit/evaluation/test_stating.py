"""`engine.evaluation.stating`: what an answer says of how a missing fact is stated."""

import pytest

from engine.evaluation.stating import how_to_state
from engine.semantics.types import EnumerationType, ListType, RecordType, Scalar, Type

SUBJECT = EnumerationType(name="subject", members=("alcohol", "gambling"))


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (SUBJECT, "one of alcohol, gambling"),
        (ListType(element=SUBJECT), "a list of alcohol, gambling; [] for none"),
        (ListType(element=Scalar.PLACE), 'a list of codes: ["DE", "US-NY"]; [] for none'),
        (ListType(element=Scalar.COUNTRY), 'a list of codes: ["DE", "FR"]; [] for none'),
        (ListType(element=RecordType(name="ad")), "a list; [] for none"),
        (ListType(element=Scalar.TEXT), "a list; [] for none"),
        (Scalar.YES_NO, "true or false"),
        (Scalar.MONEY, 'an amount: {"amount": "5000.00", "currency": "EUR"}'),
        (Scalar.TEXT, ""),
        (RecordType(name="flight"), ""),
        (None, ""),
    ],
)
def test_words_and_forms_that_nobody_can_guess_are_told(kind: Type | None, told: str) -> None:
    assert how_to_state(kind, is_required=False) == told


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (ListType(element=SUBJECT), "a list of alcohol, gambling"),
        (ListType(element=Scalar.PLACE), 'a list of codes: ["DE", "US-NY"]'),
        (ListType(element=Scalar.TEXT), "a list"),
    ],
)
def test_a_list_that_is_required_has_an_element(kind: Type, told: str) -> None:
    """Who states none is refused."""
    assert how_to_state(kind, is_required=True) == told
