"""Diagnostics of policies as a person reads them: the texts of `engine.source.render`, coloured."""

import re
from collections.abc import Iterable, Iterator, Mapping

from rich.text import Text

from api.cli.terminal import toned
from api.examination.check import Totals
from engine.source.diagnostic import Diagnostic
from engine.source.layout import Tone, printable
from engine.source.render import render_concise, render_text
from engine.source.text import Source

_HEADLINE = re.compile(r"(?P<severity>error|warning)\[[^\]]*\]:")
_PLACE = re.compile(r" *--> ")
_MARKS = re.compile(r"(?P<gutter> *\| +)(?P<marks>\^.*)")
_PAGE = re.compile(r" *= more: .*")
_HELP = re.compile(r"(?P<gutter> *= )help:.*")


def diagnostic_lines(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]
) -> Iterator[Text]:
    """Yield the lines of diagnostics, each with its source line underlined."""
    for line in render_text(diagnostics, sources).split("\n"):
        yield _coloured(printable(line))


def concise_lines(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]
) -> Iterator[Text]:
    """Yield a line for each diagnostic."""
    for line in render_concise(diagnostics, sources).splitlines():
        yield toned(printable(line))


def _coloured(line: str) -> Text:
    if match := _HEADLINE.match(line):
        tone = Tone.DENY if match["severity"] == "error" else Tone.OPEN
        return toned(match.group(), tone) + toned(line[match.end() :], Tone.TITLE)
    if _PLACE.match(line):
        return toned(line, Tone.POINTER)
    if match := _MARKS.fullmatch(line):
        return toned(match["gutter"], Tone.QUIET) + toned(match["marks"], Tone.DENY)
    if _PAGE.fullmatch(line):
        return toned(line, Tone.QUIET)
    if match := _HELP.fullmatch(line):
        help_text = line[len(match["gutter"]) :]
        return toned(match["gutter"], Tone.QUIET) + toned(help_text, Tone.REMEDY)
    return toned(line)


def counts(totals: Totals) -> str:
    """Return the last line: how many errors and warnings there are, in how many files."""
    return (
        f"{_number(totals.errors, 'error')}, {_number(totals.warnings, 'warning')} "
        f"in {_number(totals.files, 'policy file')}"
    )


def _number(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
