"""Tables of tests: every row is a test of its own, in reports, coverage and offers."""

from engine.bundle.bundle import Bundle, build
from engine.source.text import Source
from engine.syntax.format import format_source
from engine.testing.boundaries import boundary_tests
from engine.testing.coverage import measure
from engine.testing.mutation import try_mutants
from engine.testing.runner import run_cases
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import rule

POLICY = (
    'policy p "P"\n  source LAW art 1\n  in force from 2000-01-01\n'
    + rule("prohibit when campaign.whole is less than 18 and campaign.flag", name="young")
    + rule("prohibit when campaign.other", "enforcement advisory", name="soft")
    + "end policy\n"
)
TABLE = """test "ages"
  on 2026-01-01
  given campaign.id is "c"
  given campaign.markets is {DE}
  given campaign.flight.start is 2026-02-01
  given campaign.flight.end is 2026-03-01
  given campaign.other is no
  for each campaign.whole | campaign.flag | campaign.colours | expect
  case     17             | yes           | empty            | deny by p/young
  case     18             | yes           | {red, blue}      | allow
  case     unknown        | yes           | unknown          | deny for want of campaign.whole
  case     19             | no            | empty            | no warning by p/soft
  expect no warning by p/soft
end test
"""


def bundle_of(table: str = TABLE) -> Bundle:
    files = {"v.policy": VOCABULARY, "p.policy": POLICY, "t.policy": table}
    bundle, found = build("b", files)
    assert bundle is not None, found
    return bundle


def test_every_row_is_a_test_that_is_named_by_its_values() -> None:
    results = list(run_cases(bundle_of()))
    assert [result.failures for result in results] == [()] * 4
    assert [result.case.title for result in results] == [
        "ages (17, yes, empty)",
        "ages (18, yes, {red, blue})",
        "ages (unknown, yes, unknown)",
        "ages (19, no, empty)",
    ]
    assert [result.case.location.line for result in results] == [9, 10, 11, 12]


def test_a_row_fails_for_itself() -> None:
    results = list(run_cases(bundle_of(TABLE.replace("case     18 ", "case     16 "))))
    assert [len(result.failures) for result in results] == [0, 1, 0, 0]
    assert results[1].failures == ("expected allow, got deny by p/young",)


def test_a_table_may_expect_without_a_column() -> None:
    table = TABLE.replace(" | campaign.flag | campaign.colours", "")
    head, _, _ = table.partition("  case")
    text = head + "  case 19 | allow\n  given campaign.flag is yes\nend test\n"
    (result,) = run_cases(bundle_of(text))
    assert (result.case.title, result.failures) == ("ages (19)", ())


def test_rows_count_in_coverage_and_in_the_mutation_check() -> None:
    bundle = bundle_of()
    results = list(run_cases(bundle))
    (_, young) = measure(bundle, results).rules
    assert [(part.is_true, part.is_false) for part in young.parts] == [(True, True), (True, True)]
    noticed = [
        trial.noticed_by.title
        for trial in try_mutants(bundle, results)
        if trial.mutant.rules[0].id == "p/young" and trial.noticed_by is not None
    ]
    assert noticed
    assert all(title.startswith("ages (") for title in noticed)


def test_a_row_that_reaches_a_limit_is_the_model_of_what_is_offered() -> None:
    bundle = bundle_of(TABLE.replace("  case     19             | no            | empty", "# "))
    (offered,) = boundary_tests(bundle, run_cases(bundle))
    (test,) = offered.tests
    steps = [line.strip() for line in test.text.splitlines()]
    assert "given campaign.whole is 19" in steps
    assert "given campaign.flag is yes" in steps
    assert "given campaign.colours is {red, blue}" in steps
    files = dict(bundle.files)
    files["t.policy"] += f"\n{test.text}"
    after, found = build("after", files)
    assert after is not None, found
    assert all(result.passed for result in run_cases(after))


def test_columns_are_set_below_one_another_and_comments_stay() -> None:
    untidy = """test "t"
  on 2026-01-01
  for  each campaign.whole|campaign.price   |expect
  # of age
  case 18|EUR   5| allow  # why
  case
  # inside
  unknown | EUR 12.50 | deny for
  want of campaign.whole
  case {red,blue} | -5 | deny by p/a,p/b   because campaign.x is   unknown
end test
"""
    made, found = format_source(Source(name="t.policy", text=untidy))
    assert found == ()
    assert (
        made
        == """test "t"
  on 2026-01-01
  for each campaign.whole | campaign.price | expect
  # of age
  case     18             | EUR 5          | allow  # why
  case
      # inside
      unknown | EUR 12.50 | deny for want of campaign.whole
  case     {red, blue}    | -5             | deny by p/a, p/b because campaign.x is unknown
end test
"""
    )
    assert format_source(Source(name="t.policy", text=made))[0] == made
