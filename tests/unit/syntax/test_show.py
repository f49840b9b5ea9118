"""The printer, where it differs from what was written, and what it refuses."""

import pytest

from engine.source.text import Source, Span
from engine.syntax import tree
from engine.syntax.parse import parse
from tests.printer.show import show

NOWHERE = Span(source="t", start=0, end=0)
BROKEN = tree.Broken(span=NOWHERE, place=0, expected="a clause", context="rule")
NAME = tree.Name(span=NOWHERE, text="x")


def parsed(text: str) -> tree.File:
    file, diagnostics = parse(Source(name="t", text=text))
    assert diagnostics == ()
    return file


def test_a_vocabulary_has_its_columns_and_long_lists_are_wrapped() -> None:
    members = ", ".join(f"member_number_{n}" for n in range(9))
    text = f"""\
vocabulary campaign "label"

  id     : text required  "identifier"
  flight : list of flight
  kind   : list of one of {{a, b}}
  size   : one of {{a}} required

  record flight "when"
    start : date
  end record

  record empty_one
  end record

  type big is one of {{{members}}}

  last : text
end vocabulary

set S of big
  is {{{members}}}
end set
"""
    shown = show(parsed(text))
    assert parsed(shown) == parsed(text)
    head, rest = text.split("  type big")
    assert shown.startswith(
        head.replace("text required  ", "text required          ").replace(
            "list of flight", "list of flight"
        )[:30]
    )
    assert all(len(line) <= 100 for line in shown.splitlines())
    assert "  type big is one of {\n    member_number_0, " in shown
    assert "  is {\n    member_number_0, " in shown
    assert shown.endswith("member_number_8\n  }\nend set\n")
    assert rest


def test_a_set_that_a_file_lists_is_shown_with_its_column() -> None:
    text = (
        'set S of place "s"\n'
        '  from 2020-01-01 until 2021-01-01 is column "a \\"code\\"" of "lists/s.csv"\n'
        '  is column "code" of "s.csv"\n'
        "end set\n"
    )
    assert show(parsed(text)) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("policy p rule r severity high end policy", "rule r\n  severity      high"),
        ('policy p rule r "t" end policy', 'rule r "t"'),
    ],
)
def test_a_part_is_shown_alone(text: str, shown: str) -> None:
    (policy,) = parsed(text).items
    assert isinstance(policy, tree.Policy)
    assert show(policy.rules[0]) == shown


def test_facts_types_clauses_and_steps_are_shown_alone() -> None:
    kind = tree.TypeName(span=NOWHERE, name=NAME, is_list=False)
    fact = tree.FactDeclaration(span=NOWHERE, name=NAME, type=kind, required=True, label=None)
    assert show(fact) == "x : x required"
    enumeration = tree.EnumerationDeclaration(span=NOWHERE, name=NAME, members=(NAME,))
    assert show(enumeration) == "type x is one of {x}"
    clause = tree.SeverityClause(span=NOWHERE, gravity=tree.Gravity.LOW)
    assert show(clause) == "severity      low"
    step = tree.Expectation(span=NOWHERE, expected=tree.Expected.ALLOW)
    assert show(step) == "expect allow"


def test_instruments_stand_together_and_other_items_apart() -> None:
    text = 'module m\n\ninstrument A "a" "b"\ninstrument B "a" "b"\n\nmodule n\n'
    assert show(parsed(text)) == text


def test_an_empty_file_is_an_empty_line() -> None:
    assert parsed(show(tree.File(span=NOWHERE, items=()))).items == ()


def test_what_could_not_be_parsed_is_not_shown() -> None:
    record = tree.RecordDeclaration(span=NOWHERE, name=NAME, label=None, facts=(BROKEN,))
    test = tree.Test(span=NOWHERE, title=tree.TextLiteral(span=NOWHERE, value="t"), steps=(BROKEN,))
    for node in (tree.File(span=NOWHERE, items=(BROKEN,)), BROKEN, record, test):
        with pytest.raises(ValueError, match="canonical text"):
            show(node)
