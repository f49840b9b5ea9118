"""Logic, comparison, quantifiers and instants as CEL's own conformance tests have them.

A CEL error is unknown here; so is a value that the checker or the decoder refuses.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import textproto
from tests.conformance.cel import translated
from tests.conformance.statements import Example, differences, listed
from tests.conformance.textproto import Message
from tests.conftest import shared

_DIFFERENCES = Path(__file__).with_name("cel_differences.md")
_APPLY = {"logic": 25, "comparisons": 222, "macros": 23, "timestamps": 13}
"""So many of the 30, 406, 44 and 78 expressions have a counterpart in the language."""

_NUMBERS = ("int64_value", "uint64_value", "double_value")


def value(message: Message) -> Any:
    """Return a value: a truth, a number, a text, a list; raises `LookupError` for others."""
    if message.messages:
        (values,) = message.messages["list_value"]
        return tuple(value(each) for each in values.messages.get("values", []))
    ((kind, (held,)),) = message.words.items()
    if kind in _NUMBERS:
        return Decimal(held)
    return {"bool_value": held == "true", "string_value": held, "null_value": None}[kind]


def bindings(test: Message) -> Iterator[tuple[str, Any]]:
    """Yield the names that a test binds, with their values."""
    for each in test.messages.get("bindings", []):
        (name,), (outer,) = each.words["key"], each.messages["value"]
        yield name, value(outer.messages["value"][0])


def examples(name: str) -> Iterator[Example | None]:
    """Yield the tests of a file that have a counterpart, and None for each of the others."""
    path: Path = shared("vectors", "cel-spec", f"{name}.textproto")
    file = textproto.read(path.read_text(encoding="utf-8"))
    for section in file.messages["section"]:
        for test in section.messages["test"]:
            yield _example(f"{name}/{section.words['name'][0]}", test)


def _example(case: str, test: Message) -> Example | None:
    (expression,), (title,) = test.words["expr"], test.words["name"]
    is_error = "eval_error" in test.messages
    try:
        expected = None if is_error else value(test.messages["value"][0])
        bound = dict(bindings(test))
    except LookupError:
        return None
    found = translated(expression, bound, expected)
    if found is None:
        return None
    condition, facts = found
    return Example(
        case=case,
        test=title,
        expression=expression,
        wanted=None if is_error else expected is not False,
        may_be_refused=is_error,
        condition=condition,
        facts=facts,
    )


def test_expressions_come_out_as_in_cel_except_where_it_is_argued(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tried = {name: list(examples(name)) for name in _APPLY}
    stated = {name: [each for each in found if each] for name, found in tried.items()}
    differing = differences([each for found in stated.values() for each in found], none="error")
    total, whole = (sum(map(len, each.values())) for each in (stated, tried))
    with capsys.disabled():
        print(f"\nCEL: {total} of {whole} apply, {total - len(differing)} agree")  # noqa: T201 - told.
    assert differing == listed(_DIFFERENCES)
    assert {name: len(found) for name, found in stated.items()} == _APPLY
