"""What a verifier finds wrong: data, in the order of what it reads."""

from collections.abc import Iterable
from dataclasses import dataclass

FAULT_LIMIT = 100
"""How many faults a report lists, unless the caller says otherwise."""

_MESSAGE_LIMIT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationFault:
    """One thing that is wrong; `index` is that of the entry, or None for the whole."""

    index: int | None
    code: str
    message: str


def fault(index: int | None, code: str, message: str) -> VerificationFault:
    """Return a fault, its message cut to a length that a hostile file cannot stretch."""
    return VerificationFault(index=index, code=code, message=message[:_MESSAGE_LIMIT])


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
