"""Sets that name others: what they take over, on which days, and what is refused."""

import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.bundle.bundle import build
from engine.semantics.declarations.sets import MOST_TAKEN
from engine.semantics.tree import SetDefinition

VOCABULARY = (Path(__file__).parents[2] / "golden" / "vocabulary.policy").read_text()
UNION = """set U of country
  from 2010-01-01 until 2020-02-01 is {DE, GB}
  from 2020-02-01 is {DE}
end set
"""


def made(text: str, **lists: str) -> dict[str, SetDefinition]:
    files = {"vocabulary.policy": VOCABULARY, "p.policy": text}
    bundle, diagnostics = build(
        "sets", files | {f"{name}.csv": each for name, each in lists.items()}
    )
    assert bundle is not None, diagnostics
    return dict(bundle.policies.sets)


def found(text: str) -> list[tuple[str, str]]:
    _, diagnostics = build("sets", {"vocabulary.policy": VOCABULARY, "p.policy": text})
    return [(each.code, text[each.span.start : each.span.end]) for each in diagnostics]


def edition(members: set[str], *days: date | None) -> tuple[object, ...]:
    return frozenset(members), *days


def editions(declared: SetDefinition) -> list[tuple[object, ...]]:
    return [(each.content, each.window.start, each.window.until) for each in declared.editions]


LEFT = date(2020, 2, 1)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "is {U, NO}",
            [
                edition({"DE", "GB", "NO"}, date(2010, 1, 1), LEFT),
                edition({"DE", "NO"}, LEFT, None),
            ],
        ),
        ("from 2021-01-01 is {U}", [edition({"DE"}, date(2021, 1, 1), None)]),
        ("from 2015-01-01 is {NO, U, GB}", [edition({"DE", "GB", "NO"}, date(2015, 1, 1), None)]),
        ("until 2011-01-01 is {U}", [edition({"DE", "GB"}, date(2010, 1, 1), date(2011, 1, 1))]),
        ("until 2009-01-01 is {U}", []),
    ],
    ids=["changes with it", "begins later", "no change", "ends before", "has none"],
)
def test_a_set_has_the_members_of_those_that_it_names_on_each_day(
    written: str, expected: list[tuple[object, ...]]
) -> None:
    written = written.replace("until", "from 2000-01-01 until")
    assert editions(made(f"{UNION}set A of place\n  {written}\nend set\n")["A"]) == expected


def test_the_order_of_sets_does_not_matter_and_lists_may_be_named() -> None:
    text = "set A of place\n  is {B, NO}\nend set\nset B of place\n  is {C}\nend set\n"
    text += 'set C of place\n  is column "x" of "c.csv"\nend set\n'
    (only,) = made(text, c="x\nDE\nFR\n")["A"].editions
    assert only.content == frozenset({"DE", "FR", "NO"})


def test_what_may_be_a_member_is_one() -> None:
    text = "set DE of place\n  is {FR}\nend set\nset A of place\n  is {DE, NO}\nend set\n"
    assert made(text)["A"].editions[0].content == frozenset({"DE", "NO"})


def test_sets_that_rest_on_each_other_are_reported_once_and_go_on_existing() -> None:
    text = "set A of place\n  is {B, DE}\nend set\nset B of place\n  is {A, B, NO}\nend set\n"
    assert found(text) == [("E0324", "A"), ("E0324", "B")]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"{UNION}set A of currency\n  is {{U, EUR}}\nend set\n", ("E0401", "U")),
        ("set A of place\n  is {Europe, NO}\nend set\n", ("E0305", "Europe")),
    ],
)
def test_only_sets_of_the_type_may_be_named(text: str, fault: tuple[str, str]) -> None:
    assert found(text) == [fault]


def test_sets_do_not_grow_beyond_measure() -> None:
    members = ", ".join(map(str, range(1_000)))
    taken = MOST_TAKEN // 1_000 + 1
    text = f"set A of number\n  is {{{members}}}\nend set\n"
    text += "".join(f"set A{n} of number\n  is {{A}}\nend set\n" for n in range(taken))
    assert {code for code, _ in found(text)} == {"E0803"}
    assert found(text.rpartition(f"set A{taken - 1} of")[0]) == []


def test_sets_of_thousands_of_editions_are_made_in_one_pass() -> None:
    """The editions of one set are not searched through for each of another: that took minutes."""
    first = [date(1900, 1, 1) + timedelta(days=2 * place) for place in range(5_000)]
    own = "".join(f"  from {day} is {{DE}}\n" for day in first)
    taking = "".join(f"  from {day + timedelta(days=1)} is {{A}}\n" for day in first)
    started = time.process_time()
    sets = made(f"set A of country\n{own}end set\nset B of country\n{taking}end set\n")
    assert time.process_time() - started < 15
    assert sets["B"].on(first[-1]) == frozenset({"DE"})
    assert sets["B"].on(first[0]) is None
    assert len(sets["A"].editions) == len(first)
