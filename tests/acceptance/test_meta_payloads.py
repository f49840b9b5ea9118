"""Meta's own example payloads through the command line: each is decided on, or refused with why."""

import json
import subprocess
import sys

from tests.conftest import shared


def test_all_42_payloads_end_in_a_decision_or_a_reason() -> None:
    file = shared("data", "meta-sdk-payloads", "payloads.jsonl")
    command = [sys.executable, "-m", "api.cli", "decide", str(file), "--format", "meta"]
    made = subprocess.run(  # noqa: S603 - our own command.
        [*command, "--json", "--as-of", "2026-11-23"], capture_output=True, text=True, check=False
    )
    answers = [json.loads(line) for line in made.stdout.splitlines()]
    assert made.returncode == 1, made.stderr
    assert len(answers) == 42
    decided = [each for each in answers if "decision" in each]
    refused = [each for each in answers if "refused" in each]
    assert len(decided) + len(refused) == 42
    assert all(fault["message"] and fault["help"] for each in refused for fault in each["refused"])
    assert all(each["decision"] == "allow" or each["missing"] for each in decided)
