"""What may be written at the cursor, also where the text around it is unfinished."""

import pytest

from engine.ide.completion import Sort, complete
from engine.syntax.lexis import CLAUSE_KEYWORDS, ITEM_KEYWORDS, SCALAR_TYPES, TEST_KEYWORDS
from tests.unit.ide.desk import written

RULE = 'policy x "t"\n  rule a "b"\n    severity high\n    '


def offered(text: str) -> list[str]:
    snapshot, offset = written(text)
    return [each.text for each in complete(snapshot, "new.policy", offset)]


def in_rule(clause: str) -> list[str]:
    return offered(f"{RULE}{clause}\nend policy\n")


# --- what begins --------------------------------------------------------------------------------


def test_items_begin_a_file() -> None:
    assert offered("|") == list(ITEM_KEYWORDS)
    assert offered("# note\npol|") == ["policy"]
    assert offered('test "t"\n  on 2026-01-01\nend test\n\n|') == list(ITEM_KEYWORDS)


def test_clauses_begin_in_a_rule() -> None:
    assert in_rule("|") == [*CLAUSE_KEYWORDS, "rule", "end policy"]
    assert in_rule("pro|") == ["prohibit when"]
    assert in_rule("PRO|") == ["prohibit when"]
    assert in_rule("applies w|") == ["applies when"]


def test_steps_begin_in_a_test() -> None:
    assert offered('test "t"\n  |') == [*TEST_KEYWORDS, "end test"]
    outcomes = ["allow", "deny by", "deny for want of", "no warning by", "oblige by"]
    outcomes += ["waived by", "warn by"]
    assert sorted(offered('test "t"\n  expect |')) == outcomes
    assert offered('test "t"\n  expect deny f|') == ["deny for want of"]
    assert offered('test "t"\n  given campaign.goal |') == ["is", "is empty", "is unknown"]


def test_facts_and_editions_begin_where_they_stand() -> None:
    assert offered("set X of country\n  |") == ["from", "is", "end set"]
    assert offered("set X of country\n  is |") == ["column"]
    assert offered("set X of country\n  from 2026-01-01 |") == ["is", "through", "until"]
    assert offered("set X of country\n  from 2026-01-01 through 2026-12-31 |") == ["is"]
    assert offered("parameter x : number\n  from 2026-01-01 |") == ["is", "through", "until"]
    assert offered('set X of country\n  from 2026-01-01 is column "code" |') == ["of"]
    assert "record" in offered("vocabulary campaign\n  |")


# --- words that a clause takes ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("if unknown |", ["ask", "deny"]),
        ("severity c|", ["critical"]),
        ("enforcement |", ["advisory", "overridable by", "mandatory"]),
        ("in force from 2024-01-01 |", ["until", "through"]),
        ("source |", ["DSA", "HOUSE"]),
        ("source DSA art 1, H|", ["HOUSE"]),
        ("applies in |", ["EU"]),
        ("evidence c|", ["campaign"]),
        ("message |", []),
        ("rule |", []),
        ("# prohibit w|", []),
    ],
)
def test_a_clause_takes_what_fits(clause: str, words: list[str]) -> None:
    assert in_rule(clause) == words


def test_places_are_countries() -> None:
    assert in_rule("applies in {D|") == ["DE", "DJ", "DK", "DM", "DO", "DZ"]


def test_rules_are_named_by_tests() -> None:
    assert offered('test "t"\n  expect deny by |') == ["minors/no_health", "minors/no_profiling"]
    assert offered('test "t"\n  expect warn by minors/no_p|') == ["minors/no_profiling"]


@pytest.mark.parametrize(
    "text",
    [
        "vocabulary campaign\n  x : |",
        "set X of |",
        "vocabulary campaign\n  x : list of |",
    ],
)
def test_types_are_offered_where_one_is_named(text: str) -> None:
    found = offered(text)
    assert set(SCALAR_TYPES) | {"segment", "segment_kind"} <= set(found)
    assert ("list of" in found) == text.endswith(": |")


def test_a_fact_goes_on_with_whether_it_is_required() -> None:
    words = ["optional", "presumed", "required", "sensitive"]
    assert sorted(offered("vocabulary campaign\n  x : text |")) == words


# --- conditions ---------------------------------------------------------------------------------


def test_a_condition_begins_with_a_fact_a_quantifier_or_a_list() -> None:
    words = ["market", "campaign", "any", "every", "no", "all of", "any of", "none of", "not"]
    assert in_rule("prohibit when |") == words
    assert in_rule("prohibit when campaign.audience.profiling and |") == words


