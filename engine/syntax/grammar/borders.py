"""Where constructs begin: the patterns at which parsing resumes, and at which a clause may end."""

import re

from ..lexis import (
    CLAUSE_KEYWORDS,
    DEFINITION_KEYWORDS,
    ITEM_KEYWORDS,
    NAME,
    PARAMETER_KEYWORDS,
    PROFILE_KEYWORDS,
    TABLE_KEYWORDS,
    TEST_KEYWORDS,
    WAIVER_KEYWORDS,
    phrase_pattern,
)

_NOT_A_WORD_IN_USE = r"(?![ \t]*[.,)}\];:])"
_ITEM = rf"{phrase_pattern(*ITEM_KEYWORDS)}(?=[ \t]+[\"\w]|[ \t]*[\r\n]|[ \t]*\Z)"


def _border(*keywords: str) -> str:
    """Return the pattern of where a part of a construct begins, or the construct ends."""
    return rf"(?:{phrase_pattern(*keywords, 'end')}{_NOT_A_WORD_IN_USE}|{_ITEM})"


ITEM_BORDER = _ITEM
RULE_BORDER = _border(*CLAUSE_KEYWORDS, "rule")
STEP_BORDER = _border(*TEST_KEYWORDS)
DEFINITION_BORDER = _border(*DEFINITION_KEYWORDS)
PARAMETER_BORDER = _border(*PARAMETER_KEYWORDS)
TABLE_BORDER = _border(*TABLE_KEYWORDS)
WAIVER_BORDER = _border(*WAIVER_KEYWORDS)
PROFILE_BORDER = _border(*PROFILE_KEYWORDS)
GROUP_START = rf"(?:record|type)[ \t]+{NAME}(?!\s*:)"
FACT_BORDER = rf"(?:{NAME}\s*:|{GROUP_START}|end[ \t]+\w|{_ITEM})"
EDITION_BORDER = rf"(?:{phrase_pattern('from', 'is', 'end')}|{_ITEM})"

ITEM_WORD = (
    rf"(?!{phrase_pattern(*CLAUSE_KEYWORDS, *TEST_KEYWORDS, *DEFINITION_KEYWORDS)}"
    rf"|{phrase_pattern(*PARAMETER_KEYWORDS, *TABLE_KEYWORDS, *WAIVER_KEYWORDS)}"
    rf"|{phrase_pattern(*PROFILE_KEYWORDS, 'rule', 'end', 'record', 'type')}"
    rf"|{NAME}\s*:)[A-Za-z]"
)
"""A word that may begin an item, misspelt, because it begins nothing that stands within one."""

_OPERATORS = (
    r"(?:is|has|in|and|or|of|includes|exceeds|overlaps|for|where|when|until|through|before|after|gives|source)"
    r"(?!\w)"
)
_TWO_WORDS = rf"(?=[ \t]+(?:\"|(?!{_OPERATORS})[A-Za-z]))"
_SIMPLE_KEYWORDS = tuple(word for word in CLAUSE_KEYWORDS if " " not in word)
_PHRASES = tuple(words for words in CLAUSE_KEYWORDS if " " in words)

CLAUSE_START = re.compile(
    rf"{phrase_pattern(*_PHRASES)}|on[ \t]+\d"
    rf"|{phrase_pattern(*_SIMPLE_KEYWORDS, *ITEM_KEYWORDS)}{_TWO_WORDS}"
)
"""The start of a clause where a value should be: two words side by side are never a value."""

LINE_OF_WORDS = re.compile(NAME + _TWO_WORDS)
"""At the start of a line, what is no value either, but may be a clause with a misspelt keyword."""
