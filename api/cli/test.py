"""`assent test`: runs the tests that stand in policies, and says which rules none of them tries.

A rule is tried both ways where one passing test sees it violated and another sees it satisfied or
excepted. Clauses and mutations are not looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
from rich.text import Text

from api.cli.failures import NO, Failure
from api.cli.policy_files import PolicyFiles, build_policies, read_policies
from api.cli.terminal import Output, styled, toned
from engine.evaluation.prose import Tone, lines, printable
from engine.evaluation.result import Status
from engine.testing.runner import CaseResult, run_cases

MOST_NAMES = 10

_UPHELD = (Status.SATISFIED, Status.EXCEPTED)


@dataclass(slots=True, kw_only=True)
class Trials:
    """What the tests of some policies came to so far."""

    rules: Sequence[str]
    passed: int = 0
    failed: int = 0
    violated: set[str] = field(default_factory=set)
    upheld: set[str] = field(default_factory=set)

    def add(self, result: CaseResult) -> None:
        """Count one test."""
        if not result.passed or result.decision is None:
            self.failed += 1
            return
        self.passed += 1
        decision = result.decision
        self.violated |= {each.rule.id for each in decision.with_status(Status.VIOLATED)}
        self.upheld |= {each.rule.id for each in decision.with_status(*_UPHELD)}

    @property
    def never_violated(self) -> list[str]:
        """The rules that no passing test sees violated."""
        return [rule for rule in self.rules if rule not in self.violated]

    @property
    def never_upheld(self) -> list[str]:
        """The rules that no passing test sees satisfied or excepted."""
        return [rule for rule in self.rules if rule not in self.upheld]

    def lines(self) -> Iterator[Text]:
        """Yield the summary."""
        for what, rules in (("violates", self.never_violated), ("satisfies", self.never_upheld)):
            if rules:
                yield toned(f"no test {what} {_cut(rules)}", Tone.OPEN)
        tone = Tone.DENY if self.failed else Tone.ALLOW
        yield toned(f"{self.passed} passed, {self.failed} failed", tone)


@click.command()
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
@click.pass_context
def test(ctx: click.Context, directory: Path | None, *, as_json: bool) -> None:
    """Run the tests that stand in policies.

    Each test that fails is shown with what was expected, what came, and why. Without a directory
    the policies that come with Assent are tested.

    \b
      assent test policies/

    Exit status: 0 if all pass, 1 if any fails, 2 where there is no test to run: policies with
    errors or without tests, a directory that cannot be read.
    """  # noqa: D301 - click reads the escape.
    policies = read_policies(directory)
    bundle = build_policies(policies)
    if not bundle.cases:
        raise Failure(str(policies.root), "there is no test in these policies", "write one")
    trials = Trials(rules=[rule.id for rule in bundle.policies.rules])
    failing: list[CaseResult] = []
    output = Output()
    for result in run_cases(bundle):
        trials.add(result)
        if not result.passed:
            failing.append(result)
            if not as_json:
                output.lines(_failure(policies, result))
    if as_json:
        output.json(_document(policies, trials, failing))
    else:
        output.lines(trials.lines())
    if trials.failed:
        ctx.exit(NO)


def _failure(policies: PolicyFiles, result: CaseResult) -> Iterator[Text]:
    case = result.case
    yield toned("FAILED", Tone.DENY) + toned(f"  {printable(case.title)}", Tone.TITLE)
    yield toned(f"  {policies.shown(case.location.source)}:{case.location.line}", Tone.POINTER)
    for failure in result.failures:
        yield toned(f"  {printable(failure)}")
    if result.decision is not None:
        yield Text()
        for line in lines(result.decision):
            text = styled(line)
            yield toned("  | ", Tone.QUIET) + text if text else toned("  |", Tone.QUIET)
    yield Text()


def _document(
    policies: PolicyFiles, trials: Trials, failing: Sequence[CaseResult]
) -> dict[str, object]:
    return {
        "passed": trials.passed,
        "failed": trials.failed,
        "failures": [
            {
                "title": result.case.title,
                "file": policies.shown(result.case.location.source),
                "line": result.case.location.line,
                "failures": list(result.failures),
                "explanation": result.explanation,
            }
            for result in failing
        ],
        "never_violated": trials.never_violated,
        "never_satisfied": trials.never_upheld,
    }


def _cut(names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")
