"""The language as people write it: ambiguities, layouts, limits."""

import re

import pytest

from engine.source.diagnostic import Diagnostic
from engine.source.text import Source
from engine.syntax import tree
from engine.syntax.lexis import LONGEST_FILE, MAXIMUM_DEPTH, MOST_FAULTS, Comparator
from engine.syntax.parse import parse
from tests.printer.show import show


def read(text: str) -> tuple[tree.File, tuple[Diagnostic, ...]]:
    return parse(Source(name="t", text=text))


def file(text: str) -> tree.File:
    parsed, diagnostics = read(text)
    assert diagnostics == ()
    return parsed


def codes(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in read(text)[1]]


def rule(clauses: str) -> str:
    return f"policy p\n  rule r\n    {clauses}\nend policy\n"


def clause(text: str) -> tree.Clause | tree.Broken:
    (policy,) = file(rule(text)).items
    assert isinstance(policy, tree.Policy)
    (only,) = policy.rules[0].clauses
    return only


def condition(text: str) -> tree.Expression:
    made = clause(f"prohibit when {text}")
    assert isinstance(made, tree.ProhibitClause)
    return made.condition


@pytest.mark.parametrize(
    "text",
    [
        *("within_limit", "note", "nonesuch", "is_political", "in_creative", "android", "orphan"),
        *("source", "text", "message", "from", "severity", "any", "every", "all", "none", "on"),
        *("campaign.source", "campaign.end", "campaign.is.in", "creative.text", "campaign.from"),
        *("campaign.audiences[1].kind", "policy", "rules", "test", "set"),
    ],
)
def test_a_name_may_look_like_a_keyword(text: str) -> None:
    path = condition(f"{text} is {text}")
    assert isinstance(path, tree.Comparison)
    assert isinstance(path.left, tree.Path)
    assert show(path.left) == text
    assert path.right == (path.left,)


@pytest.mark.parametrize(
    "code", ["NO", "IN", "IS", "BY", "AT", "BE", "IT", "DO", "SO", "TO", "AS", "US-CA", "en-GB"]
)
def test_codes_are_words_and_not_keywords(code: str) -> None:
    assert condition(f"x is one of {{{code}, DE}}") == condition(f"x is one of {{ {code},DE }}")
    assert show(condition(f"x is {code}")) == f"x is {code}"


@pytest.mark.parametrize("member", ["none", "text", "all", "other", "one", "more", "less", "at"])
def test_members_may_be_common_words(member: str) -> None:
    made = condition(f"x is {member} and x includes {member}")
    assert isinstance(made, tree.Junction)
    assert [part.comparator for part in made.operands if isinstance(part, tree.Comparison)] == [
        Comparator.IS,
        Comparator.INCLUDES,
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x is between 13 and 17 and y is yes", "x is between 13 and 17 and y is yes"),
        ("(x is between 13 and 17) and (y)", "x is between 13 and 17 and y"),
        ("x is within 30 days before today", "x is within 30 days before today"),
        ("x is within 1   day after y - 1 days", "x is within 1 day after y - 1 day"),
        ("x exceeds EUR 5000.00", "x exceeds EUR 5000.00"),
        ("x exceeds EUR -5", "x exceeds EUR -5"),
        ("x is EUR and y is 5", "x is EUR and y is 5"),
        ("x is -5", "x is -5"),
        ("x is 3 - -5", "x is 3 - -5"),
        ("x is 3 -5", "x is 3 - 5"),
        ("x is 2 + 3 * 4 - 5 / 6", "x is 2 + 3 * 4 - 5 / 6"),
        ("x is (2 + 3) * 4 - (5 - 6)", "x is (2 + 3) * 4 - (5 - 6)"),
        ("x is 2 * (3 / 4) / 5", "x is 2 * (3 / 4) / 5"),
        ("x is at least 80 % of 50% of y * 2", "x is at least 80% of 50% of y * 2"),
        ("x is at least 80% of (y * 2)", "x is at least 80% of (y * 2)"),
        ("not not (not x)", "not not not x"),
        ("not (x and y)", "not (x and y)"),
        ("(x)", "x"),
        ("(x is 1) is yes", "(x is 1) is yes"),
        ("no s in c.list has (s)", "no s in c.list has (s)"),
        ("x is no and y is no", "x is no and y is no"),
        ("every s in c, if any, has ((s or t))", "every s in c, if any, has (s or t)"),
        ("any of (a) x; (b) (a) (c) y", "any of\n  (a) x;\n  (b) a;\n  (c) y"),
        (
            "all of (a) (none of (a) x); (b) y;",
            "all of\n  (a) (none of\n        (a) x);\n  (b) y",
        ),
        ("x\nis  at\n least\t5", "x is at least 5"),
        ("x includes {}", "x includes {}"),
        ("x is -0.50 %", "x is -0.50%"),
        ("x and y and (z or x)", "x and y and (z or x)"),
        ('x is "a \\"b\\" \\\\"', 'x is "a \\"b\\" \\\\"'),
    ],
)
def test_conditions_are_read_one_way(text: str, shown: str) -> None:
    made = condition(text)
    assert show(made) == shown
    assert condition(shown) == made


