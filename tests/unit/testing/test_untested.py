"""Which rules the expectations of tests leave out."""

from pathlib import Path

import pytest

from engine import Bundle, bundle_from_files
from engine.testing.untested import untested

VOCABULARY = (Path(__file__).parents[2] / "golden" / "vocabulary.policy").read_text()
LAW = 'instrument HOUSE "Our own policy" "https://example.org/policy"\n'


def rule(name: str, *clauses: str) -> str:
    told = () if clauses[0].startswith(("oblige", "permit")) else ('message "M."', 'remedy "R."')
    lines = (f'rule {name} "R"', "source HOUSE sec 1", "in force from 2024-01-01", *clauses, *told)
    return "\n  ".join(lines) + "\n"


def policy(*rules: str) -> str:
    return f"policy p\n{''.join(rules)}end policy\n"


def case(title: str, *expected: str) -> str:
    steps = "".join(f"  expect {each}\n" for each in expected)
    return f'test "{title}"\n  on 2026-01-01\n  given campaign.political is yes\n{steps}end test\n'


def bundle(**texts: str) -> Bundle:
    files = {f"{name}.policy": text for name, text in texts.items()}
    return bundle_from_files({"v.policy": VOCABULARY, "law.policy": LAW, **files}, name="b")


def told(**texts: str) -> list[str]:
    return [found.code for found in untested(bundle(**texts))]


POLITICAL = rule("r", "prohibit when campaign.political")


def test_a_rule_with_a_test_both_ways_is_not_told_of() -> None:
    tests = case("one", "deny by p/r") + case("two", "allow")
    assert told(p=policy(POLITICAL) + tests) == []
    assert told(p=policy(POLITICAL), t=tests) == []
    assert told(p=policy(POLITICAL) + case("two", "allow"), t=case("one", "deny by p/r")) == []


def test_a_test_that_allows_elsewhere_says_nothing_of_the_rule() -> None:
    against, allowed = case("one", "deny by p/r"), case("two", "allow")
    assert told(p=policy(POLITICAL) + against, other=allowed) == ["W0902"]


@pytest.mark.parametrize(
    ("expected", "codes"),
    [
        (("deny by p/r because campaign.size is unknown", "allow"), []),
        (("deny for want of campaign.size", "allow"), ["W0901"]),
        (("no warning by p/r", "allow"), ["W0901"]),
    ],
)
def test_a_rule_is_denied_by_where_a_test_names_it(
    expected: tuple[str, ...], codes: list[str]
) -> None:
    assert told(p=policy(POLITICAL) + case("one", *expected)) == codes


def test_a_row_of_a_table_is_a_test() -> None:
    table = (
        'test "t"\n  on 2026-01-01\n  for each campaign.political | expect\n'
        "  case yes | deny by p/r\n  case no | allow\nend test\n"
    )
    assert told(p=policy(POLITICAL) + table) == []


def test_an_advisory_rule_is_passed_where_no_warning_is_expected() -> None:
    advisory = policy(rule("r", "prohibit when campaign.political", "enforcement advisory"))
    against = case("one", "warn by p/r", "allow")
    assert told(p=advisory + against) == ["W0902"]
    assert told(p=advisory + against + case("two", "no warning by p/r")) == []


def test_a_duty_needs_to_be_owed_and_a_permission_nothing() -> None:
    duty = rule("duty", 'oblige "Say so." when campaign.political due before launch')
    assert told(p=policy(duty)) == ["W0901"]
    assert told(p=policy(duty) + case("one", "oblige by p/duty")) == []
    lifted = rule("r", "prohibit when campaign.political", "subject to p/free")
    free = rule("free", "permit when campaign.audited is known", "despite p/r")
    tests = case("one", "deny by p/r") + case("two", "allow")
    assert told(p=policy(lifted, free) + tests) == []


def test_every_rule_is_told_of_in_order() -> None:
    audited = rule("b", "require campaign.audited is known")
    found = list(untested(bundle(p=policy(POLITICAL, audited))))
    assert [each.headline for each in found] == [
        "no test expects the rule `p/b` to deny",
        "no test expects the rule `p/r` to deny",
    ]
