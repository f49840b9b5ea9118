"""What stands in another place of a request than its own, and is told where that is.

A name of the body may stand in the address, or the other way round. A campaign or a platform's
record may stand in the place of the request; what is wrong with each of its members helps nobody
then: none of them is to be left out.
"""

from collections.abc import Iterable, Mapping, Sequence

from marshmallow import Schema

from api.adapters.recognition import likeness_of

from .fields import Barred

_MOST_OF_A_REQUEST = 6
"""So many members, of which none is known, are no request with its words misspelt."""


def in_body(members: Schema | Iterable[str], *, within: str | None = None) -> Mapping[str, str]:
    """Return the advice on each member of a body that stands in the address, by its name.

    `within` is the member of the body that has them.
    """
    names = names_of(members) if isinstance(members, Schema) else members
    before, after = ("", "") if within is None else (f'"{within}": {{', "}")
    told = "it stands in the body and not in the address"
    return {name: f'{told}: `{{{before}"{name}": …{after}}}`' for name in names}


def in_address(query: Schema) -> Mapping[str, str]:
    """Return the advice on each parameter that stands in the body, by its name."""
    return {
        name: f"it stands in the address and not in the body: `?{name}=…`"
        for name in names_of(query)
    }


def names_of(shape: Schema) -> list[str]:
    """Return the names of what a shape reads."""
    return [
        field.data_key or name
        for name, field in shape.fields.items()
        if not isinstance(field, Barred)
    ]


def misplaced(body: Mapping[str, object], unknown: Sequence[str]) -> str | None:
    """Return what a body is, of whose members these are unknown; None where it is a request."""
    likeness = likeness_of(dict.fromkeys(unknown))
    if likeness is not None:
        return f"this looks like {likeness.name} itself, and not like a request with one"
    is_all = len(unknown) == len(body) >= _MOST_OF_A_REQUEST
    return "this looks like the campaign itself, and not like a request" if is_all else None
