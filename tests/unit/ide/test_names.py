"""Names: where they are declared and used, and what they are called afterwards."""

from datetime import date

import pytest

from engine.ide.edits import edited
from engine.ide.hover import hover
from engine.ide.rename import Refusal, definitions, references, renamable, rename
from engine.ide.snapshot import Snapshot, take
from engine.source.text import Span
from tests.unit.ide.desk import FILES, VOCABULARY, desk, written


def at(snapshot: Snapshot, words: str, file: str = "minors.policy") -> int:
    return snapshot.sources[file].text.index(words) + 1


def lines(snapshot: Snapshot, spans: tuple[Span, ...]) -> list[str]:
    return [
        f"{span.source.removesuffix('.policy')}:{snapshot.sources[span.source].locate(span.start).line}"
        for span in spans
    ]


@pytest.mark.parametrize(
    ("words", "declared", "used"),
    [
        ("EU", ["law:4"], ["minors:4"]),
        ("DSA", ["law:1"], ["minors:2"]),
        ("SENSITIVE", ["law:9"], ["minors:19"]),
        ("minors ", ["minors:1"], ["minors:30"]),
        ("no_profiling", ["minors:6"], ["minors:30"]),
        ("minimum_age", ["campaign:18"], ["minors:8", "minors:10"]),
        ("goal", ["campaign:5"], ["minors:7", "minors:27"]),
        ("sales", ["campaign:5"], ["minors:7", "minors:27"]),
        ("health\n", ["campaign:34"], ["law:10", "minors:19"]),
        ("segment.kind", ["minors:18"], ["minors:19", "minors:19", "minors:21", "minors:22"]),
        ("segment.name is", ["minors:16"], ["minors:16"]),
        ("segments ", ["campaign:9"], ["minors:16", "minors:18", "minors:28", "minors:29"]),
    ],
)
def test_a_name_is_followed(words: str, declared: list[str], used: list[str]) -> None:
    snapshot = desk()
    offset = at(snapshot, words)
    assert lines(snapshot, definitions(snapshot, "minors.policy", offset)) == declared
    found = references(snapshot, "minors.policy", offset, with_declarations=False)
    assert lines(snapshot, found) == used
    both = references(snapshot, "minors.policy", offset, with_declarations=True)
    assert sorted(lines(snapshot, both)) == sorted((*declared, *used))


@pytest.mark.parametrize(
    ("words", "used"),
    [
        ("flight    ", ["campaign:4"]),
        ("segment ", ["campaign:9"]),
        ("segment_kind  ", ["campaign:26", "law:9"]),
    ],
)
def test_types_are_followed(words: str, used: list[str]) -> None:
    snapshot = desk()
    text = snapshot.sources["campaign.policy"].text
    offset = text.index({"flight    ": ": flight ", "segment ": "of segment "}.get(words, words))
    offset += 5
    found = references(snapshot, "campaign.policy", offset, with_declarations=False)
    assert lines(snapshot, found) == used


COUNTED = """\
policy counted "Counted"
  rule health "Health segments are counted"
    source        DSA art 28(2)
    in force from 2024-02-17
    oblige        "Keep {campaign.segments} on file."
                  when count of (each part in campaign.segments where part.kind is health) exceeds 1
                  due before launch
    unless        "few" sum of (
                    count of piece.parts for each piece in campaign.segments where piece.name is "x"
                  ) is at most 3
end policy
"""


@pytest.mark.parametrize(
    ("words", "declared", "used"),
    [
        ("part in", ["counted:6"], ["counted:6"]),
        ("part.kind", ["counted:6"], ["counted:6"]),
        ("kind is", ["campaign:26"], ["counted:6"]),
        ("health)", ["campaign:34"], ["counted:6"]),
        ("piece.parts", ["counted:9"], ["counted:9", "counted:9"]),
        ("segments}", ["campaign:9"], ["counted:5", "counted:6", "counted:9"]),
    ],
)
def test_names_in_aggregates_and_duties_are_followed(
    words: str, declared: list[str], used: list[str]
) -> None:
    snapshot = take({**FILES, "counted.policy": COUNTED})
    offset = at(snapshot, words, "counted.policy")
    assert lines(snapshot, definitions(snapshot, "counted.policy", offset)) == declared
    found = references(snapshot, "counted.policy", offset, with_declarations=False)
    assert [each for each in lines(snapshot, found) if each.startswith("counted")] == used


