"""`assent diff`: what changed in meaning between two versions of policies. It decides nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.text import Text

from api.cli.diagnostics_view import counts, diagnostic_lines
from api.cli.failures import CANNOT, NO
from api.cli.policy_files import PolicyFiles, examine, read_named
from api.cli.terminal import Output, toned
from engine.analysis.change import Change, Kind, Lean
from engine.analysis.changes import changes
from engine.analysis.report import Paragraph, sentences, summary
from engine.analysis.wording import told
from engine.bundle.bundle import Bundle
from engine.evaluation.prose import Tone, printable

HERE = Path()
"""Where files without a directory of their own are: their names are their places."""

_TONES = {
    Lean.STRICTER: Tone.PLAIN,
    Lean.LOOSER: Tone.OPEN,
    Lean.NEUTRAL: Tone.QUIET,
    Lean.UNCLEAR: Tone.PLAIN,
}


@click.command()
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
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
    output = Output()
    if as_json:
        output.json(document(found, before, after))
    else:
        output.lines(lines(found, before, after))
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
    examined = examine(replace(policies, only=None))
    if examined.bundle is not None:
        return examined.bundle
    output = Output(err=True)
    output.lines(diagnostic_lines(examined.diagnostics, examined.sources))
    warnings = len(examined.diagnostics) - examined.errors
    output.line(toned(counts(examined.errors, warnings, examined.policies), Tone.DENY))
    raise click.exceptions.Exit(CANNOT)


def _place(paragraph: Paragraph, before: PolicyFiles, after: PolicyFiles) -> str | None:
    place = paragraph.subject.place
    if place is None:
        return None
    version = before if paragraph.existence is Kind.REMOVED else after
    return f"{version.shown(place.source)}:{place.line}"


def lines(found: Sequence[Paragraph], before: PolicyFiles, after: PolicyFiles) -> Iterator[Text]:
    """Yield the lines that tell what changed from the files before to those after."""
    for paragraph in found:
        yield from _lines(paragraph, _place(paragraph, before, after))
    yield toned(summary(found), Tone.TITLE if found else Tone.ALLOW)


def _lines(paragraph: Paragraph, place: str | None) -> Iterator[Text]:
    subject = paragraph.subject
    title = f"  {printable(subject.title)}" if subject.title else ""
    yield toned(f"{subject.realm.value} {subject.name}", Tone.TITLE) + toned(title)
    if place is not None:
        yield toned(f"  {place}", Tone.POINTER)
    for change, words in zip(paragraph.changes, paragraph.sentences, strict=True):
        lean = toned(change.lean.value.ljust(8), _TONES[change.lean])
        yield toned("  ") + lean + toned(f"  {printable(words)}", _TONES[change.lean])
    yield Text()


def document(
    found: Sequence[Paragraph], before: PolicyFiles, after: PolicyFiles
) -> dict[str, object]:
    """Return the JSON form of what changed."""
    return {
        "changed": [
            {
                "what": paragraph.subject.realm.value,
                "name": paragraph.subject.name,
                "title": paragraph.subject.title,
                "place": _place(paragraph, before, after),
                "lean": paragraph.lean.value,
                "changes": [
                    _change(change, words)
                    for change, words in zip(paragraph.changes, paragraph.sentences, strict=True)
                ],
            }
            for paragraph in found
        ],
        "summary": summary(found),
    }


def _change(change: Change, words: str) -> dict[str, object]:
    return {
        "kind": change.kind.value,
        "lean": change.lean.value,
        "old": None if change.old is None else told(change.old),
        "new": None if change.new is None else told(change.new),
        "about": change.about or None,
        "part": None if change.part is None else change.part.value,
        "exception": change.exception or None,
        "sentence": words,
    }
