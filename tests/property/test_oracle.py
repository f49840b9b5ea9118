"""The engine beside an evaluator that shares nothing with it (`tests/oracle`)."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.comparing import POLICIES, differences
from tests.strategies.campaigns import descriptors
from tests.strategies.policy_texts import bundle_of
from tests.strategies.vocabulary import DAYS


@settings(max_examples=20)  # Each compares five campaigns.
@given(POLICIES, st.lists(st.tuples(descriptors(), DAYS), min_size=5, max_size=5))
def test_the_engine_decides_as_the_page_of_the_language_says(
    files: dict[str, str], campaigns: list[tuple[dict[str, Any], date]]
) -> None:
    bundle = bundle_of(files)
    for descriptor, day in campaigns:
        assert differences(bundle, descriptor, day) == []