def test_and_mixed_with_or_is_refused_at_the_second_word() -> None:
    text = rule("prohibit when x and y and z or x")
    parsed, (fault,) = read(text)
    assert fault.code == "E0203"
    assert text[fault.span.start :].startswith("or x")
    again, _ = read(show(parsed))
    assert again == parsed
    swapped, _ = read(rule("prohibit when x or y and z"))
    assert "x or y and z" in show(swapped)


def test_labels_are_not_brackets() -> None:
    listed = condition("any of (a) (b) (b) (a)")
    assert isinstance(listed, tree.Listing)
    assert [(item.label, show(item.condition)) for item in listed.items] == [("a", "b"), ("b", "a")]


def test_a_list_has_at_most_as_many_labels_as_the_alphabet() -> None:
    labels = " ".join(f"({chr(97 + n)}) x" for n in range(26))
    assert isinstance(condition(f"all of {labels}"), tree.Listing)
    assert codes(rule(f"prohibit when all of {labels} (a) x")) == ["E0201"]


@pytest.mark.parametrize("phrase", [c.phrase for c in Comparator if c.phrase.startswith("is ")])
def test_phrases_are_lower_case(phrase: str) -> None:
    assert codes(rule(f"prohibit when x {phrase.upper()} 5"))


def test_thirty_brackets_are_read_and_more_than_the_limit_refused() -> None:
    for opening in ("(", "not (", "any s in c has (", "all of (a) ("):
        within = opening * 30 + "x" + ")" * 30
        assert codes(rule(f"prohibit when {within}")) == []
    deeper = MAXIMUM_DEPTH + 1
    assert codes(rule("prohibit when " + "(" * deeper + "x" + ")" * deeper)) == ["E0106"]
    assert codes(rule("applies in " + "{" * deeper + "x" + "}" * deeper)) == ["E0106"]


@pytest.mark.parametrize("part", ["not ", "5% of ", "1 + ", "1 * "])
def test_long_chains_are_refused_and_do_not_exhaust_the_stack(part: str) -> None:
    chain = rule(f"prohibit when {part * 20_000}x")
    assert codes(chain) == ["E0207"]
    assert codes(f'test "t"\n  given x is {"1 + " * 100}1\nend test') == ["E0207"]


def test_many_conditions_side_by_side_are_no_depth() -> None:
    assert isinstance(condition(" and ".join(["not x is 1"] * 200)), tree.Junction)


def test_a_file_beyond_the_limit_is_not_read() -> None:
    text = "#" * LONGEST_FILE
    assert codes(text) == []
    parsed, (fault,) = read(text + "#")
    assert parsed.items == ()
    assert fault.code == "E0108"


def test_the_list_of_faults_ends() -> None:
    text = "policy p\n rule r\n" + "  colour red\n" * (MOST_FAULTS + 5) + "end policy\n"
    found = codes(text)
    assert len(found) == MOST_FAULTS + 1
    assert found[-1] == "E0110"
    assert len(codes("? " * (MOST_FAULTS + 5))) == MOST_FAULTS + 1
    assert len(codes("policy p\n rule r\n" + "  colour red\n" * MOST_FAULTS + "end policy")) == (
        MOST_FAULTS
    )


def test_reading_ends_behind_a_hundred_broken_constructs() -> None:
    for line in ("policy x\n", 'policy p\n rule r\nrequire ("\n'):
        parsed, found = read(line * MOST_FAULTS * 3)
        assert [each.code for each in found].count("E0110") == 1
        assert found[-1].code == "E0110"
        assert len(parsed.items) <= MOST_FAULTS + 1


GOOD = """\
policy p "title" # remark
  rule r # another
    source DSA art 26(3), # between
      GDPR art 9(1)
    prohibit when x is 5
    message "# is no remark in a text"
end policy
"""


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("  ", "\t"),
        lambda text: "\ufeff" + text,
        lambda text: re.sub(" # .*", "", text),
        lambda text: re.sub(" # .*", "", text).replace("\n", "  "),
        lambda text: text.replace("\n", "\n\n# remark “ ” ' ä >= \n"),
        lambda text: text.rstrip(),
    ],
)
def test_layout_does_not_matter(change: "type[str]") -> None:
    assert file(change(GOOD)) == file(GOOD)


