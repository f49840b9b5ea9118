"""`docs/http-api.md` says what the service does: tables that can drift are asserted."""

import json
import re
from pathlib import Path

import pytest

from api.http.admission.access import ANY_KEY, MEASURED, PUBLIC, PUBLISHED, ROLES
from api.http.openapi.document import path_of
from api.http.problems import KINDS, kinds_table
from tests.api.installation import Caller, campaign

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "http-api.md"


@pytest.fixture(scope="module")
def text() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def test_problems_are_those_of_the_code(text: str) -> None:
    assert kinds_table() in text
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert [kind.status for kind in KINDS] == sorted(kind.status for kind in KINDS)


def test_routes_and_roles_are_those_of_the_code(text: str, api: Caller) -> None:
    documented = text.partition("<!-- routes -->\n")[2].partition("<!-- end of routes -->")[0]
    found = set(re.findall(r"^\| `(\w+ \S+)` \| (.*) \|$", documented, re.MULTILINE))
    assert found == {
        (f"{method} {path_of(rule)}", _roles(rule.endpoint))
        for rule in api.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }


def _roles(endpoint: str) -> str:
    if endpoint in PUBLIC:
        return "no key needed"
    roles = "any key" if ROLES[endpoint] == ANY_KEY else ", ".join(sorted(ROLES[endpoint]))
    if endpoint in MEASURED:
        return f"{roles}; anyone, where the metrics are public"
    return f"{roles}; anyone, where the log is public" if endpoint in PUBLISHED else roles


def test_answers_shown_are_those_that_come(text: str, api: Caller) -> None:
    """Names of members and their order; values differ from one installation to the next."""
    policies = Path(__file__).with_name("policies") / "minors.policy"
    assert f"<!-- answered by -->\n```policy\n{policies.read_text(encoding='utf-8')}```\n" in text
    shown = next(json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL))
    age = {"min": 13, "max": 40}
    body = {
        "campaign": campaign(targeting={"profiling": True, "age": age}),
        "as_of": "2026-11-23T09:00:00Z",
    }
    came = json.loads(api.post(body).data)
    assert _names(came) == _names(shown)
    told = ("findings", "passed", "not_applicable", "decision", "conclusive", "markets")
    assert {name: came[name] for name in told} == {name: shown[name] for name in told}


def _names(value: object) -> object:
    if isinstance(value, dict):
        return {name: _names(inner) for name, inner in value.items()}
    return [_names(inner) for inner in value] if isinstance(value, list) else None


def test_the_standing_fact_shown_is_one_that_is_recorded(text: str, api: Caller) -> None:
    section = text.partition("## `/v1/facts`\n")[2]
    asked = re.search(r"-d '(\{.*?\})'", section, re.DOTALL)
    shown = re.search(r"<!-- fact -->\n```json\n(.*?)```", section, re.DOTALL)
    assert asked is not None
    assert shown is not None
    answer = api.post(json.loads(asked[1]), "/v1/facts", role="author")
    assert answer.status_code == 201
    came, told = json.loads(answer.data), json.loads(shown[1])
    assert _names(came) == _names(told)
    given = ("subject", "facts", "from", "until", "evidence", "version", "state", "reason")
    assert {name: came[name] for name in given} == {name: told[name] for name in given}
