"""Forms that messages about various things share."""

from collections.abc import Iterable

from ...source.diagnostic import Diagnostic, error
from ...source.suggest import did_you_mean, nearest
from ...source.text import Span

_DECLARING = {"set": "set {} of …", "instrument": 'instrument {} "TITLE" "ADDRESS"'}


def unknown(  # noqa: PLR0913 - what is unknown, and what is said of it.
    code: str,
    what: str,
    word: str,
    span: Span,
    known: Iterable[str],
    *,
    label: str | None = None,
    otherwise: str | None = None,
) -> Diagnostic:
    """Report a name that is not known; `otherwise` is advised where none is near."""
    near = nearest(word, known)
    if what in _DECLARING and word.isidentifier():
        otherwise = f"declare it (`{_DECLARING[what].format(word)}`), or adopt a pack that does"
    advice = did_you_mean(near, otherwise)
    return error(code, f"unknown {what} `{word}`", span, label=label, help=advice, replacement=near)


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is one."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
