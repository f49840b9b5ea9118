"""Files that are made to be slow, short enough for a test: all are answered, and briefly."""

import pytest

from engine.syntax.lexis import MOST_FAULTS
from tests.fuzz.hostile import hostile, told

LENGTH = 16 * 1024


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=ascii(name)) for name, text in hostile(LENGTH)]
)
def test_a_hostile_file_is_answered_with_few_faults(text: str) -> None:
    assert len(text) <= LENGTH
    assert len(told(text)) <= 2 * (MOST_FAULTS + 1) + 1
