"""How expressions of other languages read here: values, their comparison, and what differs then.

A list of differences is a page in Markdown that argues each in a row of a table. It is held to what
happens: a difference that is not listed fails, and so does one that is no more.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conformance.verdicts import truths

TRUTHS = {"yes": "campaign.yes", "no": "campaign.no"}
_PHRASES = {"<=": "is at most", ">=": "is at least", "<": "is less than", ">": "is more than"}
_DAY_PHRASES = {"<=": "is on or before", ">=": "is on or after", "<": "is before", ">": "is after"}
_ROW = re.compile(r"\| (\S+) \| (\S+) \| `(.+)` \| (\w+) \| (\w+) \|")

Row = tuple[str, ...]
"""A difference: the case, its test, the expression, what it is there, and what it is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A value as it is written here, and of what kind it is."""

    text: str
    kind: str


NULL = Literal(text="", kind="null")


def alike(*values: Literal) -> tuple[Literal, ...]:
    """Return values in which null is a missing fact of the kind of the others."""
    kind = next((each.kind for each in values if each.kind != "null"), "number")
    missing = Literal(text=f"campaign.{'lacking' if kind == 'yes' else kind}", kind=kind)
    return tuple(missing if each.kind == "null" else each for each in values)


def ordered(value: Literal) -> Literal:
    """Return a value of which there is an order here; raises `LookupError` for others."""
    if value.kind in ("text", "yes"):
        raise LookupError(value)
    return value


def comparison(left: Literal, sign: str, right: Literal) -> str:
    """Return the condition that compares two values by `=`, `!=`, `<`, `<=`, `>` or `>=`."""
    one, other = alike(left, right)
    if sign in ("=", "!="):
        text = TRUTHS.get(one.text, one.text)
        return f"{text} {'is' if sign == '=' else 'is not'} {other.text}"
    phrases = _DAY_PHRASES if one.kind in ("date", "instant") else _PHRASES
    return f"{ordered(one).text} {phrases[sign]} {other.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An expression that has a counterpart: the condition, with facts of its own.

    `wanted` is its truth in the other language, None where it has none; `may_be_refused` is whether
    a refusal here says the same.
    """

    case: str
    test: str
    expression: str
    wanted: bool | None
    may_be_refused: bool
    condition: str
    facts: Mapping[str, tuple[str, Any]] = field(default_factory=dict)


def differences(examples: Sequence[Example], none: str) -> set[Row]:
    """Return the examples that come out otherwise here; `none` is what they call no truth."""
    found, refused = truths(
        [each.condition for each in examples], facts=[each.facts for each in examples]
    )
    differing: set[Row] = set()
    for place, each in enumerate(examples):
        is_refused = place in refused
        same = each.may_be_refused if is_refused else found[place] is each.wanted
        if not same:
            here = "refused" if is_refused else _word(found[place], "unknown")
            there = _word(each.wanted, none)
            differing.add((each.case, each.test, each.expression, there, here))
    return differing


def _word(truth: bool | None, none: str) -> str:  # noqa: FBT001 - a truth is what this is about.
    return none if truth is None else str(truth).lower()


def listed(page: Path) -> set[Row]:
    """Return the differences that a page lists."""
    rows = _ROW.findall(page.read_text(encoding="utf-8"))
    return {tuple(cell.replace("\\|", "|") for cell in row) for row in rows}
