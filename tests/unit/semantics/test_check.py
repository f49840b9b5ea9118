"""What the files of a bundle mean together, and what a vocabulary must have."""

import time

import pytest

from engine.bundle.bundle import build
from engine.semantics.cases import Given
from engine.semantics.check import check
from engine.semantics.elaborate.kinds import type_of
from engine.semantics.fact_advice import NO_FACTS
from engine.semantics.tree import SetTerm, bound_elements, conditions_below
from engine.semantics.types import ListType, Scalar
from engine.source.diagnostic import Diagnostic
from engine.source.text import Span
from tests.strategies.vocabulary import VOCABULARY

MINIMAL = """vocabulary campaign "a campaign"
  id      : text required "identifier"
  markets : list of place required "markets"
  flight  : flight required "flight"
  flag    : yes_no "a flag"
  record flight "flight"
    start         : date required "first day"
    end           : date "last day"
    until_stopped : yes_no "until stopped"
  end record
end vocabulary
"""
LAW = 'instrument LAW "A law" "https://example.org/law"\n'


def faults_of(**files: str) -> list[tuple[str, str, str]]:
    """Return what is wrong: each with its file, its code and its headline."""
    _, found = build("t", {f"{name}.policy": text for name, text in files.items()})
    return [(each.span.source, each.code, each.headline) for each in found if each.is_error]


def codes_of(**files: str) -> list[str]:
    return [code for _, code, _ in faults_of(**files)]


def policy(name: str, condition: str, *more: str) -> str:
    clauses = (f"prohibit when {condition}", 'message "m"', 'remedy "r"', *more)
    body = "".join(f"    {clause}\n" for clause in clauses)
    head = f"policy {name}\n  source LAW art 1\n  in force from 2020-01-01\n"
    return f"{head}  rule r\n{body}end policy\n"


def test_policies_without_a_vocabulary_are_refused_once_at_their_beginning() -> None:
    _, found = build("t", {"b.policy": policy("b", "campaign.flag"), "a.policy": LAW})
    assert [(d.code, d.span.source, d.span.start, d.span.end) for d in found] == [
        ("E0507", "a.policy", 0, 0)
    ]


@pytest.mark.parametrize(
    ("condition", "code"), [("campaign.g.x", "E0301"), ("campaign.g is yes", "E0402")]
)
def test_a_group_without_facts_is_said_to_have_none(condition: str, code: str) -> None:
    group = 'vocabulary campaign\n  g : g "g"\n  record g "a group"\n  end record\nend vocabulary\n'
    texts = (MINIMAL, group, LAW, policy("p", condition))
    _, found = build("t", {f"{number}.policy": text for number, text in enumerate(texts)})
    assert [(each.code, each.help) for each in found] == [(code, NO_FACTS)]


def test_no_files_have_no_meaning_and_no_fault() -> None:
    assert check({}, {}) == (None, ())


@pytest.mark.parametrize(
    ("line", "changed", "path"),
    [
        ("  id      : text required", "  id : text sensitive", "campaign.id"),
        ("markets : list of place required", "markets : list of place sensitive", "markets"),
        ("start         : date required", "start : date sensitive", "campaign.flight.start"),
        ("end           : date", "end : date presumed 2030-01-01", "campaign.flight.end"),
        ("until_stopped : yes_no", "until_stopped : yes_no presumed no", "until_stopped"),
    ],
)
def test_what_every_decision_rests_on_is_neither_presumed_nor_sensitive(
    line: str, changed: str, path: str
) -> None:
    assert line in MINIMAL
    ((_, code, headline),) = faults_of(v=MINIMAL.replace(line, changed))
    assert code == "E0533"
    assert path in headline


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but a comment\n"])
def test_an_empty_file_adds_nothing(text: str) -> None:
    assert faults_of(a=text, v=MINIMAL) == []
    assert codes_of(a=text) == ["E0507"]


