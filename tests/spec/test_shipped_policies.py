"""The shipped policies keep what the handbook promises about them.

Every rule is cited, worded and tested both ways; every exception is tested both ways; every fact
for want of which a rule can be undetermined is asked for by a test; every construct of the
language occurs. The table in `docs/policies.md` says what the bundle says.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import pytest

from engine.bundle.bundle import Bundle, build, policy_sources
from engine.bundle.load import read_directory
from engine.evaluation.decision import Effect
from engine.evaluation.result import RuleResult, Status
from engine.handbook.origins import written_policies
from engine.semantics.cases import Case
from engine.semantics.tree import (
    ComparisonCondition,
    Condition,
    Constant,
    Enforcement,
    FactTerm,
    QuantifiedCondition,
    Rule,
    Template,
    conditions_below,
    terms_below,
)
from engine.semantics.tree import Effect as RuleEffect
from engine.syntax import tree
from engine.syntax.lexis import (
    DATE_COMPARATORS,
    ORDER_COMPARATORS,
    SET_COMPARATORS,
    UNARY_COMPARATORS,
    Comparator,
)
from engine.syntax.parse import parse
from engine.syntax.visit import walk
from engine.testing.runner import CaseResult, run_case
from engine.testing.untested import untested

pytestmark = pytest.mark.no_cover  # It goes over again what others cover.

ROOT = Path(__file__).parents[2]
FILES = read_directory(ROOT / "policies")
HANDBOOK = ROOT / "docs" / "policies.md"


@cache
def shipped() -> Bundle:
    bundle, diagnostics = build("shipped", FILES)
    assert bundle is not None, diagnostics
    return bundle


@cache
def results() -> tuple[CaseResult, ...]:
    return tuple(run_case(shipped(), case) for case in shipped().cases)


def rule_results(rule: Rule) -> Iterator[tuple[CaseResult, RuleResult]]:
    """Yield what each test of the bundle made of a rule."""
    for result in results():
        for found in result.decision.results if result.decision else ():
            if found.rule.id == rule.id:
                yield result, found


def is_advisory(rule: Rule) -> bool:
    return rule.enforcement is Enforcement.ADVISORY


ALL_RULES = shipped().policies.rules
RULES = pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
RULES_THAT_ASK = pytest.mark.parametrize(
    "rule",
    [rule for rule in ALL_RULES if not is_advisory(rule) and rule.effect is not RuleEffect.PERMIT],
    ids=lambda rule: rule.id,
)


# --- the bundle and its tests -----------------------------------------------------------------


def test_the_bundle_loads_without_any_diagnostic() -> None:
    bundle, diagnostics = build("shipped", FILES)
    assert diagnostics == ()
    assert bundle is not None


@pytest.mark.parametrize("case", shipped().cases, ids=lambda case: case.title)
def test_every_test_in_the_policies_passes(case: Case) -> None:
    result = run_case(shipped(), case)
    assert result.passed, f"{result.failures}\n{result.explanation}"


def test_every_rule_is_expected_to_deny_and_to_let_pass() -> None:
    assert list(untested(shipped())) == []


def test_no_two_tests_say_the_same() -> None:
    titles = [case.title for case in shipped().cases]
    assert len(titles) == len(set(titles))


def test_every_campaign_file_is_used_by_a_test_beside_it() -> None:
    named = {case.file for case in shipped().cases}
    stored = {name for name in FILES if name.endswith(".json")}
    assert {name.rpartition("/")[2] for name in stored} == {
        name.rpartition("/")[2] for name in named if name is not None
    }


# --- each rule --------------------------------------------------------------------------------


@RULES
def test_every_rule_is_cited_by_an_official_address(rule: Rule) -> None:
    assert rule.sources
    for citation in rule.sources:
        address = urlsplit(citation.url)
        assert address.scheme in ("http", "https")
        assert re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", address.netloc)
        assert address.path.strip("/")


@RULES
def test_every_rule_is_worded_for_the_person_who_is_refused_or_obliged(rule: Rule) -> None:
    told: tuple[Template, ...] = (rule.message, rule.remedy) if rule.effect.denies else ()
    if rule.duty is not None:
        told = (rule.duty.text,)
    for template in told:
        assert template.parts
        last = template.parts[-1]
        assert isinstance(last, str)
        assert last.endswith(".")


@RULES
def test_every_rule_is_shown_to_refuse_or_to_oblige_or_to_lift(rule: Rule) -> None:
    if rule.effect is RuleEffect.PERMIT:
        lifted = [each for each in ALL_RULES if rule in each.permissions]
        assert lifted
        for each in lifted:
            reasons = {found.reason for _, found in rule_results(each)}
            assert f"{rule.id}: {rule.title}" in reasons
        return
    wanted = tree.Expected.WARN_BY if is_advisory(rule) else tree.Expected.DENY_BY
    if rule.duty is not None:
        wanted = tree.Expected.OBLIGE_BY
    assert any(
        expectation.expected is wanted and rule.id in expectation.rules
        for case in shipped().cases
        for expectation in case.expectations
    )


@RULES
def test_every_rule_is_shown_to_let_pass(rule: Rule) -> None:
    assert any(
        found.status is Status.SATISFIED and is_allowed(result)
        for result, found in rule_results(rule)
    )


@RULES
def test_every_exception_is_shown_both_ways(rule: Rule) -> None:
    for exemption in rule.exemptions:
        assert any(
            found.status is Status.EXCEPTED and exemption.name in found.reason
            for _, found in rule_results(rule)
        ), f"{exemption.name} never holds"
        assert any(does_not_hold(exemption.name, found) for _, found in rule_results(rule)), (
            f"{exemption.name} always holds"
        )


def does_not_hold(exception: str, found: RuleResult) -> bool:
    """Whether a rule is violated all the same; of one that obliges, whether the duty is owed."""
    if found.rule.duty is not None:
        return found.status is Status.SATISFIED
    names = {each.name for each in found.unmet_exemptions}
    return found.status is Status.VIOLATED and exception in names


@RULES
def test_every_rule_with_a_first_day_is_tested_before_it(rule: Rule) -> None:
    assert rule.window.start is not None
    begins = rule.window.start.isoformat()
    assert any(
        found.status is Status.NOT_APPLICABLE and f"in force from {begins}" in found.reason
        for _, found in rule_results(rule)
    )


@RULES_THAT_ASK
def test_every_fact_that_a_rule_can_be_in_want_of_is_asked_for_by_a_test(rule: Rule) -> None:
    assert needed_facts(rule) <= asked_facts(rule)


def is_allowed(result: CaseResult) -> bool:
    return result.decision is not None and result.decision.effect is Effect.ALLOW


def needed_facts(rule: Rule) -> frozenset[str]:
    """Return the facts that a rule reads other than by `is known` and `is unknown`.

    What the vocabulary requires of every campaign is left out: it is asked for in any case.
    """
    conditions = [clause.condition for clause in (*rule.applicability, rule.main)]
    found = {path for condition in conditions for path in facts_read(condition)}
    required = {"campaign.flight.start", "campaign.markets"}
    return frozenset(found - required)


def facts_read(condition: Condition) -> Iterator[str]:
    parts = list(conditions_below(condition))
    collections: dict[str, str] = {"market": "campaign.markets"}
    for part in parts:
        if isinstance(part, QuantifiedCondition):
            collections[part.variable] = full_path(part.collection, collections)
    silent = (Comparator.KNOWN, Comparator.UNKNOWN)
    never_unknown = {
        full_path(term, collections)
        for part in parts
        if isinstance(part, ComparisonCondition) and part.comparator in silent
        for term in terms_below(part)
        if isinstance(term, FactTerm)
    }
    for term in terms_below(condition):
        if isinstance(term, FactTerm):
            path = full_path(term, collections)
            if path not in never_unknown:
                yield path


def full_path(fact: FactTerm, collections: Mapping[str, str]) -> str:
    if fact.variable is None:
        return fact.text
    return ".".join((collections[fact.variable], *fact.path))


def asked_facts(rule: Rule) -> frozenset[str]:
    """Return the facts that a test expects to be asked for, and that the rule asks for there."""
    found = set()
    for result in results():
        expected = {
            without_ordinals(path)
            for expectation in result.case.expectations
            for path in expectation.paths
        }
        for fact in result.decision.missing if result.decision else ():
            if rule.id in fact.rules and without_ordinals(fact.path) in expected:
                found.add(without_ordinals(fact.path))
    return frozenset(found)


def without_ordinals(path: str) -> str:
    return re.sub(r"\[\d+\]", "", path)


# --- the law --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "country", "last_day_out", "first_day_in"),
    [
        ("EU", "HR", date(2013, 6, 30), date(2013, 7, 1)),
        ("GDPR_COUNTRIES", "NO", date(2018, 7, 19), date(2018, 7, 20)),
        ("EURO_AREA", "HR", date(2022, 12, 31), date(2023, 1, 1)),
        ("EURO_AREA", "BG", date(2025, 12, 31), date(2026, 1, 1)),
    ],
)
def test_a_country_joins_on_its_day(
    name: str, country: str, last_day_out: date, first_day_in: date
) -> None:
    assert country not in members(name, last_day_out)
    assert country in members(name, first_day_in)


def test_the_united_kingdom_left_the_union_and_kept_the_gdpr() -> None:
    assert "GB" in members("EU", date(2020, 1, 31))
    assert "GB" not in members("EU", date(2020, 2, 1))
    assert "GB" in members("GDPR_COUNTRIES", date(2026, 11, 23))


@pytest.mark.parametrize(
    ("name", "day", "count"),
    [
        ("MEMBER_STATES", date(2007, 1, 1), 27),
        ("MEMBER_STATES", date(2013, 7, 1), 28),
        ("MEMBER_STATES", date(2026, 11, 23), 27),
        ("EU", date(2007, 1, 1), 27 + 7),
        ("EU", date(2013, 7, 1), 28 + 6),
        ("EU", date(2026, 11, 23), 27 + 7),
        ("GDPR_COUNTRIES", date(2018, 5, 25), 28 + 7),
        ("GDPR_COUNTRIES", date(2026, 11, 23), 31 + 7),
        ("EURO_AREA", date(2015, 1, 1), 19),
        ("EURO_AREA", date(2026, 11, 23), 21),
    ],
)
def test_a_group_of_countries_has_its_number_of_members(name: str, day: date, count: int) -> None:
    assert len(members(name, day)) == count


def members(name: str, day: date) -> frozenset[object]:
    found = shipped().policies.sets[name].on(day)
    assert found is not None
    return frozenset(found)


def test_exactly_four_fifths_meet_the_rule_and_need_no_exception() -> None:
    title = "a job ad that reached men at exactly four fifths of the rate of women is allowed"
    assert status_in(title, "delivery/four_fifths") is Status.SATISFIED


@pytest.mark.parametrize(
    "title",
    [
        "generated variants that a person reviews are allowed",
        "where nothing is generated, nothing need be reviewed",
    ],
)
def test_what_is_reviewed_draws_no_warning(title: str) -> None:
    assert status_in(title, "automation/human_review") is Status.SATISFIED


def status_in(title: str, rule: str) -> Status:
    result = next(result for result in results() if result.case.title == title)
    assert result.decision is not None
    return next(found.status for found in result.decision.results if found.rule.id == rule)


# --- the language -----------------------------------------------------------------------------


@cache
def nodes() -> tuple[tree.Node, ...]:
    trees = [parse(source)[0] for source in policy_sources(FILES).values()]
    return tuple(node for file in trees for node in walk(file))


def rule_nodes() -> Iterator[tree.Node]:
    """Yield the nodes of the policies, without those of the tests."""
    return (part for node in nodes() if isinstance(node, tree.Policy) for part in walk(node))


UNUSED = (tree.Aggregate, tree.Waiver, tree.Profile)
"""No shipped rule takes a list together: `docs/language.md` shows how.

