"""Diagnostics as a person and as a program read them."""

from engine.source.diagnostic import Diagnostic, Severity
from engine.source.render import render_json, render_text
from engine.source.text import Source


def diagnostic(source: Source, start: int, end: int, **details: str) -> Diagnostic:
    span = source.span(start, end)
    return Diagnostic(
        code="W7", severity=Severity.WARNING, headline="a headline", span=span, **details
    )


def text_of(source: Source, start: int, end: int, **details: str) -> str:
    return render_text([diagnostic(source, start, end, **details)], {source.name: source})


def test_a_person_sees_the_line_with_its_words_underlined() -> None:
    source = Source(name="f.policy", text="one\r\n\ttwo three\r\nfour")
    assert text_of(source, 10, 15, label="here", help="do this") == (
        "warning[W7]: a headline\n"
        " --> f.policy:2:6\n"
        "  |\n"
        "2 |  two three\n"
        "  |      ^^^^^ here\n"
        "  = help: do this\n"
        "  = more: assent explain W7\n"
    )


def test_a_place_at_the_end_of_the_text_is_marked_once() -> None:
    source = Source(name="f", text="one\n")
    assert text_of(source, 4, 4).splitlines()[3:5] == ["2 | ", "  | ^"]


def test_marks_stay_on_their_line() -> None:
    source = Source(name="f", text="one two\nthree")
    assert text_of(source, 4, 13).splitlines()[4] == "  |     ^^^"


def test_a_very_long_line_is_cut_to_the_neighbourhood_of_the_words() -> None:
    source = Source(name="f", text="a" * 500 + "HERE" + "b" * 500)
    *_, line, marks, _ = text_of(source, 500, 504).splitlines()
    assert len(line) <= 170
    assert line.index("HERE") == marks.index("^^^^")


def test_diagnostics_are_set_apart_by_an_empty_line() -> None:
    source = Source(name="f", text="one")
    both = [diagnostic(source, 0, 1), diagnostic(source, 1, 2)]
    assert "\n\nwarning" in render_text(both, {"f": source})


def test_a_program_reads_lines_columns_and_offsets() -> None:
    source = Source(name="f", text="one\ntwo")
    assert render_json([diagnostic(source, 4, 7, replacement="2")], {"f": source}) == [
        {
            "code": "W7",
            "severity": "warning",
            "headline": "a headline",
            "file": "f",
            "start": {"line": 2, "column": 1, "offset": 4},
            "end": {"line": 2, "column": 4, "offset": 7},
            "label": None,
            "help": None,
            "replacement": "2",
            "page": "assent explain W7",
        }
    ]