@pytest.mark.parametrize(
    ("line", "changed", "path"),
    [
        ("  id      : text required", "  name    : text required", "campaign.id"),
        ("  id      : text required", "  id      : number required", "campaign.id"),
        ("markets : list of place", "markets : place", "campaign.markets"),
        ("markets : list of place", "markets : list of country", "campaign.markets"),
        ("start         : date", "start         : instant", "campaign.flight.start"),
        ("    end           : date", "    last          : date", "campaign.flight.end"),
        ("until_stopped : yes_no", "until_stopped : text", "campaign.flight.until_stopped"),
    ],
)
def test_a_vocabulary_has_the_facts_that_deciding_depends_on(
    line: str, changed: str, path: str
) -> None:
    assert line in MINIMAL
    ((source, code, headline),) = faults_of(v=MINIMAL.replace(line, changed))
    assert (source, code) == ("v.policy", "E0516")
    assert headline.startswith(f"the vocabulary has no `{path}` that is ")


def test_a_campaign_has_one_flight_and_not_a_list_of_them() -> None:
    several = MINIMAL.replace("flight  : flight required", "flight  : list of flight")
    assert codes_of(v=several) == ["E0516"] * 3


def test_a_flight_that_is_a_value_has_no_days() -> None:
    valued = MINIMAL.replace("flight  : flight required", "flight  : text required")
    assert codes_of(v=valued) == ["E0516"] * 3


def test_an_unknown_type_is_reported_beside_what_is_lacking_for_it() -> None:
    found = faults_of(v=MINIMAL.replace("id      : text", "id      : txt"))
    assert [code for _, code, _ in found] == ["E0308", "E0516"] or [
        code for _, code, _ in found
    ] == ["E0516", "E0308"]


def test_blocks_of_a_vocabulary_extend_each_other_across_files_in_any_order() -> None:
    extension = """vocabulary campaign
  mood : mood "mood"
  type mood is one of {calm, loud}
  record flight
    nights : yes_no "at night too"
  end record
end vocabulary
"""
    uses = policy("p", "campaign.mood is loud and campaign.flight.nights and campaign.flag")
    for names in (("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")):
        files = dict(zip(names, (extension, uses, MINIMAL + LAW), strict=True))
        bundle, found = build("t", {f"{name}.policy": text for name, text in files.items()})
        assert found == ()
        assert bundle is not None
        assert bundle.policies.vocabulary.campaign.label in {"a campaign", ""}


def test_a_fact_or_type_or_member_is_declared_once() -> None:
    again = """vocabulary campaign
  flag : yes_no "again"
  word : one of {a, b, a} "a word"
  type t is one of {x, y, x}
  type t is one of {z}
end vocabulary
"""
    found = faults_of(v=MINIMAL, w=again)
    assert {code for _, code, _ in found} == {"E0310"}
    assert sorted(headline for _, _, headline in found) == [
        "fact `campaign.flag` is declared twice",
        "member `a` is declared twice",
        "member `x` is declared twice",
        "type `t` is declared twice",
    ]


def test_groups_of_facts_may_contain_themselves() -> None:
    recursive = MINIMAL.replace(
        "  record flight",
        '  tree : node "a tree"\n  record node "node"\n    leaf : yes_no "leaf"\n'
        '    below : list of node "nodes below"\n    twin : node "twin"\n  end record\n'
        "  record flight",
    )
    condition = "any n in campaign.tree.below has (any m in n.twin.below has (m.leaf))"
    bundle, found = build("t", {"v.policy": recursive + LAW, "p.policy": policy("p", condition)})
    assert found == ()
    assert bundle is not None
    paths = [path for path, _ in bundle.policies.vocabulary.paths()]
    assert len(paths) == len(set(paths))
    assert "campaign.tree.below" in paths


def test_a_vocabulary_finds_facts_through_lists_and_nothing_below_a_value() -> None:
    bundle, _ = build("t", {"v.policy": VOCABULARY})
    assert bundle is not None
    vocabulary = bundle.policies.vocabulary
    size = vocabulary.find(("items", "parts", "size"))
    assert size is not None
    assert (size.type, size.record, size.is_list) == (Scalar.NUMBER, None, False)
    parts = vocabulary.find(("items", "parts"))
    assert parts is not None
    assert (parts.record, parts.is_list) == ("part", True)
    assert vocabulary.find(("note", "length")) is None
    assert vocabulary.find(("nothing",)) is None
    assert vocabulary.find(()) is None