Nor is one waived or tightened by a profile, which is for each house to do.
"""


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for union in (
            *(tree.Item, tree.Clause, tree.Expression, tree.VocabularyPart, tree.TestStep),
        )
        for kind in get_args(union)
        if kind not in (tree.Broken, tree.MixedJunction, *UNUSED)
    ],
    ids=lambda kind: kind.__name__,
)
def test_every_construct_occurs(kind: type[tree.Node]) -> None:
    assert any(isinstance(node, kind) for node in nodes())


@pytest.mark.parametrize(
    "group",
    [
        (Comparator.IS,),
        (Comparator.IS_NOT,),
        UNARY_COMPARATORS,
        (Comparator.KNOWN,),
        (Comparator.UNKNOWN,),
        ORDER_COMPARATORS,
        DATE_COMPARATORS,
        (Comparator.BETWEEN,),
        *((comparator,) for comparator in SET_COMPARATORS),
        (Comparator.INCLUDES,),
    ],
    ids=lambda group: ", ".join(comparator.phrase for comparator in group),
)
def test_every_group_of_comparisons_occurs_in_a_rule(group: tuple[Comparator, ...]) -> None:
    assert any(
        isinstance(node, tree.Comparison) and node.comparator in group for node in rule_nodes()
    )


def words_of_rules() -> set[object]:
    """Return what the rules say where the language offers a choice of words."""
    return {
        value
        for node in (*rule_nodes(), *(n for n in nodes() if isinstance(n, tree.Expectation)))
        for name in getattr(node, "__dataclass_fields__", {})
        if isinstance(value := getattr(node, name), Enum)
    }


@pytest.mark.parametrize(
    "words",
    [
        *(tree.QuantifierKind, tree.ListingKind, tree.JunctionKind, tree.Gravity),
        *(tree.Enforcement, tree.UnknownTreatment, tree.Expected),
    ],
    ids=lambda words: words.__name__,
)
def test_every_choice_of_words_is_made_somewhere(words: Iterable[Enum]) -> None:
    assert set(words) - {tree.Expected.WAIVED_BY} <= words_of_rules()


def test_the_finer_forms_occur() -> None:
    quantified = [node for node in rule_nodes() if isinstance(node, tree.Quantified)]
    every = [node for node in quantified if node.kind is tree.QuantifierKind.EVERY]
    assert {node.if_any for node in every} == {True, False}
    forces = [node for node in rule_nodes() if isinstance(node, tree.ForceClause)]
    assert {node.end.word for node in forces if node.end is not None} == set(tree.EndWord)
    places = [node.places for node in rule_nodes() if isinstance(node, tree.PlaceClause)]
    assert {type(node) for node in places} == {tree.Path, tree.SetLiteral}
    requires = [node for node in rule_nodes() if isinstance(node, tree.RequireClause)]
    assert any(node.when is not None for node in requires)
    sources = [node for node in rule_nodes() if isinstance(node, tree.SourceClause)]
    assert any(len(node.citations) > 1 for node in sources)
    sets = [node for node in nodes() if isinstance(node, tree.SetDeclaration)]
    assert any(len(node.editions) > 2 for node in sets)
    policies = [node for node in nodes() if isinstance(node, tree.Policy)]
    assert any(node.clauses and len(node.rules) > 1 for node in policies)
    rules = shipped().policies.rules
    assert any(len(rule.exemptions) > 1 for rule in rules)
    assert any(
        isinstance(part, FactTerm) and part.variable is not None
        for rule in rules
        for part in rule.message.parts
    )


# --- the handbook -----------------------------------------------------------------------------


def table_row(rule: Rule) -> str:
    cited = ", ".join(f"{each.instrument} {each.provision}" for each in rule.sources)
    places = rule.places
    where = "everywhere" if places is None else places.text
    if isinstance(places, Constant):
        where = where.strip("{}").replace('"', "")
    last = f" through {rule.window.last}" if rule.window.last else ""
    return (
        f"| `{rule.id}` | {rule.title} | {cited} | {where} "
        f"| {rule.window.start}{last} | {rule.enforcement.value} |"
    )


PACKS = {
    "privacy": "Privacy",
    "minors": "Minors and vulnerable people",
    "transparency": "Transparency",
    "fairness": "Fairness",
    "political": "Political advertising",
    "platforms": "Rules of the platforms",
    "governance": "Governance",
}
"""The packs in the order of the handbook, by their folder."""

HEAD = """| rule | title | citation | markets | in force from | enforcement | certainty |
|---|---|---|---|---|---|---|
"""


def marks() -> dict[str, str]:
    """Return how sure the handbook says we are of each rule, by the id of the rule."""
    rows = re.findall(r"^\| `(\w+/\w+)` .*\| (\S+) \|$", HANDBOOK.read_text("utf-8"), re.MULTILINE)
    return dict(rows)


def tables() -> str:
    """Return the tables of all rules, pack by pack, with the certainty that the handbook gives."""
    certainty = marks()
    rules = {rule.id: rule for rule in shipped().policies.rules}
    found: dict[str, list[str]] = {name: [] for name in PACKS}
    for policy in written_policies(shipped()):
        for rule in policy.rules:
            row = f"{table_row(rules[rule])} {certainty.get(rule, '?')} |"
            found[policy.file.partition("/")[0]].append(row)
    return "\n".join(
        f"### {PACKS[name]}\n\n{HEAD}" + "".join(f"{row}\n" for row in sorted(rows))
        for name, rows in found.items()
        if rows
    )


def test_the_tables_in_the_handbook_say_what_the_bundle_says() -> None:
    text = HANDBOOK.read_text("utf-8")
    before, begin, rest = text.partition("<!-- rules -->\n\n")
    written, end, after = rest.partition("\n<!-- end of rules -->")
    assert begin
    assert end
    expected = tables()
    if os.environ.get("ASSENT_REGENERATE") == "1":
        HANDBOOK.write_text(before + begin + expected + end + after, encoding="utf-8")
        return
    assert written == expected


def test_what_is_listed_as_not_encoded_is_cited_by_no_rule() -> None:
    text = HANDBOOK.read_text("utf-8")
    _, begin, rest = text.partition("<!-- not encoded -->")
    listed = re.findall(
        r"^\| ([A-Z]\w+ [a-z]\w* .*?) \|", rest.partition("<!-- end")[0], re.MULTILINE
    )
    assert begin
    assert listed
    cited = {
        f"{each.instrument} {each.provision}"
        for rule in shipped().policies.rules
        for each in rule.sources
    }
    assert cited.isdisjoint(listed)
    assert {each.partition(" ")[0] for each in listed} <= {each.partition(" ")[0] for each in cited}


def test_a_rule_in_doubt_only_advises() -> None:
    assert set(marks().values()) <= {"A", "B", "C", "policy"}
    doubtful = {name for name, mark in marks().items() if mark == "C"}
    assert doubtful
    advisory = {rule.id for rule in shipped().policies.rules if is_advisory(rule)}
    assert doubtful <= advisory
