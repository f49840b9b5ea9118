"""What the strict JSON reader yields, what it bounds, and the fault that it raises."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from .characters import MOST_MARKS

JSONValue: TypeAlias = (
    bool | int | Decimal | str | list["JSONValue"] | dict[str, "JSONValue"] | None
)
"""A JSON value without floats: whole numerals are integers, all other numerals exact decimals."""

GREATEST_NUMBER = 10**18
"""The greatest absolute value of a number."""

MOST_DIGITS = 34
"""The most significant digits of a number, and the most digits after its decimal point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JSONLimits:
    """How much a stranger may send.

    `document` bounds the whole text (bytes where bytes are read, else characters), `depth` the
    nesting of lists and objects, `string` the characters of one string or member name, `items` the
    elements of one list and the members of one object, `marks` the combining marks in a row.
    """

    document: int = 8 * 1024 * 1024
    depth: int = 64
    string: int = 65_536
    items: int = 100_000
    marks: int = MOST_MARKS


class JSONFault(ValueError):  # noqa: N818 - the house calls what is wrong with an input a fault.
    """The first fault of a text that should have been JSON.

    `offset` counts characters from zero, `line` and `column` count from one; `pointer` is the
    JSON Pointer (RFC 6901) of the value in question, or of the innermost value that holds it.
    """

    def __init__(  # noqa: PLR0913 - a fault is these seven facts, always named.
        self,
        *,
        code: str,
        message: str,
        help: str,  # noqa: A002 - the house's word for what to do, as in `Diagnostic`.
        offset: int,
        line: int,
        column: int,
        pointer: str,
    ) -> None:
        super().__init__(f"{message} (line {line}, column {column})")
        self.code = code
        self.message = message
        self.help = help
        self.offset = offset
        self.line = line
        self.column = column
        self.pointer = pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is wrong with a JSON text, before it is known where."""

    code: str
    message: str
    help: str

    def at(self, text: str, offset: int, pointer: str) -> JSONFault:
        """Return the fault that this complaint is at an offset of the text."""
        return JSONFault(
            code=self.code,
            message=self.message,
            help=self.help,
            offset=offset,
            line=text.count("\n", 0, offset) + 1,
            column=offset - text.rfind("\n", 0, offset),
            pointer=pointer,
        )