def test_files_use_what_others_declare_whatever_their_order() -> None:
    one = policy("one", "campaign.markets includes any of B") + "set A of place is {DE} end set\n"
    other = policy("other", "campaign.markets includes any of A")
    other += 'set B of place "b" from 2020-01-01 is {FR} end set\n'
    bundle, found = build("t", {"a.policy": one, "b.policy": other, "c.policy": MINIMAL + LAW})
    assert found == ()
    assert bundle is not None
    assert [rule.id for rule in bundle.policies.rules] == ["one/r", "other/r"]
    labels = {name: definition.label for name, definition in bundle.policies.sets.items()}
    assert labels == {"A": "A", "B": "b"}


def test_names_are_declared_once_across_files() -> None:
    one = MINIMAL + LAW + "set A of place is {DE} end set\n" + policy("p", "campaign.flag")
    other = LAW + "set A of place is {FR} end set\n" + policy("p", "campaign.flag")
    found = faults_of(a=one, b=other)
    assert {(source, code) for source, code, _ in found} == {("b.policy", "E0310")}
    assert [headline for _, _, headline in found] == [
        "instrument `LAW` is declared twice",
        "set `A` is declared twice",
        "policy `p` is declared twice",
        "rule `p/r` is declared twice",
    ]


def test_what_a_broken_set_lists_is_left_out_and_its_use_is_no_further_fault() -> None:
    broken = 'set A of place "a"\n  from 2020-01-01 are {DE}\n  from 2021-01-01 is {DE}\nend set\n'
    found = codes_of(v=MINIMAL + LAW, a=broken, p=policy("p", "campaign.markets includes any of A"))
    assert found
    assert not {code for code in found if code.startswith(("E03", "E04", "E05"))}


def test_an_edition_with_a_fault_is_left_out() -> None:
    faulty = 'set A of place "a"\n  from 2020-01-01 is {XX}\n  from 2021-01-01 is {DE}\nend set\n'
    assert codes_of(v=MINIMAL, a=faulty) == ["E0305"]


@pytest.mark.parametrize(
    ("editions", "codes"),
    [
        ("from 2020-01-01 until 2021-01-01 is {DE}\n  from 2021-01-01 is {FR}", []),
        ("from 2021-01-01 is {FR}\n  from 2020-01-01 is {DE}", []),
        ("from 2020-01-01 until 2021-01-02 is {DE}\n  from 2021-01-01 is {FR}", ["E0505"]),
        ("from 2020-01-01 is {DE}\n  from 2020-01-01 is {FR}", ["E0505"]),
        ("is {DE}\n  from 2020-01-01 is {FR}", []),
        ("is {DE}\n  is {FR}", ["E0505"]),
        ("from 2020-01-01 until 2020-01-01 is {DE}", ["E0504"]),
    ],
)
def test_editions_follow_each_other_and_never_overlap(editions: str, codes: list[str]) -> None:
    assert codes_of(v=MINIMAL, s=f'set A of place "a"\n  {editions}\nend set\n') == codes


def test_an_open_edition_ends_where_the_next_begins() -> None:
    text = 'set A of place "a"\n  from 2021-01-01 is {FR}\n  from 2020-01-01 is {DE}\nend set\n'
    bundle, _ = build("t", {"v.policy": MINIMAL, "s.policy": text})
    assert bundle is not None
    windows = [edition.window for edition in bundle.policies.sets["A"].editions]
    assert [(str(w.start), str(w.until)) for w in windows] == [
        ("2020-01-01", "2021-01-01"),
        ("2021-01-01", "None"),
    ]


@pytest.mark.parametrize("kind", ["yes_no", "money", "flight", "nothing"])
def test_a_set_has_members_of_a_type_that_can_be_listed(kind: str) -> None:
    assert codes_of(v=MINIMAL, s=f'set A of {kind} "a" is {{x}} end set\n') == ["E0308"]


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("text", '"a", "b"'),
        ("number", "1, 2.5"),
        ("percentage", "5%"),
        ("date", "2026-01-01"),
        ("language", "de, en"),
        ("currency", "EUR"),
        ("country", "DE"),
        ("place", '"US-CA", DE'),
    ],
)
def test_a_set_may_list_values_of_any_other_type(kind: str, members: str) -> None:
    assert codes_of(v=MINIMAL, s=f'set A of {kind} "a" is {{{members}}} end set\n') == []


# --- rules -------------------------------------------------------------------------------------


