"""The formatter: a text in the canonical layout, with every comment in its place.

One clause a line, keywords in a column, labelled lists and long conditions over several lines,
facts in columns, an empty line between items and between rules. The laws: what is formatted parses
to the same tree, has the same comments in the same order, and is not changed by formatting it
again. Line ends are those of Unix.

The author's words stay, and only the space between them changes.
"""

from ...source.diagnostic import Diagnostic
from ...source.text import Source
from ..parse import parse
from .atoms import atoms_of
from .page import Page
from .statements import statements

__all__ = ["format_source"]


def format_source(source: Source) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return a text in the canonical layout; one with faults as it is, with its diagnostics."""
    file, diagnostics = parse(source)
    if diagnostics:
        return source.text, diagnostics
    atoms, last = atoms_of(source, file)
    page = Page()
    page.add_all(tuple(statements(file, atoms)))
    page.close(last)
    return page.text(), ()
