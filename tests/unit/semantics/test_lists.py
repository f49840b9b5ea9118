"""Sets whose members CSV files list: what is read, of every type, and that it is as in braces."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bundle.bundle import Bundle, build, sources_of
from engine.semantics.tree import SetDefinition
from engine.source.render import render_concise, render_json, render_sarif, render_text

VOCABULARY = (Path(__file__).parents[2] / "golden" / "vocabulary.policy").read_text()


def bundle(text: str, **lists: str) -> Bundle:
    files = {"vocabulary.policy": VOCABULARY, "law/p.policy": text}
    files |= {f"law/lists/{name}.csv": content for name, content in lists.items()}
    made, diagnostics = build("lists", files)
    assert made is not None, diagnostics
    return made


def read(kind: str, column: str) -> SetDefinition:
    text = f'set S of {kind} "s"\n  is column "x" of "lists/a.csv"\nend set\n'
    return bundle(text, a=f"x\n{column}").policies.sets["S"]


@pytest.mark.parametrize(
    ("kind", "column", "members"),
    [
        ("text", "a\nb c\n", {"a", "b c"}),
        ("text", "cafe\u0301\n", {"caf\u00e9"}),
        ("place", "DE\nUS-CA\n", {"DE", "US-CA"}),
        ("country", "DE\n", {"DE"}),
        ("language", "de\nen-GB\n", {"de", "en-GB"}),
        ("currency", "EUR\n", {"EUR"}),
        ("tag", "health\n", {"health"}),
        ("number", "1\n-2.50\n", {1, Fraction(-5, 2)}),
        ("whole_number", "007\n", {7}),
        ("date", "2026-02-28\n", {date(2026, 2, 28)}),
    ],
)
def test_fields_state_members_of_every_type(kind: str, column: str, members: set[object]) -> None:
    (edition,) = read(kind, column).editions
    assert edition.content == frozenset(members)
    assert edition.file == "law/lists/a.csv"


def test_a_list_is_the_same_set_as_its_members_in_braces() -> None:
    head = 'set S of place "s"\n  from 2020-02-01 until 2030-01-01 is '
    listed = bundle(f'{head}column "code" of "lists/a.csv"\nend set\n', a="code,n\nDE,1\nFR,2\n")
    braced = bundle(f"{head}{{DE, FR}}\nend set\n")
    one, other = (each.policies.sets["S"].editions[0] for each in (listed, braced))
    assert (one.window, one.content) == (other.window, other.content)
    assert other.file == ""


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    assert read("place", "DE\r\nFR\r\n").editions[0].content == frozenset({"DE", "FR"})
    text = 'set S of place "s"\n  is column "x" of "lists/a.csv"\nend set\n'
    marked = bundle(text, a="\ufeffx\r\nDE\r\n")
    assert marked.policies.sets["S"].editions[0].content == frozenset({"DE"})


def test_editions_may_read_columns_of_one_file() -> None:
    text = (
        'set S of place "s"\n  from 2020-01-01 is column "old" of "lists/a.csv"\n'
        '  from 2021-01-01 is column "new" of "lists/a.csv"\nend set\n'
    )
    made = bundle(text, a="old,new\nDE,FR\n").policies.sets["S"]
    assert [each.content for each in made.editions] == [frozenset({"DE"}), frozenset({"FR"})]


def test_a_name_is_found_however_its_accents_are_written() -> None:
    text = 'set S of place "s"\n  is column "x" of "lists/cafe\u0301.csv"\nend set\n'
    composed = {"caf\u00e9": "x\nDE\n"}
    assert bundle(text, **composed).policies.sets["S"].editions


def test_a_set_with_a_broken_list_has_no_edition_and_its_rules_are_still_checked() -> None:
    files = {
        "vocabulary.policy": VOCABULARY,
        "p.policy": 'set S of place "s"\n  is column "x" of "a.csv"\nend set\n'
        'policy p "P"\n  rule r "R"\n    source DSA art 1\n    in force from 2024-01-01\n'
        '    applies in T\n    require campaign.political\n    message "m"\n    remedy "r"\n'
        "end policy\n",
    }
    made, diagnostics = build("lists", files)
    assert made is None
    assert {each.code for each in diagnostics} == {"E0802", "E0306"}


@given(
    st.sampled_from(["text", "place", "number", "date", "tag"]),
    st.text(alphabet='x,"\n\r\ufeff \0DEalth015-.\u0301\ud800', max_size=30),
)
def test_any_file_makes_a_set_or_faults_that_can_be_shown(kind: str, content: str) -> None:
    text = f'set S of {kind} "s"\n  is column "x" of "a.csv"\nend set\n'
    files = {"vocabulary.policy": VOCABULARY, "p.policy": text, "a.csv": f"x,\n{content}"}
    made, diagnostics = build("lists", files)
    assert (made is None) is any(each.is_error for each in diagnostics)
    assert made is None or made.policies.sets["S"].editions[0].content
    for form in (render_text, render_concise, render_json, render_sarif):
        form(diagnostics, sources_of(files))


@pytest.mark.parametrize(
    ("content", "headline"),
    [
        ("x\rDE\rFR\r", "the lines of this file end in a carriage return alone"),
        ('x\n"DE\n', "the quotation marks of this row do not fit together"),
    ],
)
def test_a_file_that_is_no_csv_is_told_why(content: str, headline: str) -> None:
    text = 'set S of place "s"\n  is column "x" of "a.csv"\nend set\n'
    files = {"vocabulary.policy": VOCABULARY, "p.policy": text, "a.csv": content}
    _, diagnostics = build("lists", files)
    assert [(each.code, each.headline) for each in diagnostics] == [("E0805", headline)]
