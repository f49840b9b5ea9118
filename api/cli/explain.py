"""`assent explain`: what a diagnostic means, why it matters, and how to fix it.

The pages are those of `engine.source.codes`. On a terminal they are laid out; elsewhere they are
the Markdown that they are written in.
"""

import sys

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.theme import Theme

from api.cli.arguments import as_json_option
from api.cli.failures import Failure
from api.cli.terminal import Output, answer, toned
from engine.source.codes import Page, command_for, find_page, near_codes, pages
from engine.source.layout import Tone, printable

_WIDEST = 100
_THEME = Theme({"markdown.code": "bold", "markdown.h1": "bold", "markdown.h2": "bold underline"})


@click.command()
@click.argument("code", metavar="[CODE]", required=False)
@as_json_option
def explain(code: str | None, *, as_json: bool) -> None:
    """Explain a diagnostic: what it means, why it matters, how to fix it.

    CODE is what stands in brackets behind `error`. Without it all codes are listed.

    \b
      assent explain E0301
      assent explain

    Exit status: 0 if there is such a code, 2 if there is none.
    """  # noqa: D301 - click reads the escape.
    if code is None:
        _list(as_json=as_json)
        return
    page, output = _named(code), Output()
    if as_json:
        output.json({**_entry(page), "page": page.text})
    elif output.is_terminal:
        _lay_out(page)
    else:
        sys.stdout.write(page.text)


def _named(code: str) -> Page:
    """Return the page of a code, however it is typed: `e0301`, or `error[E0301]`."""
    typed = code.rpartition("[")[2].rstrip("]:").upper()
    page = find_page(typed)
    if page is not None:
        return page
    near = " or ".join(f"`{command_for(each)}`" for each in near_codes(typed))
    advice = f"try {near}" if near else "`assent explain` lists all codes"
    raise Failure("assent explain", f"there is no code `{printable(code)}`", advice)


def _list(*, as_json: bool) -> None:
    lines = (toned(page.code, Tone.POINTER) + toned(f"  {page.title}") for page in pages())
    answer({"codes": [_entry(page) for page in pages()]}, lines, as_json=as_json)


def _entry(page: Page) -> dict[str, object]:
    return {"code": page.code, "title": page.title, "summary": page.summary}


def _lay_out(page: Page) -> None:
    console = Console(file=sys.stdout, theme=_THEME, highlight=False)
    console.width = min(console.width, _WIDEST)
    console.print(Markdown(page.text, code_theme="bw"))
