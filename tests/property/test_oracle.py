"""The engine beside an evaluator that shares nothing with it (`tests/oracle`)."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.comparing import POLICIES, differences
from tests.strategies.campaigns import descriptors
from tests.strategies.corners import LIFTED, MONTHS, at_month_ends, of_lifted
from tests.strategies.policy_texts import bundle_of
from tests.strategies.vocabulary import DAYS

FEW = settings(max_examples=20)  # Each compares many rules, or five campaigns.


@FEW
@given(POLICIES, st.lists(st.tuples(descriptors(), DAYS), min_size=5, max_size=5))
def test_the_engine_decides_as_the_page_of_the_language_says(
    files: dict[str, str], campaigns: list[tuple[dict[str, Any], date]]
) -> None:
    bundle = bundle_of(files)
    for descriptor, day in campaigns:
        assert differences(bundle, descriptor, day) == []


@FEW
@given(at_month_ends())
def test_months_end_as_the_page_says(descriptor: dict[str, Any]) -> None:
    assert differences(bundle_of(MONTHS), descriptor, date(2026, 6, 1)) == []


@FEW
@given(of_lifted())
def test_permissions_lift_as_the_page_says(descriptor: dict[str, Any]) -> None:
    assert differences(bundle_of(LIFTED), descriptor, date(2026, 6, 1)) == []
