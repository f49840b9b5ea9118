"""How a policy writes values: for messages, which show what may be put in place of what stands."""

import re

from ..syntax.lexis import NAME, RESERVED_WORDS
from .types import EnumerationType, Scalar, Type

_UNQUOTED = {
    Scalar.NUMBER: r"-?\d{1,18}(?:\.\d{1,18})?",
    Scalar.WHOLE_NUMBER: r"-?\d{1,18}",
    Scalar.PERCENTAGE: r"\d{1,18}(?:\.\d{1,18})?%",
    Scalar.MONEY: r"[A-Z]{3} \d{1,18}(?:\.\d{1,18})?",
    Scalar.DATE: r"\d{4}-\d\d-\d\d",
    Scalar.YES_NO: "yes|no",
}
"""How values of a type are written; none of them in quotation marks."""


def is_written(text: str, kind: Type) -> bool:
    """Whether a text is how a value of a type is written."""
    match kind:
        case EnumerationType(members=members):
            return text in members
        case Scalar() if kind in _UNQUOTED:
            return re.fullmatch(_UNQUOTED[kind], text, re.ASCII) is not None
        case _:
            return False


def written_code(code: str) -> str:
    """Return a code as a policy writes it: those that are no names stand in quotation marks."""
    is_plain = re.fullmatch(NAME, code) is not None and code not in RESERVED_WORDS
    return code if is_plain else f'"{code}"'
