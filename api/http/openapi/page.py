"""The document as a page: it carries its style sheet, runs nothing and fetches nothing.

A content security policy says so to the browser. All texts are escaped by the template engine.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

_FOLDER = files("api.http.openapi") / "templates"
_STYLE = (_FOLDER / "page.css").read_text(encoding="utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'"
"""What a browser may do with the page: use this style sheet, and nothing else."""

_Schema = Mapping[str, Any]
_Row = tuple[str, Markup, bool, str]
_NULL = {"type": "null"}


def page_of(document: Mapping[str, Any], url: str) -> str:
    """Return the page of an OpenAPI document, of a service that clients reach at an address."""
    environment = Environment(
        loader=FileSystemLoader(str(_FOLDER)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"prose": _prose, "kind": kind_of, "rows": _rows, "bases": _bases}
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    tags = list(dict.fromkeys(each["tags"][0] for each in operations))
    return environment.get_template("page.html").render(
        document=document,
        url=url,
        style=Markup(_STYLE),  # noqa: S704 - our own, with no value in it.
        tags={tag: [each for each in operations if each["tags"][0] == tag] for tag in tags},
        schemas=document["components"]["schemas"],
    )


def kind_of(schema: _Schema) -> Markup:
    """Return in a few words what a schema allows, with links to those that it names."""
    if "$ref" in schema:
        return Markup('<a href="#schema-{0}">{0}</a>').format(_named(schema))
    for word, joined in (("anyOf", Markup(" or ")), ("allOf", Markup(" with "))):
        if word in schema:
            return joined.join(kind_of(each) for each in schema[word] if each != _NULL)
    if "enum" in schema:
        return Markup(" | ").join(str(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return Markup("list of {}").format(kind_of(schema["items"]))
    return escape(schema.get("format") or schema.get("type", "anything"))


def _named(schema: _Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _rows(schema: _Schema) -> list[_Row]:
    """Return the members of a schema: their names, kinds, whether they are needed, meanings."""
    return [
        (name, kind_of(inner), name in part.get("required", ()), inner.get("description", ""))
        for part in _parts(schema)
        for name, inner in part.get("properties", {}).items()
    ]


def _bases(schema: _Schema) -> list[Markup]:
    """Return the schemas whose members a schema has as well."""
    return [kind_of(each) for each in schema.get("allOf", ()) if "$ref" in each]


def _parts(schema: _Schema) -> Iterator[_Schema]:
    yield schema
    yield from schema.get("allOf", ())


def _prose(text: str) -> Markup:
    """Return a text of paragraphs, with what is in backticks as code."""
    made = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    paragraphs = "".join(f"<p>{each}</p>" for each in made.split("\n\n"))
    return Markup(paragraphs)  # noqa: S704 - what was given is escaped.
