"""`docs/testing-policies.md` shows what `assent test` says of the small policies, word for word.

`ASSENT_REGENERATE=1` writes its outputs anew.
"""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
PAGE = Path(__file__).parents[2] / "docs" / "testing-policies.md"


@pytest.mark.parametrize("name", ["failure", "coverage", "mutants", "boundaries"])
def test_the_page_shows_what_the_command_says(
    run: Run, policies: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shutil.copytree(policies, tmp_path / "policies")
    monkeypatch.chdir(tmp_path)
    options = [] if name == "failure" else [f"--{name}"]
    if name == "failure":
        rules = tmp_path / "policies" / "ads.policy"
        rules.write_text(rules.read_text().replace("is less than 18", "is less than 12"))
    said = run("test", "policies", *options).stdout
    if name == "boundaries":
        said = said[: said.index("\ntest ", said.index("\ntest ") + 1)]
    command = " ".join(("$ assent test policies", *options))
    block = f"<!-- output: {name} -->\n```text\n{command}\n{said}```\n"
    text = PAGE.read_text()
    if os.environ.get("ASSENT_REGENERATE") == "1":
        shown = re.compile(rf"<!-- output: {name} -->\n```text\n.*?```\n", re.DOTALL)
        PAGE.write_text(shown.sub(lambda _: block, text))
    assert block in PAGE.read_text()


def test_the_test_on_the_page_stands_in_the_policies(policies: str) -> None:
    written = PAGE.read_text().partition("```text\n")[2].partition("```")[0]
    assert written in (Path(policies) / "ads.policy").read_text()
