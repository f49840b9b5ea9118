"""`assent test`: runs the tests that stand in policies, and asks how good these tests are.

Coverage says what the tests decide, mutants what they would notice, boundaries what is wanting at
the limits. Without these options nothing of the kind is worked out.
"""

from dataclasses import dataclass, field
from pathlib import Path

import click

from api.cli import trials_view
from api.cli.arguments import as_json_option
from api.cli.failures import NO, Failure
from api.cli.sound_policies import build_policies
from api.cli.terminal import Output, counting
from api.examination import trials
from api.examination.policy_files import PolicyFiles, read_policies
from engine.bundle.bundle import Bundle
from engine.testing.boundaries import boundary_tests
from engine.testing.coverage import measure, share
from engine.testing.mutation import Trial, try_mutants
from engine.testing.parts import words_of
from engine.testing.runner import CaseResult, run_cases
from engine.testing.set_mutants import partly_tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for beside running the tests."""

    coverage: bool
    mutants: bool
    boundaries: bool
    require: float | None


@dataclass(slots=True, kw_only=True)
class _Session:
    """One run of the command: the policies, their results, and where answers go."""

    policies: PolicyFiles
    bundle: Bundle
    as_json: bool
    wish: Wish
    results: list[CaseResult] = field(default_factory=list)
    document: dict[str, object] = field(default_factory=dict)
    output: Output = field(default_factory=Output)
    is_short: bool = False

    @property
    def failed(self) -> list[CaseResult]:
        """The tests that failed."""
        return [result for result in self.results if not result.passed]

    def run(self) -> None:
        """Run the tests, showing each that fails."""
        words = words_of(self.bundle)
        for result in run_cases(self.bundle):
            self.results.append(result)
            if not result.passed and not self.as_json:
                self._messages.lines(trials_view.failure(self.policies, result, words))
        if self.as_json:
            self.document |= trials.summary(self.policies, self.bundle, self.results, words)

    @property
    def _messages(self) -> Output:
        """Where people look: boundary tests alone may stand where they can be saved as policy."""
        return Output(err=True) if self.wish.boundaries else self.output

    def measure(self) -> None:
        """Show what the tests decide."""
        coverage = measure(self.bundle, self.results)
        if self.as_json:
            self.document["coverage"] = trials.coverage(self.policies, coverage)
        else:
            self._messages.lines(trials_view.coverage(self.policies, coverage))
        self._hold(coverage.percentage)

    def mutate(self) -> None:
        """Show what the tests do not notice, as it is found."""
        tried: list[Trial] = []
        owner = ""
        with counting("changes tried") as count:
            for trial in try_mutants(self.bundle, self.results):
                count()
                tried.append(trial)
                if trial.noticed_by is None and not self.as_json:
                    is_new = trial.mutant.name != owner
                    owner = trial.mutant.name
                    shown = trials_view.unnoticed(self.policies, trial.mutant, is_new=is_new)
                    self._messages.lines(shown)
        partly = list(partly_tried(self.bundle.policies))
        noticed = sum(trial.noticed_by is not None for trial in tried)
        if self.as_json:
            self.document["mutants"] = trials.mutants(self.policies, tried, partly)
        else:
            self._messages.lines(trials_view.noticed(noticed, len(tried), partly))
        self._hold(share(noticed, len(tried)))

    def offer(self) -> None:
        """Show tests at the limits, to be pasted."""
        offered = list(boundary_tests(self.bundle, self.results))
        if self.as_json:
            self.document["boundaries"] = trials.boundaries(self.policies, offered)
        else:
            self.output.lines(trials_view.boundaries(self.policies, offered))

    def _hold(self, percentage: float) -> None:
        """Hold a share against the one that is required."""
        required = self.wish.require
        self.is_short = self.is_short or (required is not None and percentage < required)

    def close(self) -> None:
        """Show the summary."""
        if self.as_json:
            self.output.json(self.document)
        else:
            never = (
                trials.never_violated(self.bundle, self.results),
                trials.never(self.bundle, self.results, *trials.UPHELD),
            )
            failed = len(self.failed)
            self._messages.lines(
                trials_view.summary(
                    *never,
                    passed=len(self.results) - failed,
                    failed=failed,
                    is_shipped=self.policies.is_shipped,
                )
            )


@click.command()
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--coverage",
    is_flag=True,
    help="What do the tests decide? Lists what no test sees, and each part of a rule that tests "
    "do not decide both ways.",
)
@click.option(
    "--mutants",
    is_flag=True,
    help="What would the tests notice? Changes one thing at a time in each rule, and lists the "
    "changes that no test notices.",
)
@click.option(
    "--boundaries",
    is_flag=True,
    help="Which tests are wanting at the limits? Writes tests just below, at and above each, to "
    "be confirmed and pasted.",
)
@click.option(
    "--require",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    help="Fail where less is decided both ways (--coverage) or noticed (--mutants).",
)
@as_json_option
@click.pass_context
def test(  # noqa: PLR0913 - click hands over each option.
    ctx: click.Context,
    directory: Path | None,
    *,
    coverage: bool,
    mutants: bool,
    boundaries: bool,
    require: float | None,
    as_json: bool,
) -> None:
    """Run the tests that stand in policies.

    Each test that fails is shown with what was expected, what came, and the clause that decided:
    every part of it with ✓ true, ✗ false or ? unknown, and the values that it read. Without a
    directory the policies that come with Assent are tested, and the last line says so.

    \b
      assent test policies/
      assent test policies/ --coverage --require 90
      assent test policies/ --mutants
      assent test policies/ --boundaries > wanting.txt

    With --boundaries the tests to be pasted are all that goes to standard output.

    Exit status: 0 if all pass, 1 if any fails or less is reached than --require asks, 2 where
    there is no test to run: policies with errors or without tests, a directory that cannot be
    read.
    """  # noqa: D301 - click reads the escape.
    wish = Wish(coverage=coverage, mutants=mutants, boundaries=boundaries, require=require)
    if require is not None and not (coverage or mutants):
        raise click.UsageError("--require needs --coverage or --mutants", ctx)
    policies = read_policies(directory)
    bundle = build_policies(policies)
    if not bundle.cases:
        raise Failure(str(policies.root), "there is no test in these policies", "write one")
    session = _Session(policies=policies, bundle=bundle, as_json=as_json, wish=wish)
    _carry_out(session)
    if session.failed or session.is_short:
        ctx.exit(NO)


def _carry_out(session: _Session) -> None:
    session.run()
    wish = session.wish
    steps = (
        (wish.coverage, session.measure),
        (wish.mutants, session.mutate),
        (wish.boundaries, session.offer),
    )
    for is_wished, step in steps:
        if is_wished:
            step()
    session.close()