def test_a_fact_is_renamed_in_aggregates_and_duties() -> None:
    snapshot = take({**FILES, "counted.policy": COUNTED})
    for words in ("segments}", "kind is", "piece.parts"):
        offset = at(snapshot, words, "counted.policy")
        edits = rename(snapshot, "counted.policy", offset, "audiences")
        assert not isinstance(edits, Refusal), edits.reason
        files = {
            file: edited(source.text, (each for each in edits if each.span.source == file))
            for file, source in snapshot.sources.items()
        }
        codes = [each.code for each in take(files).diagnostics]
        assert codes == [each.code for each in snapshot.diagnostics]


def test_where_there_is_no_name_nothing_is_found() -> None:
    snapshot = desk()
    offset = at(snapshot, "prohibit")
    assert definitions(snapshot, "minors.policy", offset) == ()
    assert references(snapshot, "minors.policy", 0, with_declarations=True) == ()
    assert definitions(snapshot, "other.policy", 0) == ()


def test_names_that_lead_nowhere_are_passed_over() -> None:
    snapshot = desk(
        new="""\
policy x "t"
  source        NOWHERE art 1
  rule a "b"
    prohibit when campaign.nothing.more is 1 and campaign.id.more is 1 and loose is other.path
                  and any s in campaign.nothing has (s.name is known)
                  and any p in loose has (p.size is 1) and 2 is 2
    message       "{campaign.nothing} {not a path}"
    remedy        ""
end policy

set BAD of nothing
  is {x}
end set

test "t"
  on 2026-01-01
  expect deny by nowhere/nothing
end test
"""
    )
    names = {each.symbol.name for each in snapshot.names.occurrences["new.policy"]}
    assert names == {"x", "x/a", "campaign", "campaign.id", "s", "p", "BAD"}


def test_a_broken_clause_keeps_its_names() -> None:
    text = FILES["minors.policy"].replace("and campaign.audience.profiling", "and EU campaign.")
    snapshot = desk(minors=text)
    offset = at(snapshot, "minimum_age")
    assert lines(snapshot, definitions(snapshot, "minors.policy", offset)) == ["campaign:18"]
    offset = at(snapshot, "EU campaign")
    assert lines(snapshot, definitions(snapshot, "minors.policy", offset)) == ["law:4"]


def test_broken_facts_leave_the_others_their_names() -> None:
    text = FILES["campaign.policy"].replace(": money ", ": ?").replace(": yes_no  ", ": ?")
    snapshot = desk(campaign=text)
    offset = at(snapshot, "minimum_age")
    assert lines(snapshot, definitions(snapshot, "minors.policy", offset)) == ["campaign:18"]


# --- other names --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "new"),
    [
        ("EU", "UNION"),
        ("DSA", "SERVICES"),
        ("minors ", "children"),
        ("no_profiling", "unprofiled"),
        ("minimum_age", "least_age"),
        ("segment.kind", "group"),
        ("segments ", "groups"),
        ("sales", "selling"),
        ("SENSITIVE", "DELICATE"),
    ],
)
def test_a_renamed_set_of_files_means_the_same(words: str, new: str) -> None:
    snapshot = desk()
    offset = at(snapshot, words)
    edits = rename(snapshot, "minors.policy", offset, new)
    assert not isinstance(edits, Refusal)
    everywhere = references(snapshot, "minors.policy", offset, with_declarations=True)
    assert {each.span for each in edits} == set(everywhere)
    texts = {
        name: edited(text, [each for each in edits if each.span.source == name])
        for name, text in FILES.items()
    }
    after = take(texts)
    assert after.diagnostics == ()
    again = rename(after, "minors.policy", at(after, new), _old(words))
    assert not isinstance(again, Refusal)
    back = {
        name: edited(text, [each for each in again if each.span.source == name])
        for name, text in texts.items()
    }
    assert back == FILES


