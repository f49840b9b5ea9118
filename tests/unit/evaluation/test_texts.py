"""Texts in conditions and tables: whether a text is one that only reads alike is unknown."""

from collections import Counter
from typing import Any

import pytest

from engine.evaluation.result import Status
from engine.source import characters
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import court, hear, judged, rule, wanted

OUTCOMES = {"v": Status.VIOLATED, "s": Status.SATISFIED, "u": Status.UNDETERMINED}
NAMES = ("Ada King", "ada king", "Ada\u00a0 King", "Ada Kings")
VOCABULARY_OF_PEOPLE = VOCABULARY.replace(
    '  notes   : list of text "notes"\n',
    '  notes   : list of text "notes"\n  by : text "by whom"\n',
)

DESKS = """
set STAFF of text "staff"
  is {"Ada King", "Joan"}
end set

table desk unique
  given who : text, flag : yes_no
  gives number
  case "Ada King", yes     gives 1
  case "ada king", no      gives 2
  case STAFF, no           gives 3
  case "ada king", yes     gives 4
  otherwise                gives 5
end table
"""


@pytest.mark.parametrize(
    ("condition", "outcomes"),
    [
        ('campaign.note is "Ada King"', "vuus"),
        ('campaign.note is not "Ada King"', "suuv"),
        ("campaign.note is campaign.by", "vuus"),
        ("campaign.note is not campaign.by", "suuv"),
        ('campaign.note is one of {"Ada King", "Joan"}', "vuus"),
        ('campaign.note is one of {"Ada King", "ada king"}', "vvus"),
        ('campaign.note is not one of {"Ada King", "ada king"}', "ssuv"),
        ("campaign.note is one of STAFF", "vuus"),
        ("campaign.note is not one of campaign.notes", "suuv"),
        ('campaign.note is "Ada King" or campaign.note is "ada king"', "vvus"),
        ("campaign.notes includes campaign.note", "vuus"),
        ("campaign.notes includes any of STAFF", "vvvv"),
        ('campaign.notes includes "ada king"', "uuuu"),
        ('campaign.notes includes none of {"ada king"}', "uuuu"),
        ('campaign.notes includes all of {"Ada King", "ada king"}', "uuuu"),
        ('campaign.notes includes all of {"ada king", "Joan"}', "ssss"),
        ("any name in campaign.notes has (name is campaign.note)", "vuus"),
        ("no name in campaign.notes has (name is not campaign.note)", "vuus"),
        ("count of (each name in campaign.notes where name is campaign.note) is 1", "vuus"),
        ('campaign.note is like "ADA KING"', "vvvs"),
    ],
)
def test_whether_a_text_is_one_that_reads_alike_is_unknown(condition: str, outcomes: str) -> None:
    bundle = court(
        rule(f"prohibit when {condition}"), declared=DESKS, vocabulary=VOCABULARY_OF_PEOPLE
    )
    found = [hear(bundle, note=name, by="Ada King", notes=["Ada King"]) for name in NAMES]
    by_id = [{each.rule.id: each.status for each in one.results}["p/r"] for one in found]
    assert by_id == [OUTCOMES[each] for each in outcomes]


@pytest.mark.parametrize(
    ("flag", "desks"),
    [(True, (1, 4, None, 5)), (False, (3, 2, None, 5))],
)
def test_a_case_names_a_text_letter_by_letter(*, flag: bool, desks: tuple[int | None, ...]) -> None:
    rules = [
        rule(f"prohibit when desk(campaign.note, campaign.flag) is {n}", name=f"desk_{n}")
        for n in range(1, 6)
    ]
    bundle = court(*rules, declared=DESKS)
    for name, desk in zip(NAMES, desks, strict=True):
        results = hear(bundle, note=name, flag=flag).results
        statuses = [each.status for each in results]
        where = {n: Status.VIOLATED if n == desk else Status.SATISFIED for n in range(1, 6)}
        expected = [Status.UNDETERMINED] * 5 if desk is None else list(where.values())
        assert statuses == expected


def test_it_is_said_which_texts_read_alike_and_what_to_do() -> None:
    found = judged('prohibit when campaign.note is "Ada King"', note="ADA KING")
    why = "“ADA KING” and “Ada King” read alike, and are not written alike"
    assert wanted(found) == [("campaign.note", f"{why}: write both in one way, or tell them apart")]


@pytest.mark.parametrize(
    ("condition", "facts"),
    [
        (
            "no one in campaign.guests has (one.name is one of campaign.notes)",
            {"guests": [{"age": 1, "name": f"g{n}"} for n in range(9)]},
        ),
        (
            "not (campaign.notes includes all of {" + ", ".join(f'"g{n}"' for n in range(9)) + "})",
            {},
        ),
    ],
)
@pytest.mark.parametrize("length", [20, 2_000])
def test_a_list_is_read_once_for_all_that_is_looked_for_in_it(
    condition: str, facts: dict[str, Any], length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, folded = Counter[str](), characters.folded

    def counted(text: str) -> str:
        read[text] += 1
        return folded(text)

    monkeypatch.setattr(characters, "folded", counted)
    notes = [f"{condition} {n}" for n in range(length)]
    assert judged(f"require {condition}", notes=notes, **facts).status is Status.SATISFIED
    assert [read[each] for each in notes] == [1] * length


def test_of_the_long_lists_of_campaigns_few_are_kept() -> None:
    """A hundred campaigns would fill the memory of a process, and what they name would stay."""
    short, *long = (frozenset(f"{n} {size}" for n in range(size)) for size in range(1_000, 1_009))
    of_short, of_long = characters.by_form(short), characters.by_form(long[0])
    for each in long:
        characters.by_form(each)
    assert characters.by_form(short) is of_short
    assert characters.by_form(long[0]) is not of_long


def test_the_first_of_several_texts_that_read_alike_is_named_in_every_process() -> None:
    spellings = ("ADA", "ADa", "AdA", "Ada", "aDA", "aDa", "adA")
    cell = ", ".join(f'"{each}"' for each in spellings)
    declared = f"""
table desk unique
  given who : text
  gives number
  case {{{cell}}} gives 1
  otherwise gives 2
end table
"""
    bundle = court(rule("prohibit when desk(campaign.note) is 1"), declared=declared)
    ((_, why),) = wanted(hear(bundle, note="ada").results[0])
    assert why.startswith("“ADA” and “ada” read alike")