@pytest.mark.parametrize(
    ("typed", "facts"),
    [
        ("campaign.audience.|", ["minimum_age", "profiling", "country", "currency"]),
        ("campaign.audience.c|", ["country", "currency"]),
        ("campaign.goal.|", []),
        ("campaign.nothing.|", []),
        ("campaign.segments.|", []),
        ("other.|", []),
        ("any s in campaign.segments has (s.|", ["name", "kind", "parts"]),
        ("any s in campaign.segments has (any p in s.parts has (p.|", ["size"]),
        ('any s in campaign.segments has (s.name is "x") and s.|', []),
        ("every s in campaign.segments, if any, has (s.k|", ["kind"]),
        ('any s in campaign.segments has ((s.name is "x") and s.n|', ["name"]),
        ("any s in campaign.nothing has (s.|", []),
        ("count of (each s in campaign.segments where s.k|", ["kind"]),
        (
            "sum of (s.size for each s in campaign.segments where any p in s.parts has (p.|",
            ["size"],
        ),
        ('count of (each s in campaign.segments where s.name is "x") is 1 and s.|', []),
    ],
)
def test_facts_stand_behind_a_dot(typed: str, facts: list[str]) -> None:
    assert in_rule(f"prohibit when {typed}") == facts


def test_elements_are_told_by_their_ordinal_in_tests() -> None:
    assert offered('test "t"\n  without campaign.segments[1].n|') == ["name"]
    assert offered('test "t"\n  without campaign.segments[1].parts[2].|') == ["size"]


@pytest.mark.parametrize(
    ("typed", "facts"),
    [
        ("prohibit when min|", ["campaign.audience.minimum_age"]),
        ("prohibit when mi|", []),
        ("prohibit when campaign.minimum|", ["campaign.audience.minimum_age"]),
        ("prohibit when profil|", ["campaign.audience.profiling"]),
        ("prohibit when campaign.flight.start is before campaign.flight.end and aimed|", None),
    ],
)
def test_facts_are_found_by_their_name_or_label(typed: str, facts: list[str] | None) -> None:
    found = in_rule(typed)
    if facts is None:
        assert "campaign.audience.profiling" in found
    else:
        assert found == facts


def test_a_country_is_found_by_its_name() -> None:
    assert in_rule("prohibit when campaign.audience.country is Germ|") == ["DE"]
    assert in_rule("applies in {Neth|") == ["NL"]


def test_the_name_of_an_element_is_the_writers_own() -> None:
    assert in_rule("prohibit when any |") == ["any of"]
    assert "and" in in_rule("prohibit when campaign.audience.profiling is no |")


def test_a_length_of_time_goes_on_with_its_unit() -> None:
    assert in_rule("prohibit when campaign.flight.start is within 30 |") == [
        "days",
        "weeks",
        "months",
        "years",
    ]
    assert in_rule("prohibit when campaign.flight.start is within 30 days |") == ["before", "after"]


def test_a_row_ends_with_what_is_expected() -> None:
    table = 'test "t"\n  for each campaign.goal | expect\n  case sales | '
    assert offered(f"{table}al|") == ["allow"]
    assert "deny by" in offered(f"{table}|")


def test_the_inputs_of_a_table_have_types() -> None:
    assert "whole_number" in offered('table t unique "x"\n  given age : |')
    assert "whole_number" in offered('table t unique "x"\n  given age : number\n  gives |')


def test_what_is_bound_is_offered() -> None:
    assert in_rule("prohibit when any s in campaign.segments has (|")[:3] == [
        "s",
        "market",
        "campaign",
    ]
    assert in_rule("prohibit when any s in campaign.nothing has (|")[:3] == [
        "s",
        "market",
        "campaign",
    ]


@pytest.mark.parametrize(
    ("left", "some", "none"),
    [
        ("campaign.audience.minimum_age", {"is at least", "is between"}, {"is before", "and"}),
        ("campaign.flight.start", {"is before", "is within"}, {"is at least", "includes"}),
        ("campaign.segments", {"is empty", "is known"}, {"is", "includes", "is one of"}),
        ("campaign.markets", {"includes", "includes any of"}, {"is one of"}),
        ("campaign.audience.profiling", {"and", "or", "is", "when"}, {"is at least", "until"}),
        ("market", {"is one of", "is"}, {"includes", "and"}),
        ("2 + 3", {"is", "is at least"}, {"until"}),
    ],
)
def test_phrases_follow_that_fit_the_type(left: str, some: set[str], none: set[str]) -> None:
    found = set(in_rule(f"require {left} |"))
    assert some <= found
    assert not none & found