def _old(words: str) -> str:
    return words.strip().partition(".")[0]


@pytest.mark.parametrize(
    ("words", "new", "reason"),
    [
        ("EU", "SENSITIVE", "with this name, set `SENSITIVE` is declared twice"),
        ("EU", "is", "with this name, `is` is a word of the language and cannot be a name"),
        ("EU", "DE", "`DE` already means something where this name is used"),
        ("EU", "two words", "`two words` is no name: a name has letters, digits and underscores"),
        ("no_profiling", "no_health", "with this name, rule `minors/no_health` is declared twice"),
        ("minimum_age", "profiling", "with this name, fact `audience.profiling` is declared twice"),
        ("segment.kind", "campaign", "with this name, the name `campaign` is already in use here"),
        ("prohibit", "forbid", "there is no name here that policies declare"),
    ],
)
def test_a_name_that_would_change_a_meaning_is_refused(words: str, new: str, reason: str) -> None:
    snapshot = desk()
    refusal = rename(snapshot, "minors.policy", at(snapshot, words), new)
    assert refusal == Refusal(reason=reason)


def test_an_element_does_not_take_the_name_of_another_around_it() -> None:
    text = """\
policy x "t"
  source DSA art 1
  in force from 2024-01-01
  rule a "b"
    prohibit when any segment in campaign.segments has (
                    any piece in segment.parts has (piece.size is 1 and segment.name is known)
                  )
    message       "m"
    remedy        "r"
end policy
"""
    snapshot = desk(new=text)
    refusal = rename(snapshot, "new.policy", at(snapshot, "piece", "new.policy"), "segment")
    assert isinstance(refusal, Refusal)


def test_two_names_do_not_become_one() -> None:
    text = """\
policy x "t"
  rule a "b"
    prohibit when goal is 1
end policy

set ONE of text "one"
  is {"a"}
end set
"""
    snapshot = desk(new=text)
    refusal = rename(snapshot, "new.policy", at(snapshot, "ONE", "new.policy"), "goal")
    assert isinstance(refusal, Refusal)


def test_a_name_in_a_broken_clause_is_not_changed_behind_its_back() -> None:
    text = FILES["minors.policy"].replace("and campaign.audience.profiling", "and EU campaign.")
    snapshot = desk(minors=text)
    found = renamable(snapshot, "law.policy", at(snapshot, "EU of", "law.policy"))
    assert found == Refusal(
        reason="`EU` stands in a part with a mistake; mend minors.policy:8:5 first"
    )
    assert not isinstance(renamable(snapshot, "minors.policy", at(snapshot, "DSA")), Refusal)


TABLE = """test "table"
  on 2026-01-01
  for each campaign.goal | campaign.segments[1].kind | expect
  case     sales         | health                    | allow
  case     unknown       | interest                  | deny by minors/no_profiling
  case     jobs          | interest                  | health | allow
end test
"""


def test_words_in_a_table_are_read_as_its_columns() -> None:
    vocabulary = FILES["campaign.policy"].replace("{sales, jobs} ", "{sales, jobs} presumed sales ")
    vocabulary = vocabulary.replace(": segment_kind ", ": segment_kind presumed interest ")
    snapshot = desk(campaign=vocabulary, minors=FILES["minors.policy"] + TABLE)
    for words, file, used in (
        ("sales, jobs", "campaign.policy", ["campaign:5", "minors:7", "minors:27", "minors:35"]),
        ("interest, ", "campaign.policy", ["campaign:26", "minors:36", "minors:37"]),
        ("health |", "minors.policy", []),
    ):
        offset = at(snapshot, words, file)
        found = references(snapshot, file, offset, with_declarations=False)
        assert lines(snapshot, found) == used, words
    rule = at(snapshot, "no_profiling\n  case", "minors.policy")
    assert "minors:36" in lines(
        snapshot, references(snapshot, "minors.policy", rule, with_declarations=False)
    )