def test_spans_cover_the_words_of_their_nodes() -> None:
    source = Source(name="t", text="\ufeff" + GOOD)
    parsed, _ = parse(source)
    policy = parsed.items[0]
    assert isinstance(policy, tree.Policy)
    made = policy.rules[0]
    assert source.slice(policy.name.span) == "p"
    assert source.slice(made.clauses[1].span) == "prohibit when x is 5"
    assert source.slice(made.span).startswith("rule r")
    assert source.slice(made.span).endswith('in a text"')
    assert source.slice(policy.span).endswith("end policy")
    source_clause = made.clauses[0]
    assert isinstance(source_clause, tree.SourceClause)
    assert source.slice(source_clause.citations[1].span) == "GDPR art 9(1)"


def test_a_test_states_its_campaign_and_its_outcome() -> None:
    text = """\
test "t"
  on 2026-09-20
  given file "f.json"
  given campaign.audiences[2].kind is lookalike
  given campaign.creatives is empty
  without campaign.flight.end
  expect deny by p/r, p/other
  expect deny for want of campaign.flight, campaign.budget
  expect warn by p/r
  expect allow
end test
"""
    parsed = file(text)
    assert show(parsed) == text
    (case,) = parsed.items
    assert isinstance(case, tree.Test)
    assert [type(step) for step in case.steps[:5]] == [
        *(tree.OnStep, tree.GivenFile, tree.GivenFact, tree.GivenFact, tree.WithoutFact)
    ]
    given = case.steps[2]
    assert isinstance(given, tree.GivenFact)
    assert [(step.name, step.ordinal) for step in given.path.steps] == [
        ("campaign", None),
        ("audiences", 2),
        ("kind", None),
    ]


def test_a_set_has_dated_editions_or_one() -> None:
    text = """\
set EU of place "European Union"
  from 2020-02-01 until 2026-01-01 is {DE, FR}
  from 2026-01-01 is {DE}
  is {}
end set
"""
    parsed = file(text)
    assert show(parsed) == text
    (made,) = parsed.items
    assert isinstance(made, tree.SetDeclaration)
    assert [
        (isinstance(e, tree.SetEdition) and (e.start is not None, e.end is not None))
        for e in made.editions
    ] == [(True, True), (True, False), (False, False)]


def test_a_clause_of_every_kind_is_read() -> None:
    text = """\
module acme.ads

instrument DSA "Regulation (EU) 2022/2065" "http://data.europa.eu/eli/reg/2022/2065/oj"

policy p
  applies in    EU_EEA
  rule r "title"
    source        DSA art 26(3), GDPR art 9(2)(a) rec 71
    in force from 2024-02-17 until 2026-01-01
    applies in    {DE, US-CA}
    applies when  x
    prohibit when y is 5
    require       z when any of
                    (a) x;
                    (b) y
    unless        "legal hold" x is known
    if unknown    ask
    if unknown    deny
    severity      critical
    enforcement   advisory
    message       "No."
    remedy        "Yes."
    evidence      campaign.flight, campaign.budget
end policy
"""
    assert show(file(text)) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("polcy a\nend policy\nmodule m\n", 1),
        ("module m m\nmodule n\n", 1),
        ("policy a\n rule r\nmodule m\n", 2),
        ("set S of place\n is {\nend set\nmodule m", 2),
        ('test "t"\n on never\nmodule m', 2),
        ("vocabulary v\n x : 5\nmodule m", 2),
        ("vocabulary v\n record r\n x : text\nend vocabulary\nmodule m", 2),
        ("end policy\nmodule m", 1),
        ('test "t\nmodule m', 1),
    ],
)
def test_a_broken_item_leaves_its_neighbours(text: str, kept: int) -> None:
    parsed, diagnostics = read(text)
    assert diagnostics
    items = [item for item in parsed.items if not isinstance(item, tree.Broken)]
    assert len(items) == kept
    assert isinstance(items[-1], tree.Module)


def test_clauses_below_a_broken_heading_belong_to_no_other_rule() -> None:
    text = """\
policy p
  rule first
    severity high
  rule "no name"
    severity low
    colour red
  rule third
    severity low
end policy
"""
    parsed, diagnostics = read(text)
    assert [d.code for d in diagnostics] == ["E0201", "E0217"]
    (policy,) = parsed.items
    assert isinstance(policy, tree.Policy)
    assert [(made.name.text, len(made.clauses)) for made in policy.rules] == [
        ("first", 1),
        ("third", 1),
    ]
    assert all(isinstance(part, tree.Broken) for part in policy.clauses)


def test_recovery_goes_by_indentation_only_where_a_clause_begins_its_line() -> None:
    text = "policy p rule r severity hihg\nfoo bar\nseverity high\nend policy\n"
    assert codes(text) == ["E0201"]


def test_words_beyond_a_very_long_one_are_still_found() -> None:
    long = "x" * 100
    (fault,) = read(rule(f"prohibit when {long} {long}"))[1]
    assert fault.headline == f"`{'x' * 60}…` does not belong here"


def test_a_mistake_in_a_remark_is_none() -> None:
    assert codes("# policy p\n# “quoted” >= ä\nmodule m") == []
