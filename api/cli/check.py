"""`assent check`: every diagnostic of some policies. It runs no tests and decides nothing."""

from pathlib import Path

import click

from api.cli.diagnostics_view import counts, diagnostic_lines
from api.cli.failures import NO
from api.cli.policy_files import Examined, examine, read_named
from api.cli.terminal import Output, toned
from engine.evaluation.prose import Tone
from engine.source.render import render_json


@click.command()
@click.argument("paths", metavar="[DIR|FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Find every mistake in policies.

    A directory is checked as one set of policies. A single file is checked within the set that it
    belongs to, and only its own mistakes are listed. Without a path the policies that come with
    Assent are checked.

    \b
      assent check policies/
      assent check policies/minors.policy

    Exit status: 0 without errors (there may be warnings), 1 with errors, 2 where the policies
    cannot be read.
    """  # noqa: D301 - click reads the escape.
    results = [examine(policies) for policies in read_named(paths)]
    output = Output()
    errors = sum(each.errors for each in results)
    if as_json:
        output.json(_document(results))
    else:
        for each in results:
            output.lines(diagnostic_lines(each.diagnostics, each.sources))
        tone = Tone.DENY if errors else Tone.ALLOW
        output.line(toned(counts(errors, _warnings(results), _files(results)), tone))
    if errors:
        ctx.exit(NO)


def _document(results: list[Examined]) -> dict[str, object]:
    return {
        "diagnostics": [
            each for result in results for each in render_json(result.diagnostics, result.sources)
        ],
        "errors": sum(result.errors for result in results),
        "warnings": _warnings(results),
        "files": _files(results),
    }


def _warnings(results: list[Examined]) -> int:
    return sum(len(result.diagnostics) - result.errors for result in results)


def _files(results: list[Examined]) -> int:
    return sum(len(result.sources) for result in results)
