"""Writers of consent strings, for the laws of reading them: what is written is what is read."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def base64url(bits: str) -> str:
    """Write bits as base64url, filled up with zeros."""
    filled = bits + "0" * (-len(bits) % 6)
    return "".join(ALPHABET[int(filled[at : at + 6], 2)] for at in range(0, len(filled), 6))


def number(value: int, width: int) -> str:
    return f"{value:0{width}b}"


def field(places: Iterable[int], width: int) -> str:
    chosen = set(places)
    return "".join("1" if place in chosen else "0" for place in range(1, width + 1))


def letters(text: str) -> str:
    return "".join(number(ord(letter) - ord("A"), 6) for letter in text)


def moment(value: datetime) -> str:
    return number(round((value - EPOCH).total_seconds() * 10), 36)


def fibonacci(value: int) -> str:
    weights = [1, 2]
    while weights[-1] <= value:
        weights.append(weights[-1] + weights[-2])
    bits, left = [], value
    for weight in reversed(weights[:-1]):
        bits.append("1" if weight <= left else "0")
        left -= weight if weight <= left else 0
    return "".join(reversed(bits)).rstrip("0") + "1"


def entries(ranges: Sequence[tuple[int, int]]) -> str:
    """Write ranges as numbers of 16 bits, a single number as such."""
    return number(len(ranges), 12) + "".join(
        f"0{number(first, 16)}" if first == last else f"1{number(first, 16)}{number(last, 16)}"
        for first, last in ranges
    )


def fibonacci_entries(ranges: Sequence[tuple[int, int]]) -> str:
    """Write ranges that are in order and apart in Fibonacci coding."""
    written, reached = number(len(ranges), 12), 0
    for first, last in ranges:
        written += ("0" if first == last else "1") + fibonacci(first - reached)
        written += "" if first == last else fibonacci(last - first)
        reached = last
    return written


def bit_vendors(vendors: Iterable[int]) -> str:
    chosen = sorted(vendors)
    greatest = chosen[-1] if chosen else 0
    return number(greatest, 16) + "0" + field(chosen, greatest)


def range_vendors(ranges: Sequence[tuple[int, int]], *, in_fibonacci: bool = False) -> str:
    greatest = max((last for _, last in ranges), default=0)
    written = fibonacci_entries(ranges) if in_fibonacci else entries(ranges)
    return number(greatest, 16) + "1" + written


def tc_core(
    *,
    purposes: Iterable[int] = (1, 3, 4),
    interests: Iterable[int] = (2, 7),
    vendors: str | None = None,
    restrictions: str = "0" * 12,
    cmp_id: int = 10,
    policy: int = 5,
    country: str = "DE",
    at: datetime = datetime(2026, 3, 1, tzinfo=UTC),
) -> str:
    """Write the core of a TC string; `vendors` are those consented to, `restrictions` bits."""
    return base64url(
        number(2, 6)
        + moment(at) * 2
        + number(cmp_id, 12)
        + number(1, 12)
        + number(1, 6)
        + letters("EN")
        + number(48, 12)
        + number(policy, 6)
        + "10"
        + field((1,), 12)
        + field(purposes, 24)
        + field(interests, 24)
        + "0"
        + letters(country)
        + (bit_vendors((2, 6, 8)) if vendors is None else vendors)
        + bit_vendors((2, 9))
        + restrictions
    )


def disclosed(vendors: Iterable[int] = (2, 6, 8, 9)) -> str:
    return base64url(number(1, 3) + bit_vendors(vendors))


def tc_string(**parts: object) -> str:
    """Write a TC string of version 2.3: a core, and the disclosed vendors."""
    return f"{tc_core(**parts)}.{disclosed()}"  # type: ignore[arg-type] # As `tc_core` has them.


def gpp_header(sections: Sequence[int]) -> str:
    ranges = [(section, section) for section in sections]
    return base64url(number(3, 6) + number(1, 6) + fibonacci_entries(ranges))


def us_core(values: Sequence[int], *, version: int = 1) -> str:
    """Write the core of a section for the United States: choices of two bits each."""
    return base64url(number(version, 6) + "".join(number(value, 2) for value in values))


GPC_ON, GPC_OFF = base64url("011"), base64url("010")


def california(*, sale: int = 2, sharing: int = 2, gpc: str | None = None) -> str:
    """Write a GPP string with the section of California alone; 1 is opted out, 2 is not."""
    core = us_core([1, 1, 1, sale, sharing, *[0] * 9, 0, 0, 0, 1, 0, 0])
    return f"{gpp_header([8])}~{core}" + ("" if gpc is None else f".{gpc}")
