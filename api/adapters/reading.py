"""Reading a submitted record member by member: typed, with pointers, and without forgetting any.

A member that is absent or null is unknown. One of another type than the platform documents refuses
the record. Whatever nobody took is what remains unmapped.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, Never, TypeVar

from engine.source.json_fault import GREATEST_NUMBER
from engine.source.json_text import JSONValue
from engine.source.quoting import described, escaped

from .admission import admitted
from .refusal import AdapterRefusal

__all__ = ["AdapterRefusal", "Found", "Record", "whole_record"]

T_co = TypeVar("T_co", covariant=True)

_WHOLE = re.compile(r"-?\d{1,19}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[T_co]):
    """A value, and the pointer at which it stands in the submitted record."""

    value: T_co
    pointer: str


class Record:
    """One object of the submitted record, which remembers what has been taken from it."""

    __slots__ = ("_children", "_kept", "_members", "_taken", "pointer")

    def __init__(self, members: dict[str, JSONValue], pointer: str) -> None:
        self.pointer = pointer
        self._members = members
        self._taken: set[str] = set()
        self._kept: dict[str, JSONValue] = {}
        self._children: dict[str, tuple[Record, ...]] = {}

    def __contains__(self, name: str) -> bool:
        return self._members.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the members that are not null."""
        return (name for name, value in self._members.items() if value is not None)

    def at(self, name: str) -> str:
        """Return the pointer of a member."""
        return f"{self.pointer}/{escaped(name)}"

    def unread(self, name: str) -> JSONValue:
        """Return a member as it is, without taking it."""
        return self._members.get(name)

    def leave(self, name: str) -> None:
        """Keep a member as unmapped, although it was looked at."""
        self._taken.discard(name)

    def take_all(self) -> None:
        """Take every member, of an object that only says again what another one has said."""
        self._taken.update(self._members)

    def says_the_same_as(self, other: "Record") -> bool:
        """Whether two objects have the same members."""
        return self._members == other._members  # noqa: SLF001 - of the same class.

    def keep(self, element: "Found[JSONValue]") -> None:
        """Keep an element of a list as unmapped, although the list was taken."""
        self._kept[element.pointer] = element.value

    def resolve(self, pointer: str) -> JSONValue:
        """Return what stands at a pointer that was read from this record, the submitted one."""
        value: JSONValue = self._members
        for token in pointer.split("/")[1:]:
            if isinstance(value, list):
                value = value[int(token)]
            else:
                assert isinstance(value, dict)  # noqa: S101 - the pointer has been read from here.
                value = value[token.replace("~1", "/").replace("~0", "~")]
        return value

    def remaining(self) -> Iterator[tuple[str, JSONValue]]:
        """Yield what nobody took, with its pointer; null is nothing."""
        for name, value in self._members.items():
            if value is None:
                continue
            if name not in self._taken:
                yield self.at(name), value
            else:
                for child in self._children.get(name, ()):
                    yield from child.remaining()
        yield from self._kept.items()

    # --- members of one type ------------------------------------------------------------------

    def text(self, name: str) -> Found[str] | None:
        """Return a text without the spaces around it; it may be empty."""
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self._mistyped(name, value, "a text")
        if any(ord(character) < 32 and character not in "\t\n\r" for character in value):
            self.refuse(name, f"`{name}` holds a control character", "take the character out")
        return Found(value=value.strip(), pointer=self.at(name))

    def filled(self, name: str) -> Found[str] | None:
        """Return a text that is not empty."""
        found = self.text(name)
        return found if found is not None and found.value else None

    def identifier(self, name: str) -> Found[str] | None:
        """Return an identifier, which platforms write as a text or as a whole number."""
        value = self._members.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            self._take(name)
            return Found(value=str(value), pointer=self.at(name))
        return self.filled(name)

    def yes_no(self, name: str) -> Found[bool] | None:
        """Return yes or no, which platforms also write as 1 or 0."""
        value = self._take(name)
        if value is None:
            return None
        flags = {"1": True, "0": False, "true": True, "false": False}
        flag = flags.get(str(value).lower()) if isinstance(value, bool | int | str) else None
        if flag is None:
            self._mistyped(name, value, "yes or no")
        return Found(value=flag, pointer=self.at(name))

    def whole_number(self, name: str) -> Found[int] | None:
        """Return a whole number, which platforms also write as a text."""
        found = self.number(name)
        if found is None:
            return None
        if found.value != found.value.to_integral_value():
            self._mistyped(name, found.value, "a whole number")
        return Found(value=int(found.value), pointer=found.pointer)

    def number(self, name: str) -> Found[Decimal] | None:
        """Return an exact number; whole ones may be written as a text."""
        value = self._take(name)
        if value is None or value == "":
            return None
        number = _decimal(value)
        if number is None or abs(number) > GREATEST_NUMBER:
            self._mistyped(name, value, "a number")
        return Found(value=number, pointer=self.at(name))

    # --- members that hold others -------------------------------------------------------------

    def record(self, name: str) -> "Record | None":
        """Return an object, the same each time; what remains in it is unmapped."""
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._mistyped(name, value, "an object")
        return (
            self._children[name][0]
            if name in self._children
            else self._adopt(name, (Record(value, self.at(name)),))[0]
        )

    def records(self, name: str) -> "tuple[Record, ...] | None":
        """Return a list of objects, the same each time; what remains in them is unmapped."""
        elements = self.elements(name)
        if elements is None:
            return None
        if name in self._children:
            return self._children[name]
        made = []
        for element in elements:
            if not isinstance(element.value, dict):
                self._mistyped(name, element.value, "a list of objects", element.pointer)
            made.append(Record(element.value, element.pointer))
        return self._adopt(name, tuple(made))

    def joined(self, name: str, key: str) -> "dict[str, Record]":
        """Return the objects of a list that is joined to this one, by their identifiers.

        What is in the list beside what this refers to is no part of it, and is not kept.
        """
        known: dict[str, Record] = {}
        for record in self.records(name) or ():
            identifier = record.identifier(key)
            record.take_all()
            if identifier is not None:
                known[identifier.value] = record
        return known

    def elements(self, name: str) -> tuple[Found[JSONValue], ...] | None:
        """Return the elements of a list, of whatever type."""
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, list):
            self._mistyped(name, value, "a list")
        return tuple(
            Found(value=element, pointer=f"{self.at(name)}/{index}")
            for index, element in enumerate(value)
        )

    def texts(self, name: str) -> tuple[Found[str], ...] | None:
        """Return a list of texts."""
        elements = self.elements(name)
        if elements is None:
            return None
        for element in elements:
            if not isinstance(element.value, str):
                self._mistyped(name, element.value, "a list of texts", element.pointer)
        return tuple(Found(value=str(e.value).strip(), pointer=e.pointer) for e in elements)

    def identifiers(self, name: str) -> tuple[Found[str], ...] | None:
        """Return a list of identifiers, which platforms write as texts or as whole numbers."""
        elements = self.elements(name)
        if elements is None:
            return None
        for element in elements:
            is_number = isinstance(element.value, int) and not isinstance(element.value, bool)
            if not is_number and (not isinstance(element.value, str) or not element.value):
                self._mistyped(name, element.value, "a list of identifiers", element.pointer)
        return tuple(Found(value=str(e.value), pointer=e.pointer) for e in elements)

    # --- refusals -----------------------------------------------------------------------------

    def refuse(self, name: str, reason: str, advice: str) -> Never:
        """Refuse the record because of a member."""
        raise AdapterRefusal(reason, pointer=self.at(name), help=advice)

    def require(
        self, name: str, read: "Callable[[str], Found[str] | None]", why: str
    ) -> Found[str]:
        """Return what `read` finds at a member without which nothing can be decided."""
        found = read(name)
        if found is None:
            self.refuse(name, f"`{name}` is missing", why)
        return found

    def _mistyped(
        self, name: str, value: JSONValue, wanted: str, pointer: str | None = None
    ) -> Never:
        raise AdapterRefusal(
            f"`{name}` should be {wanted}, and is {described(value)}",
            pointer=self.at(name) if pointer is None else pointer,
            help="send the record as the platform gives it",
        )

    def _take(self, name: str) -> JSONValue:
        self._taken.add(name)
        return self._members.get(name)

    def _adopt(self, name: str, children: "tuple[Record, ...]") -> "tuple[Record, ...]":
        self._children[name] = children
        return children


def whole_record(value: object) -> Record:
    """Return the submitted record, or refuse what is not an object, or not JSON."""
    if not isinstance(value, dict):
        raise AdapterRefusal(
            f"the record should be an object, and is {described(value)}",
            pointer="",
            help="send one record, with its members by name",
        )
    members = admitted(value)
    assert isinstance(members, dict)  # noqa: S101 - what is admitted keeps its kind.
    return Record(members, "")


def _decimal(value: JSONValue) -> Decimal | None:
    match value:
        case bool():
            return None
        case int() | Decimal():
            return Decimal(value)
        case str() if _WHOLE.fullmatch(value.strip()):
            return Decimal(value.strip())
        case _:
            return None
