"""Diagnostics on one line each, and as SARIF 2.1.0."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.source.diagnostic import Diagnostic, Severity
from engine.source.render import render_concise, render_sarif, render_text
from engine.source.text import Source
from engine.version import __version__


def diagnostic(source: Source, start: int, end: int, **details: Any) -> Diagnostic:
    given = {"code": "E0301", "severity": Severity.ERROR, "headline": "a headline", **details}
    return Diagnostic(span=source.span(start, end), **given)


def concise(**details: Any) -> str:
    source = Source(name="law/f.policy", text="one\ntwo three")
    return render_concise([diagnostic(source, 8, 13, **details)], {source.name: source})


def run_of(source: Source, *diagnostics: Diagnostic) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(json.dumps(render_sarif(diagnostics, {source.name: source})))
    assert log["version"] == "2.1.0"
    assert log["$schema"].startswith("https://docs.oasis-open.org/sarif/")
    assert set(log) == {"version", "$schema", "runs"}
    (run,) = log["runs"]
    assert run["columnKind"] == "utf16CodeUnits"
    assert run["tool"]["driver"]["name"] == "Assent"
    assert run["tool"]["driver"]["semanticVersion"] == __version__
    assert isinstance(run, dict)
    return run


def result_of(source: Source, start: int, end: int, **details: Any) -> dict[str, Any]:
    (result,) = run_of(source, diagnostic(source, start, end, **details))["results"]
    assert isinstance(result, dict)
    return result


# --- full text --------------------------------------------------------------------------------


def test_the_page_is_named_once_for_each_code() -> None:
    source = Source(name="f", text="one two")
    made = [
        diagnostic(source, 0, 3),
        diagnostic(source, 4, 7),
        diagnostic(source, 4, 7, code="E0302"),
    ]
    lines = render_text(made, {"f": source}).splitlines()
    assert [line for line in lines if "more" in line] == [
        "  = more: assent explain E0301",
        "  = more: assent explain E0302",
    ]


# --- concise ----------------------------------------------------------------------------------


def test_one_line_says_where_what_and_what_was_meant() -> None:
    assert concise() == "law/f.policy:2:5: error[E0301] a headline\n"
    assert concise(severity=Severity.WARNING).startswith("law/f.policy:2:5: warning[E0301] ")
    meant = "law/f.policy:2:5: error[E0301] a headline (did you mean `four`?)\n"
    assert concise(replacement="four", label="l", help="h") == meant


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"label": "drop it", "help": "h"}, "drop it"),
        ({"help": "type a space"}, "type a space"),
        ({}, "leave it out"),
    ],
)
def test_a_replacement_by_nothing_is_described(details: dict[str, str], told: str) -> None:
    assert concise(replacement=" ", **details).endswith(f" a headline ({told})\n")


# --- SARIF ------------------------------------------------------------------------------------


def test_a_run_without_diagnostics_says_that_nothing_was_found() -> None:
    run = run_of(Source(name="f", text=""))
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_the_rules_are_the_codes_found_with_their_pages() -> None:
    source = Source(name="f", text="one two")
    made = [
        diagnostic(source, 0, 3),
        diagnostic(source, 4, 7),
        diagnostic(source, 4, 7, code="E0102"),
        diagnostic(source, 4, 7, code="W7"),
    ]
    run = run_of(source, *made)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["E0102", "E0301", "W7"]
    assert rules[1]["shortDescription"] == {"text": "unknown fact"}
    assert rules[1]["fullDescription"]["text"].startswith("The rule speaks of a fact")
    assert rules[1]["help"]["markdown"].startswith("# E0301: unknown fact\n")
    assert rules[2] == {"id": "W7"}
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_result_has_its_level_its_words_and_its_place() -> None:
    source = Source(name="my law/f.policy", text="one\ntwo three\n")
    result = result_of(source, 8, 13, severity=Severity.WARNING, label="here", help="do this")
    assert result["level"] == "warning"
    assert result["message"] == {"text": "a headline\nhere\ndo this"}
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "my%20law/f.policy", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 10},
    }
    assert "fixes" not in result


def test_columns_count_utf_16_code_units() -> None:
    source = Source(name="f", text="\n𝄞é x")
    region = result_of(source, 4, 5)["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 6}


def test_an_absolute_path_is_a_file_uri() -> None:
    path = Path("/else where/f.policy").absolute()
    source = Source(name=str(path), text="one")
    location = result_of(source, 0, 3)["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": path.as_uri()}


def fixed(text: str, words: str, replacement: str, **details: Any) -> str | None:
    """Return the text after the fix, applied as a tool would apply it."""
    source = Source(name="f", text=text)
    start = text.index(words)
    result = result_of(source, start, start + len(words), replacement=replacement, **details)
    if "fixes" not in result:
        return None
    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "f"
    (made,) = change["replacements"]
    region = made["deletedRegion"]
    assert region["startLine"] == region["endLine"] == 1
    inserted = made["insertedContent"]["text"]
    assert fix["description"]["text"] == (
        f"write `{inserted.strip()}`" if inserted.strip() else "take these words out"
    )
    return text[: region["startColumn"] - 1] + str(inserted) + text[region["endColumn"] - 1 :]


def test_a_replacement_is_a_fix() -> None:
    assert fixed("when minimun is", "minimun", "minimum") == "when minimum is"
    assert fixed("a is 18.", ".", "") == "a is 18"


def test_a_word_for_a_sign_is_set_apart_from_its_neighbours() -> None:
    assert fixed("age>=18", ">=", "is at least") == "age is at least 18"
    assert fixed("(!x)", "!", "not") == "(not x)"
    assert fixed("a – b", "–", "-") == "a - b"  # noqa: RUF001 - the ambiguity is the point.
