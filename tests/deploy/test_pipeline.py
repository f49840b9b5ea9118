"""`deploy/ci/policies.yml`: its commands, in a real repository, against a real service.

What is left out is what only GitHub has: its actions, and its expressions, which are looked at.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # It has no types.
from click.testing import CliRunner

from api.cli.main import assent
from tests.api.installation import Served, campaign, free_port, install, serving

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW_TEXT = (ROOT / "deploy" / "ci" / "policies.yml").read_text()
WORKFLOW: dict[str, Any] = yaml.safe_load(WORKFLOW_TEXT)
JOBS: dict[str, Any] = WORKFLOW["jobs"]
TESTS = """
module assent.tests.cases

test "profiling of minors is refused"
  on 2026-12-01
  given file "minor.json"
  expect deny by minors/no_profiled_ads
end test
"""


class Checkout:
    """A repository of policies as a runner has it: `main` at the origin, and a branch on top."""

    def __init__(self, place: Path, served: Served) -> None:
        self.origin, self.here, self.temporary = place / "origin", place / "here", place / "temp"
        self.summary, self.served = place / "summary.md", served
        shutil.copytree(served.installation.settings.policies, self.origin / "policies")
        self.temporary.mkdir()
        laid_out = CliRunner().invoke(assent, ["fmt", str(self.origin / "policies")])
        assert laid_out.exit_code == 0, laid_out.output
        self.git("init", "--quiet", "--initial-branch=main", at=self.origin)
        self.commit("the policies as they are", at=self.origin)
        self.git("clone", "--quiet", str(self.origin), str(self.here), at=place)
        self.git("checkout", "--quiet", "-b", "older", at=self.here)

    def git(self, *arguments: str, at: Path) -> None:
        named = ["-c", "user.name=Anna", "-c", "user.email=anna@example.org"]
        subprocess.run(["git", *named, *arguments], cwd=at, check=True, capture_output=True)  # noqa: S603, S607 - git of this machine.

    def commit(self, message: str, *, at: Path) -> None:
        self.git("add", "--all", at=at)
        self.git("commit", "--quiet", "--message", message, at=at)

    def edit(self, old: str, new: str) -> None:
        file = self.here / "policies" / "minors.policy"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        self.commit("a change", at=self.here)

    def run(self, job: str, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the commands of a step as GitHub does."""
        (step,) = [each for each in JOBS[job]["steps"] if each.get("name") == name]
        settings = self.served.installation.settings
        ours = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "ASSENT_DATA_DIRECTORY": str(settings.data_directory),
            "ASSENT_POLICIES": str(settings.policies),
            "ASSENT_URL": f"http://127.0.0.1:{self.served.port}",
            "GITHUB_BASE_REF": "main",
            "GITHUB_SHA": "0123abcd",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "RUNNER_TEMP": str(self.temporary),
        }
        return subprocess.run(  # noqa: S603 - the commands of our own workflow.
            [
                shutil.which("bash") or "bash",
                "--noprofile",
                "--norc",
                "-eo",
                "pipefail",
                "-c",
                step["run"],
            ],
            cwd=self.here,
            env=ours | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    installation = install(tmp_path_factory.mktemp("ci"), log_level="error", port=free_port())
    with serving(installation) as running:
        running.decide(campaign(targeting={"profiling": True, "age": {"min": 19, "max": 40}}))
        yield running


@pytest.fixture
def checkout(served: Served, tmp_path: Path) -> Checkout:
    return Checkout(tmp_path, served)


def test_sound_policies_pass(checkout: Checkout) -> None:
    (checkout.here / "policies" / "cases.policy").write_text(TESTS)
    (checkout.here / "policies" / "minor.json").write_text(
        '{"id": "m", "markets": ["DE"], "flight": {"start": "2026-12-01", "end": "2026-12-20"},'
        ' "targeting": {"profiling": true, "age": {"min": 13, "max": 40}}}'
    )
    assert CliRunner().invoke(assent, ["fmt", str(checkout.here / "policies")]).exit_code == 0
    for name in ("Mistakes", "Layout", "Tests"):
        result = checkout.run("check", name)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("name", "old", "new", "status"),
    [
        ("Mistakes", "age.min is less", "age.mni is less", 1),
        ("Layout", "  rule no_profiled_ads", "     rule no_profiled_ads", 1),
        ("Tests", "module assent.tests.minors", "module assent.tests.others", 2),
    ],
)
def test_unsound_policies_fail(
    checkout: Checkout, name: str, old: str, new: str, status: int
) -> None:
    checkout.edit(old, new)
    assert checkout.run("check", name).returncode == status


def test_reviewers_read_what_changes_and_what_it_would_have_done(checkout: Checkout) -> None:
    checkout.edit("age.min is less than 18", "age.min is less than 21")
    for job, name in (
        ("check", "What changes in meaning"),
        ("impact", "What it would have decided since a month ago"),
    ):
        result = checkout.run(job, name)
        assert result.returncode == 0, result.stdout + result.stderr
    told = checkout.summary.read_text()
    assert "rises from 18 to 21" in told
    assert "1 decision: 1 changed\n           1  ALLOW → DENY\n" in told


def test_what_cannot_be_compared_fails(checkout: Checkout) -> None:
    checkout.edit("age.min is less", "age.mni is less")
    assert checkout.run("check", "What changes in meaning").returncode == 1
    name = "What it would have decided since a month ago"
    assert checkout.run("impact", name).returncode == 1


def test_main_is_drafted_and_put_up_for_review(checkout: Checkout, served: Served) -> None:
    checkout.edit("age.min is less than 18", "age.min is less than 20")
    tokens, name = served.installation.tokens, "Draft, and ask for review"
    for _ in range(2):
        result = checkout.run("push", name, ASSENT_KEY=tokens["author"])
        assert result.returncode == 0, result.stdout + result.stderr
        assert "in review" in result.stdout
    assert (checkout.temporary / "assent.key").stat().st_mode & 0o077 == 0
    assert checkout.run("push", name, ASSENT_KEY=tokens["auditor"]).returncode == 2
    checkout.edit("age.min is less", "age.mni is less")
    unsound = checkout.run("push", name, ASSENT_KEY=tokens["author"])
    assert (unsound.returncode, "E0301" in unsound.stdout) == (1, True)


def test_nobody_from_outside_reaches_the_log_or_the_key() -> None:
    assert "head.repo.full_name == github.repository" in JOBS["impact"]["if"]
    assert JOBS["impact"]["runs-on"] == ["self-hosted", "assent"]
    assert JOBS["push"]["if"] == "github.event_name == 'push'"
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert {name for name, job in JOBS.items() if "secrets" in str(job)} == {"push"}
    for job in JOBS.values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), "an expression in a command can be injected"


def test_page_names_every_job() -> None:
    page = (ROOT / "docs" / "continuous-integration.md").read_text()
    for name in JOBS:
        assert f"`{name}`" in page
    assert "  push:\n    branches: [main]\n" in WORKFLOW_TEXT
