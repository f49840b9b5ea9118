"""The pages of the diagnostics: for each code what it means, why it matters, and how to fix it.

A page is a Markdown file of this package, `pages/CODE.md`: a heading `# CODE: title`, a summary of
one paragraph, and the sections *What it means*, *Why it matters*, *Example* and *How to fix it*.
The pages are the only registry of codes. They say nothing of a particular policy.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

_MOST_NEAR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is known of one code; `text` is the whole page as Markdown."""

    code: str
    title: str
    summary: str
    text: str


@cache
def pages() -> tuple[Page, ...]:
    """Return every page, by code."""
    found = (files(__package__) / "pages").iterdir()
    named = sorted(entry.name for entry in found if entry.name.endswith(".md"))
    return tuple(_read(name.removesuffix(".md")) for name in named)


def find_page(code: str) -> Page | None:
    """Return the page of a code, or None where there is no such code."""
    return next((page for page in pages() if page.code == code), None)


def near_codes(typed: str) -> tuple[str, ...]:
    """Return up to three codes that are near to what was typed, the nearest first."""
    known = [page.code for page in pages()]
    return tuple(get_close_matches(typed, known, n=_MOST_NEAR))


def command_for(code: str) -> str:
    """Return the command that shows the page of a code."""
    return f"assent explain {code}"


def _read(code: str) -> Page:
    text = (files(__package__) / "pages" / f"{code}.md").read_text(encoding="utf-8")
    heading, summary, _ = text.split("\n\n", 2)
    title = heading.removeprefix(f"# {code}: ")
    return Page(code=code, title=title, summary=" ".join(summary.split()), text=text)
