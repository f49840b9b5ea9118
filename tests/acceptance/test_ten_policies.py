"""Ten policies by which a survey of rule languages measured what one must be able to say.

They use nearly every construct: dated sets, a parameter, a definition, tables, exceptions, a
permission that lifts a rule, a waiver. `ten_policies/README.md` says where our spelling differs.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli.main import assent
from engine import Engine, load_bundle
from engine.bundle.bundle import Bundle
from engine.evaluation.decision import Decision
from engine.evaluation.result import Finding, Status
from engine.testing.runner import CaseResult, run_cases

FOLDER = Path(__file__).parent / "ten_policies"
POLICIES = 10
TESTS = 119
STATED = {
    "explicit consent does not cure profiling on a platform",
    "missing ages are not assumed adult",
    "a flight that crosses the AI Act date is judged under it (2026-07-20 to 2026-08-31)",
}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(FOLDER)


@pytest.fixture(scope="module")
def results(bundle: Bundle) -> list[CaseResult]:
    return list(run_cases(bundle))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(assent, [*arguments], prog_name="assent")


def test_they_have_neither_errors_nor_warnings() -> None:
    done = run("check", str(FOLDER), "--strict", "--as-of", "2026-11-01")
    assert (done.exit_code, done.output) == (0, "no errors, no warnings in 5 policy files\n")


def test_a_month_later_the_waiver_is_over() -> None:
    done = run("check", str(FOLDER), "--as-of", "2026-12-01", "--json")
    assert [each["code"] for each in json.loads(done.output)["diagnostics"]] == ["W0540"]


def test_they_are_laid_out_as_the_formatter_would() -> None:
    done = run("fmt", str(FOLDER), "--check")
    assert done.exit_code == 0, done.output


def test_there_are_ten(bundle: Bundle) -> None:
    assert len({rule.id.split("/")[0] for rule in bundle.policies.rules}) == POLICIES


def test_every_stated_outcome_comes(results: list[CaseResult]) -> None:
    assert [(each.case.title, each.failures) for each in results if not each.passed] == []
    assert len(results) == TESTS
    assert {each.case.title for each in results} >= STATED


def decided(bundle: Bundle, name: str, audience: dict[str, object]) -> Decision:
    campaign = json.loads((FOLDER / "campaigns" / f"{name}.json").read_text())
    as_of = datetime(2026, 9, 20, tzinfo=UTC)
    return Engine(bundle).decide(campaign | {"audience": audience}, as_of=as_of)


def violation(decision: Decision, rule: str) -> Finding:
    (result,) = (each for each in decision.results if each.rule.id == rule)
    assert result.status is Status.VIOLATED
    return result.findings[0]


def test_a_finding_names_the_items_of_a_list_that_failed(bundle: Bundle) -> None:
    """The survey writes `{failed.label}` in the message; here every answer has the labels."""
    young = {"minimum_age": 18, "maximum_age": 64, "genders": ["women", "men", "other"]}
    aimed = young | {"zip_codes": ["10001"], "radius": {"amount": 15, "unit": "mi"}}
    decision = decided(bundle, "us_credit", aimed | {"lookalike": False})
    finding = violation(decision, "special_ad_categories/targeting_limits")
    assert [each.item for each in finding.evidence if each.item] == ["(a)", "(c)"]


def test_what_is_denied_while_unknown_is_denied_conclusively(bundle: Bundle) -> None:
    decision = decided(bundle, "eu_baseline", {"maximum_age": 54, "minor_certainty": "5%"})
    assert decision.verdict.conclusive
    finding = violation(decision, "minors/eu_no_profiling")
    assert [each.path for each in finding.wanted] == ["campaign.audience.minimum_age"]
