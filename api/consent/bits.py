"""Bits of a segment: fields of whole numbers, flags, letters and moments behind base64url.

Every read is bounded by what is left of the segment, and a segment by `LONGEST`, so that the work
and the memory of reading are linear in the length of the string, whatever it says.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

LONGEST = 65_536
"""The most characters of a string: all numbers of vendors, listed three times, and more."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_BITS = {ord(letter): f"{number:06b}" for number, letter in enumerate(_ALPHABET)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class UnreadableString(ValueError):  # noqa: N818 - it names what the string is.
    """A consent string that cannot be read; its text says where in it, and why."""


def check_length(string: str) -> None:
    """Raise `UnreadableString` where a string is longer than what is read."""
    if len(string) > LONGEST:
        raise UnreadableString(f"it is longer than {LONGEST:,} characters")


class Bits:
    """The bits of one segment, read from the first to the last."""

    __slots__ = ("_at", "_bits", "_part")

    def __init__(self, segment: str, *, part: str) -> None:
        """Take the base64url text of a segment, without padding; `part` names it in faults."""
        foreign = next((letter for letter in segment if ord(letter) not in _BITS), None)
        if foreign is not None:
            raise UnreadableString(f"{part} holds {foreign!r}, which is no letter of base64url")
        self._bits = segment.translate(_BITS)
        self._at = 0
        self._part = part

    def take(self, width: int, field: str) -> str:
        """Return the next bits as a text of zeros and ones."""
        end = self._at + width
        if end > len(self._bits):
            raise UnreadableString(f"{self._part} ends within `{field}`")
        taken = self._bits[self._at : end]
        self._at = end
        return taken

    def number(self, width: int, field: str) -> int:
        """Return a whole number, its highest bit first."""
        return int(self.take(width, field), 2)

    def flag(self, field: str) -> bool:
        """Return one bit."""
        return self.take(1, field) == "1"

    def field(self, width: int, field: str) -> tuple[int, ...]:
        """Return the places, from one, at which a field of bits is set."""
        return tuple(_set(self.take(width, field)))

    def letters(self, field: str) -> str:
        """Return two letters of six bits each, A being zero."""
        numbers = self.number(6, field), self.number(6, field)
        if max(numbers) >= len(_LETTERS):
            raise UnreadableString(f"`{field}` in {self._part} is not two letters")
        return "".join(_LETTERS[number] for number in numbers)

    def moment(self, field: str) -> datetime:
        """Return an instant, written as tenths of seconds since 1970 in 36 bits."""
        return _EPOCH + timedelta(milliseconds=100 * self.number(36, field))

    def fibonacci(self, field: str) -> int:
        """Return a number of at least one in Fibonacci coding, which ends with two ones.

        Raises `UnreadableString` where it has more digits than 65,535, the last of any numbering.
        """
        total, before, weight, last = 0, 1, 1, False
        while before <= _GREATEST:
            bit = self.flag(field)
            if bit and last:
                return total
            total += weight if bit else 0
            before, weight, last = weight, before + weight, bit
        raise UnreadableString(f"`{field}` in {self._part} is beyond {_GREATEST:,}")

    def copy(self) -> "Bits":
        """Return another reader, which goes on from here."""
        made = Bits("", part=self._part)
        made._bits, made._at = self._bits, self._at
        return made

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left but zeros, with which a segment is filled up."""
        return "1" not in self._bits[self._at :]

    @property
    def left(self) -> int:
        """How many bits have not been read."""
        return len(self._bits) - self._at


_GREATEST = 65_535


def _set(bits: str) -> Iterator[int]:
    at = bits.find("1")
    while at >= 0:
        yield at + 1
        at = bits.find("1", at + 1)
