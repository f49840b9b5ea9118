"""What a verifier finds wrong: data, in the order of what it reads."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

FAULT_LIMIT = 100
"""How many faults a report lists, unless the caller says otherwise."""

_MESSAGE_LIMIT = 300
_PATH = re.compile(r" - at (`\$[^`]*`)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationFault:
    """One thing that is wrong; `index` is that of the entry, or None for the whole."""

    index: int | None
    code: str
    message: str


def fault(index: int | None, code: str, message: str) -> VerificationFault:
    """Return a fault, its message cut to a length that a hostile file cannot stretch."""
    return VerificationFault(index=index, code=code, message=message[:_MESSAGE_LIMIT])


def misread(error: Exception) -> str:
    """Return why something is not the JSON that it should be, from what reading it has raised.

    What a parser says is for whoever wrote it, but for the path of the member that is wrong.
    """
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, msgspec.ValidationError):
        found = _PATH.search(str(error))
        if found is None:
            return "its members are not those that it should have"
        return f"its member {found[1]} is not what it should be"
    if isinstance(error, msgspec.DecodeError):
        return "it is not JSON, or breaks off"
    return str(error)


def gather(
    faults: Iterable[VerificationFault], most: int
) -> tuple[tuple[VerificationFault, ...], int]:
    """Return the first of some faults, and how many more there are."""
    listed: list[VerificationFault] = []
    omitted = 0
    for one in faults:
        if len(listed) < most:
            listed.append(one)
        else:
            omitted += 1
    return tuple(listed), omitted
