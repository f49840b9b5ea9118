"""The document: OpenAPI 3.1.1, from the routes, the shapes, the problems and the vocabulary.

The operations say what nothing in the code says. Everything else is derived: paths and methods from
the routing table, parameters and bodies from the marshmallow schemas that read them, who may call
from the table of roles, and the campaign from the vocabulary of the policies in force.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from apispec import APISpec
from marshmallow import Schema
from werkzeug.routing import Map, Rule

from api.http.admission.access import MEASURED, PUBLIC, PUBLISHED, ROLES
from api.http.problems import (
    BAD_REQUEST,
    FORBIDDEN,
    INCOMPLETE_BODY,
    INTERNAL_ERROR,
    INVALID_QUERY,
    MALFORMED_JSON,
    MEDIA_TYPE,
    NOT_FRESH,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNSUPPORTED_TYPE,
    ProblemKind,
)
from api.http.requests.fields import Described
from api.http.requests.shapes import schema_of
from engine.version import __version__

from .meanings import meaning
from .operation import Errors, Header, JSONSchema, Operation, ref
from .operations import OPERATIONS
from .schemas import SCHEMAS

CAMPAIGN = "Campaign"
_DEFINED = "#/$defs/"
_ANY_CAMPAIGN: JSONSchema = {
    "type": "object",
    "description": "as `GET /v1/vocabulary` describes it",
}
_RECORD: JSONSchema = {
    "type": "object",
    "description": "a platform's own record, where `format` names the platform",
}
_ALWAYS = (BAD_REQUEST, INVALID_QUERY, INTERNAL_ERROR, UNAVAILABLE, NOT_FRESH)
_OF_KEYS = (UNAUTHENTICATED, FORBIDDEN, TOO_MANY)
_OF_BODIES = (MALFORMED_JSON, INCOMPLETE_BODY, TOO_LARGE, UNSUPPORTED_TYPE)
_RETRY_AFTER = Header(
    name="Retry-After",
    text="in how many seconds to try again",
    schema={"type": "integer", "minimum": 0},
    is_required=True,
)
_CHALLENGE = Header(
    name="WWW-Authenticate",
    text="how to authenticate (RFC 6750 §3)",
    schema={"type": "string"},
    is_required=True,
)
_OF_STATUS: Mapping[int, Header] = {401: _CHALLENGE, 429: _RETRY_AFTER, 503: _RETRY_AFTER}
"""The header that every problem of a status has."""
_DESCRIPTION = """\
Ask before launch, and get allow or deny with a justification. Every decision that is answered is in
the audit log before the answer is sent; where it cannot be written there is no decision.

