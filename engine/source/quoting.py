"""How a message quotes what it speaks of: somebody's own words, a JSON value, a member's name."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from .json_fault import GREATEST_NUMBER


def excerpt(words: str, most: int = 40) -> str:
    """Return the user's own words in backticks, cut to a length and safe to print."""
    shown = words if len(words) <= most else f"{words[: most - 1]}…"
    printable = "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}" for character in shown
    )
    return f"`{printable}`"


def escaped(name: str | int) -> str:
    """Return a member name or list index as one reference token of a JSON Pointer (RFC 6901).

    Half of a surrogate pair, which no pointer can hold, becomes its escape in letters.
    """
    encodable = str(name).encode(errors="backslashreplace").decode()
    return encodable.replace("~", "~0").replace("/", "~1")


def described(value: object) -> str:
    """Return what a JSON value is, in words, and itself where it is short enough to show."""
    match value:
        case None:
            return "null"
        case bool():
            return f"`{str(value).lower()}`"
        case str():
            return f"the text {excerpt(value)}"
        case int() if abs(value) > GREATEST_NUMBER:
            return "a number beyond all measure"
        case int() | float() | Decimal():
            return f"the number {excerpt(str(value))}"
        case list() | tuple():
            return "a list"
        case _:
            return "an object"


def joined(words: Sequence[str], conjunction: str) -> str:
    """Return words as a series: `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def series(words: Iterable[str], conjunction: str | None = None) -> str:
    """Return words in backticks, set apart by commas, the last by a conjunction if there is one."""
    quoted = [f"`{word}`" for word in words]
    return joined(quoted, conjunction) if conjunction else ", ".join(quoted)