def test_what_is_presumed_of_a_broken_fact_is_passed_over() -> None:
    line = '  spent    : money                  "what has been spent"\n'
    broken = '  spent : dollars presumed sales "a"\n  goal : text presumed sales "b"\n'
    assert line in FILES["campaign.policy"]
    snapshot = desk(campaign=FILES["campaign.policy"].replace(line, broken))
    offset = at(snapshot, "sales, jobs", "campaign.policy")
    found = references(snapshot, "campaign.policy", offset, with_declarations=False)
    assert lines(snapshot, found) == ["minors:7", "minors:27"]


UNIQUE = """\
table fee unique "the fee"
  source DSA art 2
  given kind : segment_kind, where : country
  gives segment_kind
  case health, EU gives interest
  case interest, DE gives health
  otherwise gives health
end table

policy fees "Fees"
  rule owed "A fee is owed"
    source        DSA art 1
    in force from 2024-01-01
    prohibit when any s in campaign.segments has (fee(s.kind, DE) is health and lost(s.kind) is 1)
    message       "Fee {fee}."
    remedy        "Pay it."
end policy
"""


def test_a_table_and_the_words_in_its_columns_are_followed() -> None:
    snapshot = desk(new=UNIQUE)
    found = [each.symbol.name for each in snapshot.names.occurrences["new.policy"]]
    assert [name for name in found if name.startswith(("fee", "segment_kind", "EU"))] == [
        "fee",
        "segment_kind",
        "segment_kind",
        "segment_kind.health",
        "EU",
        "segment_kind.interest",
        "segment_kind.interest",
        "segment_kind.health",
        "segment_kind.health",
        "fees",
        "fees/owed",
        "fee",
        "fee",
    ]


LIMIT = """
parameter age_limit : whole_number
  source        DSA art 28
  reviewed on   2026-01-01
  from 2024-01-01 is 16
end parameter

policy ages "Ages"
  source        DSA art 28
  in force from 2024-02-17

  rule lowest "Nobody below it"
    prohibit when campaign.audience.minimum_age is less than age_limit
    message       "too young"
    remedy        "Raise it."
end policy

profile house "Our house"
  source        DSA art 28
  tightens      age_limit to 18 from 2026-01-01
end profile
"""


def test_a_parameter_is_followed_to_where_it_is_tightened() -> None:
    snapshot, _ = written(LIMIT)
    offset = at(snapshot, "age_limit to 18", "new.policy")
    assert lines(snapshot, definitions(snapshot, "new.policy", offset)) == ["new:2"]
    found = references(snapshot, "new.policy", offset, with_declarations=False)
    assert lines(snapshot, found) == ["new:13", "new:20"]


def test_what_is_tightened_and_is_not_there_leads_nowhere() -> None:
    snapshot, _ = written(LIMIT.replace("age_limit to 18", "age_limt to 18"))
    offset = at(snapshot, "age_limt to 18", "new.policy")
    assert definitions(snapshot, "new.policy", offset) == ()


def test_a_set_is_followed_to_the_sets_that_take_its_members_over() -> None:
    snapshot, _ = written("set AREA of place\n  is {EU, NO}\nend set\n|")
    found = references(
        snapshot, "law.policy", at(snapshot, "EU of", "law.policy"), with_declarations=False
    )
    assert "new:2" in lines(snapshot, found)


@pytest.mark.parametrize(
    "others",
    [
        {"other.policy": 'vocabulary other\n  size : number presumed 3 "size"\nend vocabulary\n'},
        {"other.policy": "nothing begins so\n" * 200},
    ],
    ids=["a second vocabulary", "a file that is not read to its end"],
)
def test_every_name_is_told_of_a_vocabulary_that_is_not_understood(others: dict[str, str]) -> None:
    text = VOCABULARY.replace("start         : date ", "start : date presumed 2026-01-01 ")
    snapshot = take({"campaign.policy": text, **others})
    for file, source in snapshot.sources.items():
        for offset in range(0, min(len(source.text), 2_000), 3):
            hover(snapshot, file, offset, today=date(2026, 11, 1))
    assert definitions(snapshot, "campaign.policy", text.index("start"))
