"""FEEL expressions of the DMN TCK in the policy language, as far as it can state them.

FEEL null is a fact that is missing; a FEEL truth is a fact that is stated. Times of day, negative
lengths of time, functions, contexts and lists of lists have no counterpart, nor has an order of
texts: an expression with one of them does not apply.
"""

import re
from collections.abc import Iterator
from typing import Any

from tests.conformance.statements import NULL, Literal, alike, comparison, ordered

_TRUTHS = {"true": "campaign.yes", "false": "campaign.no", "null": "campaign.lacking"}
_UNITS = {"D": "days", "M": "months", "Y": "years"}
_LITERAL = (
    r"true|false|null|-?\d+(?:\.\d+)?|\"[^\"\\]*\""
    r"|(?:date|duration)\(\"[^\"]*\"\)|@\"[^\"]*\""
)
_JOINED = re.compile(rf"({_LITERAL}) (and|or) ({_LITERAL})")
_DENIED = re.compile(rf"not\(({_LITERAL})\)")
_EQUAL = re.compile(rf"({_LITERAL}) (!?=) ({_LITERAL})")
_BETWEEN = re.compile(rf"({_LITERAL}) between ({_LITERAL}) and ({_LITERAL})")
_CALCULATED = re.compile(rf"({_LITERAL}) ([-+*/]) ({_LITERAL})")
_IN = re.compile(rf"({_LITERAL}) in (.+)")
_TEST = re.compile(rf"(!=|<=|>=|=|<|>)? ?({_LITERAL})")
_RANGE = re.compile(rf"([\[\](])({_LITERAL})\.\.({_LITERAL})([\[\])])")


def translated(expression: str, expected: dict[str, Any] | None) -> str | None:
    """Return the condition that states an expression, or None where there is none.

    A calculation is compared with the value that is expected of it.
    """
    if match := _JOINED.fullmatch(expression):
        return f"{_truth(match[1])} {match[2]} {_truth(match[3])}"
    if match := _DENIED.fullmatch(expression):
        return f"not {_truth(match[1])}"
    try:
        if match := _EQUAL.fullmatch(expression):
            return _compared(match[1], match[2], match[3])
        if match := _BETWEEN.fullmatch(expression):
            value, low, high = _alike(match[1], match[2], match[3])
            return f"{ordered(value).text} is between {low.text} and {high.text}"
        if match := _CALCULATED.fullmatch(expression):
            return _calculation(match[1], match[2], match[3], expected)
        if match := _IN.fullmatch(expression):
            return _within(match[1], match[2])
    except LookupError:
        return None
    return None


def _truth(word: str) -> str:
    return _TRUTHS.get(word, word)


def _literal(word: str) -> Literal:
    """Return a value as it is written here; raises `LookupError` where there is no way."""
    if word in ("true", "false"):
        return Literal(text="yes" if word == "true" else "no", kind="yes")
    if word == "null":
        return NULL
    if word[0] in "-0123456789":
        return Literal(text=word, kind="number")
    if word[0] == '"':
        return Literal(text=word, kind="text")
    inner = word[word.index('"') + 1 : -1].removesuffix('"')
    if re.fullmatch(r"\d{4}-\d\d-\d\d", inner):
        return Literal(text=inner, kind="date")
    if match := re.fullmatch(r"P(\d+)([DMY])", inner):
        kind = "days" if match[2] == "D" else "months"
        return Literal(text=f"{match[1]} {_UNITS[match[2]]}", kind=kind)
    raise LookupError(word)


def _alike(*words: str) -> tuple[Literal, ...]:
    return alike(*(_literal(word) for word in words))


def _compared(left: str, sign: str, right: str) -> str:
    return comparison(_literal(left), sign, _literal(right))


def _calculation(left: str, sign: str, right: str, expected: dict[str, Any] | None) -> str:
    one, other = _alike(left, right)
    if expected is None:
        kinds = {one.kind, other.kind}
        result = one.text if one.kind == "date" or "number" not in kinds else other.text
        if sign == "/" and one.kind == other.kind:
            result = "1"
        return f"{one.text} {sign} {other.text} is {result}"
    value = str(expected["value"])
    kind = expected["type"]
    if kind not in ("decimal", "date", "duration"):
        raise LookupError(kind)
    if kind == "duration":
        return f"{one.text} {sign} {other.text} is {_length(value)}"
    return f"{one.text} {sign} {other.text} is {value}"


def _length(value: str) -> str:
    """Return a length of time, also a negative one, which only a calculation yields here."""
    if not value.startswith("-"):
        return _literal(f'@"{value}"').text
    text = _literal(f'@"{value[1:]}"').text
    return f"-1 * {text}"


def _within(left: str, tests: str) -> str:
    conditions = list(_tests(left, tests))
    return " or ".join(f"({each})" for each in conditions)


def _tests(left: str, tests: str) -> Iterator[str]:
    if match := _RANGE.fullmatch(tests):
        low = ">=" if match[1] == "[" else ">"
        high = "<=" if match[4] == "]" else "<"
        ends = (_compared(left, low, match[2]), _compared(left, high, match[3]))
        yield " and ".join(ends)
        return
    bare = tests[1:-1] if tests[0] in "([" and tests[-1] in ")]" else tests
    for part in bare.split(","):
        match = _TEST.fullmatch(part.strip())
        if match is None:
            raise LookupError(part)
        yield _compared(left, match[1] or "=", match[2])
