"""A query or a body read by its shape: what could be read, and marshmallow's errors in our words.

A name that the shape does not have is told with the near one, or with where else it stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, ValidationError

from engine.source.quoting import excerpt
from engine.source.suggest import nearest

from .misplaced import names_of

NOWHERE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class NameFault:
    """What is wrong with one member or parameter, or that there is none of its name."""

    name: str
    message: str
    help: str | None
    is_unknown: bool = False
    index: int | None = None
    """Of the element of a list that it is of."""


def load(
    shape: Schema, given: Mapping[str, Any], elsewhere: Mapping[str, str] = NOWHERE
) -> tuple[dict[str, Any], list[NameFault]]:
    """Return what could be read, without nulls, and every fault."""
    faults: list[NameFault] = []
    try:
        values = shape.load(given)
    except ValidationError as error:
        values = error.valid_data
        for name, words in error.messages_dict.items():
            faults += _faults(shape, name, words, elsewhere)
    return {name: value for name, value in values.items() if value is not None}, faults


def _faults(
    shape: Schema,
    name: str,
    words: Sequence[str] | Mapping[int, Sequence[str]],
    elsewhere: Mapping[str, str],
) -> list[NameFault]:
    """Return the fault of a name, or those of the elements of a list, by their indices."""
    if not isinstance(words, Mapping):
        return [_fault(shape, name, words, elsewhere)]
    return [
        replace(_fault(shape, name, of_one, elsewhere), index=index)
        for index, of_one in words.items()
    ]


def _fault(
    shape: Schema, name: str, words: Sequence[str], elsewhere: Mapping[str, str]
) -> NameFault:
    by_name = {field.data_key or own: field for own, field in shape.fields.items()}
    known = by_name.get(name)
    if known is not None:
        message, *said = words
        known_advice = getattr(known, "advice", None)
        return NameFault(name=name, message=message, help=said[0] if said else known_advice)
    advice = elsewhere.get(name) or _advice(name, names_of(shape), elsewhere)
    message = f"unknown name {excerpt(name)}"
    return NameFault(name=name, message=message, help=advice, is_unknown=True)


def _advice(name: str, welcome: Sequence[str], elsewhere: Mapping[str, str]) -> str:
    """Return what to do about a name that is unknown here, by those that are not."""
    near = nearest(name, (*welcome, *elsewhere)) if len(name) <= 64 else None
    if near is not None:
        return f"did you mean `{near}`? {elsewhere.get(near, '')}".rstrip()
    listed = ", ".join(f"`{each}`" for each in welcome)
    return f"known here: {listed}" if listed else "leave it out: no name is known here"