def test_a_rule_about_which_anything_is_reported_is_dropped_and_its_name_is_known() -> None:
    test = 'test "t"\n  on 2026-01-01\n  expect deny by p/r\nend test\n'
    faulty = policy("p", "campaign.flagg") + test
    assert codes_of(v=MINIMAL + LAW, p=faulty) == ["E0301"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ('unless "x" campaign.flagg', "E0301"),
        ("applies when campaign.flagg", "E0301"),
        ("applies in NOWHERE", "E0306"),
        ("evidence campaign.flagg", "E0301"),
        ("require campaign.flagg when campaign.flagg", "E0511"),
    ],
)
def test_each_clause_is_read_for_itself(more: str, code: str) -> None:
    assert code in codes_of(v=MINIMAL + LAW, p=policy("p", "campaign.flag", more))


@pytest.mark.parametrize(
    "clause",
    ["require campaign.flag when campaign.flagg", "require campaign.flagg when campaign.flag"],
)
def test_a_demand_with_a_fault_in_either_part_is_reported_once(clause: str) -> None:
    text = policy("p", "campaign.flag").replace("prohibit when campaign.flag", clause)
    assert codes_of(v=MINIMAL + LAW, p=text) == ["E0301"]


def test_a_broken_clause_is_not_reported_as_missing_too() -> None:
    text = policy("p", "campaign.flag").replace('message "m"', "mesage “m”")
    found = codes_of(v=MINIMAL + LAW, p=text)
    assert found
    assert not {"E0501"} & set(found)


def test_a_broken_common_clause_keeps_its_rules_from_being_read_as_incomplete() -> None:
    text = policy("p", "campaign.flag").replace("source LAW art 1", "source is LAW art 1")
    found = codes_of(v=MINIMAL + LAW, p=text)
    assert found
    assert not {"E0501"} & set(found)


def test_a_broken_demand_is_not_reported_as_missing_too() -> None:
    text = policy("p", "campaign.flag").replace("prohibit when", "prohibit if")
    found = codes_of(v=MINIMAL + LAW, p=text)
    assert found
    assert not {"E0501"} & set(found)


@pytest.mark.parametrize(
    ("title", "expected"),
    [("rule r", "P"), ('rule r "R"', "R")],
)
def test_a_rule_is_titled_by_itself_or_by_its_policy(title: str, expected: str) -> None:
    text = policy("some_policy", "campaign.flag").replace("rule r", title)
    titled = text.replace("policy some_policy", 'policy some_policy "P"', 1)
    bundle, _ = build("t", {"v.policy": MINIMAL + LAW, "p.policy": titled})
    assert bundle is not None
    assert bundle.policies.rules[0].title == expected


def test_an_untitled_rule_is_titled_by_its_name() -> None:
    text = policy("p", "campaign.flag").replace("rule r", "rule no_such_thing")
    bundle, _ = build("t", {"v.policy": MINIMAL + LAW, "p.policy": text})
    assert bundle is not None
    assert bundle.policies.rules[0].title == "no such thing"


def test_a_repeated_clause_is_reported_unless_it_may_stand_twice() -> None:
    twice = ('unless "x" campaign.flag', 'unless "y" campaign.flag', "severity low", "severity low")
    assert codes_of(v=MINIMAL + LAW, p=policy("p", "campaign.flag", *twice)) == ["E0502"]


# --- the typed core ----------------------------------------------------------------------------


def test_the_names_that_a_condition_binds_have_the_type_of_their_elements() -> None:
    condition = (
        "any i in campaign.items has (not (every q in i.parts has (q.flag))) "
        "or any i in campaign.colours has (i is red)"
    )
    bundle, found = build(
        "t", {"v.policy": VOCABULARY, "p.policy": policy("p", f"({condition}) or campaign.flag")}
    )
    assert bundle is not None, found
    (rule,) = bundle.policies.rules
    items = bundle.policies.vocabulary.find(("items",))
    assert items is not None
    assert isinstance(items.type, ListType)
    assert bound_elements(rule.main.condition)["i"] == items.type.element
    assert set(bound_elements(rule.main.condition)) == {"i", "q"}
    assert len(list(conditions_below(rule.main.condition))) == 9


