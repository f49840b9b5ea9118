"""The elements of the grammar."""

import pytest

from engine.syntax.grammar.elements import Choice, leaf, word


def test_a_construct_to_choose_begins_with_a_phrase() -> None:
    assert Choice([word("one") - word("two")], word("three")) is not None
    with pytest.raises(TypeError, match="begins with a phrase"):
        Choice([leaf("[a-z]", "a letter") - word("two")], word("three"))
