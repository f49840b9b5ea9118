"""Conditions beside the prose that the handbook makes of them, and every shipped rule.

`ASSENT_REGENERATE=1` rewrites the prose; a change of it is justified in its commit.
"""

import os
import re
from pathlib import Path

import pytest

from engine.english.phrase import sentence
from engine.english.sentences import Writer
from tests.unit.handbook.bookshelf import condition, shipped

HERE = Path(__file__).parent


def held(file: Path, made: str) -> None:
    if os.environ.get("ASSENT_REGENERATE") == "1":
        file.write_text(made)
    assert made == file.read_text()


def prose(written: str) -> str:
    bundle, node = condition(written)
    return sentence(Writer(policies=bundle.policies).condition(node)).text


def test_every_kind_of_condition_reads_as_expected() -> None:
    file = HERE / "conditions.txt"
    written = [line for line in file.read_text().splitlines() if line and line[0] != " "]
    held(file, "\n".join(f"{line}\n    {prose(line)}\n" for line in written))


def test_every_shipped_rule_reads_as_expected() -> None:
    sections = []
    for rule in shipped().rules:
        lines = [f"{rule.number} {rule.title}", f"    {rule.sentence.text}"]
        lines.extend(f"    Applies where: {each.text}" for each in rule.conditions)
        lines.extend(f"    Unless “{each.name}”: {each.condition.text}" for each in rule.exceptions)
        sections.append("\n".join(lines) + "\n")
    held(HERE / "shipped.txt", "\n".join(sections))


@pytest.mark.parametrize("file", ["conditions.txt", "shipped.txt"])
def test_prose_holds_no_identifier(file: str) -> None:
    made = [line for line in (HERE / file).read_text().splitlines() if line.startswith("    ")]
    assert made
    assert [line for line in made if re.search(r"campaign\.\w|\w_\w", line)] == []