def test_a_phrase_goes_on_from_its_first_words() -> None:
    assert in_rule("prohibit when campaign.audience.minimum_age is at l|") == ["is at least"]
    assert in_rule("prohibit when campaign.audience.minimum_age is o|") == ["is one of"]
    assert in_rule("prohibit when campaign.flight.start is o|") == [
        "is on or before",
        "is on or after",
        "is one of",
    ]


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("campaign.goal is |", ["sales", "jobs", "market", "campaign"]),
        ("campaign.goal is one of {|", ["sales", "jobs"]),
        ("campaign.goal is one of {sales, j|", ["jobs"]),
        ("campaign.audience.profiling is |", ["yes", "no", "market", "campaign"]),
        ("campaign.flight.start is before |", ["today", "market", "campaign"]),
        ("campaign.audience.minimum_age is at least |", ["market", "campaign"]),
        ("campaign.audience.country is D|", ["DE", "DJ", "DK", "DM", "DO", "DZ"]),
        ("campaign.audience.currency is EU|", ["EUR"]),
        ("campaign.markets includes D|", ["DE", "DJ", "DK", "DM", "DO", "DZ"]),
        ("2 + |", ["today", "market", "campaign"]),
    ],
)
def test_values_are_those_of_the_type(clause: str, words: list[str]) -> None:
    assert in_rule(f"prohibit when {clause}")[: len(words)] == words


def test_sets_are_those_of_the_type() -> None:
    segment = "prohibit when any s in campaign.segments has (s.kind is one of |"
    assert in_rule(segment) == ["SENSITIVE"]
    assert in_rule("prohibit when campaign.audience.country is one of |") == ["EU"]
    assert in_rule("prohibit when 2 is one of |") == ["EU", "SENSITIVE"]


def test_members_of_a_set_are_of_its_type() -> None:
    assert offered("set X of segment_kind\n  is {|") == ["interest", "health", "SENSITIVE"]
    assert offered("set X of place\n  is {E|")[-1] == "EU"
    assert offered("set X of currency\n  is {EU|") == ["EUR"]


# --- texts --------------------------------------------------------------------------------------


def test_braces_of_a_text_take_facts() -> None:
    clause = 'prohibit when any s in campaign.segments has (s.name is "x")\n    message "of {'
    assert in_rule(clause + "|") == ["s", "market", "campaign"]
    assert in_rule(clause + 's.n|}"') == ["name"]
    assert in_rule('message "nothing here |') == []
    other = 'prohibit when any s in campaign.segments has (s.name is "x")\n  rule c "d"\n'
    assert in_rule(other + '    message "{|') == ["market", "campaign"]


def test_braces_of_a_text_do_not_take_what_an_aggregate_binds() -> None:
    counted = "prohibit when count of (each s in campaign.segments where s.size is 1) exceeds 1"
    assert "s" not in in_rule(f'{counted}\n    message "{{|"')


def test_braces_of_a_text_take_parameters_and_tables() -> None:
    declared = (
        'parameter most : money "m" is EUR 5 end parameter\n'
        'table least unique "l" given market : place '
        "gives whole_number otherwise gives 1 end table\n"
        'define young "y" means campaign.audience.minimum_age is less than 13 end define\n'
    )
    text = 'policy p "P"\n  rule r "R"\n    message "{'
    assert offered(f"{declared}{text}|") == ["market", "campaign", "least", "most"]
    assert offered(f"{declared}{text}le|") == ["least"]


def test_braces_of_a_text_do_not_take_what_is_never_shown() -> None:
    declared = (
        "vocabulary campaign\n  record flight\n"
        '    agent : text sensitive "who has booked it"\n  end record\nend vocabulary\n'
    )
    text = f'{declared}policy p "P"\n  rule r "R"\n    '
    shown = ["start", "end", "until_stopped"]
    assert offered(f'{text}message "{{campaign.flight.|') == shown
    assert offered(f"{text}prohibit when campaign.flight.|") == [*shown, "agent"]


# --- what is told of a candidate ----------------------------------------------------------------


def test_a_candidate_says_what_it_is() -> None:
    snapshot, offset = written(RULE + "prohibit when campaign.audience.pro|")
    (found,) = complete(snapshot, "new.policy", offset)
    assert found.sort is Sort.FACT
    assert found.detail == "the ads are aimed by profiling people"
    assert snapshot.sources["new.policy"].slice(found.span) == "pro"
    snapshot, offset = written(RULE + "prohibit when campaign.audience.minimum_age is at l|")
    (found,) = complete(snapshot, "new.policy", offset)
    assert found.sort is Sort.KEYWORD
    assert found.detail.startswith("Holds where")
    assert snapshot.sources["new.policy"].slice(found.span) == "is at l"
    snapshot, offset = written('test "t"\n  expect deny by minors/no_p|')
    (found,) = complete(snapshot, "new.policy", offset)
    assert found.sort is Sort.NAME
    assert found.detail == "No profiled ads for minors"
    snapshot, offset = written('policy p\n  rule q\nend policy\ntest "t"\n  expect deny by p/|')
    (found,) = complete(snapshot, "new.policy", offset)
    assert found.detail == ""
