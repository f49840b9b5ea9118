"""`assent check`: every diagnostic of some policies. It runs no tests and decides nothing."""

from datetime import UTC, date, datetime
from pathlib import Path

import click
from rich.text import Text

from api.cli.arguments import DayType
from api.cli.diagnostics_view import concise_lines, counts, diagnostic_lines
from api.cli.failures import NO
from api.cli.terminal import Output, toned
from api.examination.check import Checked, Totals, document
from api.examination.check import check as find_mistakes
from api.examination.policy_files import PolicyFiles, read_named
from engine.source.layout import Tone
from engine.source.render import render_sarif

FORMS = ("full", "concise", "json", "sarif")
"""How diagnostics may be written."""


@click.command()
@click.argument("paths", metavar="[DIR|FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    help="Full text, one line for each mistake, one JSON document, or SARIF 2.1.0. [default: full]",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--strict", is_flag=True, help="Fail for warnings as well as for errors.")
@click.option(
    "--as-of",
    type=DayType(),
    metavar="DAY",
    help="Warn of waivers that are over or not yet approved on that day, and of reviews that are "
    "too old. "
    "[default: today]",
)
@click.pass_context
def check(  # noqa: PLR0913 - one parameter for each option.
    ctx: click.Context,
    paths: tuple[Path, ...],
    form: str | None,
    as_of: date | None,
    *,
    as_json: bool,
    strict: bool,
) -> None:
    """Find every mistake in policies.

    A directory is checked as one set of policies. A single file is checked within the set that it
    belongs to, and only its own mistakes are listed; one that belongs to none is checked by the
    vocabulary that comes with Assent. Without a path the policies that come with Assent are
    checked, and the last line says so.

    \b
      assent check policies/
      assent check policies/minors.policy
      assent check policies/ --strict
      assent check policies/ --as-of 2027-01-01
      assent check policies/ --format sarif > assent.sarif

    Exit status: 0 without errors (with --strict: without warnings too), 1 otherwise, 2 where the
    policies cannot be read.
    """  # noqa: D301 - click reads the escape.
    if as_json and form not in {None, "json"}:
        raise click.UsageError(f"--json and --format {form} exclude each other.", ctx)
    day = as_of or datetime.now(UTC).date()
    named = read_named(paths)
    results = [find_mistakes(policies, day) for policies in named]
    _write(Output(), "json" if as_json else form or "full", results, _origin(named))
    totals = Totals.of(results)
    if totals.errors or (strict and totals.warnings):
        ctx.exit(NO)


def _origin(named: list[PolicyFiles]) -> str:
    """Return what was taken that nobody named."""
    if any(each.is_shipped for each in named):
        return " that come with Assent; name a directory for yours"
    if any(each.is_completed for each in named):
        return ", by the vocabulary that comes with Assent"
    return ""


def _write(output: Output, form: str, results: list[Checked], origin: str) -> None:
    found = [each for result in results for each in result.diagnostics]
    sources = {name: source for result in results for name, source in result.sources.items()}
    match form:
        case "json":
            output.json(document(results))
        case "sarif":
            output.json(render_sarif(found, sources))
        case "concise":
            output.lines(concise_lines(found, sources))
        case _:
            if found:
                output.lines(diagnostic_lines(found, sources))
            output.line(_counts(Totals.of(results), origin))


def _counts(totals: Totals, origin: str) -> Text:
    return toned(f"{counts(totals)}{origin}", Tone.DENY if totals.errors else Tone.ALLOW)