Whatever goes wrong is `application/problem+json` (RFC 9457). Parameters and members that an
endpoint does not know are errors, never passed over."""


def openapi_document(routes: Map, campaign: JSONSchema | None = None) -> dict[str, Any]:
    """Return the document of an application's routes.

    `campaign` is the schema of campaigns (`http.campaign_schema`); without one, a campaign is any
    object. Raises `LookupError` for a route that no operation tells of.
    """
    made = APISpec(
        title="Assent",
        version=__version__,
        openapi_version="3.1.1",
        info={
            "summary": "Policy-as-code for ethical advertising",
            "description": _DESCRIPTION,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        servers=[{"url": "/"}],
    )
    made.components.security_scheme(
        "key", {"type": "http", "scheme": "bearer", "description": "an API key, `assent_…`"}
    )
    for name, schema in {**SCHEMAS, **_campaign_schemas(campaign)}.items():
        made.components.schema(name, component=schema)
    rules = {rule.endpoint: rule for rule in routes.iter_rules()}
    for endpoint in sorted(rules, key=list(OPERATIONS).index):
        rule = rules[endpoint]
        (method,) = (rule.methods or set()) - {"HEAD"}
        operation = _operation(rule, endpoint, OPERATIONS[endpoint])
        made.path(path_of(rule), operations={method.lower(): operation})
    return made.to_dict()


def path_of(rule: Rule) -> str:
    """Return the path of a route as the document has it."""
    parts = (f"{{{text}}}" if is_dynamic else text for is_dynamic, text in rule._trace)  # noqa: SLF001 - werkzeug tells the parts of a rule nowhere else.
    return "".join(parts).removeprefix("|")


def _operation(rule: Rule, endpoint: str, told: Operation) -> dict[str, object]:
    is_open = endpoint in PUBLIC
    made: dict[str, object] = {
        "operationId": endpoint.replace(".", "_"),
        "summary": told.summary,
        "tags": [told.tag],
        "description": "\n\n".join(filter(None, [told.text, _who(endpoint)])),
        "security": [{}] if is_open else [{"key": []}],
        "parameters": [
            *(_path_parameter(endpoint, name) for name in sorted(rule.arguments)),
            *_query_parameters(endpoint, schema_of(told.query)),
            *map(_header_parameter, told.headers),
        ],
        "responses": _responses(endpoint, told),
    }
    if endpoint in PUBLISHED | MEASURED:
        made["security"] = [{"key": []}, {}]
    if told.body:
        content = {
            type_: {"schema": _body(endpoint, schema)} for type_, schema in told.body.items()
        }
        made["requestBody"] = {"required": True, "content": content}
    return made


def _who(endpoint: str) -> str:
    if endpoint in PUBLIC:
        return "No key is needed."
    roles = " or ".join(f"`{role}`" for role in sorted(ROLES[endpoint]))
    return f"Needs a key with the role {roles}.{_who_else(endpoint)}"


def _who_else(endpoint: str) -> str:
    if endpoint in PUBLISHED:
        return " Where the log is public, anyone may."
    return " Where the metrics are public, anyone may." if endpoint in MEASURED else ""


def _path_parameter(endpoint: str, name: str) -> dict[str, object]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": meaning(endpoint, name),
        "schema": {"type": "string"},
    }


def _query_parameters(endpoint: str, schema: Schema) -> Iterable[dict[str, object]]:
    """Yield the parameters of a query, as the shape that reads them says."""
    for name, field in schema.fields.items():
        assert isinstance(field, Described)  # noqa: S101 - the shapes have no other fields.
        yield {
            "name": field.data_key or name,
            "in": "query",
            "required": field.required,
            "description": meaning(endpoint, field.data_key or name),
            "schema": dict(field.json_schema),
        }


def _header_parameter(header: Header) -> dict[str, object]:
    return {
        "name": header.name,
        "in": "header",
        "required": header.is_required,
        "description": header.text,
        "schema": header.schema,
    }


def _body(endpoint: str, schema: JSONSchema | Schema) -> JSONSchema:
    """Return the schema of a body; null says as much there as nothing."""
    if not isinstance(schema, Schema):
        return schema
    properties: dict[str, JSONSchema] = {}
    for name, field in schema.fields.items():
        if isinstance(field, Described):
            kind = dict(field.json_schema)
            properties[field.data_key or name] = {
                "description": meaning(endpoint, field.data_key or name),
                **(kind if field.required else {"anyOf": [kind, {"type": "null"}]}),
            }
        else:
            properties[name] = {
                "description": "the campaign, or with `format` a platform's own record",
                "anyOf": [ref(CAMPAIGN), _RECORD],
            }
    needed = [
        field.data_key or name
        for name, field in schema.fields.items()
        if field.required or not isinstance(field, Described)
    ]
    made: JSONSchema = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    return made | ({"required": needed} if needed else {})


def _responses(endpoint: str, told: Operation) -> dict[str, object]:
    made: dict[str, object] = {
        str(status): {
            "description": answer.text,
            "content": {type_: {"schema": schema} for type_, schema in answer.content.items()},
            **_answer_headers(answer.headers),
        }
        for status, answer in told.answers.items()
    }
    kinds = {kind.name: kind for kind in (*_ALWAYS, *told.problems)}
    if endpoint not in PUBLIC:
        kinds |= {kind.name: kind for kind in _OF_KEYS}
    if told.body:
        kinds |= {kind.name: kind for kind in _OF_BODIES}
    by_status: dict[int, list[ProblemKind]] = {}
    for kind in kinds.values():
        as_400 = told.errors is not None and kind.status in told.errors.told_as_400
        by_status.setdefault(400 if as_400 else kind.status, []).append(kind)
    problems = {
        str(status): {
            **_problem(by_status[status], told.errors),
            **_answer_headers([_OF_STATUS[status]] if status in _OF_STATUS else []),
        }
        for status in sorted(by_status)
    }
    return {**made, **problems, **made}


def _answer_headers(headers: Iterable[Header]) -> dict[str, object]:
    """Return the member of an answer that tells its headers; none where there are none."""
    told = {
        each.name: {
            "description": each.text,
            "required": each.is_required,
            "schema": each.schema,
        }
        for each in headers
    }
    return {"headers": told} if told else {}


def _problem(kinds: list[ProblemKind], errors: Errors | None) -> dict[str, object]:
    """Return the answer that one status of problems has."""
    told = "\n\n".join(f"{each.title}: {each.meaning}." for each in kinds)
    if errors is not None:
        return {"description": told, "content": {errors.type: {"schema": errors.schema}}}
    # Beside a reference, so that generators of clients have one class for every problem.
    schema = ref("Problem") | {"properties": {"type": {"enum": [each.type for each in kinds]}}}
    return {
        "description": told,
        "content": {MEDIA_TYPE: {"schema": schema}},
    }


def _campaign_schemas(campaign: JSONSchema | None) -> Mapping[str, JSONSchema]:
    """Return the schemas of the campaign and of its records, which refer to each other by name."""
    if campaign is None:
        return {CAMPAIGN: _ANY_CAMPAIGN}
    whole = _moved(campaign)
    assert isinstance(whole, dict)  # noqa: S101 - as it was.
    parts = whole.pop("$defs")
    del whole["$schema"], whole["$id"]
    named = {CAMPAIGN: whole} | {_part(name): part for name, part in parts.items()}
    return {name: _untitled(schema) for name, schema in named.items()}


def _part(name: str) -> str:
    """Return the name of a record; a dot in it would be a module to generators of clients."""
    return f"{CAMPAIGN}_{name}"


def _untitled(schema: JSONSchema) -> JSONSchema:
    """Return a schema whose title is its description: generators would name a class by it."""
    rest = {name: value for name, value in schema.items() if name != "title"}
    return {"description": schema["title"], **rest}


def _moved(value: object) -> Any:
    """Return a schema whose references lead to where its definitions lie in the document."""
    if isinstance(value, dict):
        return {name: _moved(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner) for inner in value]
    if isinstance(value, str) and value.startswith(_DEFINED):
        return f"#/components/schemas/{_part(value.removeprefix(_DEFINED))}"
    return value