def test_a_test_gives_values_of_the_type_of_its_fact() -> None:
    test = """test "t"
  on 2026-01-01
  given campaign.colours is {red, green}
  given campaign.items[1].parts is empty
  given campaign.share is 5%
  expect allow
end test
"""
    bundle, found = build("t", {"v.policy": VOCABULARY, "t.policy": test})
    assert found == ()
    assert bundle is not None
    colours, parts, share = bundle.cases[0].changes
    assert isinstance(colours, Given)
    assert isinstance(parts, Given)
    assert isinstance(share, Given)
    assert (colours.value, parts.value) == (frozenset({"red", "green"}), ())
    assert parts.steps == (("items", 1), ("parts", None))
    assert share.type is Scalar.PERCENTAGE


def test_a_test_with_a_broken_step_is_dropped_without_further_faults() -> None:
    test = 'test "t"\n  on 2026-01-01\n  gven campaign.flag is yes\nend test\n'
    found = codes_of(v=MINIMAL, t=test)
    assert found
    assert "E0508" not in found


def test_a_test_without_a_day_that_is_broken_is_dropped_in_silence() -> None:
    test = 'test "t"\n  on tomorrow\n  expect allow\nend test\n'
    found = codes_of(v=MINIMAL, t=test)
    assert found
    assert "E0508" not in found


def test_diagnostics_are_data_in_order_of_their_place() -> None:
    _, found = build("t", {"v.policy": MINIMAL + LAW, "p.policy": policy("p", "a.b or c.d")})
    assert all(isinstance(each, Diagnostic) for each in found)
    assert [each.span.start for each in found] == sorted(each.span.start for each in found)


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        ('campaign.home is "XX"', ["E0305"]),
        ('campaign.home is "DE"', []),
        ("campaign.amountt + 1 is 2", ["E0301"]),
        ("1 + campaign.amountt is 2", ["E0301"]),
        ("50% of campaign.amountt is 2", ["E0301"]),
        ("campaign.flag and campaign.flagg or campaign.other", ["E0204", "E0301"]),
        ("any i in campaign.itemss has (i.flag)", ["E0301"]),
        ("any i in campaign.items has (i.flagg)", ["E0301"]),
        ("campaign.dayy is within 30 days before today", ["E0301"]),
        ("campaign.day is within 30 days before campaign.dayy", ["E0301"]),
        ("not campaign.flagg", ["E0301"]),
        ("campaign.colour is one of {redd}", ["E0305"]),
        ("campaign.note is one of {1}", ["E0401"]),
        ("campaign.colours includes 5", ["E0401"]),
    ],
)
def test_a_fault_in_a_condition_is_reported_once_and_where_it_is(
    condition: str, codes: list[str]
) -> None:
    found = codes_of(v=VOCABULARY, p=policy("p", condition))
    assert [code for code in found if code.startswith(("E03", "E04"))] == [
        code for code in codes if code.startswith(("E03", "E04"))
    ]
    assert bool(found) is bool(codes)


def test_taking_away_a_misspelt_fact_is_a_fault_of_the_test() -> None:
    test = 'test "t"\n  on 2026-01-01\n  without campaign.flagg\n  expect allow\nend test\n'
    assert codes_of(v=MINIMAL, t=test) == ["E0301"]


def test_a_broken_fact_of_a_vocabulary_does_not_hide_the_others() -> None:
    broken = MINIMAL.replace('  flag    : yes_no "a flag"', '  flag    yes_no "a flag"')
    found = codes_of(v=broken + LAW, p=policy("p", "campaign.flight.until_stopped"))
    assert found
    assert not {code for code in found if code.startswith(("E03", "E05"))}


def test_a_set_counts_as_a_list_of_its_members() -> None:
    span = Span(source="s", start=0, end=1)
    term = SetTerm(span=span, name="A", type=Scalar.PLACE, text="A")
    assert type_of(term) == ListType(element=Scalar.PLACE)


def test_two_broken_clauses_of_a_rule_are_not_taken_for_one_that_stands_twice() -> None:
    text = policy("p", "campaign.flag", "sverity low", "enforcment advisory")
    found = codes_of(v=MINIMAL + LAW, p=text)
    assert len(found) == 2
    assert "E0502" not in found


def test_a_fact_is_joined_to_thousands_of_others_without_looking_back_at_each() -> None:
    """Of 16,000 facts joined by `or`, 25 seconds went by in looking for a comparison before one."""
    joined = " or ".join(["campaign.flag"] * 20_000)
    started = time.process_time()
    assert codes_of(v=MINIMAL + LAW, p=policy("p", joined)) == []
    assert time.process_time() - started < 15
