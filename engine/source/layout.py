"""Lines of text for people, in pieces that each have a tone, so that a terminal may colour them.

Nothing here knows of terminals. Texts that somebody else wrote are shown without characters that a
terminal would obey.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

WIDTH = 80
"""The columns that a line may take; only a single long word may take more."""

_LABEL_WIDTH = 10


class Tone(Enum):
    """What a piece of text is, for those who give it a colour."""

    PLAIN = "plain"
    ALLOW = "allow"
    DENY = "deny"
    OPEN = "open"
    TITLE = "title"
    QUIET = "quiet"
    VALUE = "value"
    POINTER = "pointer"
    REMEDY = "remedy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text of one tone."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Piece, ...]


def plain_text(lines: Iterable[Line]) -> str:
    """Return lines as plain text, without their tones."""
    made = ("".join(piece.text for piece in line) for line in lines)
    return "".join(f"{line}\n" for line in made)


def printable(text: str) -> str:
    """Return a text without characters that move, hide or colour what a terminal shows."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c.isspace() else f"\\u{ord(c):04x}" for c in text)


def title(text: str) -> Iterator[Line]:
    """Yield the title of what follows, apart from what stands before it."""
    yield ()
    yield from wrapped(text, "", Tone.TITLE)


def row(label: str, text: str, tone: Tone) -> Iterator[Line]:
    """Yield a labelled row, its further lines below the first."""
    indent = " " * (_LABEL_WIDTH + 2)
    first, *further = _lines_of(text, indent) or [""]
    yield (
        Piece(text=f"  {label:<{_LABEL_WIDTH}}", tone=Tone.QUIET),
        Piece(text=first.removeprefix(indent), tone=tone),
    )
    for line in further:
        yield (Piece(text=indent), Piece(text=line.removeprefix(indent), tone=tone))


def wrapped(text: str, indent: str, tone: Tone) -> Iterator[Line]:
    """Yield a text as lines of one tone, each behind the indent."""
    for line in _lines_of(text, indent):
        yield (Piece(text=line, tone=tone),)


def _lines_of(text: str, indent: str) -> list[str]:
    # Nothing is broken within a word: a pointer and an address must stay what can be copied.
    return textwrap.wrap(
        printable(text),
        width=WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def counted(number: int, one: str, many: str) -> str:
    """Return a number with what it counts, `1 rule` or `1,200 rules`."""
    return f"{number:,} {one if number == 1 else many}"


def cut(names: Sequence[str], most: int, *, least: str = "") -> str:
    """Return names joined by commas, cut to a number of them with the count of the others.

    `least` stands before the count, as `at least ` where there may be more.
    """
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {least}{rest:,} more" if rest > 0 else "")
