"""How numbers, amounts and days are written, for those who wrote them as they do elsewhere."""

import re

from ..notations import DAY_HABIT, MONTH_NAMES, THOUSANDS, UNIT_HABITS

_CURRENCY = re.compile("[A-Z]{3}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_THREE_DIGITS = re.compile(r"\d{3}%?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+", re.ASCII)
_DAY_ELSEWHERE = re.compile(
    r"\d{1,4}[./]\d{1,2}[./]\d{1,4}|\d{1,2}(?:st|nd|rd|th|er|re|\.)", re.ASCII | re.IGNORECASE
)
_HOUR = re.compile(r"\d{1,2}(?:am|pm|h|hrs)", re.ASCII | re.IGNORECASE)
_SHORTENED = re.compile(r"\d+(?:k|m|tsd|mio)", re.ASCII | re.IGNORECASE)
_WRITTEN_VALUES = "numbers are written `5000` or `0.5`, percentages `80%`, money `EUR 5000.00`"


def number_advice(found: str, before: str, after: str) -> str | None:
    """Return how a number, an amount or a day is written, where these words are probably one."""
    is_behind = _NUMBER.fullmatch(before) is not None
    if found == "," and is_behind and _THREE_DIGITS.fullmatch(after):
        decimal = _decimal(before, after)
        return f"{THOUSANDS}; where the comma stands before decimals, write `{decimal}`"
    if found == "," and is_behind and after.removesuffix("%").isdigit():
        return f"decimals stand behind a full stop: `{before}.{after}`"
    if _GROUPED.fullmatch(found) or (is_behind and (found.isdigit() or found == ",")):
        return THOUSANDS
    if found.lower() in UNIT_HABITS:
        return UNIT_HABITS[found.lower()]
    if before.lower() in MONTH_NAMES or _DAY_ELSEWHERE.fullmatch(found):
        return DAY_HABIT
    if _SHORTENED.fullmatch(found):
        return UNIT_HABITS["thousand"]
    if found[:1].isdigit() and _CURRENCY.fullmatch(before.upper()):
        return f"a currency is written in capitals: `{before.upper()} {found}`"
    if _CURRENCY.fullmatch(found) and is_behind:
        return f"the currency stands before the amount: `{found} {before}`"
    return None


def _decimal(whole: str, decimals: str) -> str:
    """Return a number, or a share, without the zeros at its end."""
    sign = "%" if decimals.endswith("%") else ""
    return f"{whole}.{decimals.removesuffix('%')}".rstrip("0").removesuffix(".") + sign


def value_advice(found: str) -> str:
    """Return how what begins with a digit is written: a day, a time of day, or a value."""
    if _DAY_ELSEWHERE.fullmatch(found):
        return DAY_HABIT
    return UNIT_HABITS["pm"] if _HOUR.fullmatch(found) else _WRITTEN_VALUES
