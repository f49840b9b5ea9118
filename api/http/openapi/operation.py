"""What the document says of one endpoint, beside what it derives from the code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from marshmallow import Schema

from api.http.problems import ProblemKind
from api.http.requests.shapes import NoParameters

JSONSchema = dict[str, object]

_NONE: Mapping[str, JSONSchema] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header of a request that changes what is done, or of an answer that says more of it."""

    name: str
    text: str
    schema: JSONSchema
    is_required: bool = False


ETAG = Header(
    name="ETag",
    text="the revision of what is answered, which a change of it names as `If-Match`",
    schema={"type": "string"},
    is_required=True,
)
LOCATION = Header(
    name="Location",
    text="where it is read",
    schema={"type": "string", "format": "uri-reference"},
    is_required=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that is no problem: what it is, its schema by media type, and its headers."""

    text: str
    content: Mapping[str, JSONSchema] = field(default_factory=lambda: _NONE)
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """How a standard has errors told: their media type, their schema, and what is 400 there."""

    type: str
    schema: JSONSchema
    told_as_400: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One endpoint: `query` is the shape that its view reads, `body` its schema by media type.

    A schema is JSON Schema, or the marshmallow schema by which the view reads the body.
    `problems` are those beyond what every endpoint, every body and every key can lead to; `errors`
    is how they are told where a standard has another form.
    """

    summary: str
    tag: str
    answers: Mapping[int, Answer]
    text: str = ""
    query: type[object] = NoParameters
    headers: tuple[Header, ...] = ()
    body: Mapping[str, JSONSchema | Schema] = field(default_factory=lambda: _NONE)
    problems: tuple[ProblemKind, ...] = ()
    errors: Errors | None = None


def ref(name: str) -> JSONSchema:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}
