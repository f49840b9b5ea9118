"""What a writer probably meant: the suggestion that goes with a fault."""

import pytest

from engine.source.diagnostic import Diagnostic
from engine.source.text import Source
from engine.syntax.habits import AGE_HABITS, CLAUSE_HABITS, COMPARISON_HABITS
from engine.syntax.lexis import CLAUSE_KEYWORDS, Comparator
from engine.syntax.notations import SYMBOL_HABITS
from engine.syntax.parse import parse

PHRASES = (
    {"require"}
    | {comparator.phrase for comparator in Comparator}
    | {
        "and",
        "or",
        "not",
        "has",
        "yes",
        "no",
    }
)


def only_fault(clause: str) -> tuple[Diagnostic, str]:
    text = f"policy p\n  rule r\n    {clause}\nend policy\n"
    source = Source(name="t", text=text)
    _, (fault,) = parse(source)
    return fault, source.slice(fault.span)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (typed, meant)
        for typed, meant in COMPARISON_HABITS.items()
        if typed.startswith(("is ", "contain", "exceed", "equal")) and typed not in AGE_HABITS
    ],
)
def test_english_comparisons_are_understood(typed: str, meant: str) -> None:
    fault, words = only_fault(f"prohibit when campaign.x {typed} {{a}} b")
    assert (words, fault.replacement) == (typed, meant)


@pytest.mark.parametrize(("typed", "of_days"), AGE_HABITS.items())
def test_what_is_older_has_more_years_and_an_earlier_day(typed: str, of_days: str) -> None:
    meant = {"5": COMPARISON_HABITS[typed], "2026-01-01": of_days, "today": of_days, "a.b": None}
    for then, replacement in meant.items():
        fault, words = only_fault(f"prohibit when campaign.x {typed} {then}")
        assert (words, fault.replacement) == (typed, replacement)


@pytest.mark.parametrize(("typed", "meant"), CLAUSE_HABITS.items())
def test_english_clauses_are_understood(typed: str, meant: str) -> None:
    fault, words = only_fault(f"{typed} 5")
    assert (words, fault.replacement) == (typed, meant)


def test_every_suggestion_is_of_the_language() -> None:
    assert set(COMPARISON_HABITS.values()) | set(SYMBOL_HABITS.values()) <= PHRASES
    assert set(AGE_HABITS.values()) <= PHRASES
    assert set(CLAUSE_HABITS.values()) <= set(CLAUSE_KEYWORDS)
    assert not set(COMPARISON_HABITS) & PHRASES


@pytest.mark.parametrize(
    ("clause", "words", "replacement"),
    [
        ("prohibit when x is at moost 5", "is at moost", "is at most"),
        ("prohibit when x is lss than 5", "is lss than", "is less than"),
        ("prohibit when x exceds 5", "exceds", "exceeds"),
        ("prohibit when x Is 5", "Is", "is"),
        ("prohibit when x or y OR z", "OR", "or"),
        ("svrty high", "svrty", "severity"),
        ("Severity high", "Severity", "severity"),
        ("in force form today", "in force form", "in force from"),
        ("enforcment mandatory", "enforcment", "enforcement"),
        ("enforcement mandatry", "mandatry", "mandatory"),
        ("prohibit when x xyz y", "xyz", None),
        ('prohibit when x is "a b c" "d e" y', '"d e"', None),
        ("require that x is 5", "require that", "require"),
    ],
)
def test_near_words_are_suggested(clause: str, words: str, replacement: str | None) -> None:
    fault, marked = only_fault(clause)
    assert (marked, fault.replacement) == (words, replacement)


@pytest.mark.parametrize(
    "typed",
    [
        "is newer than",
        "is earler than",
        "is sooner then",
        "is mostly",
        "is lesser",
        "does not exceed",
    ],
)
def test_what_is_no_misspelling_is_not_made_another_comparison(typed: str) -> None:
    fault, _ = only_fault(f"prohibit when x {typed} 5")
    assert fault.replacement is None


def test_adjectives_keep_their_direction_also_where_they_are_denied() -> None:
    assert COMPARISON_HABITS["is older than"] == "is more than"
    assert COMPARISON_HABITS["is not older than"] == "is at most"
    assert COMPARISON_HABITS["is shorter than"] == "is less than"
    assert COMPARISON_HABITS["is no shorter than"] == "is at least"
    assert COMPARISON_HABITS["is longer than or equal to"] == "is at least"


def test_an_impossible_day_is_told_without_what_clings_to_it() -> None:
    for clinging in ("", "-5", "-x", ".5", "/7", "%"):
        fault, words = only_fault(f"in force from 2026-02-30{clinging}")
        assert fault.code == "E0206"
        assert words == "2026-02-30"


@pytest.mark.parametrize("typed", ["adopts assent.privacy", "tightens limit to 5"])
def test_clauses_of_a_profile_stand_in_one(typed: str) -> None:
    source = Source(name="t", text=f"module m\n{typed}\n")
    _, (fault,) = parse(source)
    assert source.slice(fault.span) == typed.split(maxsplit=1)[0]
    assert "profile" in f"{fault.headline} {fault.label} {fault.help}"


@pytest.mark.parametrize(
    ("clause", "words", "advice"),
    [
        ("prohibit when x is one of sales, leads", ",", "list what it may be in braces"),
        ("prohibit when number of x.approvals is 5", "of", "`count of campaign.approvals`"),
        ("prohibit when x.hour is 12:30", ":", "there are no times of day"),
        ("prohibit when x.day is March 3", "3", "days are written year-month-day"),
        ("prohibit when x.end is 30 days after", "after", "days are reckoned with"),
        ("prohibit when x is 5 before 10 days", "before", "join conditions"),
        ("source DSA art 26(3); DSA art 28", ";", "citations are set apart by commas"),
        ("source ART 26", "26", "the instrument stands first: `DSA art 26`"),
        ("source DSA 26", "26", "say what kind of provision it is"),
        (". high", ".", "a clause ends with its line"),
        (": high", ":", "no colon stands behind a word of the language"),
    ],
)
def test_what_does_not_fit_is_advised_on(clause: str, words: str, advice: str) -> None:
    fault, marked = only_fault(clause)
    assert marked == words
    assert advice in (fault.help or "")


@pytest.mark.parametrize("before", ["the", "either", "both"])
def test_words_that_add_nothing_are_left_out(before: str) -> None:
    fault, marked = only_fault(f"prohibit when {before} x is 5")
    assert (marked, fault.replacement) == (before, "")
    fault, marked = only_fault(f"prohibit when x includes {before} y")
    assert marked == (before if before == "the" else "y")


@pytest.mark.parametrize(
    ("clause", "words", "advice"),
    [
        ("adopts assent.privacy and assent.minors", "and", "modules are set apart by commas"),
        ("adopts assent privacy", "privacy", "are joined by full stops"),
        ("tightens a/b to mandatory from 2026-01-01", "from", "leave the day out"),
    ],
)
def test_clauses_of_a_profile_are_advised_on(clause: str, words: str, advice: str) -> None:
    source = Source(name="t", text=f"profile p\n  {clause}\nend profile\n")
    _, (fault,) = parse(source)
    assert source.slice(fault.span) == words
    assert advice in (fault.help or "")
