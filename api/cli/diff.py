"""`assent diff`: what changed in meaning between two versions of policies. It decides nothing."""

from dataclasses import replace
from pathlib import Path

import click

from api.cli.arguments import as_json_option
from api.cli.diagnostics_view import counts, diagnostic_lines
from api.cli.failures import CANNOT, NO
from api.cli.terminal import Output, answer, styled, toned
from api.examination.check import Totals, check
from api.examination.comparison import document, lines
from api.examination.policy_files import PolicyFiles, read_named
from engine.analysis.changes import changes
from engine.analysis.report import sentences
from engine.bundle.bundle import Bundle
from engine.source.layout import Tone


@click.command()
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
@as_json_option
@click.pass_context
def diff(ctx: click.Context, old: Path, new: Path, *, as_json: bool) -> None:
    """Say what changed in meaning between two versions of policies.

    OLD and NEW are directories, or single files, each read within the set that it belongs to.
    Layout, order, comments and the division into files have no meaning. Each change says whether
    it is stricter, looser, neutral, or unclear from the text alone.

    \b
      assent diff policies-2025/ policies/

    Exit status: 0 if nothing changed in meaning, 1 if something did, 2 where the two cannot be
    compared: policies with errors, or that cannot be read.
    """  # noqa: D301 - click reads the escape.
    before, after = _read(old, new)
    bundles = [_built(policies) for policies in (before, after)]
    found = sentences(changes(bundles[0].policies, bundles[1].policies))
    told = map(styled, lines(found, before, after))
    answer(document(found, before, after), told, as_json=as_json)
    if found:
        ctx.exit(NO)


def _read(old: Path, new: Path) -> tuple[PolicyFiles, PolicyFiles]:
    """Return both versions; two files that lie in one set are each read without the other."""
    before, after = read_named([old])[0], read_named([new])[0]
    one, other = before.only, after.only
    if before.root != after.root or one is None or other is None or one == other:
        return before, after
    return _without(before, other), _without(after, one)


def _without(policies: PolicyFiles, names: frozenset[str]) -> PolicyFiles:
    files = {name: text for name, text in policies.files.items() if name not in names}
    return replace(policies, files=files)


def _built(policies: PolicyFiles) -> Bundle:
    """Return the bundle; where it has errors they are shown as `assent check` does."""
    checked = check(replace(policies, only=None))
    if checked.bundle is not None:
        return checked.bundle
    output = Output(err=True)
    output.lines(diagnostic_lines(checked.diagnostics, checked.sources))
    output.line(toned(counts(Totals.of([checked])), Tone.DENY))
    raise click.exceptions.Exit(CANNOT)
