"""A walk over the tokens of a JSON text: it finds where a fault is, and says which.

The reader proper is the standard library's decoder. It reports no place for what its hooks refuse,
and it never looks into strings, so a text that it or a quick scan doubts is walked here. The walk
is iterative and linear. It does not judge syntax: it may be sent over a text that is not JSON, and
then follows its brackets as well as they go.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from .characters import heaps_marks
from .json_fault import GREATEST_NUMBER, MOST_DIGITS, Complaint, JSONFault, JSONLimits
from .quoting import escaped, excerpt

_TOKEN = re.compile(r"""(?P<string>"[^"]*"?)|(?P<mark>[\[\]{},:])|(?P<word>[^ \t\n\r\[\]{},:"]+)""")
_NUMERAL = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?")
_NOT_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity"})
_LONGEST_NUMERAL = 64
_DECODE = json.JSONDecoder().decode


@dataclass(slots=True, kw_only=True)
class _Container:
    """One open list or object of the walk, and where in it the walk stands."""

    is_object: bool
    commas: int = 0
    name: str = ""
    names_value: bool = False
    seen: set[str] = field(default_factory=set)

    @property
    def token(self) -> str:
        return escaped(self.name if self.is_object else self.commas)


@dataclass(slots=True)
class _Walk:
    """The state of a walk: the text, its limits, and the containers now open."""

    text: str
    limits: JSONLimits
    open: list[_Container] = field(default_factory=list)

    def pointer(self) -> str:
        """Return the pointer of the value at which the walk stands."""
        inside = [c for c in self.open if not c.is_object or c.names_value]
        return "".join(f"/{container.token}" for container in inside)

    def faults(self, end: int) -> Iterator[JSONFault]:
        """Yield the faults of the tokens before an offset, in order."""
        for token in _TOKEN.finditer(masked(self.text)):
            kind = token.lastgroup or ""
            start = token.start(kind)
            if start >= end:
                return
            complaint = self.step(kind, self.text[start : token.end()])
            if complaint is not None:
                yield complaint.at(self.text, start, self.pointer())

    def step(self, kind: str, word: str) -> Complaint | None:
        """Take one token; return what is wrong with it."""
        match kind:
            case "string":
                return self.string(word)
            case "word":
                return word_complaint(word)
            case _:
                return self.mark(word)

    def string(self, token: str) -> Complaint | None:
        value = _decoded(token)
        container = self.open[-1] if self.open else None
        if container is None or not container.is_object or container.names_value:
            return _string_complaint(value, self.limits)
        complaint = _string_complaint(value, self.limits)
        container.name, container.names_value = value, True
        if complaint is None and value in container.seen:
            return duplicate(value)
        container.seen.add(value)
        return complaint

    def mark(self, mark: str) -> Complaint | None:
        if mark in "[{":
            if len(self.open) >= self.limits.depth:
                return too_deep(self.limits)
            self.open.append(_Container(is_object=mark == "{"))
            return None
        if not self.open:
            return None
        container = self.open[-1]
        if mark in "]}":
            self.open.pop()
        elif mark == ",":
            container.commas += 1
            container.names_value = False
            if container.commas == self.limits.items:
                return _too_many(container, self.limits)
        return None


def masked(text: str) -> str:
    """Return the text, as long as before, with its escaped backslashes and quotes blotted out.

    Every quote that remains begins or ends a string, so that expressions without repeated groups
    find the strings, in linear time and without a stack.
    """
    return text.replace(r"\\", "__").replace(r"\"", "__")


def first_fault(text: str, limits: JSONLimits) -> JSONFault | None:
    """Return the first fault of a text that the decoder accepts as JSON, beyond its syntax."""
    return next(_Walk(text, limits).faults(len(text)), None)


def pointer_at(text: str, offset: int, limits: JSONLimits) -> str:
    """Return the pointer of the value in which an offset of the text lies."""
    walk = _Walk(text, limits)
    for _ in walk.faults(offset):
        pass
    return walk.pointer()


def word_complaint(word: str) -> Complaint | None:
    """Say what is wrong with a bare word as a number; None for other words."""
    if word in _NOT_NUMBERS:
        return _not_a_number(word)
    if _NUMERAL.fullmatch(word) is None:
        return None
    return _numeral_complaint(word)


def _numeral_complaint(word: str) -> Complaint | None:
    if len(word) > _LONGEST_NUMERAL:
        return _too_precise(word)
    try:
        value = Decimal(word)
    except InvalidOperation:
        return _out_of_range(word)
    _, digits, exponent = value.as_tuple()
    # A decimal read from a numeral is finite, so its exponent is a number.
    power = int(exponent)
    if value.copy_abs() > GREATEST_NUMBER or power > MOST_DIGITS:
        return _out_of_range(word)
    if len(digits) > MOST_DIGITS or power < -MOST_DIGITS:
        return _too_precise(word)
    return None


def _string_complaint(value: str, limits: JSONLimits) -> Complaint | None:
    if len(value) > limits.string:
        return Complaint(
            code="string_too_long",
            message=f"a string of {len(value):,} characters is longer than the limit",
            help=f"the longest string that is read has {limits.string:,} characters",
        )
    if "\0" in value:
        return Complaint(
            code="nul_character",
            message=f"the string {excerpt(value)} holds the character U+0000",
            help="leave the character out: other systems cut a text where it stands",
        )
    if not is_unicode(value):
        return Complaint(
            code="lone_surrogate",
            message=f"the string {excerpt(value)} holds half of a surrogate pair",
            help="write the whole character, or both halves of its `\\u` escape",
        )
    if heaps_marks(value, limits.marks):
        return Complaint(
            code="heaped_marks",
            message=f"the string {excerpt(value)} heaps combining marks on one letter",
            help=f"no letter has more than {limits.marks} of them; leave out those without meaning",
        )
    return None


def is_unicode(value: str) -> bool:
    """Whether a text can be encoded: it holds no half of a surrogate pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _decoded(token: str) -> str:
    """Return a string token's value, or its raw text where the token is not a JSON string."""
    try:
        return str(_DECODE(token))
    except ValueError:
        return token


def duplicate(name: str) -> Complaint:
    """Return the complaint about a member name that its object already has."""
    return Complaint(
        code="duplicate_member",
        message=f"the object has two members named {excerpt(name)}",
        help="keep one of them: readers differ in which one they would believe",
    )


def too_deep(limits: JSONLimits) -> Complaint:
    """Return the complaint about lists and objects nested beyond the limit."""
    return Complaint(
        code="too_deep",
        message=f"lists and objects are nested more than {limits.depth} deep",
        help="flatten the document; a campaign needs fewer than ten levels",
    )


def _too_many(container: _Container, limits: JSONLimits) -> Complaint:
    what = "an object has more members" if container.is_object else "a list has more elements"
    return Complaint(
        code="too_many_items",
        message=f"{what} than the limit of {limits.items:,}",
        help="send it in parts",
    )


def _not_a_number(word: str) -> Complaint:
    return Complaint(
        code="not_a_number",
        message=f"{excerpt(word)} is not a JSON number",
        help="leave the member out where the number is unknown",
    )


def _out_of_range(word: str) -> Complaint:
    return Complaint(
        code="number_out_of_range",
        message=f"the number {excerpt(word)} is out of range",
        help="numbers lie between -10^18 and 10^18",
    )


def _too_precise(word: str) -> Complaint:
    return Complaint(
        code="number_too_precise",
        message=f"the number {excerpt(word)} has too many digits",
        help=f"a number has at most {MOST_DIGITS} significant digits and decimal places",
    )
