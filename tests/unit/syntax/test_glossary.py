"""Every word of the language is explained, and nothing else is."""

import re
from enum import Enum
from pathlib import Path

import pytest

from engine.semantics.tree import MARKET
from engine.syntax import lexis, tree
from engine.syntax.glossary import MEANINGS

GRAMMAR = Path(lexis.__file__).parent / "grammar"


def words() -> set[str]:
    """Return the words of the tables of `lexis`, and those that the tree keeps as enumerations."""
    tables = (lexis.ITEM_KEYWORDS, lexis.CLAUSE_KEYWORDS, lexis.TEST_KEYWORDS, lexis.SCALAR_TYPES)
    known = (*vars(tree).values(), *vars(lexis).values())
    kinds = [kind for kind in known if isinstance(kind, type) and issubclass(kind, Enum)]
    values = {each.value for kind in kinds for each in kind}
    spoken = {value for value in values if isinstance(value, str) and value[0].isalpha()}
    phrases = {comparator.phrase for comparator in lexis.Comparator}
    return {word for table in tables for word in table} | spoken | phrases


def test_every_word_is_explained() -> None:
    assert words() - set(MEANINGS) == set()


def test_every_reserved_word_is_part_of_what_is_explained() -> None:
    spoken = {word for phrase in MEANINGS for word in phrase.split()}
    assert set(lexis.RESERVED_WORDS) - spoken == set()


def test_only_words_of_the_language_are_explained() -> None:
    grammar = "".join(path.read_text(encoding="utf-8") for path in GRAMMAR.glob("*.py"))
    known = words() | set(lexis.RESERVED_WORDS) | {"any", "every", "if any", MARKET}
    assert {word for word in set(MEANINGS) - known if f'"{word}"' not in grammar} == set()


@pytest.mark.parametrize("word", MEANINGS)
def test_an_explanation_is_one_sentence(word: str) -> None:
    said = MEANINGS[word]
    assert re.fullmatch(r"[A-Z`][^\n]*\.", said)
    assert "  " not in said
